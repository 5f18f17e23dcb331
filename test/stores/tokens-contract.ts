import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RefreshFamily, Revocation, TokenStore } from '../../src/stores/ports.ts';

/** An opened store and how to release it. */
export interface OpenedTokens {
  readonly store: TokenStore;
  readonly close: () => Promise<void>;
}

function family(id: string, facts: Partial<RefreshFamily> = {}): RefreshFamily {
  return {
    id,
    keyRef: 'key.1',
    scopes: ['predict', 'write'],
    generation: 0,
    rotations: [],
    createdAt: 1000,
    expiresAt: 1_700_000_000_000,
    revokedAt: null,
    ...facts,
  };
}

const CHANGE = {
  keyRef: 'key.2',
  generation: 1,
  rotations: [{ generation: 0, kid: 'kid-1', at: 1_600_000_000_000 }],
  expiresAt: 1_800_000_000_000,
};

/** What every store of refresh families and revocations promises. */
export function describeTokens(name: string, open: () => Promise<OpenedTokens>): void {
  describe(`tokens (${name})`, () => {
    async function withTokens(work: (store: TokenStore) => Promise<void>): Promise<void> {
      const { store, close } = await open();
      try {
        await work(store);
      } finally {
        await close();
      }
    }

    it('gives back a family as it was created and as it was changed', () =>
      withTokens(async (store) => {
        assert.equal(await store.family('f'), null);
        await store.createFamily(family('f'));
        assert.deepEqual(await store.family('f'), family('f'));
        assert.equal(await store.rotate('f', 0, CHANGE), true);
        assert.deepEqual(await store.family('f'), family('f', CHANGE));
      }));

    it('of many exchanges of one generation exactly one succeeds', () =>
      withTokens(async (store) => {
        await store.createFamily(family('f'));
        const won = await Promise.all(
          Array.from({ length: 20 }, (_, index) =>
            store.rotate('f', 0, { ...CHANGE, keyRef: `key.${index}` }),
          ),
        );
        assert.equal(won.filter(Boolean).length, 1);
        assert.equal((await store.family('f'))?.keyRef, `key.${won.indexOf(true)}`);
        assert.equal(await store.rotate('f', 0, CHANGE), false);
        assert.equal(await store.rotate('g', 0, CHANGE), false);
      }));

    it('a revoked family takes no exchange and keeps its first end, its access tokens the last', () =>
      withTokens(async (store) => {
        await store.createFamily(family('f'));
        await store.revokeFamily('f', 2000, 5000);
        await store.revokeFamily('f', 3000, 6000);
        assert.equal(await store.rotate('f', 0, CHANGE), false);
        assert.equal((await store.family('f'))?.revokedAt, 2000);
        assert.deepEqual((await store.revokedSince(0)).revoked, [{ id: 'family:f', until: 6000 }]);
      }));

    it('every revocation is told once to who asks from the revision last given', () =>
      withTokens(async (store) => {
        assert.deepEqual(await store.revokedSince(0), { revision: 0, revoked: [] });
        await store.revokeToken('t1', 4000);
        await store.revokeFamily('unknown', 1000, 5000);
        const first = await store.revokedSince(0);
        assert.deepEqual(first.revoked, [
          { id: 'token:t1', until: 4000 },
          { id: 'family:unknown', until: 5000 },
        ]);
        assert.deepEqual(await store.revokedSince(first.revision), { revision: first.revision, revoked: [] });
        await store.revokeToken('t2', 6000);
        const second = await store.revokedSince(first.revision);
        assert.deepEqual(second.revoked, [{ id: 'token:t2', until: 6000 }]);
        assert.ok(second.revision > first.revision);
      }));

    it('of several revocations of one id the latest end counts, and who knows an earlier one is told', () =>
      withTokens(async (store) => {
        await store.revokeToken('job', 4000);
        const first = await store.revokedSince(0);
        await store.revokeToken('job', 3000);
        assert.deepEqual((await store.revokedSince(first.revision)).revoked, []);
        await store.revokeToken('job', 9000);
        const second = await store.revokedSince(first.revision);
        assert.deepEqual(second.revoked, [{ id: 'token:job', until: 9000 }]);
        assert.equal(await store.purge(4000, 1), 0);
        assert.deepEqual((await store.revokedSince(0)).revoked, second.revoked);
      }));

    it('an end between two milliseconds counts as the later one', () =>
      withTokens(async (store) => {
        await store.revokeToken('t', 4000.123);
        await store.revokeFamily('f', 1000, 5000.5);
        assert.deepEqual(
          (await store.revokedSince(0)).revoked.map(({ until }) => until),
          [4001, 5001],
        );
      }));

    it('no revocation is missed by a reader who asks while others write', () =>
      withTokens(async (store) => {
        const ids = Array.from({ length: 60 }, (_, index) => `t${index}`);
        const seen: Revocation[] = [];
        let isDone = false;
        async function follow(): Promise<void> {
          for (let revision = 0, isLast = false; !isLast; ) {
            isLast = isDone;
            const next = await store.revokedSince(revision);
            revision = next.revision;
            seen.push(...next.revoked);
            await new Promise((resolve) => setImmediate(resolve));
          }
        }
        const following = follow();
        await Promise.all(ids.map((id) => store.revokeToken(id, 9000)));
        isDone = true;
        await following;
        assert.deepEqual(seen.map(({ id }) => id).sort(), ids.map((id) => `token:${id}`).sort());
      }));

    it('forgets what is over, and keeps the rest', () =>
      withTokens(async (store) => {
        await store.createFamily(family('over', { expiresAt: 3000 }));
        await store.createFamily(family('revoked'));
        await store.createFamily(family('alive', { expiresAt: 3001 }));
        await store.revokeFamily('revoked', 2000, 3001);
        await store.revokeToken('over', 3000);
        assert.equal(await store.purge(3000, 100), 3);
        assert.equal(await store.family('over'), null);
        assert.equal(await store.family('revoked'), null);
        assert.equal((await store.family('alive'))?.id, 'alive');
        assert.deepEqual((await store.revokedSince(0)).revoked, [{ id: 'family:revoked', until: 3001 }]);
        assert.equal(await store.purge(3000, 100), 0);
      }));

    it('keeps of each key no more families than are allowed: those used last', () =>
      withTokens(async (store) => {
        for (let index = 0; index < 5; index++) {
          await store.createFamily(family(`a${index}`, { expiresAt: 5000 + index }));
          await store.createFamily(family(`b${index}`, { keyRef: `key.b${index}`, expiresAt: 5000 }));
        }
        assert.equal(await store.purge(1000, 3), 2);
        for (let index = 0; index < 5; index++) {
          assert.equal((await store.family(`a${index}`)) !== null, index >= 2);
          assert.notEqual(await store.family(`b${index}`), null);
        }
      }));

    it('refuses to work once closed', async () => {
      const { store, close } = await open();
      await close();
      for (const call of [
        () => store.createFamily(family('f')),
        () => store.family('f'),
        () => store.rotate('f', 0, CHANGE),
        () => store.revokeFamily('f', 1, 2),
        () => store.revokeToken('t', 1),
        () => store.revokedSince(0),
        () => store.purge(1, 1),
      ]) {
        await assert.rejects(
          call,
          (error: { row?: { code: string } }) => error.row?.code === 'store_unavailable',
        );
      }
    });
  });
}
