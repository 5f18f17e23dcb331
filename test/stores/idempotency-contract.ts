import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IdempotencyStore } from '../../src/stores/ports.ts';

const HOUR_MS = 3_600_000;
const CLAIM = { caller: 'me', key: 'k', fingerprint: 'f' };

/** An open store, and how to let it go. */
export interface OpenedIdempotency {
  readonly store: IdempotencyStore;
  close(): Promise<void>;
}

/** What every idempotency store promises. `open` gives a new, empty one that keeps `entriesMax` keys of a caller. */
export function describeIdempotency(
  name: string,
  open: (entriesMax?: number) => Promise<OpenedIdempotency>,
): void {
  async function withStore(
    work: (store: IdempotencyStore) => Promise<void>,
    entriesMax?: number,
  ): Promise<void> {
    const { store, close } = await open(entriesMax);
    try {
      await work(store);
    } finally {
      await close();
    }
  }

  describe(`idempotency keys in ${name}`, () => {
    it('begin once, are under way until completed, and then give the reply', () =>
      withStore(async (store) => {
        assert.deepEqual(await store.begin(CLAIM, 1000), { state: 'begun', since: 1000 });
        assert.deepEqual(await store.begin(CLAIM, 1001), { state: 'running' });
        await store.complete(CLAIM, '{"a":1}');
        for (const at of [1002, 1000 + 23 * HOUR_MS])
          assert.deepEqual(await store.begin(CLAIM, at), { state: 'done', reply: '{"a":1}' });
      }));

    it('belong to one content, also while under way', () =>
      withStore(async (store) => {
        const other = { ...CLAIM, fingerprint: 'g' };
        await store.begin(CLAIM, 0);
        assert.deepEqual(await store.begin(other, 1), { state: 'other' });
        await store.complete(other, 'of nobody');
        await store.complete(CLAIM, 'mine');
        assert.deepEqual(await store.begin(other, 2), { state: 'other' });
        assert.deepEqual(await store.begin(CLAIM, 3), { state: 'done', reply: 'mine' });
      }));

    it('belong to one caller', () =>
      withStore(async (store) => {
        await store.begin(CLAIM, 0);
        await store.complete(CLAIM, 'mine');
        const theirs = { ...CLAIM, caller: 'you', fingerprint: 'g' };
        assert.deepEqual(await store.begin(theirs, 1), { state: 'begun', since: 1 });
        assert.deepEqual(await store.begin({ ...CLAIM, key: 'K' }, 2), { state: 'begun', since: 2 });
      }));

    it('are usable again once released, as of the first instant for the same content', () =>
      withStore(async (store) => {
        await store.begin(CLAIM, 10);
        await store.release(CLAIM);
        assert.deepEqual(await store.begin(CLAIM, 20), { state: 'begun', since: 10 });
        await store.release(CLAIM);
        const other = { ...CLAIM, fingerprint: 'g' };
        assert.deepEqual(await store.begin(other, 30), { state: 'begun', since: 30 });
        await store.complete(other, 'r');
        await store.release(other);
        assert.deepEqual(await store.begin(other, 40), { state: 'done', reply: 'r' });
      }));

    it('are taken over when whoever began was never heard of again', () =>
      withStore(async (store) => {
        await store.begin(CLAIM, 0);
        assert.deepEqual(await store.begin(CLAIM, 30_000), { state: 'running' });
        assert.deepEqual(await store.begin(CLAIM, HOUR_MS), { state: 'begun', since: 0 });
        assert.deepEqual(await store.begin(CLAIM, HOUR_MS + 1), { state: 'running' });
      }));

    it('are forgotten after a day', () =>
      withStore(async (store) => {
        await store.begin(CLAIM, 0);
        await store.complete(CLAIM, 'r');
        assert.equal((await store.begin(CLAIM, 24 * HOUR_MS - 1)).state, 'done');
        assert.deepEqual(await store.begin({ ...CLAIM, fingerprint: 'g' }, 24 * HOUR_MS), {
          state: 'begun',
          since: 24 * HOUR_MS,
        });
      }));

    it('are kept up to a number a caller, the oldest forgotten first', () =>
      withStore(async (store) => {
        const others = { ...CLAIM, caller: 'you' };
        await store.begin(others, 0);
        await store.complete(others, 'theirs');
        for (let i = 0; i < 5; i++) {
          const claim = { ...CLAIM, key: `k${i}` };
          await store.begin(claim, i);
          await store.complete(claim, `r${i}`);
        }
        for (const i of [2, 3, 4])
          assert.equal((await store.begin({ ...CLAIM, key: `k${i}` }, 9)).state, 'done');
        assert.equal((await store.begin({ ...CLAIM, key: 'k1' }, 9)).state, 'begun');
        assert.equal((await store.begin({ ...CLAIM, key: 'k2' }, 9)).state, 'begun', 'k1 has pushed it out');
        assert.deepEqual(await store.begin(others, 9), { state: 'done', reply: 'theirs' });
      }, 3));

    it('begin exactly once, however many ask at once', () =>
      withStore(async (store) => {
        const outcomes = await Promise.all(Array.from({ length: 12 }, (_, at) => store.begin(CLAIM, at)));
        assert.equal(outcomes.filter(({ state }) => state === 'begun').length, 1);
        assert.equal(outcomes.filter(({ state }) => state === 'running').length, 11);
        await store.release(CLAIM);
        const again = await Promise.all(Array.from({ length: 12 }, () => store.begin(CLAIM, 100)));
        assert.equal(again.filter(({ state }) => state === 'begun').length, 1);
      }));
  });
}
