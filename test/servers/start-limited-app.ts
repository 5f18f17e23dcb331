import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { API_KEY, AUTHORIZATION } from '../harness.ts';

const BODY = JSON.stringify({ amount: -25.5, type: 'Expense', description: 'Coffee shop purchase' });
const CHANGE_TIMEOUT_MS = 30_000;

/** The API in a process of its own. */
export interface LimitedApp {
  readonly url: string;
  /** Resolves when its limits are degraded, or no longer. */
  waitUntilDegraded(isDegraded: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the API with the limits that `variables` set. */
export async function startLimitedApp(variables: Record<string, string>): Promise<LimitedApp> {
  const dataDir = mkdtempSync(join(tmpdir(), 'titans-limited-'));
  const child: ChildProcess = fork(join(import.meta.dirname, 'limited-app.ts'), [], {
    cwd: dataDir,
    env: {
      PATH: process.env.PATH,
      TITANS_API_KEYS: API_KEY,
      TITANS_JWT_SECRET: 'a secret of the tests, long enough for HS256',
      TITANS_LOG_LEVEL: 'silent',
      TITANS_DATA_DIR: dataDir,
      ...variables,
    },
  });
  const ended = once(child, 'exit');

  async function next(): Promise<{ url: string; isDegraded: boolean }> {
    const [message] = await Promise.race([
      once(child, 'message'),
      ended.then(([code]) => Promise.reject(new Error(`the app ended with ${code}`))),
    ]);
    return message;
  }

  const { url } = await next();
  return {
    url,
    async waitUntilDegraded(isDegraded) {
      const until = Date.now() + CHANGE_TIMEOUT_MS;
      for (;;) {
        child.send('?');
        if ((await next()).isDegraded === isDegraded) return;
        if (Date.now() > until) throw new Error(`not ${isDegraded ? 'degraded' : 'recovered'} in time`);
        await pause(20);
      }
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** One reply: its status and how long it took. */
export interface Sent {
  readonly status: number;
  readonly ms: number;
}

/** Asks for one prediction; rejects only when the connection breaks. */
export function predictOnce(url: string, agent: Agent): Promise<Sent> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const headers = {
      ...AUTHORIZATION,
      'content-type': 'application/json',
      'content-length': String(BODY.length),
    };
    const sent = request(`${url}/predict/category`, { method: 'POST', agent, headers }, (reply) => {
      reply.resume();
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, ms: performance.now() - start }));
      reply.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(BODY);
  });
}

/** Asks `urls` in turn, `clients` at a time, as long as `hasMore`. */
export async function predictMany(
  urls: readonly string[],
  clients: number,
  hasMore: () => boolean,
): Promise<Sent[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const replies: Sent[] = [];
  try {
    await Promise.all(
      Array.from({ length: clients }, async (_, i) => {
        const url = urls[i % urls.length];
        while (hasMore()) replies.push(await predictOnce(url, agent));
      }),
    );
  } finally {
    agent.destroy();
  }
  return replies;
}
