import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { networkOf } from '../../src/access/address-network.ts';
import { createLimits, FAILURE_POLICY } from '../../src/access/limits.ts';
import { createMemoryBuckets } from '../../src/stores/memory/buckets.ts';

function limitsOf(limit: number, clock: () => number) {
  const policy = { limit, windowMs: 60_000 };
  return createLimits({
    callers: createMemoryBuckets(policy, clock),
    addresses: createMemoryBuckets(policy, clock),
    failures: createMemoryBuckets(FAILURE_POLICY, clock),
  });
}

test('a verdict says what is left, when all is back, and how long the refused must wait', async () => {
  const limits = limitsOf(60, () => 1500);
  assert.deepEqual(await limits.charge('a', 45), {
    name: 'default',
    isAdmitted: true,
    policy: { limit: 60, windowMs: 60_000 },
    remaining: 15,
    fullSeconds: 45,
    fullAt: 47,
    retrySeconds: 0,
  });
  const refused = await limits.charge('a', 20);
  assert.deepEqual([refused.isAdmitted, refused.remaining, refused.retrySeconds], [false, 15, 5]);
  assert.equal((await limits.charge('a', 20, 21)).retrySeconds, 6, 'the wait is that for the whole request');
  assert.equal((await limits.charge('b', 60)).isAdmitted, true, 'another caller has a bucket of its own');
});

test('failed authentications are counted by address, 60 a minute, apart from everything else', () => {
  let now = 0;
  const limits = limitsOf(1000, () => now);
  for (let i = 0; i < 60; i++) assert.equal(limits.countFailure('192.0.2.1').isAdmitted, true);
  const refused = limits.countFailure('192.0.2.1');
  assert.deepEqual([refused.name, refused.isAdmitted, refused.retrySeconds], ['failures', false, 1]);
  assert.equal(limits.countFailure('192.0.2.2').isAdmitted, true);
  assert.equal(limits.chargeAddress('192.0.2.1', 1).remaining, 999);
  now = 1000;
  assert.equal(limits.countFailure('192.0.2.1').isAdmitted, true);
  assert.equal(limits.countFailure('192.0.2.1').isAdmitted, false);
});

test('an IPv6 customer is one address, however many of its own it uses', () => {
  const limits = limitsOf(10, () => 0);
  for (let i = 0; i < 60; i++) limits.countFailure(`2001:db8:1:2:${i.toString(16)}::1`);
  assert.equal(limits.countFailure('2001:db8:1:2::ffff').isAdmitted, false);
  assert.equal(limits.countFailure('2001:db8:1:3::1').isAdmitted, true);
});

test('addresses are grouped by /64, written in any way; IPv4 stands for itself, also inside IPv6', () => {
  for (const [address, network] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
    ['2001:0db8:0000:0001::', '2001:db8:0:1::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
    ['1:2::3:4:5:6:7', '1:2:0:3::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['192.0.2.1:4711', '192.0.2.1'],
    ['not:an:address', 'unknown'],
    ['999.0.2.1', 'unknown'],
    ['x'.repeat(9999), 'unknown'],
    ['', 'unknown'],
  ]) {
    assert.equal(networkOf(address), network, address);
  }
});

test('the lower half of an IPv6 address changes nothing, the upper half everything', () => {
  const half = fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 1, max: 0xffff })));
  const text = (groups: readonly number[]) => groups.map((group) => group.toString(16)).join(':');
  fc.assert(
    fc.property(half, half, half, (network, one, other) => {
      assert.equal(networkOf(`${text(network)}:${text(one)}`), networkOf(`${text(network)}:${text(other)}`));
      assert.equal(networkOf(`${text(network)}::`), `${text(network)}::/64`);
    }),
  );
});
