import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../../src/errors.ts';
import { type AmountDependencies, predictAmount } from '../../src/predict/amount.ts';
import { createStoredPast } from '../../src/predict/stored-past.ts';
import { createSqlHistory } from '../../src/stores/sql/history.ts';
import { openSqlite } from '../../src/stores/sql/sqlite.ts';
import { PLAIN } from '../features/arbitrary.ts';
import { trainedAmount } from '../models/trained.ts';

async function dependencies(): Promise<AmountDependencies & { close: () => Promise<void> }> {
  const artifact = await trainedAmount();
  const history = createSqlHistory(await openSqlite(':memory:'), 'memory');
  await history.append(
    Array.from({ length: 20 }, (_, day) => ({
      ...PLAIN,
      accountId: 'known',
      at: PLAIN.at - (day + 1) * 86_400_000,
      amountMinor: -777_700,
      description: 'Harbour fee',
    })),
  );
  return {
    model: () => ({ version: '1.2.0', artifact }),
    history: createStoredPast(history, null),
    timezone: 'UTC',
    newId: () => 'an-id',
    close: () => history.close(),
  };
}

describe('predicting an amount', () => {
  it('reads the history of the account that is named, and no other', async () => {
    const services = await dependencies();
    const ask = async (accountId: string | null) => {
      const transaction = { ...PLAIN, accountId, amountMinor: null, description: 'Harbour fee' };
      return predictAmount(services, { transaction, level: 0.9 });
    };
    const [known, nobody, stranger] = await Promise.all([ask('known'), ask(null), ask('stranger')]);
    assert.ok(known.predicted_amount < 2 * nobody.predicted_amount, 'a dear habit makes a dear guess');
    assert.deepEqual(stranger.predicted_amount, nobody.predicted_amount);
    const { lower, upper, level } = known.confidence_interval;
    assert.ok(lower <= known.predicted_amount && known.predicted_amount <= upper);
    assert.deepEqual(
      [level, known.model_version, known.features_used, known.prediction_id],
      [0.9, '1.2.0', 52, 'an-id'],
    );
    await services.close();
  });

  it('answers the same, bit for bit, whatever amount and balance are given', async () => {
    const services = await dependencies();
    for (const accountId of ['known', null]) {
      const ask = async (amountMinor: number | null, balanceAfterMinor: number | null) => {
        const transaction = { ...PLAIN, accountId, amountMinor, balanceAfterMinor, type: 'Expense' as const };
        const { predicted_amount, confidence_interval, explanation } = await predictAmount(services, {
          transaction,
          level: 0.9,
        });
        return { predicted_amount, confidence_interval, explanation };
      };
      const blind = await ask(null, null);
      for (const [amount, balance] of [
        [-1, 1],
        [-777_700, 0],
        [99_999_999_999, -5],
      ])
        assert.deepEqual(await ask(amount, balance), blind);
    }
    await services.close();
  });

  it('says which model is missing', async () => {
    const services = await dependencies();
    await assert.rejects(
      predictAmount({ ...services, model: () => null }, { transaction: PLAIN, level: 0.8 }),
      (error) => error instanceof AppError && error.row.code === 'model_not_loaded',
    );
    await services.close();
  });
});
