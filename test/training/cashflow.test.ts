import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../src/errors.ts';
import { ANOMALY_TRAINER } from '../../src/training/anomaly-trainer.ts';
import { CASHFLOW_TRAINER } from '../../src/training/cashflow-trainer.ts';
import { synthesise } from '../../src/training/synthetic.ts';
import type { TrainOptions } from '../../src/training/trainer.ts';

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
