import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { createSqlIdempotency } from '../../src/stores/sql/idempotency.ts';
import { openSqlite } from '../../src/stores/sql/sqlite.ts';
import { eachDatabase } from './each-database.ts';
import { describeIdempotency } from './idempotency-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'titans-idempotency-'));
after(() => rmSync(folder, { recursive: true, force: true }));

eachDatabase((name, open) =>
  describeIdempotency(name, async (entriesMax) => {
    const { db, place } = await open();
    return { store: createSqlIdempotency(db, place, entriesMax), close: () => db.destroy() };
  }),
);

it('an idempotency key and its reply survive a restart', async () => {
  const path = join(folder, 'titans.db');
  const claim = { caller: 'me', key: 'k', fingerprint: 'f' };
  const first = await openSqlite(path);
  const store = createSqlIdempotency(first, path);
  await store.begin(claim, 0);
  await store.complete(claim, 'the reply');
  await first.destroy();
  const second = await openSqlite(path);
  assert.deepEqual(await createSqlIdempotency(second, path).begin(claim, 1), {
    state: 'done',
    reply: 'the reply',
  });
  await second.destroy();
});

it('a store that is gone says so', async () => {
  const db = await openSqlite(':memory:');
  const store = createSqlIdempotency(db, 'memory');
  await db.destroy();
  const claim = { caller: 'me', key: 'k', fingerprint: 'f' };
  for (const call of [
    () => store.begin(claim, 0),
    () => store.complete(claim, ''),
    () => store.release(claim),
  ])
    await assert.rejects(
      call,
      (error: { row?: { code: string } }) => error.row?.code === 'store_unavailable',
    );
});
