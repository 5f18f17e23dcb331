import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../../src/lib/clock.ts';
import { createRng, nextInt } from '../../src/lib/rng.ts';
import { type BucketPolicy, fullCredit, refill, tokensOf, unitsOf } from '../../src/lib/token-bucket.ts';
import type { BucketStore } from '../../src/stores/ports.ts';

/** What every store of buckets promises. `open` gives one without any bucket, on the clock handed in. */
export function describeBuckets(
  name: string,
  open: (policy: BucketPolicy, clock: Clock) => Promise<BucketStore>,
): void {
  describe(`buckets in ${name}`, () => {
    it('gives a new key a full bucket, and keys know nothing of each other', async () => {
      const buckets = await open({ limit: 3, windowMs: 60_000 }, () => 1000);
      for (const key of ['one', 'two', 'ein {Schlüssel}:*']) {
        for (const left of [2, 1, 0]) {
          const { isAdmitted, policy, credit, at } = await buckets.take(key, 1);
          assert.deepEqual([isAdmitted, tokensOf(policy, credit), at], [true, left, 1000]);
        }
        assert.equal((await buckets.take(key, 1)).isAdmitted, false);
      }
    });

    it('takes all of a cost or nothing, and looking takes nothing', async () => {
      const buckets = await open({ limit: 10, windowMs: 1000 }, () => 0);
      assert.equal((await buckets.take('a', 0)).credit, 10_000);
      assert.equal((await buckets.take('a', 7)).isAdmitted, true);
      const refused = await buckets.take('a', 4);
      assert.deepEqual([refused.isAdmitted, refused.credit], [false, 3000]);
      assert.equal((await buckets.take('a', 0)).credit, 3000);
      assert.equal((await buckets.take('a', 0)).isAdmitted, true);
      assert.equal((await buckets.take('a', 3)).isAdmitted, true);
      assert.equal((await buckets.take('a', 11)).isAdmitted, false);
    });

    it('a clock set back gives nothing, and counting goes on from there', async () => {
      let now = 1_000_000;
      const buckets = await open({ limit: 10, windowMs: 1000 }, () => now);
      await buckets.take('a', 10);
      now = 5000;
      assert.equal((await buckets.take('a', 1)).isAdmitted, false);
      now = 5100;
      assert.equal((await buckets.take('a', 1)).isAdmitted, true);
      assert.equal((await buckets.take('a', 1)).isAdmitted, false);
    });

    it('agrees with the formula on 10,000 random steps', async () => {
      const policy = { limit: 977, windowMs: 61_000 };
      const rng = createRng(17);
      let now = 1_700_000_000_000;
      const buckets = await open(policy, () => now);
      const model = new Map(['a', 'b', 'c'].map((key) => [key, { credit: fullCredit(policy), at: now }]));
      const keys = [...model.keys()];
      for (let step = 0; step < 10_000; step++) {
        // Mostly short waits, sometimes none, sometimes long enough to fill up, sometimes backwards.
        const kind = nextInt(rng, 100);
        now += kind < 90 ? nextInt(rng, 400) : kind < 98 ? nextInt(rng, 20_000) : -nextInt(rng, 500);
        const key = keys[nextInt(rng, keys.length)];
        const cost = nextInt(rng, 12) === 0 ? nextInt(rng, 600) : nextInt(rng, 4);
        const state = model.get(key) as { credit: number; at: number };
        state.credit = refill(policy, state.credit, now - state.at);
        state.at = now;
        const isAdmitted = state.credit >= unitsOf(policy, cost);
        if (isAdmitted) state.credit -= unitsOf(policy, cost);
        const decision = await buckets.take(key, cost);
        assert.deepEqual(
          [decision.isAdmitted, decision.credit, decision.at],
          [isAdmitted, state.credit, now],
          `step ${step}`,
        );
      }
    });

    it('counts exactly where the numbers are as large as they may be', async () => {
      const policy = { limit: 52_000_000, windowMs: 86_400_000 };
      let now = 0;
      const buckets = await open(policy, () => now);
      await buckets.take('a', policy.limit);
      now = 86_399_999;
      const { isAdmitted, credit } = await buckets.take('a', 1);
      assert.deepEqual([isAdmitted, credit], [true, fullCredit(policy) - policy.limit - policy.windowMs]);
    });
  });
}
