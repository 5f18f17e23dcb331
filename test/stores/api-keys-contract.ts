import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiKeyStore } from '../../src/stores/ports.ts';

const KEY = {
  prefix: 'p1',
  name: 'ledger',
  scopes: ['predict', 'models:read'],
  createdAt: 1000,
  expiresAt: null,
};

function secret(id: string) {
  return { id, hash: id.repeat(4) };
}

/** An opened store and how to release it. */
export interface OpenedApiKeys {
  readonly store: ApiKeyStore;
  readonly close: () => Promise<void>;
}

/** What every store of managed API keys promises. */
export function describeApiKeys(name: string, open: () => Promise<OpenedApiKeys>): void {
  describe(`API keys (${name})`, () => {
    async function withKeys(work: (store: ApiKeyStore) => Promise<void>): Promise<void> {
      const { store, close } = await open();
      try {
        await work(store);
      } finally {
        await close();
      }
    }

    async function secretsOf(store: ApiKeyStore, now: number): Promise<[string, number | null][]> {
      return (await store.list(now))[0].secrets.map(({ id, endsAt }) => [id, endsAt]);
    }

    it('gives back what was created, oldest first', () =>
      withKeys(async (store) => {
        assert.deepEqual(await store.list(0), []);
        assert.equal(
          await store.create({ ...KEY, prefix: 'p2', createdAt: 2000, expiresAt: 9000 }, secret('b')),
          true,
        );
        assert.equal(await store.create(KEY, secret('a')), true);
        assert.deepEqual(await store.list(3000), [
          { ...KEY, revokedAt: null, lastUsedAt: null, secrets: [{ ...secret('a'), endsAt: null }] },
          {
            ...KEY,
            prefix: 'p2',
            createdAt: 2000,
            expiresAt: 9000,
            revokedAt: null,
            lastUsedAt: null,
            secrets: [{ ...secret('b'), endsAt: null }],
          },
        ]);
      }));

    it('never gives one prefix to two keys', () =>
      withKeys(async (store) => {
        const made = await Promise.all(
          ['a', 'b', 'c'].map((id) => store.create({ ...KEY, name: id }, secret(id))),
        );
        assert.deepEqual(made.filter(Boolean), [true]);
        const [only, ...others] = await store.list(0);
        assert.deepEqual(others, []);
        assert.deepEqual(only.secrets, [{ ...secret(only.name), endsAt: null }]);
      }));

    it('a rotation lets the old secret end when it was said, and an earlier promise stands', () =>
      withKeys(async (store) => {
        await store.create(KEY, secret('a'));
        assert.equal(await store.rotate('p1', secret('b'), 5000, 2000), true);
        assert.equal(await store.rotate('p1', secret('c'), 4000, 3000), true);
        assert.deepEqual(await secretsOf(store, 3000), [
          ['c', null],
          ['b', 4000],
          ['a', 5000],
        ]);
        assert.deepEqual(await secretsOf(store, 4000), [
          ['c', null],
          ['a', 5000],
        ]);
      }));

    it('a rotation without overlap ends every older secret at once', () =>
      withKeys(async (store) => {
        await store.create(KEY, secret('a'));
        await store.rotate('p1', secret('b'), 5000, 2000);
        assert.equal(await store.rotate('p1', secret('c'), 3000, 3000), true);
        assert.deepEqual(await secretsOf(store, 3000), [['c', null]]);
      }));

    it('several rotations at once leave one secret without an end', () =>
      withKeys(async (store) => {
        await store.create(KEY, secret('a'));
        await Promise.all(['b', 'c', 'd'].map((id) => store.rotate('p1', secret(id), 5000, 2000)));
        const secrets = await secretsOf(store, 2000);
        assert.equal(secrets.length, 4);
        assert.equal(secrets.filter(([, endsAt]) => endsAt === null).length, 1);
      }));

    it('an unknown, a revoked and an expired key cannot be rotated', () =>
      withKeys(async (store) => {
        assert.equal(await store.rotate('p1', secret('b'), 5000, 2000), false);
        await store.create({ ...KEY, expiresAt: 2000 }, secret('a'));
        assert.equal(await store.rotate('p1', secret('b'), 5000, 2000), false);
        assert.equal(await store.rotate('p1', secret('b'), 5000, 1999), true);
        await store.revoke('p1', 1999);
        assert.equal(await store.rotate('p1', secret('c'), 5000, 1999), false);
      }));

    it('a revoked key keeps its first end, its row, and no hash', () =>
      withKeys(async (store) => {
        await store.create(KEY, secret('a'));
        assert.equal(await store.revoke('p2', 2000), false);
        assert.equal(await store.revoke('p1', 2000), true);
        assert.equal(await store.revoke('p1', 3000), true);
        const [row] = await store.list(0);
        assert.equal(row.revokedAt, 2000);
        assert.deepEqual(row.secrets, []);
      }));

    it('the latest use is noted, never an earlier one, and is no change', () =>
      withKeys(async (store) => {
        await store.create(KEY, secret('a'));
        const revision = await store.revision();
        await store.touch([], 7000);
        await store.touch(['p1', 'p2'], 5000);
        await store.touch(['p1'], 4000);
        assert.equal((await store.list(0))[0].lastUsedAt, 5000);
        assert.equal(await store.revision(), revision);
      }));

    it('the revision grows with every change', () =>
      withKeys(async (store) => {
        const revisions = [await store.revision()];
        for (const change of [
          () => store.create(KEY, secret('a')),
          () => store.rotate('p1', secret('b'), 5000, 2000),
          () => store.revoke('p1', 2000),
        ]) {
          await change();
          revisions.push(await store.revision());
        }
        for (let i = 1; i < revisions.length; i++) assert.ok(revisions[i] > revisions[i - 1]);
      }));

    it('refuses to work once closed', async () => {
      const { store, close } = await open();
      await close();
      for (const call of [
        () => store.create(KEY, secret('a')),
        () => store.list(0),
        () => store.rotate('p1', secret('a'), 1, 0),
        () => store.revoke('p1', 0),
        () => store.touch(['p1'], 0),
        () => store.revision(),
      ]) {
        await assert.rejects(
          call,
          (error: { row?: { code: string } }) => error.row?.code === 'store_unavailable',
        );
      }
    });
  });
}
