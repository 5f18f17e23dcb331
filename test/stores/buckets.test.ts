import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createMemoryBuckets } from '../../src/stores/memory/buckets.ts';
import { describeBuckets } from './buckets-contract.ts';

describeBuckets('memory', async (policy, clock) => createMemoryBuckets(policy, clock));

it('memory stays bounded, whoever asks; full buckets make room before one in use is forgotten', () => {
  let now = 0;
  const buckets = createMemoryBuckets({ limit: 10, windowMs: 10_000 }, () => now, 100);
  buckets.take('busy', 10);
  for (let i = 0; i < 10_000; i++) buckets.take(`key-${i}`, 1);
  assert.equal(buckets.size(), 100);
  assert.equal(buckets.take('busy', 1).isAdmitted, false, 'the emptiest is kept, whatever comes');
  now = 2000;
  buckets.take('one more', 1);
  assert.ok(buckets.size() < 100, 'those that filled up are gone');
  assert.equal(buckets.take('busy', 3).isAdmitted, false);
  assert.equal(buckets.take('busy', 2).isAdmitted, true);
});

it('looking at the bucket of a stranger keeps nothing', () => {
  const buckets = createMemoryBuckets({ limit: 1, windowMs: 1000 }, () => 0);
  assert.equal(buckets.take('stranger', 0).isAdmitted, true);
  assert.equal(buckets.size(), 0);
});

it('spending takes what there is, for what was admitted elsewhere', () => {
  const buckets = createMemoryBuckets({ limit: 5, windowMs: 5000 }, () => 0);
  buckets.spend('a', 2);
  assert.equal(buckets.take('a', 0).credit, 15_000);
  buckets.spend('a', 9);
  assert.equal(buckets.take('a', 0).credit, 0);
});
