import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { currencyDigits } from '../../src/bank/money.ts';
import type { Transaction } from '../../src/bank/transaction.ts';
import { type PastRow, toPastRow } from '../../src/features/past.ts';
import { type AnomalyArtifact, type AnomalyReader, assess, readSigns } from '../../src/models/anomaly.ts';
import { explainAnomaly } from '../../src/models/anomaly-explanation.ts';
import { SIGNS, type Telling } from '../../src/models/anomaly-signs.ts';
import { compareAmount } from '../../src/models/anomaly-words.ts';
import { PLAIN, transactions } from '../features/arbitrary.ts';
import { ACCOUNTS, trainedAnomaly } from './trained-anomaly.ts';

const HOUR = 3_600_000;

let artifact: AnomalyArtifact;
before(async () => {
  artifact = await trainedAnomaly();
});

/** Made-up accounts with the rows of their last months. */
const BOOKS: readonly (readonly Transaction[])[] = Object.values(
  Object.groupBy(ACCOUNTS.transactions, ({ accountId }) => accountId ?? ''),
).map((rows = []) => rows.slice(-300));

/** A row after an account's own, like one of them but for some fields; amounts from a hundredth to a hundred times. */
const nextRows: fc.Arbitrary<{ transaction: Transaction; past: PastRow[] }> = fc
  .record({
    book: fc.constantFrom(...BOOKS),
    like: fc.nat(299),
    rows: fc.nat(300),
    octaves: fc.oneof(fc.constant(0), fc.double({ min: -7, max: 7, noNaN: true })),
    after: fc.integer({ min: 1, max: 72 * 60 }),
    changes: fc.record(
      {
        location: fc.constantFrom('Grenoble', 'Osaka', ''),
        paymentMethod: fc.constantFrom('carrier pigeon', 'check', ''),
        merchantCategoryCode: fc.constantFrom('0001', ''),
        description: fc.constantFrom('Coffee shop purchase', 'REF 99812334 GOLD SOUK', 'x'),
        timeKnown: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ book, like, rows, octaves, after, changes }) => {
    const last = book[book.length - 1];
    const model = book[like % book.length];
    const amountMinor = model.amountMinor === null ? null : Math.round(model.amountMinor * 2 ** octaves);
    return {
      transaction: { ...model, ...changes, amountMinor, at: last.at + after * 60_000 },
      past: rows === 0 ? [] : book.slice(-rows).map((row) => toPastRow(row)),
    };
  });

/** What a value or an end of a range is, whatever its unit; NaN for words. */
function numberOf(text: string): number {
  if (text.startsWith('never')) return 0;
  const [, clock, minutes] = /^(\d\d):(\d\d)$/.exec(text) ?? [];
  if (clock !== undefined) return Number(clock) + Number(minutes) / 60;
  const [, digits, unit] = /^([\d,.]+)(?: (\S+))?/.exec(text) ?? [];
  return digits === undefined
    ? Number.NaN
    : Number(digits.replaceAll(',', '')) / (unit?.startsWith('hour') ? 24 : 1);
}

/** Whether a value lies within the range that is called usual; false where none is named. */
function isWithin({ value, usual }: { readonly value: string; readonly usual: string }): boolean {
  const [low, high] = usual.split(' to ');
  if (high === undefined) return false;
  return numberOf(low) <= numberOf(value) && numberOf(value) <= numberOf(high);
}

/** Asks that a sentence calls nothing unseen without saying that the account knows it. */
function assertKnown(text: string): void {
  if (text.includes('but this account has had it before')) return;
  assert.doesNotMatch(text, /never seen|not seen|not among|first transaction|no transaction/);
}

/** What every sign that is known says of a transaction. */
function tellAll(
  transaction: Transaction,
  past: readonly PastRow[],
  reader: AnomalyReader = artifact,
): (Telling & { readonly feature: string })[] {
  const view = readSigns(reader, transaction, past, 'UTC', artifact.scratch);
  return SIGNS.flatMap(({ name, weight, tell }, s) => {
    const value = artifact.scratch.signs[s];
    // A sign of the past that is 0 has not happened, and is never told.
    return Number.isNaN(value) || (weight > 0 && value === 0)
      ? []
      : [{ feature: name, ...tell(view, artifact.usual[s]) }];
  });
}

describe('a reason for an anomaly', () => {
  it('names no value that lies within the range it calls usual, unless its words say so', () => {
    let ranges = 0;
    let within = 0;
    const check = (transaction: Transaction, past: readonly PastRow[]) => {
      for (const told of [
        ...tellAll(transaction, past),
        ...assess(artifact, transaction, past, 'UTC').reasons,
      ]) {
        if (told.usual.includes(' to ')) ranges++;
        if (!isWithin(told)) continue;
        within++;
        assert.match(told.text, /within the usual/, `${told.value} of ${told.usual}`);
      }
    };
    fc.assert(
      fc.property(nextRows, ({ transaction, past }) => check(transaction, past)),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(transactions, transactions, fc.nat(40), (transaction, other, count) => {
        const rows = Array.from({ length: count }, (_, i) => ({
          ...other,
          at: transaction.at - (count - i) * HOUR,
        }));
        check(
          transaction,
          rows.map((row) => toPastRow(row)),
        );
      }),
    );
    assert.ok(ranges > 1000 && within > 100, `${within} of ${ranges}: a test of nothing`);
  });

  it('is no usual value, unless that counted most, and whatever is strange enough to be told of has one', () => {
    let strange = 0;
    fc.assert(
      fc.property(nextRows, ({ transaction, past }) => {
        const { reasons, tailShare } = assess(artifact, transaction, past, 'UTC');
        if (tailShare > 0.1) return;
        strange++;
        assert.ok(reasons.length > 0);
        const told = tellAll(transaction, past);
        for (const { feature, text } of reasons.slice(1))
          assert.equal(told.find((one) => one.feature === feature)?.isUsual, false, text);
      }),
      { numRuns: 500 },
    );
    assert.ok(strange > 50, `${strange}`);
  });

  it('never calls unseen what the account has had before, in reasons and in explanations', () => {
    fc.assert(
      fc.property(nextRows, fc.nat(), ({ transaction, past }, at) => {
        const own = toPastRow({ ...transaction, amountMinor: -100 });
        const index = past.length === 0 ? 0 : Math.max(at % past.length, past.length - 200);
        const before = past[index - 1]?.at ?? past[0]?.at ?? transaction.at - HOUR;
        const known = [...past.slice(0, index), { ...own, at: before }, ...past.slice(index)];
        const { reasons } = assess(artifact, transaction, known, 'UTC');
        const open = explainAnomaly(artifact, transaction, known, 'UTC');
        // Every sign that the forest reads is made to count, so that its words are seen.
        for (let f = 0; f < open.row.length; f++) {
          const contributions = new Float64Array(open.row.length);
          contributions[f] = -1;
          for (const text of open.finish(8, contributions).words) assertKnown(text);
        }
        for (const { feature, text } of reasons) {
          assertKnown(text);
          assert.ok(!feature.startsWith('new_'), text);
        }
      }),
    );
  });

  it('says of what is new to account and training just that', () => {
    const past = BOOKS[0].slice(-60);
    const last = past[past.length - 1];
    const strange = {
      ...last,
      at: last.at + HOUR,
      location: 'Grenoble',
      paymentMethod: 'carrier pigeon',
      merchantCategoryCode: '0001',
    };
    // Made-up rows have no codes.
    const merchantCodes = new Map([['5814', { code: 0, count: 100 }]]);
    const reader = { ...artifact, statistics: { ...artifact.statistics, merchantCodes } };
    const rarities = (rows: readonly Transaction[]) =>
      tellAll(
        strange,
        rows.map((row) => toPastRow(row)),
        reader,
      ).filter(({ feature }) => feature.endsWith('rarity'));
    const expected = [
      'the payment method carrier pigeon is not among the payment methods learnt at training',
      'the place Grenoble is not among the places learnt at training',
      'the merchant category code 0001 is not among the codes learnt at training',
    ];
    for (const rows of [[], past]) {
      const told = rarities(rows);
      assert.deepEqual(
        told.map(({ text }) => text),
        expected,
      );
      assert.ok(told.every(({ isUsual }) => !isUsual));
    }
    const owned = rarities([...past.slice(0, 20), { ...strange, at: past[19].at }, ...past.slice(20)]);
    assert.deepEqual(
      owned.map(({ text }) => text),
      expected.map((text) => `${text}, but this account has had it before`),
    );
    assert.ok(owned.every(({ isUsual }) => isUsual));
  });

  it('does not call the town unseen where an account has spent its forty rows', () => {
    const row = { ...PLAIN, location: 'Grenoble', amountMinor: -6000 };
    const past = Array.from({ length: 40 }, (_, i) =>
      toPastRow({ ...row, at: row.at - (40 - i) * 20 * HOUR, amountMinor: -300 - 10 * i }),
    );
    const { reasons } = assess(artifact, row, past, 'UTC');
    assert.ok(reasons.length > 0);
    for (const { text } of reasons) assert.doesNotMatch(text, /Grenoble/);
  });

  it('says where a longer past was not looked at', () => {
    const rows = Array.from({ length: 256 }, (_, i) =>
      toPastRow({ ...PLAIN, location: 'York', at: PLAIN.at - (256 - i) * HOUR }),
    );
    const elsewhere = { ...PLAIN, location: 'Grenoble', description: 'Gold souk' };
    const texts = (past: readonly PastRow[]) =>
      tellAll(elsewhere, past).flatMap(({ feature, text }) => (feature.startsWith('new_') ? [text] : []));
    const [merchant, place] = texts(rows);
    assert.match(merchant, /^no transaction with .* among the newest 256 of this account;/);
    assert.match(place, /^this account was not seen at Grenoble in its newest 256 transactions;/);
    const [first, never] = texts(rows.slice(1));
    assert.match(first, /^first transaction with /);
    assert.match(never, /^this account was never seen at Grenoble before;/);
  });
});

describe('an amount beside what is usual', () => {
  const usual = { count: 50, median: Math.log1p(30), spread: 1.27 };

  it('is unusual beyond the ends as they are written, and within them told beside the median alone', () => {
    assert.deepEqual(compareAmount(39.05, usual, null), {
      value: '39.05',
      usual: 'median 30',
      isUsual: true,
      size: 'close to the median of 30',
    });
    assert.equal(compareAmount(224.7, usual, 'EUR').size, '7.5 times the median of 30 EUR');
    assert.deepEqual(compareAmount(5000, usual, 'EUR'), {
      value: '5,000.00 EUR',
      usual: '2.8 to 249 EUR (median 30)',
      isUsual: false,
      size: 'unusually large (167 times the median)',
    });
    assert.equal(compareAmount(0.5, usual, null).size, 'unusually small');
    assert.equal(compareAmount(249, usual, null).isUsual, true);
    assert.equal(compareAmount(249.01, usual, null).isUsual, false);
    const narrow = { ...usual, spread: 0.05 };
    assert.equal(compareAmount(35, narrow, null).size, 'larger than usual');
    assert.equal(compareAmount(25, narrow, null).size, 'smaller than usual');
    assert.equal(compareAmount(5, { ...usual, median: 0 }, null).size, 'close to the median of 0');
    assert.equal(compareAmount(50, { ...usual, median: 0 }, null).size, 'unusually large');
  });

  it('lies outside whatever range its words name, in any currency', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 20, noNaN: true }),
        fc.double({ min: 0, max: 20, noNaN: true }),
        fc.double({ min: 0.05, max: 4, noNaN: true }),
        fc.constantFrom(null, 'EUR', 'JPY', 'KWD'),
        (log, median, spread, currency) => {
          const scale = 10 ** currencyDigits(currency);
          const amount = Math.round(Math.expm1(log) * scale) / scale;
          const compared = compareAmount(amount, { count: 9, median, spread }, currency);
          assert.equal(isWithin(compared), false, JSON.stringify(compared));
          assert.equal(compared.isUsual, !compared.usual.includes(' to '));
          assert.doesNotMatch(compared.size, /NaN|Infinity|∞/);
        },
      ),
    );
  });
});
