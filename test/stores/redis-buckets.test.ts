import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type BucketPolicy, tokensOf } from '../../src/lib/token-bucket.ts';
import { createMemoryBuckets } from '../../src/stores/memory/buckets.ts';
import type { BucketDecision } from '../../src/stores/ports.ts';
import { createRedisBuckets, type RedisBucketOptions } from '../../src/stores/redis/buckets.ts';
import {
  connectRedis,
  explainFailure,
  type RedisClient,
  waitUntilReady,
} from '../../src/stores/redis/connect.ts';
import { type RedisServer, redisMissing, startRedis } from '../servers/redis.ts';
import { describeBuckets } from './buckets-contract.ts';

const TIMEOUT_MS = 20_000;
const POLICY: BucketPolicy = { limit: 5, windowMs: 3_600_000 };

async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + TIMEOUT_MS;
  while (!(await isTrue())) {
    assert.ok(Date.now() < end, what);
    await pause(10);
  }
}

/** Buckets over `client`, with what was told of outages. */
function open(client: RedisClient, given: Partial<RedisBucketOptions> = {}) {
  const { policy = POLICY } = given;
  const told: string[] = [];
  const local = createMemoryBuckets(policy, Date.now);
  const buckets = createRedisBuckets(client, {
    policy,
    local,
    clock: Date.now,
    namespace: randomUUID(),
    ...given,
  });
  buckets.observe({
    degraded: (reason) => told.push(`degraded: ${reason}`),
    recovered: (afterMs) => told.push(afterMs >= 0 ? 'recovered' : 'recovered before it began'),
  });
  return { buckets, local, told };
}

async function takeMany(
  take: () => BucketDecision | Promise<BucketDecision>,
  count: number,
): Promise<number> {
  let admitted = 0;
  for (let i = 0; i < count; i++) if ((await take()).isAdmitted) admitted += 1;
  return admitted;
}

