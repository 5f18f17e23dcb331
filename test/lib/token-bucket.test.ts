import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  BUCKET_UNITS_MAX,
  type BucketPolicy,
  fullCredit,
  msUntil,
  msUntilFull,
  refill,
  shareOf,
  tokensOf,
  unitsOf,
} from '../../src/lib/token-bucket.ts';

const policies: fc.Arbitrary<BucketPolicy> = fc
  .record({ limit: fc.integer({ min: 1, max: 1e9 }), windowMs: fc.integer({ min: 1, max: 86_400_000 }) })
  .filter((policy) => fullCredit(policy) <= BUCKET_UNITS_MAX);

const steps = fc.array(
  fc.record({ waitMs: fc.integer({ min: -50, max: 5000 }), cost: fc.integer({ min: 0, max: 50 }) }),
  { maxLength: 60 },
);

test('the same waits in one piece or in many give the same credit, to the unit', () => {
  fc.assert(
    fc.property(
      policies,
      fc.array(fc.nat(10_000), { maxLength: 8 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (policy, waits, part) => {
        const start = Math.floor(fullCredit(policy) * part);
        const pieces = waits.reduce((credit, wait) => refill(policy, credit, wait), start);
        assert.equal(
          pieces,
          refill(
            policy,
            start,
            waits.reduce((sum, wait) => sum + wait, 0),
          ),
        );
        assert.ok(Number.isSafeInteger(pieces) && pieces <= fullCredit(policy));
      },
    ),
  );
});

test('what is admitted never exceeds one full bucket plus what came back, and never falls a token short', () => {
  fc.assert(
    fc.property(
      fc.record({ limit: fc.integer({ min: 1, max: 200 }), windowMs: fc.integer({ min: 1, max: 20_000 }) }),
      steps,
      (policy, script) => {
        let credit = fullCredit(policy);
        let spent = 0n;
        let gained = 0n;
        for (const { waitMs, cost } of script) {
          const before = credit;
          credit = refill(policy, credit, waitMs);
          assert.ok(credit >= before);
          gained += BigInt(credit - before);
          if (credit < unitsOf(policy, cost)) continue;
          credit -= unitsOf(policy, cost);
          spent += BigInt(unitsOf(policy, cost));
        }
        assert.equal(spent, BigInt(fullCredit(policy)) + gained - BigInt(credit));
      },
    ),
  );
});

test('waiting as long as is said is enough, and a millisecond less is not', () => {
  fc.assert(
    fc.property(policies, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (policy, part, drawn) => {
      const credit = Math.floor(fullCredit(policy) * part);
      const tokens = drawn % (policy.limit + 1);
      const wait = msUntil(policy, credit, tokens);
      assert.ok(refill(policy, credit, wait) >= unitsOf(policy, tokens));
      if (wait > 0) assert.ok(refill(policy, credit, wait - 1) < unitsOf(policy, tokens));
      assert.equal(refill(policy, credit, msUntilFull(policy, credit)), fullCredit(policy));
    }),
  );
});

test('1,000 a minute: 1,000 at once, then one every 60 ms', () => {
  const policy = { limit: 1000, windowMs: 60_000 };
  assert.equal(tokensOf(policy, fullCredit(policy)), 1000);
  assert.equal(msUntil(policy, 0, 1), 60);
  assert.equal(tokensOf(policy, refill(policy, 0, 59)), 0);
  assert.equal(tokensOf(policy, refill(policy, 0, 60)), 1);
  assert.equal(tokensOf(policy, refill(policy, 0, 30_030)), 500);
  assert.equal(msUntilFull(policy, 0), 60_000);
});

test('shares together never refill faster than the whole', () => {
  fc.assert(
    fc.property(policies, fc.integer({ min: 1, max: 64 }), (policy, count) => {
      const share = shareOf(policy, count);
      // count x share.limit / share.windowMs <= limit / windowMs, in integers.
      const together = BigInt(count) * BigInt(share.limit) * BigInt(policy.windowMs);
      assert.ok(together <= BigInt(policy.limit) * BigInt(share.windowMs));
      assert.ok(share.limit >= 1);
      if (policy.limit >= count) assert.ok(share.limit * count <= policy.limit);
    }),
  );
});
