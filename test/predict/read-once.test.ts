import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Transaction } from '../../src/bank/transaction.ts';
import { readOnce } from '../../src/predict/read-once.ts';
import { createStoredPast, type PastSource } from '../../src/predict/stored-past.ts';
import type { HistoryStore } from '../../src/stores/ports.ts';
import { createSqlHistory } from '../../src/stores/sql/history.ts';
import { openSqlite } from '../../src/stores/sql/sqlite.ts';
import { transaction } from '../stores/history-contract.ts';

let history: HistoryStore;
let past: PastSource;
before(async () => {
  history = createSqlHistory(await openSqlite(':memory:'), 'memory');
  const rows: Transaction[] = [];
  for (let at = 0; at < 40; at++) rows.push(transaction({ id: `a${at}`, at: at >> 1 }));
  for (let at = 0; at < 3; at++) rows.push(transaction({ id: `b${at}`, at: 5 * at, accountId: 'b' }));
  await history.append(rows);
  past = createStoredPast(history, null);
});
after(() => history.close());

describe('readOnce', () => {
  it('answers like the store, whatever a list asks for', async () => {
    const item = fc.record({
      accountId: fc.constantFrom('a', 'b', 'none', null),
      at: fc.integer({ min: -1, max: 25 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(item, { maxLength: 8 }),
        fc.integer({ min: 0, max: 12 }),
        item,
        async (list, limit, stranger) => {
          const once = readOnce(
            past,
            list.map((fields) => transaction(fields)),
          );
          for (const { accountId, at } of [...list, stranger]) {
            if (accountId === null) continue;
            assert.deepEqual(
              await once.before(accountId, at, limit),
              await past.before(accountId, at, limit),
            );
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads an account once for items of one instant, and for items that the reading reaches back to', async () => {
    const asked: unknown[][] = [];
    const counting = counted(asked);
    // Two rows an instant: thirteen before 20 reach back to ten before 19, not to ten before 18.
    const list = [20, 20, 19, 18].map((at) => transaction({ at }));
    const once = readOnce(counting, [...list, transaction({ accountId: 'b', at: 9 })]);
    for (const { at } of list) await once.before('a', at, 10);
    for (let again = 0; again < 2; again++) await once.before('b', 9, 10);
    assert.deepEqual(asked, [
      ['a', 20, 13],
      ['a', 18, 10],
      ['b', 9, 10],
    ]);
  });

  it('reads a list that is stored already in parts as long as a past, in whatever order it comes', async () => {
    const list = Array.from({ length: 40 }, (_, at) => transaction({ at: (at >> 1) + 1 }));
    for (const order of [list, list.toReversed()]) {
      const asked: unknown[][] = [];
      const once = readOnce(counted(asked), order);
      for (const { at } of order) await once.before('a', at, 10);
      assert.equal(asked.length, 4);
    }
  });
});

/** The history, noting what it is asked. */
function counted(asked: unknown[][]) {
  return {
    before(accountId: string, at: number, limit: number) {
      asked.push([accountId, at, limit]);
      return past.before(accountId, at, limit);
    },
  };
}
