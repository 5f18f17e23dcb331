import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../src/errors.ts';
import type { CashflowDetails } from '../../src/training/cashflow-trainer.ts';
import { CASHFLOW_TRAINER } from '../../src/training/cashflow-trainer.ts';
import { synthesise } from '../../src/training/synthetic.ts';
import type { TrainOptions } from '../../src/training/trainer.ts';

const { transactions } = synthesise({ seed: 11, accounts: 2, days: 200 });
const OPTIONS: TrainOptions = { timezone: 'UTC', seed: 1, search: 0, isSimple: true, workers: 1 };

test('the same seed gives the same bytes with one worker and with two, and misses a quarter less than the seasonal naive', async () => {
  const one = await CASHFLOW_TRAINER.train(transactions, null, OPTIONS);
  const two = await CASHFLOW_TRAINER.train(transactions, null, { ...OPTIONS, workers: 2 });
  assert.deepEqual(one.bytes, two.bytes);
  const { scores, baselines } = (one.details as unknown as CashflowDetails).evaluation;
  assert.ok(scores.wape < 0.75 * baselines.seasonal_naive.wape);
  assert.equal(one.facts.rows + one.rowsSetAside, transactions.length);

  const summary = { ...one.details };
  const until = transactions[transactions.length - 1].at;
  const same = await CASHFLOW_TRAINER.train(
    transactions,
    { version: 'v', bytes: one.bytes, trainedUntil: until, summary },
    { ...OPTIONS, search: 1 },
  );
  assert.equal(same.comparison?.basis, 'refitted_recipe');
  const early = { version: 'v', bytes: one.bytes, trainedUntil: transactions[0].at, summary };
  const later = await CASHFLOW_TRAINER.train(transactions, early, OPTIONS);
  assert.equal(later.comparison?.basis, 'later_rows');
  const damaged = { ...early, bytes: new Uint8Array(3) };
  assert.equal((await CASHFLOW_TRAINER.train(transactions, damaged, OPTIONS)).comparison, null);
});

test('too short a history is refused, and a training can be stopped', async () => {
  const few = transactions.slice(0, 20);
  await assert.rejects(
    CASHFLOW_TRAINER.train(few, null, OPTIONS),
    (error) => error instanceof AppError && error.row.code === 'data_insufficient',
  );
  const signal = AbortSignal.abort();
  await assert.rejects(CASHFLOW_TRAINER.train(transactions, null, { ...OPTIONS, signal }), {
    name: 'AbortError',
  });
});
