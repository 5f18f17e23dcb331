import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Cluster } from 'ioredis';
import { createMemoryBuckets } from '../../src/stores/memory/buckets.ts';
import { createRedisBroadcast } from '../../src/stores/redis/broadcast.ts';
import { createRedisBuckets } from '../../src/stores/redis/buckets.ts';
import { connectRedis, type RedisClient, waitUntilReady } from '../../src/stores/redis/connect.ts';
import { redisClusterMissing, startRedisCluster } from '../servers/redis.ts';
import { describeBroadcast } from './broadcast-contract.ts';
import { describeBuckets } from './buckets-contract.ts';

const TIMEOUT_MS = 30_000;
const POLICY = { limit: 3, windowMs: 3_600_000 };

describe('a cluster of three nodes', { skip: redisClusterMissing }, () => {
  let cluster: Awaited<ReturnType<typeof startRedisCluster>>;
  const opened: RedisClient[] = [];

  async function connect(isPatient = false): Promise<RedisClient> {
    const client = connectRedis(cluster.place, isPatient);
    opened.push(client);
    await waitUntilReady(client, TIMEOUT_MS);
    return client;
  }

  before(async () => {
    cluster = await startRedisCluster();
  });
  after(async () => {
    for (const client of opened) client.disconnect();
    await cluster?.stop();
  });

  describeBuckets('a cluster', async (policy, clock) => {
    const local = createMemoryBuckets({ limit: 1, windowMs: 1 }, () => 0);
    return createRedisBuckets(await connect(), {
      policy,
      local,
      clock: Date.now,
      namespace: randomUUID(),
      decidingClock: clock,
      // Every step must be decided by Redis, however busy the machine is.
      deadlineMs: TIMEOUT_MS,
    });
  });

  describeBroadcast('a cluster', async () => {
    const one = createRedisBroadcast(await connect(), await connect(true));
    const other = createRedisBroadcast(await connect(), await connect(true));
    return { one, other, close: async () => void (await Promise.all([one.close(), other.close()])) };
  });

  it('callers are spread over the nodes, and two clients share the bucket of each', async () => {
    const namespace = randomUUID();
    const [one, other] = await Promise.all(
      [connect(), connect()].map(async (client) => {
        const local = createMemoryBuckets(POLICY, Date.now);
        return createRedisBuckets(await client, {
          policy: POLICY,
          local,
          clock: Date.now,
          namespace,
          deadlineMs: TIMEOUT_MS,
        });
      }),
    );
    for (let caller = 0; caller < 40; caller++) {
      const decisions = [];
      for (const buckets of [one, other, one, other]) {
        decisions.push((await buckets.take(`caller-${caller}`, 1)).isAdmitted);
      }
      assert.deepEqual(decisions, [true, true, true, false]);
    }
    const client = opened.at(-1);
    assert.ok(client instanceof Cluster);
    const counts = await Promise.all(
      client.nodes('master').map(async (node) => (await node.keys(`${namespace}:*`)).length),
    );
    assert.equal(counts.length, 3);
    assert.ok(counts.every((count) => count > 0));
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      40,
    );
  });

  it('with a node gone every caller is still decided on and limited, and with it back together again', async () => {
    const local = createMemoryBuckets(POLICY, Date.now);
    const options = { policy: POLICY, local, clock: Date.now, namespace: randomUUID() };
    const buckets = createRedisBuckets(await connect(), options);
    const admitted = async (caller: string) => {
      let count = 0;
      for (let i = 0; i < 6; i++) if ((await buckets.take(caller, 1)).isAdmitted) count += 1;
      return count;
    };
    const [, node] = cluster.nodes;
    await node.kill();
    try {
      for (let caller = 0; caller < 12; caller++) assert.equal(await admitted(`caller-${caller}`), 3);
      await until('the outage is noticed', async () => {
        for (let caller = 0; caller < 12; caller++) await buckets.take(`caller-${caller}`, 0);
        return buckets.isDegraded();
      });
    } finally {
      await node.start();
    }
    await until('Redis decides again', async () => !buckets.isDegraded());
    await until('for every caller', async () => {
      for (let caller = 0; caller < 12; caller++) await buckets.take(`caller-${caller}`, 0);
      return !buckets.isDegraded();
    });
    buckets.close();
  });
});

async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + TIMEOUT_MS;
  while (!(await isTrue())) {
    assert.ok(Date.now() < end, what);
    await pause(20);
  }
}
