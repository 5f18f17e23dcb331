import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Transaction } from '../../src/bank/transaction.ts';
import { type PastRow, toPastRow } from '../../src/features/past.ts';
import { type AnomalyArtifact, assess, joinEvidence, measure, readSigns } from '../../src/models/anomaly.ts';
import { fitAmounts, usualAmounts } from '../../src/models/anomaly-amounts.ts';
import { decodeAnomaly, encodeAnomaly } from '../../src/models/anomaly-file.ts';
import { SIGNS } from '../../src/models/anomaly-signs.ts';
import { evidence, fitJointTail, fitSignTail, tailShare } from '../../src/models/anomaly-tail.ts';
import { PLAIN, transactions } from '../features/arbitrary.ts';
import { trainedAnomaly } from './trained-anomaly.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 0, 5, 12);

/** The purchase of origin.md's example. */
const LARGE: Transaction = {
  ...PLAIN,
  accountId: null,
  at: NOON,
  amountMinor: -500_000,
  currency: null,
  description: 'Large unusual purchase',
  category: '',
};
const COFFEE: Transaction = { ...LARGE, amountMinor: -450, description: 'Coffee shop purchase' };

let artifact: AnomalyArtifact;
before(async () => {
  artifact = await trainedAnomaly();
});

/** Twelve weeks of coffee at nine and groceries at six, in York. */
function quietLife(): PastRow[] {
  const rows: PastRow[] = [];
  for (let day = 84; day >= 1; day--) {
    const coffee = { ...COFFEE, accountId: 'q', at: NOON - day * DAY - 3 * HOUR, location: 'York' };
    rows.push(toPastRow({ ...coffee, amountMinor: -400 - (day % 5) * 20 }));
    if (day % 2 === 0)
      rows.push(
        toPastRow({
          ...coffee,
          at: NOON - day * DAY + 6 * HOUR,
          description: 'Green grocer',
          amountMinor: -2500 - (day % 7) * 300,
        }),
      );
  }
  return rows;
}

/** What a transaction of the quiet account is found to be. */
function assessQuiet(changes: Partial<Transaction>, more: readonly PastRow[] = []) {
  const transaction = { ...COFFEE, accountId: 'q', location: 'York', at: NOON - 3 * HOUR, ...changes };
  return assess(artifact, transaction, [...quietLife(), ...more], 'UTC');
}

