import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LAST_DAY } from '../../src/bank/calendar.ts';
import { AppError } from '../../src/errors.ts';
import { fixedClock } from '../../src/lib/clock.ts';
import { blankArtifact } from '../../src/models/cashflow.ts';
import {
  type CashflowDependencies,
  type CashflowRequest,
  predictCashflow,
} from '../../src/predict/cashflow.ts';
import { createStoredColumns } from '../../src/predict/stored-columns.ts';
import { createSqlHistory } from '../../src/stores/sql/history.ts';
import { openSqlite } from '../../src/stores/sql/sqlite.ts';
import { createForecastPool } from '../../src/workers/forecast-pool.ts';
import { daily } from '../models/payments.ts';

const REQUEST: CashflowRequest = {
  transactions: null,
  accountId: null,
  horizonDays: 7,
  level: 0.8,
  startingBalance: null,
  asOf: null,
  currency: null,
};
const MODEL = { version: 'v1', artifact: blankArtifact({ power: 4, priorOrigins: 6 }) };

function isCode(code: string) {
  return (error: unknown) => error instanceof AppError && error.row.code === code;
}

function isFaultAt(pointer: string) {
  return (error: unknown) =>
    isCode('invalid')(error) && (error as AppError).errors.every((fault) => fault.pointer === pointer);
}

test('forecasts come from what is given, from one account or from all that is stored', async (t) => {
  const history = createSqlHistory(await openSqlite(':memory:'), ':memory:');
  const pool = createForecastPool();
  t.after(async () => {
    await pool.close();
    await history.close();
  });
  const dependencies: CashflowDependencies = {
    model: () => MODEL,
    stored: createStoredColumns(history, null),
    pool,
    timezone: 'UTC',
    clock: fixedClock(Date.UTC(2025, 2, 15)),
    newId: () => 'id',
  };
  const ask = (request: Partial<CashflowRequest>) =>
    predictCashflow(dependencies, { ...REQUEST, ...request });

  await assert.rejects(ask({}), isCode('data_insufficient'));
  await assert.rejects(
    predictCashflow({ ...dependencies, model: () => null }, REQUEST),
    isCode('model_not_loaded'),
  );

  const rows = daily('2025-01-01', 60, (day) => 10 + (day % 7));
  await history.append([...rows, ...rows.map((row) => ({ ...row, accountId: 'b' }))]);
  await pool.warm(MODEL);
  const all = await ask({});
  // Stored history is forecast from tomorrow on, given history from the day after its last.
  assert.equal(all.forecast[0].date, '2025-03-16');
  assert.equal(all.model_version, 'v1');
  const one = await ask({ accountId: 'b' });
  assert.ok(Math.abs(all.summary.total_expense / one.summary.total_expense - 2) < 0.05);
  const given = await ask({ transactions: rows });
  assert.equal(given.forecast[0].date, '2025-03-02');
  assert.equal((await ask({ asOf: 20_100 })).forecast[0].date, '2025-01-13');

  await assert.rejects(ask({ currency: 'EUR' }), isCode('invalid'));
  await assert.rejects(ask({ asOf: 1 }), isCode('data_insufficient'));
  await assert.rejects(ask({ accountId: 'nobody' }), /account nobody from the last ten years/);

  // 9999-12-31 is the last date there is.
  const late = daily('9999-12-01', 20, () => 10);
  assert.equal((await ask({ transactions: late, horizonDays: 11 })).forecast[10].date, '9999-12-31');
  await assert.rejects(ask({ transactions: late, horizonDays: 12 }), isFaultAt('/horizon_days'));
  await assert.rejects(ask({ transactions: rows, asOf: LAST_DAY }), isFaultAt('/as_of'));
  await assert.rejects(ask({ asOf: LAST_DAY }), /ten years before as_of/);
});
