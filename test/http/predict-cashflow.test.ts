import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../../src/http/schemas/problem.ts';
import type { CashflowRequest } from '../../src/predict/cashflow.ts';
import { answered, connect } from '../client/connect.ts';
import type { components } from '../client/paths.ts';
import { documentedCashflow, post, testApp } from '../harness.ts';

const URL = '/predict/cashflow';

function app() {
  const asked: CashflowRequest[] = [];
  const built = testApp({
    predict: {
      cashflow: async (request) => {
        asked.push(request);
        return documentedCashflow();
      },
    },
  });
  return { built, asked };
}

test('an empty object asks for all stored accounts, 30 days, at .8', async (t) => {
  const { built, asked } = app();
  t.after(() => built.close());
  const { success, processing_time_ms, ...answer } = await answered(connect(built).POST(URL, { body: {} }));
  assert.equal(success, true);
  assert.equal(typeof processing_time_ms, 'number');
  assert.deepEqual(answer, documentedCashflow());
  assert.deepEqual(asked, [
    {
      transactions: null,
      accountId: null,
      horizonDays: 30,
      level: 0.8,
      startingBalance: null,
      asOf: null,
      currency: null,
    },
  ]);
});

test('options and transactions are read, and income with a negative amount is a reversal', async (t) => {
  const { built, asked } = app();
  t.after(() => built.close());
  const body = {
    transactions: [
      { date: '2025-01-01', amount: 25, type: 'Expense' },
      { date: '2025-01-02', amount: -10, type: 'Income' },
    ],
    horizon_days: 365,
    confidence_level: 0.95,
    starting_balance: -5,
    as_of: '1970-01-11',
    currency: 'eur',
  } satisfies components['schemas']['CashflowRequest'];
  await answered(connect(built).POST(URL, { body }));
  const [{ transactions, ...options }] = asked;
  assert.deepEqual(
    transactions?.map(({ amountMinor }) => amountMinor),
    [-2500, -1000],
  );
  assert.deepEqual(options, {
    accountId: null,
    horizonDays: 365,
    level: 0.95,
    startingBalance: -5,
    asOf: 10,
    currency: 'EUR',
  });
});

test('every fault is told at once, with its place', async (t) => {
  const { built } = app();
  t.after(() => built.close());
  const body = {
    transactions: [{ amount: 1 }, { date: 'soon' }, 7],
    account_id: 'a',
    horizon_days: 0,
    confidence_level: 2,
    starting_balance: 'x',
    as_of: 'later',
    currency: 'XYZW',
    horizon: 3,
  };
  const reply = await built.inject(post(URL, body));
  assert.equal(reply.statusCode, 422);
  const pointers = (reply.json() as Problem).errors.map(({ pointer }) => pointer).sort();
  assert.deepEqual(pointers, [
    '/account_id',
    '/as_of',
    '/confidence_level',
    '/currency',
    '/horizon',
    '/horizon_days',
    '/starting_balance',
    '/transactions/1/amount',
    '/transactions/1/date',
    '/transactions/2',
  ]);
});

test('an empty list, no object and too many transactions are refused', async (t) => {
  const { built } = app();
  t.after(() => built.close());
  assert.equal((await built.inject(post(URL, { transactions: [] }))).statusCode, 422);
  assert.equal((await built.inject(post(URL, { transactions: 'all', currency: 'QQQ' }))).statusCode, 422);
  assert.equal((await built.inject(post(URL, []))).statusCode, 422);
  const many = { transactions: Array.from({ length: 10_001 }, () => ({ amount: 1 })) };
  assert.equal((await built.inject(post(URL, many))).statusCode, 413);
});
