import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transaction } from '../../src/bank/transaction.ts';
import { createStoredColumns } from '../../src/predict/stored-columns.ts';
import type { HistoryRange } from '../../src/stores/ports.ts';
import { fromColumns } from '../../src/workers/columns.ts';
import { daily } from '../models/payments.ts';

/** A history that counts how often it was read; its rows are those of the moment a reading begins. */
function countedHistory(rows: readonly Transaction[]) {
  const state = { rows, readings: 0, revision: 1 };
  return {
    state,
    history: {
      async *all({ accountId, from = Number.NEGATIVE_INFINITY }: HistoryRange = {}) {
        state.readings++;
        for (const row of state.rows) {
          if ((accountId === undefined || row.accountId === accountId) && row.at >= from) yield row;
        }
      },
    },
  };
}

const ROWS = daily('2025-01-01', 60, (day) => 10 + (day % 7));
/** What a forecast reads of a row. */
const AMOUNTS = (rows: readonly Transaction[]) => rows.map(({ at, amountMinor }) => [at, amountMinor]);

test('a history is read once for as long as its revision stays, also by those who ask at the same time', async () => {
  const { state, history } = countedHistory(ROWS);
  const stored = createStoredColumns(history, () => state.revision);
  const range = { from: ROWS[5].at };
  const [one, two] = await Promise.all([stored.read(range), stored.read(range)]);
  const three = await stored.read(range);
  assert.equal(state.readings, 1);
  assert.equal(one, two);
  assert.equal(one, three);
  assert.deepEqual(AMOUNTS(fromColumns(one)), AMOUNTS(ROWS.slice(5)));

  state.rows = ROWS.slice(0, 30);
  state.revision++;
  assert.deepEqual(AMOUNTS(fromColumns(await stored.read(range))), AMOUNTS(ROWS.slice(5, 30)));
  assert.equal(state.readings, 2);
});

test('what is kept of one range answers no other', async () => {
  const other = ROWS.map((row) => ({ ...row, accountId: 'b' }));
  const { state, history } = countedHistory([...ROWS, ...other]);
  const stored = createStoredColumns(history, () => state.revision);
  assert.equal((await stored.read({})).at.length, 120);
  assert.equal((await stored.read({ accountId: 'b' })).at.length, 60);
  assert.equal((await stored.read({ accountId: 'b', from: ROWS[59].at })).at.length, 1);
  assert.equal((await stored.read({})).at.length, 120);
  assert.equal(state.readings, 3);
});

test('what was read while the history changed answers only those who asked before', async () => {
  const { state, history } = countedHistory(ROWS);
  const stored = createStoredColumns(history, () => state.revision);
  const early = stored.read({});
  state.revision++;
  state.rows = ROWS.slice(0, 1);
  assert.equal((await stored.read({})).at.length, 1);
  await early;
  assert.equal((await stored.read({})).at.length, 1);
});

test('a reading that failed is not kept', async () => {
  let isBroken = true;
  const { history } = countedHistory(ROWS);
  const stored = createStoredColumns(
    {
      async *all(range) {
        if (isBroken) throw new Error('the store is away');
        yield* history.all(range);
      },
    },
    () => 1,
  );
  await assert.rejects(stored.read({}), /away/);
  isBroken = false;
  assert.equal((await stored.read({})).at.length, 60);
});

test('of more rows than are read the newest count, with their own texts', async () => {
  const count = 205_000;
  const [template] = ROWS;
  const stored = createStoredColumns(
    {
      async *all() {
        for (let i = 0; i < count; i++) {
          yield { ...template, at: i, amountMinor: i, description: `text ${Math.floor(i / 50_000)}` };
        }
      },
    },
    null,
  );
  const columns = await stored.read({});
  const rows = fromColumns(columns);
  assert.equal(rows.length, 100_000);
  assert.equal(rows[0].at, 105_000);
  assert.equal(rows[99_999].amountMinor, count - 1);
  assert.equal(rows[0].description, 'text 2');
  assert.equal(rows[99_999].description, 'text 4');
  const words = Buffer.concat(columns.texts.map((part) => Buffer.from(part))).toString();
  assert.ok(!words.includes('text 0'), 'texts of rows left out are left out');
});
