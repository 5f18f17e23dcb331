import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { toPastRow } from '../../src/features/past.ts';
import { createStoredPast } from '../../src/predict/stored-past.ts';
import type { HistoryStore } from '../../src/stores/ports.ts';
import { createSqlHistory } from '../../src/stores/sql/history.ts';
import { openSqlite } from '../../src/stores/sql/sqlite.ts';
import { transaction } from '../stores/history-contract.ts';

let history: HistoryStore;
before(async () => {
  history = createSqlHistory(await openSqlite(':memory:'), 'memory');
  await history.append([
    ...Array.from({ length: 500 }, (_, i) => transaction({ id: `a${i}`, at: i >> 1, amountMinor: -i })),
    ...Array.from({ length: 7 }, (_, i) => transaction({ id: `b${i}`, at: 30 * i, accountId: 'b' })),
  ]);
});
after(() => history.close());

/** The history, noting how often it is asked. */
function counted() {
  const asked = { times: 0 };
  return {
    asked,
    before(accountId: string, at: number, limit: number) {
      asked.times++;
      return history.before(accountId, at, limit);
    },
  };
}

describe('createStoredPast', () => {
  it('answers like the store, whatever is asked and kept', async () => {
    const past = createStoredPast(history, () => 1);
    const later = createStoredPast(history, async () => 1);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('a', 'b', 'none'),
        fc.integer({ min: -1, max: 300 }),
        fc.oneof(fc.constant(256), fc.integer({ min: 0, max: 600 })),
        async (accountId, at, limit) => {
          const rows = await history.before(accountId, at, limit);
          const wanted = rows.map((row) => toPastRow(row));
          assert.deepEqual(await past.before(accountId, at, limit), wanted);
          assert.deepEqual(await later.before(accountId, at, limit), wanted);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('reads an account once for what comes after its newest rows, until something is remembered', async () => {
    const store = counted();
    let revision = 1;
    const past = createStoredPast(store, () => revision);
    for (let at = 250; at < 260; at++) await past.before('a', at, 256);
    assert.equal(store.asked.times, 1);
    await past.before('b', 50, 256);
    await past.before('b', 150, 256);
    assert.equal(store.asked.times, 2, 'all rows of a short account answer for any instant');
    revision++;
    await past.before('a', 200, 256);
    assert.equal(store.asked.times, 3);
  });

  it('keeps nothing without a revision, and the pasts used last of many accounts', async () => {
    const store = counted();
    const plain = createStoredPast(store, null);
    for (let again = 0; again < 3; again++) await plain.before('a', 200, 256);
    assert.equal(store.asked.times, 3);
    const rows = await history.before('a', 300, 384);
    const busy = createStoredPast(
      {
        async before() {
          store.asked.times++;
          return rows;
        },
      },
      () => 1,
    );
    for (let i = 0; i < 90; i++) await busy.before(`account ${i}`, 200, 256);
    store.asked.times = 0;
    await busy.before('account 89', 200, 256);
    assert.equal(store.asked.times, 0);
    await busy.before('account 0', 200, 256);
    assert.equal(store.asked.times, 1);
  });

  it('does not keep a failure', async () => {
    let isBroken = true;
    const past = createStoredPast(
      {
        before: (...asked) => (isBroken ? Promise.reject(new Error('away')) : history.before(...asked)),
      },
      () => 1,
    );
    await assert.rejects(async () => past.before('b', 9, 256), /away/);
    isBroken = false;
    assert.equal((await past.before('b', 9, 256)).length, 1);
  });
});
