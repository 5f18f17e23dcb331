import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createMemoryBuckets } from '../../src/stores/memory/buckets.ts';
import { createRedisBuckets } from '../../src/stores/redis/buckets.ts';
import { type RedisServer, redisMissing, startRedis } from '../servers/redis.ts';
import { type LimitedApp, predictMany, startLimitedApp } from '../servers/start-limited-app.ts';

/** For how long the load goes on in each state of the server. */
const PHASE_MS = 600;

describe('two processes and one Redis', { skip: redisMissing }, () => {
  let server: RedisServer;
  let redis: Redis;
  const apps: LimitedApp[] = [];

  async function startTwo(rateLimit: string, own: Record<string, string> = {}): Promise<readonly string[]> {
    const variables = { TITANS_REDIS_URL: server.url, TITANS_RATE_LIMIT: rateLimit, ...own };
    const pair = await Promise.all([startLimitedApp(variables), startLimitedApp(variables)]);
    apps.push(...pair);
    return pair.map((app) => app.url);
  }

  /** The credit of the only caller and the instant of the last decision, as the server keeps them. */
  async function readBucket(): Promise<{ credit: number; at: number }> {
    const [key] = await redis.keys('titans:limit:*{api-key-1}');
    const [credit, at] = String(await redis.get(key))
      .split(' ')
      .map(Number);
    return { credit, at };
  }

  before(async () => {
    server = await startRedis({ password: 'a-word-of-the-tests' });
    redis = new Redis(server.url);
    redis.on('error', () => {});
  });
  after(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    redis?.disconnect();
    await server?.stop();
  });

  it('10,000 requests against 1,000 a minute: admitted are the capacity and what came back, to the token', async () => {
    const urls = await startTwo('1000/60s', { IS_PATIENT: '1' });
    const policy = { limit: 1000, windowMs: 60_000 };
    const local = createMemoryBuckets(policy, Date.now);
    const buckets = createRedisBuckets(redis, { policy, local, clock: Date.now });
    // The first decision, whose instant it tells; so much that the bucket cannot fill up before the others come.
    const first = await buckets.take('api-key-1', 500);
    let left = 10_000;
    const replies = await predictMany(urls, 40, () => left-- > 0);
    const last = await readBucket();
    assert.equal(replies.length, 10_000);
    const statuses = new Set(replies.map((reply) => reply.status));
    assert.deepEqual([...statuses].sort(), [200, 429]);
    const admitted = 500 + replies.filter((reply) => reply.status === 200).length;
    const seconds = (last.at - first.at) / 1000;
    const expected = 1000 + Math.floor((1000 / 60) * seconds);
    assert.ok(
      Math.abs(admitted - expected) <= 1,
      `${admitted} admitted in ${seconds} s, expected ${expected}`,
    );
    // What was admitted, what is left and what came back account for each other to the last unit.
    assert.equal(admitted * 60_000 + last.credit, 1000 * 60_000 + (last.at - first.at) * 1000);
    buckets.close();
  });

  it('killed, started, frozen and thawed under load: every request is answered, none with a 5xx', async () => {
    const urls = await startTwo('100000/60s');
    const [one, other] = apps.slice(-2);
    let isOver = false;
    const load = predictMany(urls, 20, () => !isOver);
    try {
      for (const [harm, heal] of [
        ['kill', 'start'],
        ['freeze', 'thaw'],
      ] as const) {
        await pause(PHASE_MS);
        await server[harm]();
        await Promise.all([one, other].map((app) => app.waitUntilDegraded(true)));
        await pause(PHASE_MS);
        await server[heal]();
        await Promise.all([one, other].map((app) => app.waitUntilDegraded(false)));
      }
      await pause(PHASE_MS);
    } finally {
      isOver = true;
    }
    const replies = await load;
    assert.ok(replies.length > 100);
    assert.deepEqual(
      replies.filter(({ status }) => status !== 200 && status !== 429),
      [],
    );
    assert.ok(replies.some(({ status }) => status === 200));
  });

  it('an outage gives nobody a second bucket', async () => {
    const urls = await startTwo('50/3600s');
    const [one, other] = apps.slice(-2);
    const count = async (requests: number) => {
      let left = requests;
      const replies = await predictMany(urls, 4, () => left-- > 0);
      return replies.filter(({ status }) => status === 200).length;
    };
    const together = await count(200);
    assert.ok(together >= 50);
    await server.kill();
    try {
      const alone = await count(400);
      await Promise.all([one, other].map((app) => app.waitUntilDegraded(true)));
      const later = await count(200);
      // Each has a bucket of its own, which was charged for what Redis let through: the two of them are all there is.
      const all = together + alone + later;
      assert.ok(all <= 101, `${together} with Redis, ${alone} and ${later} without`);
    } finally {
      await server.start();
    }
  });
});