describe('anomaly model', () => {
  it('finds the large purchase of the documentation strange for its amount, at any hour, and no coffee', () => {
    for (let hour = 0; hour < 24; hour++) {
      const at = NOON + hour * HOUR;
      const { score, reasons } = assess(artifact, { ...LARGE, at }, [], 'UTC');
      assert.ok(score >= 0.99, `at ${hour + 12}: ${score}`);
      assert.ok(
        reasons.some(
          ({ feature, text }) => feature === 'amount_overall' && /5,000\.00.*unusually large/.test(text),
        ),
      );
      assert.ok(assess(artifact, { ...COFFEE, at }, [], 'UTC').score < 0.99, `coffee at ${hour + 12}`);
    }
    assert.ok(assess(artifact, COFFEE, [], 'UTC').score < 0.9);
  });

  it('compares amounts within their currency: 5,000 yen are ordinary, 5,000 dollars are not', () => {
    assert.ok(assess(artifact, { ...LARGE, currency: 'JPY', amountMinor: -5000 }, [], 'UTC').score < 0.9);
    assert.ok(assess(artifact, { ...LARGE, currency: 'USD' }, [], 'UTC').score >= 0.99);
    const { learning, reasons } = assess(artifact, { ...LARGE, currency: 'KWD' }, [], 'UTC');
    assert.ok(learning.some(({ what, text }) => what === 'currency' && text.includes('KWD')));
    assert.ok(reasons.every(({ feature }) => feature !== 'amount_overall'));
    const yen = fitAmounts(Array.from({ length: 60 }, () => ({ ...LARGE, currency: 'JPY' })));
    assert.equal(usualAmounts(yen, LARGE), null);
  });

  it('finds what breaks the habits of an account strange, and names the habit', () => {
    assert.ok(assessQuiet({}).score < 0.95);
    const reasonsOf = (changes: Partial<Transaction>, more: readonly PastRow[] = []) => {
      const { score, reasons } = assessQuiet(changes, more);
      assert.ok(score > 0.99, `${JSON.stringify(changes)}: ${score}`);
      return reasons.map(({ feature }) => feature);
    };
    const large = { amountMinor: -40_000, description: 'Gold souk' };
    assert.ok(reasonsOf(large).includes('amount_in_account'));
    assert.ok(reasonsOf({ ...large, location: 'Lagos', at: NOON - 9 * HOUR }).includes('new_place'));
    const rush = Array.from({ length: 7 }, (_, i) =>
      toPastRow({
        ...COFFEE,
        accountId: 'q',
        at: NOON - 3 * HOUR - (7 - i) * 120_000,
        description: 'Voucherly',
        amountMinor: -3100 - i,
      }),
    );
    assert.ok(
      reasonsOf({ amountMinor: -3200, description: 'Voucherly' }, rush).includes('transactions_last_hour'),
    );
    const twice = [toPastRow({ ...COFFEE, accountId: 'q', at: NOON - 3.1 * HOUR, location: 'York' })];
    const repeated = assessQuiet({}, twice);
    assert.ok(repeated.reasons.some(({ feature }) => feature === 'repeated_charge'));
  });

  it('holds a large amount the same merchant always takes for ordinary', () => {
    const rent = { ...COFFEE, accountId: 'q', description: 'Rent Mrs Hill', amountMinor: -95_000 };
    const paid = [61, 31].map((days) => toPastRow({ ...rent, at: NOON - days * DAY }));
    const third = toPastRow({ ...rent, at: NOON - 92 * DAY });
    const past = [third, ...[...quietLife(), ...paid].sort((a, b) => a.at - b.at)];
    const known = measure(artifact, { ...rent, at: NOON }, past, 'UTC').tailShare;
    const unknown = measure(
      artifact,
      { ...rent, at: NOON, description: 'Yacht hire' },
      past,
      'UTC',
    ).tailShare;
    assert.ok(known > 10 * unknown, `${known} against ${unknown}`);
  });

  it('gives reasons that share the evidence, strongest first, each with value and what is usual', () => {
    const { reasons } = assessQuiet({ amountMinor: -40_000, description: 'Gold souk', location: 'Lagos' });
    let before = 1;
    let sum = 0;
    for (const { value, usual, text, contribution } of reasons) {
      assert.ok(value !== '' && usual !== '' && text.includes(value.split(' ')[0]), text);
      assert.doesNotMatch(text, /NaN|Infinity|∞|undefined/);
      assert.ok(contribution > 0 && contribution <= before);
      before = contribution;
      sum += contribution;
    }
    assert.ok(reasons.length >= 2 && sum <= 1 + 1e-9);
  });

  it('says what it is still learning: the account, the merchant', () => {
    const whatOf = (transaction: Transaction, past: readonly PastRow[]) =>
      assess(artifact, transaction, past, 'UTC').learning.map(({ what }) => what);
    assert.ok(whatOf(COFFEE, []).includes('account'));
    const own = { ...COFFEE, accountId: 'q' };
    assert.ok(whatOf(own, quietLife().slice(0, 3)).includes('account'));
    assert.deepEqual(whatOf(own, quietLife()), []);
    assert.deepEqual(whatOf({ ...own, description: 'never heard of' }, quietLife()), ['merchant']);
    assert.deepEqual(whatOf({ ...own, description: '' }, quietLife()), ['merchant']);
  });

  it('answers anything, inputs untouched, and never looks at the category or at later rows', () => {
    fc.assert(
      fc.property(transactions, transactions, fc.nat(30), (transaction, other, count) => {
        const before = fc.stringify(transaction);
        const past = Array.from({ length: count }, (_, i) =>
          toPastRow({ ...other, at: transaction.at - (count - i) * HOUR }),
        );
        const pastBefore = fc.stringify(past);
        const one = assess(artifact, transaction, past, 'Europe/London');
        assert.ok(one.score >= 0 && one.score <= 1);
        assert.ok(
          !/NaN|Infinity|undefined/.test(
            JSON.stringify(one.reasons.map(({ text, contribution }) => [text, contribution])),
          ) || transaction.description.match(/NaN|Infinity|undefined/),
        );
        const later = toPastRow({ ...other, at: transaction.at + 1 });
        const changed = { ...transaction, category: other.category };
        assert.deepEqual(assess(artifact, changed, [...past, later], 'Europe/London'), one);
        assert.equal(fc.stringify(transaction), before);
        assert.equal(fc.stringify(past), pastBefore);
      }),
    );
  });

  it('finds nothing in a transaction of which nothing is known', () => {
    const empty = {
      ...COFFEE,
      amountMinor: null,
      description: '',
      paymentMethod: '',
      type: null,
      timeKnown: false,
    };
    const { score, reasons } = assess(artifact, empty, [], 'UTC');
    assert.ok(score < 0.95);
    assert.deepEqual(reasons, []);
  });

  it('adds evidence up sign by sign: what is unknown adds nothing', () => {
    const { scratch } = artifact;
    readSigns(artifact, LARGE, [], 'UTC', scratch);
    const joint = joinEvidence(artifact, scratch);
    assert.ok(Math.abs(scratch.evidence.reduce((sum, value) => sum + value, 0) - joint) < 1e-9);
    for (let s = 0; s < SIGNS.length; s++)
      if (Number.isNaN(scratch.signs[s])) assert.equal(scratch.evidence[s], 0);
  });
});

