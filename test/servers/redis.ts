import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import type { RedisPlace } from '../../src/setting-values.ts';
import { findProgram } from './find-program.ts';

const START_TIMEOUT_MS = 20_000;
/** A node of a cluster talks to the others on its port plus this. */
const BUS_OFFSET = 10_000;
const PORT_MIN = 20_000;
const PORT_MAX = 50_000;

/** Why tests that need a Redis server cannot run here, or false when they can. */
export const redisMissing: string | false = missing('redis-server');
/** The same for those that need a cluster. */
export const redisClusterMissing: string | false = redisMissing || missing('redis-cli');

function missing(program: string): string | false {
  return findProgram([program]) === null ? `${program} is not installed` : false;
}

/** A private Redis server; every way to harm it is a method. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly place: RedisPlace;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>;
  /** Stops it from answering, with its connections open. */
  freeze(): void;
  thaw(): void;
  /** Ends it and removes what it left. */
  stop(): Promise<void>;
}

export interface RedisServerOptions {
  readonly port?: number;
  readonly isStarted?: boolean;
  readonly args?: readonly string[];
  readonly password?: string;
}

/** Starts a server that keeps nothing on disk, in a folder of its own. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'titans-redis-'));
  const { password, args = [] } = options;
  let child: ChildProcess | null = null;
  const endAtExit = () => child?.kill('SIGKILL');

  async function start(): Promise<void> {
    const own = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const guard = password === undefined ? [] : ['--requirepass', password];
    child = spawn('redis-server', [...own, ...guard, ...args], { cwd: folder, stdio: 'ignore' });
    await waitForPong(port, password);
  }

  async function kill(): Promise<void> {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null) return;
    const ended = once(ending, 'exit');
    // Also ends a frozen one.
    ending.kill('SIGKILL');
    await ended;
  }

  process.on('exit', endAtExit);
  if (options.isStarted !== false) await start();
  return {
    port,
    url: `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`,
    place: placeOf([port], false, password),
    kill,
    start,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async stop() {
      await kill();
      process.off('exit', endAtExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Three servers joined into a cluster. */
export async function startRedisCluster(): Promise<{
  readonly place: RedisPlace;
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}> {
  const nodes: RedisServer[] = [];
  async function stop(): Promise<void> {
    await Promise.all(nodes.map((node) => node.stop()));
  }
  try {
    for (let i = 0; i < 3; i++) {
      const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
      nodes.push(await startRedis({ port: await freePort(true), args }));
    }
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    await promisify(execFile)('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'], {
      timeout: START_TIMEOUT_MS,
    });
    for (const { port } of nodes) await waitForCluster(port);
    return {
      place: placeOf(
        nodes.map(({ port }) => port),
        true,
      ),
      nodes,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function placeOf(ports: readonly number[], isCluster: boolean, password?: string): RedisPlace {
  return {
    nodes: ports.map((port) => ({ host: '127.0.0.1', port })),
    isCluster,
    isTls: false,
    username: undefined,
    password,
    db: 0,
  };
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** A port nobody listens on, drawn at random so that suites that run at once do not meet. */
async function freePort(hasBus = false): Promise<number> {
  for (;;) {
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN));
    if ((await isFree(port)) && (!hasBus || (await isFree(port + BUS_OFFSET)))) return port;
  }
}

async function ask<T>(port: number, password: string | undefined, question: (redis: Redis) => Promise<T>) {
  const redis = new Redis({
    port,
    host: '127.0.0.1',
    password,
    lazyConnect: true,
    retryStrategy: () => null,
  });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

async function waitFor(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + START_TIMEOUT_MS;
  while (!(await isTrue().catch(() => false))) {
    assert.ok(Date.now() < until, `${what} in ${START_TIMEOUT_MS} ms`);
    await pause(20);
  }
}

function waitForPong(port: number, password?: string): Promise<void> {
  return waitFor('redis-server answers', () =>
    ask(port, password, async (redis) => (await redis.ping()) === 'PONG'),
  );
}

function waitForCluster(port: number): Promise<void> {
  return waitFor('the cluster is whole', () =>
    ask(port, undefined, async (redis) => String(await redis.cluster('INFO')).includes('cluster_state:ok')),
  );
}