describe('buckets on a server', { skip: redisMissing }, () => {
  let server: RedisServer;
  const opened: { disconnect(): void }[] = [];

  async function connect(): Promise<RedisClient> {
    const client = connectRedis(server.place);
    opened.push(client);
    await waitUntilReady(client, TIMEOUT_MS);
    assert.equal(client.status, 'ready');
    return client;
  }

  // What a server without TLS, and one with it, do to a client that means the other.
  const speaking = createServer((socket) => {
    socket.on('error', () => {}).end('-ERR unknown command\r\n');
  });
  const resetting = createServer((socket) => {
    socket.on('error', () => {}).on('data', () => socket.resetAndDestroy());
  });
  const plain = () => ({ host: '127.0.0.1', port: (speaking.address() as AddressInfo).port });
  const cutting = () => ({ host: '127.0.0.1', port: (resetting.address() as AddressInfo).port });

  before(async () => {
    for (const other of [speaking, resetting]) await once(other.listen(0, '127.0.0.1'), 'listening');
    server = await startRedis({ password: 'a-word-of-the-tests' });
  });
  after(async () => {
    for (const client of opened) client.disconnect();
    for (const other of [speaking, resetting]) other.close();
    await server?.stop();
  });

  describeBuckets('Redis', async (policy, clock) => {
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

  it('clients of one server share one bucket, on its clock', async () => {
    const namespace = randomUUID();
    const all = await Promise.all([connect(), connect(), connect()]);
    const stores = all.map((client) => open(client, { namespace, deadlineMs: TIMEOUT_MS }).buckets);
    const decisions = await Promise.all(
      Array.from({ length: 30 }, async (_, i) => stores[i % 3].take('caller', 1)),
    );
    assert.equal(decisions.filter((decision) => decision.isAdmitted).length, POLICY.limit);
    const [seconds] = await all[0].time();
    assert.ok(Math.abs(decisions[0].at / 1000 - Number(seconds)) < 60);
    assert.deepEqual(
      stores.map((store) => store.isDegraded()),
      [false, false, false],
    );
  });

  it('a key is there only while its bucket is not full, and a foreign value in it counts as a full one', async () => {
    const client = await connect();
    const namespace = randomUUID();
    const policy = { limit: 10, windowMs: 1000 };
    const { buckets } = open(client, { policy, namespace, deadlineMs: TIMEOUT_MS });
    await buckets.take('a', 0);
    assert.deepEqual(await client.keys(`${namespace}*`), []);
    await buckets.take('a', 1);
    const [key] = await client.keys(`${namespace}*`);
    assert.equal(key, `${namespace}:limit:10/1000:{a}`);
    const kept = await client.pttl(key);
    assert.ok(kept > 0 && kept <= 61_000);
    await client.set(key, 'what is this');
    assert.equal(tokensOf(policy, (await buckets.take('a', 1)).credit), 9);
  });

  it('a script the server has forgotten is sent again', async () => {
    const client = await connect();
    const { buckets, told } = open(client, { deadlineMs: TIMEOUT_MS });
    await buckets.take('a', 1);
    await client.script('FLUSH');
    assert.equal(tokensOf(POLICY, (await buckets.take('a', 1)).credit), 3);
    assert.deepEqual(told, []);
  });

  for (const [harm, heal] of [
    ['kill', 'start'],
    ['freeze', 'thaw'],
  ] as const) {
    it(`${harm}: this process decides, still limited; ${heal}: Redis decides again, told once each`, async () => {
      const client = await connect();
      const { buckets, told } = open(client);
      assert.equal(await takeMany(() => buckets.take('a', 1), 2), 2);
      await server[harm]();
      try {
        // What Redis admitted counts here too: the outage is no second bucket.
        assert.equal(await takeMany(() => buckets.take('a', 1), 50), 3);
        assert.equal(await takeMany(() => buckets.take('b', 1), 50), 5);
        await until('the outage is told', () => told.length > 0);
        assert.equal(buckets.isDegraded(), true);
        assert.ok(!(buckets.take('a', 1) instanceof Promise), 'nobody waits for what is known to be away');
        const late: string[] = [];
        buckets.observe({ degraded: (reason) => late.push(reason), recovered: () => late.push('recovered') });
        assert.equal(late.length, 1, 'who comes late is told as well');
      } finally {
        await server[heal]();
      }
      await until('Redis decides again', () => !buckets.isDegraded());
      assert.match(told[0], /^degraded: /);
      assert.deepEqual(told.slice(1), ['recovered']);
      await until('and keeps what is taken', async () => {
        await buckets.take(`after-${harm}`, 1);
        return (await client.keys(`*{after-${harm}}`)).length === 1;
      });
      buckets.close();
    });
  }

  it('a server that is away at the start is used once it is there', async () => {
    const later = await startRedis({ isStarted: false });
    const client = connectRedis(later.place);
    opened.push(client);
    try {
      await waitUntilReady(client, 20);
      const { buckets, told } = open(client);
      assert.equal(await takeMany(() => buckets.take('a', 1), 20), 5);
      await until('the outage is told', () => told.length > 0);
      await later.start();
      await until('Redis decides', () => !buckets.isDegraded());
      await until('in Redis it is full', async () => (await buckets.take('a', 1)).isAdmitted);
      assert.equal((await client.keys('*{a}')).length, 1);
      buckets.close();
    } finally {
      await later.stop();
    }
  });

  it('a key that is no text is counted like any other, and no outage for anybody', async () => {
    const { buckets, told } = open(await connect(), { deadlineMs: TIMEOUT_MS });
    assert.equal(await takeMany(() => buckets.take('jwt:\ud800', 1), 20), POLICY.limit);
    assert.equal(await takeMany(() => buckets.take('a', 1), 20), POLICY.limit);
    assert.deepEqual(told, []);
    buckets.close();
  });

  it('a bucket of one caller that Redis cannot read is no outage for the others', async () => {
    const client = await connect();
    const namespace = randomUUID();
    const { buckets, told } = open(client, { namespace, deadlineMs: TIMEOUT_MS });
    await client.lpush(`${namespace}:limit:5/3600000:{a}`, 'of another kind');
    for (const turn of [1, 2, 3]) {
      assert.equal((await buckets.take('a', 1)).isAdmitted, true, String(turn));
      await until('Redis is asked again', async () => {
        await buckets.take(`b${turn}`, 1);
        return (await client.keys(`${namespace}:*{b${turn}}`)).length === 1;
      });
    }
    assert.deepEqual(told, []);
    buckets.close();
  });

  it('a server that cannot write is an outage, told in its words', async () => {
    const client = await connect();
    const { buckets, told } = open(client);
    await client.config('SET', 'maxmemory', '1');
    try {
      assert.equal(await takeMany(() => buckets.take('a', 1), 20), 5);
      await until('the outage is told', () => told.length > 0);
      assert.match(told[0], /^degraded: OOM /);
    } finally {
      await client.config('SET', 'maxmemory', '0');
    }
    await until('Redis decides again', () => !buckets.isDegraded());
    buckets.close();
  });

  for (const [what, place, reason] of [
    ['a wrong password', () => ({ password: 'another' }), /^degraded: WRONGPASS /],
    ['no password', () => ({ password: undefined }), /^degraded: NOAUTH /],
    [
      'TLS to a server without',
      () => ({ isTls: true, nodes: [plain()] }),
      /^degraded: .*wrong version number/i,
    ],
    ['no TLS to a server with', () => ({ nodes: [cutting()] }), /^degraded: .*ECONNRESET/],
    ['a port of nobody', () => ({ nodes: [{ host: 'localhost', port: 1 }] }), /^degraded: .*ECONNREFUSED/],
    ['a cluster that is none', () => ({ isCluster: true }), /^degraded: ERR .*cluster support disabled/],
    [
      'a wrong password of a cluster',
      () => ({ isCluster: true, password: 'another' }),
      /^degraded: WRONGPASS /,
    ],
  ] as const) {
    it(`${what} is an outage like any other, told in the words of the server or the system`, async () => {
      const client = connectRedis({ ...server.place, ...place() });
      opened.push(client);
      // As the start does: what is wrong with the connection is known before the first request.
      await waitUntilReady(client, 200);
      const unexplained = new Error('Connection is closed.');
      await until(
        'the reason is known',
        () => explainFailure(client, unexplained).message !== 'not connected',
      );
      const { buckets, told } = open(client);
      assert.equal(await takeMany(() => buckets.take('a', 1), 20), 5);
      await until('the outage is told', () => told.length > 0);
      assert.match(told[0], reason);
      assert.doesNotMatch(told.join(), /another|a-word-of-the-tests|enableOfflineQueue/);
      buckets.close();
    });
  }
});
