import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { createLimits, FAILURE_POLICY, type Verdict } from '../src/access/limits.ts';
import { writeVerdict } from '../src/http/plugins/rate-limit.ts';
import { createMemoryBuckets } from '../src/stores/memory/buckets.ts';
import { redisMissing, startRedis } from '../test/servers/redis.ts';
import { predictMany, type Sent, startLimitedApp } from '../test/servers/start-limited-app.ts';

const ROUNDS = 5;
const DECISIONS = 200_000;
const CLIENTS = 20;
const PHASE_MS = 3000;

/** What a limit costs a request in process, and how long replies take while Redis is killed, frozen and back. */
export async function benchLimits(): Promise<void> {
  benchDecision();
  if (redisMissing !== false) console.log(`outages: not measured, ${redisMissing}`);
  else await benchOutages();
}

function benchDecision(): void {
  const policy = { limit: 100_000_000, windowMs: 60_000 };
  const limits = createLimits({
    callers: createMemoryBuckets(policy, Date.now),
    addresses: createMemoryBuckets(policy, Date.now),
    failures: createMemoryBuckets(FAILURE_POLICY, Date.now),
  });
  const headers: Record<string, string> = {};
  const reply = {
    header: (name: string, value: string) => {
      headers[name] = value;
    },
  } as unknown as FastifyReply;
  const decide = (i: number) => limits.charge(`api-key-${i % 100}`, 1) as Verdict;
  const decideAndTell = (i: number) => writeVerdict(reply, decide(i));
  for (const [name, work] of [
    ['decision', decide],
    ['decision and headers', decideAndTell],
  ] as const) {
    const rounds = Array.from({ length: ROUNDS }, () => {
      const start = performance.now();
      for (let i = 0; i < DECISIONS; i++) work(i);
      return ((performance.now() - start) * 1000) / DECISIONS;
    });
    console.log(`${name} in process: ${Math.min(...rounds).toFixed(2)} us (best of ${ROUNDS})`);
  }
}

async function benchOutages(): Promise<void> {
  const server = await startRedis();
  const variables = { TITANS_REDIS_URL: server.url, TITANS_RATE_LIMIT: '100000000/60s' };
  const apps = await Promise.all([startLimitedApp(variables), startLimitedApp(variables)]);
  const urls = apps.map((app) => app.url);
  const during = async (name: string, event: () => unknown): Promise<void> => {
    let isOver = false;
    const load = predictMany(urls, CLIENTS, () => !isOver);
    await pause(PHASE_MS / 10);
    await event();
    await pause(PHASE_MS);
    isOver = true;
    console.log(`${name.padEnd(28)} ${summarise(await load)}`);
  };
  try {
    await during('Redis there', () => {});
    await during('killed', () => server.kill());
    await during('started again', () => server.start());
    await during('frozen (SIGSTOP)', () => server.freeze());
    await during('thawed', () => server.thaw());
  } finally {
    await Promise.all(apps.map((app) => app.stop()));
    await server.stop();
  }
}

function summarise(replies: readonly Sent[]): string {
  const sorted = replies.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)].toFixed(1);
  const failed = replies.filter(({ status }) => status !== 200).length;
  return `${replies.length} replies, ${failed} not 200, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, slowest ${at(1)} ms`;
}