describe('a tail', () => {
  it('gives the share of ordinary values above, continued beyond the largest', () => {
    const values = Float64Array.from({ length: 10_000 }, (_, i) => -Math.log(1 - (i + 0.5) / 10_000));
    const tail = fitJointTail(values);
    for (const share of [0.5, 0.1, 0.01, 0.001])
      assert.ok(Math.abs(tailShare(tail, -Math.log(share)) / share - 1) < 0.05, `${share}`);
    assert.ok(tailShare(tail, 30) < 1e-6 && tailShare(tail, 30) > tailShare(tail, 31));
    assert.equal(tailShare(tail, -1), 1);
    assert.equal(tailShare(fitJointTail(new Float64Array()), 0), 1);
  });

  it('of a sign looks only at the body, so that a few frauds do not make frauds ordinary', () => {
    const clean = Float64Array.from({ length: 1000 }, (_, i) => (i % 500) / 100);
    const spoilt = clean.slice();
    for (let i = 0; i < 10; i++) spoilt[i] = 100 + i;
    const [a, b] = [clean, spoilt].map((values) => evidence(fitSignTail(values, 4), 8));
    assert.ok(Math.abs(a - b) < 0.05 * a);
    assert.equal(evidence(fitSignTail(clean, 4), Number.NaN), 0);
    assert.equal(evidence(fitSignTail(Float64Array.of(Number.NaN), 1), 2), 2);
  });
});

describe('anomaly file', () => {
  it('names values that cannot be', () => {
    const [first, ...others] = artifact.tails;
    const spoilt: Partial<AnomalyArtifact>[] = [
      { hours: new Float64Array(24) },
      { hours: new Float64Array(23).fill(1) },
      { usual: artifact.usual.slice(1) },
      { tails: others },
      { tails: [{ ...first, slope: 0 }, ...others] },
      { tails: [{ ...first, values: first.values.slice().reverse() }, ...others] },
      { tails: [{ ...first, values: new Float64Array(), nats: new Float64Array() }, ...others] },
      { amounts: { ...artifact.amounts, usual: new Map([['EUR|*', { count: 0, median: 1, spread: 1 }]]) } },
    ];
    for (const part of spoilt) {
      const decoded = decodeAnomaly(encodeAnomaly({ ...artifact, ...part }));
      assert.ok(!decoded.ok && decoded.faults.length > 0, Object.keys(part).join());
    }
  });
});
