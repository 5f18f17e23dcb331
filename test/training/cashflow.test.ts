import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transaction } from '../../src/bank/transaction.ts';
import { AppError } from '../../src/errors.ts';
import { ANOMALY_TRAINER } from '../../src/training/anomaly-trainer.ts';
import { CASHFLOW_TRAINER, type CashflowDetails } from '../../src/training/cashflow-trainer.ts';
import { synthesise } from '../../src/training/synthetic.ts';
import type { TrainOptions } from '../../src/training/trainer.ts';
import { daily } from '../models/payments.ts';

const { transactions } = synthesise({ seed: 11, accounts: 2, days: 200 });
const OPTIONS: TrainOptions = { timezone: 'UTC', seed: 1, search: 0, isSimple: true, workers: 1 };

test('a training is compared with the active version on later rows, else with its recipe refitted', async () => {
  const one = await CASHFLOW_TRAINER.train(transactions, null, OPTIONS);
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

test('a search counts its trials, keeps the best and tells each, before the part the model is reported on', async () => {
  for (const { model, train } of [CASHFLOW_TRAINER, ANOMALY_TRAINER]) {
    const { details } = await train(transactions, null, { ...OPTIONS, search: 2 });
    const { parameters, trials } = details as unknown as {
      parameters: object;
      trials: readonly { parameters: object; wape?: number; planted_auc?: number }[];
    };
    assert.equal(trials.length, 3, model);
    const error = ({ wape, planted_auc = 0 }: (typeof trials)[number]) => wape ?? -planted_auc;
    const best = trials.reduce((a, b) => (error(b) < error(a) ? b : a));
    assert.deepEqual(parameters, best.parameters);
    // Whatever the newest seventh says, the trials come out the same.
    const count = Math.floor(transactions.length * 0.86);
    const spoilt = transactions.map((row, i) => (i < count ? row : { ...row, amountMinor: -1 }));
    const other = await train(spoilt, null, { ...OPTIONS, search: 2 });
    assert.deepEqual(other.details.trials, trials);
  }
});

async function evaluated(rows: readonly Transaction[]) {
  const { details, comparison } = await CASHFLOW_TRAINER.train(rows, null, OPTIONS);
  assert.equal(comparison, null);
  return (details as unknown as CashflowDetails).evaluation;
}

test('accounts in which nothing is left at the end of the day are learnt from, and beat nothing', async () => {
  const swept = daily('2025-01-01', 120, () => 50).flatMap((row) => [row, { ...row, amountMinor: 5000 }]);
  for (const rows of [swept, daily('2025-01-01', 120, () => 0)]) {
    const { scores, beats_baseline, difference_to_seasonal_naive } = await evaluated(rows);
    assert.deepEqual([scores.wape, scores.total_error, scores.winkler_80], [0, 0, 0]);
    assert.equal(beats_baseline, false);
    assert.deepEqual(difference_to_seasonal_naive, [0, 0]);
    const one = await CASHFLOW_TRAINER.train(rows, null, OPTIONS);
    const active = { version: 'v', bytes: one.bytes, trainedUntil: rows[0].at, summary: { ...one.details } };
    assert.equal((await CASHFLOW_TRAINER.train(rows, active, OPTIONS)).comparison?.is_worse, false);
  }
});

test('an account counts as much as another, whatever its currency', async () => {
  const other = transactions.find(({ accountId }) => accountId !== transactions[0].accountId)?.accountId;
  const inYen = (row: Transaction) => ({
    ...row,
    currency: 'JPY',
    amountMinor: row.amountMinor === null ? null : 150 * row.amountMinor,
  });
  // Of the yen there is no smaller unit, so the same numbers are a hundred times the money.
  const dear = transactions.map((row) => (row.accountId === other ? inYen(row) : row));
  const [one, two] = [await evaluated(transactions), await evaluated(dear)];
  const wapes = ({ scores, baselines }: typeof one) => [scores.wape, baselines.weekday_mean.wape];
  for (const [i, value] of wapes(one).entries()) {
    assert.ok(Math.abs(wapes(two)[i] / value - 1) < 0.01, `${value} ${wapes(two)[i]}`);
  }
});

test('the same every day is within its interval every day', async () => {
  const { scores } = await evaluated(daily('2025-01-01', 120, () => 10));
  assert.equal(scores.coverage_80, 1);
});
