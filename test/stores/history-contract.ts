import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Transaction } from '../../src/bank/transaction.ts';
import type { HistoryRange, HistoryStore } from '../../src/stores/ports.ts';

/** A transaction of account `a` at instant 0 with what the test cares about replaced. */
export function transaction(fields: Partial<Transaction> = {}): Transaction {
  return {
    id: null,
    accountId: 'a',
    at: 0,
    timeKnown: true,
    amountMinor: -250,
    currency: 'GBP',
    type: 'Expense',
    description: 'COFFEE',
    merchantName: '',
    category: '',
    paymentMethod: '',
    location: '',
    merchantCategoryCode: '',
    country: '',
    reference: '',
    tags: [],
    balanceAfterMinor: null,
    ...fields,
  };
}

async function collect(history: HistoryStore, range?: HistoryRange): Promise<Transaction[]> {
  const rows: Transaction[] = [];
  for await (const row of history.all(range)) rows.push(row);
  return rows;
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const anyTransaction: fc.Arbitrary<Transaction> = fc.record(
  {
    id: fc.option(fc.constantFrom('1', '2', '3')),
    accountId: fc.option(fc.constantFrom('a', 'b')),
    at: fc.integer({ min: -5, max: 5 }),
    timeKnown: fc.boolean(),
    amountMinor: fc.option(fc.maxSafeInteger()),
    currency: fc.option(fc.constantFrom('GBP', 'JPY')),
    type: fc.option(fc.constantFrom('Income', 'Expense', 'Transfer')),
    description: text,
    merchantName: text,
    category: text,
    paymentMethod: text,
    location: text,
    merchantCategoryCode: text,
    country: text,
    reference: text,
    tags: fc.array(text, { maxLength: 3 }),
    balanceAfterMinor: fc.option(fc.maxSafeInteger()),
  },
  { noNullPrototype: true },
);

/** What every history store promises. `open` gives a new, empty one. */
export function describeHistory(name: string, open: () => Promise<HistoryStore>): void {
  async function withHistory(work: (history: HistoryStore) => Promise<void>): Promise<void> {
    const history = await open();
    try {
      await work(history);
    } finally {
      await history.close();
    }
  }

  describe(`history in ${name}`, () => {
    it('gives back every field as it was handed in', () =>
      withHistory(async (history) => {
        await fc.assert(
          fc.asyncProperty(anyTransaction, fc.uuid(), async (drawn, accountId) => {
            const row = { ...drawn, accountId };
            await history.append([row]);
            assert.deepEqual(await history.before(accountId, 100, 10), [row]);
            assert.deepEqual(await collect(history, { accountId }), [row]);
          }),
          { numRuns: 60 },
        );
      }));

    it('is empty at first', () =>
      withHistory(async (history) => {
        assert.equal(await history.count(), 0);
        assert.deepEqual(await history.before('a', 1, 10), []);
        assert.deepEqual(await collect(history), []);
        assert.deepEqual(await history.append([]), { inserted: 0, updated: 0, unchanged: 0 });
      }));

    it('replaces a known id only when its content differs', () =>
      withHistory(async (history) => {
        const first = transaction({ id: 'x' });
        const other = transaction({ id: 'x', category: 'Food' });
        assert.deepEqual(await history.append([first]), { inserted: 1, updated: 0, unchanged: 0 });
        assert.deepEqual(await history.append([first]), { inserted: 0, updated: 0, unchanged: 1 });
        assert.deepEqual(await history.append([other]), { inserted: 0, updated: 1, unchanged: 0 });
        assert.deepEqual(await collect(history), [other]);
      }));

    it('replaces a row without an id whose label was corrected', () =>
      withHistory(async (history) => {
        const rows = [transaction({ category: 'Food' }), transaction({ category: 'Food' })];
        await history.append(rows);
        const corrected = rows.map((row) => ({ ...row, category: 'Travel' }));
        assert.deepEqual(await history.append(corrected), { inserted: 0, updated: 2, unchanged: 0 });
        assert.deepEqual(await collect(history), corrected);
      }));

    it('takes the same id in two accounts, or with none, for two transactions', () =>
      withHistory(async (history) => {
        const rows = ['a', 'b', null].map((accountId) => transaction({ id: 'x', accountId }));
        assert.deepEqual(await history.append(rows), { inserted: 3, updated: 0, unchanged: 0 });
      }));

    it('never takes an id for the content of a transaction without one', () =>
      withHistory(async (history) => {
        await history.append([transaction()]);
        const ids = ['', '#', '=', '0'].map((id) => transaction({ id: `${id}x` }));
        assert.deepEqual(await history.append(ids), { inserted: 4, updated: 0, unchanged: 0 });
      }));

    it('keeps two equal coffees of one file, and adds nothing when the file comes again', () =>
      withHistory(async (history) => {
        const file = [transaction(), transaction({ at: 5 }), transaction()];
        assert.deepEqual(await history.append(file), { inserted: 3, updated: 0, unchanged: 0 });
        assert.deepEqual(await history.append(file), { inserted: 0, updated: 0, unchanged: 3 });
        assert.deepEqual(await history.append([...file, transaction()]), {
          inserted: 1,
          updated: 0,
          unchanged: 3,
        });
        assert.equal(await history.count(), 4);
      }));

    it('takes rows of one call one after another', () =>
      withHistory(async (history) => {
        const one = transaction({ id: 'x', description: 'one' });
        const two = transaction({ id: 'x', description: 'two' });
        assert.deepEqual(await history.append([one, two, two]), { inserted: 1, updated: 1, unchanged: 1 });
        assert.deepEqual(await collect(history), [two]);
        assert.deepEqual(await history.append([two, one, two]), { inserted: 0, updated: 2, unchanged: 1 });
        assert.deepEqual(await collect(history), [two]);
      }));

    it('agrees with a plain list, whatever is appended in whatever portions', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(anyTransaction, { maxLength: 6 }), { maxLength: 4 }),
          async (batches) =>
            withHistory(async (history) => {
              const kept: { key: string; row: Transaction }[] = [];
              for (const batch of batches) {
                const expected = { inserted: 0, updated: 0, unchanged: 0 };
                const seen = new Map<string, number>();
                for (const row of batch) {
                  const content = JSON.stringify(row);
                  const occurrence = seen.get(content) ?? 0;
                  seen.set(content, occurrence + 1);
                  const key = JSON.stringify([row.accountId, row.id ?? [content, occurrence]]);
                  const known = kept.find((entry) => entry.key === key);
                  if (known === undefined) {
                    kept.push({ key, row });
                    expected.inserted++;
                  } else if (JSON.stringify(known.row) === content) {
                    expected.unchanged++;
                  } else {
                    known.row = row;
                    expected.updated++;
                  }
                }
                assert.deepEqual(await history.append(batch), expected);
              }
              const rows = kept.map((entry) => entry.row).sort((one, two) => one.at - two.at);
              assert.equal(await history.count(), rows.length);
              assert.deepEqual(await collect(history), rows);
              const past = rows.filter((row) => row.accountId === 'a' && row.at < 2);
              assert.deepEqual(await history.before('a', 2, 3), past.slice(-3));
              assert.deepEqual(
                await collect(history, { accountId: 'b', from: -2, until: 3 }),
                rows.filter((row) => row.accountId === 'b' && row.at >= -2 && row.at < 3),
              );
            }),
        ),
        { numRuns: 40 },
      );
    });

    it('shows the newest rows strictly before an instant, oldest first', () =>
      withHistory(async (history) => {
        const rows = [3, 1, 2, 2, 4].map((at, index) => transaction({ at, reference: String(index) }));
        await history.append([...rows, transaction({ at: 2, accountId: 'b' })]);
        assert.deepEqual(await history.before('a', 3, 10), [rows[1], rows[2], rows[3]]);
        assert.deepEqual(await history.before('a', 3, 2), [rows[2], rows[3]]);
        assert.deepEqual(await history.before('a', 1, 2), []);
        assert.deepEqual(await history.before('a', 9, 0), []);
        assert.deepEqual(await history.before('none', 9, 9), []);
      }));

    it('never shows a transaction without account as the history of one', () =>
      withHistory(async (history) => {
        const orphan = transaction({ accountId: null });
        await history.append([orphan]);
        assert.deepEqual(await collect(history), [orphan]);
        assert.deepEqual(await history.before('null', 9, 9), []);
      }));

    it('reads thousands of rows of one instant in order, each once', () =>
      withHistory(async (history) => {
        const rows = Array.from({ length: 3100 }, (_, index) =>
          transaction({ at: index < 2500 ? 7 : 6, id: String(index) }),
        );
        assert.equal((await history.append(rows)).inserted, rows.length);
        assert.deepEqual(await collect(history), [...rows.slice(2500), ...rows.slice(0, 2500)]);
      }));

    it('raises its revision with every change and with nothing else', () =>
      withHistory(async (history) => {
        const revisions = [await history.revision()];
        for (const row of [transaction(), transaction({ id: 'x' }), transaction({ id: 'x', at: 4 })]) {
          await history.append([row]);
          revisions.push(await history.revision());
        }
        for (let i = 1; i < revisions.length; i++) assert.ok(revisions[i] > revisions[i - 1]);
        await history.append([transaction(), transaction({ id: 'x', at: 4 })]);
        await history.append([]);
        await history.before('a', 4, 4);
        assert.equal(await history.revision(), revisions[revisions.length - 1]);
      }));

    it('loses nothing when many callers append and read at once', () =>
      withHistory(async (history) => {
        const batches = Array.from({ length: 8 }, (_, batch) =>
          Array.from({ length: 300 }, (_, index) => transaction({ id: `${batch}-${index}`, at: index })),
        );
        const counts = await Promise.all(
          batches.flatMap((batch) => [
            history.append(batch),
            history.before('a', 300, 5).then(() => ({ inserted: 0 })),
          ]),
        );
        assert.equal(
          counts.reduce((sum, { inserted }) => sum + inserted, 0),
          2400,
        );
        assert.equal(await history.count(), 2400);
      }));

    it('leaves what it is handed as it was', () =>
      withHistory(async (history) => {
        const row = Object.freeze(transaction({ tags: Object.freeze(['t']) as readonly string[] }));
        await history.append(Object.freeze([row]));
        assert.deepEqual(row, transaction({ tags: ['t'] }));
      }));

    it('refuses to work once closed, and may be closed twice', async () => {
      const history = await open();
      await history.append([transaction()]);
      await history.close();
      await history.close();
      const refusal = { name: 'AppError', row: { code: 'store_unavailable' } };
      for (const call of [
        () => history.append([transaction()]),
        () => history.before('a', 1, 1),
        () => history.count(),
        () => history.revision(),
        () => collect(history),
      ]) {
        await assert.rejects(call, (error: { name: string; row: { code: string } }) => {
          assert.deepEqual({ name: error.name, row: { code: error.row.code } }, refusal);
          return true;
        });
      }
    });
  });
}
