import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS } from '../../src/bank/calendar.ts';
import type { Transaction } from '../../src/bank/transaction.ts';
import { createRng, nextInt, nextNormal } from '../../src/lib/rng.ts';
import type { Stream } from '../../src/models/recurring.ts';
import { payment, streamsOf } from './payments.ts';

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);
/** How the subscription and the shopping are paid: not said, each in its way, both in one. */
const METHODS = [
  ['', ''],
  ['direct_debit', 'debit_card'],
  ['debit_card', 'debit_card'],
] as const;

/** The 8th of a month, so many months before June 2025. */
function eighth(monthsBefore: number): string {
  const months = 2025 * 12 + 5 - monthsBefore;
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}-08`;
}

/** Payments on the 8th, the last of them `missed` months before June 2025; amounts from the oldest to the newest. */
function subscribe(missed: number, amounts: readonly number[], method: string): Transaction[] {
  return amounts.map((amount, i) => ({
    ...payment(eighth(missed + amounts.length - 1 - i), -amount, 'STREAMFLIX'),
    paymentMethod: method,
  }));
}

/** 500 purchases of any amount on any day from 2024-01-01, and one on 2025-06-30. */
function shop(seed: number, method: string): Transaction[] {
  const rng = createRng(seed);
  const any = Array.from({ length: 500 }, () => {
    const amount = Math.exp(2.8 + 0.7 * nextNormal(rng));
    const row = payment('2024-01-01', -amount, `SHOP ${1 + nextInt(rng, 60)}`);
    return { ...row, at: row.at + nextInt(rng, 546) * DAY_MS };
  });
  return [...any, payment('2025-06-30', -20, 'SHOP 1')].map((row) => ({ ...row, paymentMethod: method }));
}

/** The one stream named STREAMFLIX, which has all of its own payments and none of the others. */
function streamOf(own: readonly Transaction[], others: readonly Transaction[], what: string): Stream {
  const streams = streamsOf([...own, ...others]).filter(({ label }) => label === 'STREAMFLIX');
  assert.equal(streams.length, 1, what);
  assert.deepEqual(
    streams[0].payments.map(({ day, amount }) => [day, -amount]),
    own.map(({ at, amountMinor }) => [at / DAY_MS, (amountMinor ?? 0) / 100]),
    what,
  );
  return streams[0];
}

function eachHistory(
  check: (missed: number, seed: number, methods: readonly string[], what: string) => void,
) {
  for (const missed of [0, 1, 2, 3])
    for (const seed of SEEDS)
      for (const methods of METHODS)
        check(missed, seed, methods, `${missed} missed, seed ${seed}, paid by ${methods.join(' and ')}`);
}

test('a subscription that stopped is ended at its own amount, whatever is bought beside it', () => {
  eachHistory((missed, seed, [own, others], what) => {
    const stream = streamOf(subscribe(missed, Array(14).fill(9.99), own), shop(seed, others), what);
    assert.equal(stream.isAmountFixed, true, what);
    assert.equal(stream.priceChange, null, what);
    // On 30 June even the one of 8 June is more than the ten days late that a monthly payment may be.
    assert.equal(stream.isEnded, missed > 0, what);
  });
});

test('a price rise is dated and sized by the payments of the subscription alone', () => {
  eachHistory((missed, seed, [own, others], what) => {
    const amounts = [...Array(9).fill(9.99), ...Array(5).fill(10.99)];
    const rows = subscribe(missed, amounts, own);
    const stream = streamOf(rows, shop(seed, others), what);
    assert.deepEqual(stream.priceChange, { from: 9.99, to: 10.99, day: rows[9].at / DAY_MS }, what);
    assert.equal(stream.isEnded, missed > 0, what);
  });
});

test('a payment a few days late is still expected', () => {
  const rows = subscribe(1, Array(14).fill(9.99), '');
  const [late] = streamsOf([...rows, payment('2025-06-16', -20, 'SHOP 1')]);
  const [ended] = streamsOf([...rows, payment('2025-06-20', -20, 'SHOP 1')]);
  assert.deepEqual([late.isEnded, ended.isEnded], [false, true]);
});

test('a payment under other words continues a stream by a shared word, or by its own amount on the very day', () => {
  const rows = subscribe(1, [...Array(5).fill(9.99), 10.99], '');
  const lengthWith = (row: Transaction) => streamsOf([...rows, row])[0].payments.length;
  assert.equal(lengthWith(payment('2025-06-09', -11.49, 'Streamflix (card 12)')), 7);
  assert.equal(lengthWith(payment('2025-06-08', -10.99, 'Television')), 7);
  assert.equal(lengthWith(payment('2025-06-08', -11.49, 'Television')), 6);
  assert.equal(lengthWith(payment('2025-06-06', -10.99, 'Television')), 6);
  // Much else costs the same: that one of those falls on the day is chance.
  const usual = Array.from({ length: 9 }, (_, i) => payment(`2025-03-${20 + i}`, -10.99, `Shop ${i}`));
  const [stream] = streamsOf([...rows, ...usual, payment('2025-06-08', -10.99, 'Television')]);
  assert.deepEqual([stream.label, stream.payments.length], ['STREAMFLIX', 6]);
});

test('the same amount paid once elsewhere, about when a payment was due, does not keep an ended subscription alive', () => {
  const rows = subscribe(3, Array(14).fill(9.99), '');
  const shopping = ['2025-05-04', '2025-06-05'].map((date) => payment(date, -9.99, 'SHOP 4'));
  for (const once of shopping) {
    const stream = streamOf(rows, [once, payment('2025-06-30', -20, 'SHOP 1')], once.description);
    assert.equal(stream.isEnded, true);
  }
});
