import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openClient, toBytes } from './client.ts';
import { KEY, type Server, startBareServer, startServer, trainInto } from './server.ts';

const CLIENTS = 100;
const ROUTE = '/predict/category';
/** Code that was not compiled yet makes requests wait where no server can time them. */
const WARM_SECONDS = 4;
/** Share of the saturating load at which both measure. */
const LOAD = 0.3;
/** What /models/performance may be off: a share of what is measured outside, or so many milliseconds. */
const OFF_SHARE = 0.2;
const OFF_MS = 1;
/**
 * Other programs only ever drive the two apart: they delay a reply after the server has timed it. A server that counts
 * wrongly is off in every attempt.
 */
const ATTEMPTS_MAX = 3;
const LATENESS_RESOLUTION_MS = 1;

/** What the clients saw. */
interface Seen {
  readonly times: number[];
  errors: number;
  seconds: number;
  /** How late this process itself came to what was waiting for it, 99 of 100 times at most. */
  lateMs: number;
}

/** Lets {@link CLIENTS} clients ask for some time: without a rate one request after the other, else evenly spread. */
async function load(
  server: Server,
  bodies: readonly Buffer[],
  seconds: number,
  rate?: number,
): Promise<Seen> {
  const seen: Seen = { times: [], errors: 0, seconds: 0, lateMs: 0 };
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => openClient(server.port)));
  const delay = monitorEventLoopDelay({ resolution: LATENESS_RESOLUTION_MS });
  delay.enable();
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  const gapMs = rate === undefined ? 0 : (CLIENTS * 1000) / rate;
  await Promise.all(
    clients.map(async (client, index) => {
      let next = startedAt + (gapMs * index) / CLIENTS;
      let body = index * 7919;
      while (performance.now() < endsAt) {
        if (rate !== undefined) {
          const wait = next - performance.now();
          if (wait > 0) await pause(wait);
          next += gapMs;
        }
        const sentAt = performance.now();
        const reply = await client.send(bodies[body++ % bodies.length]).catch(() => null);
        if (reply?.status !== 200) seen.errors++;
        if (reply === null) return;
        seen.times.push(Math.max(0, reply.arrivedAt - sentAt));
      }
    }),
  );
  seen.seconds = (performance.now() - startedAt) / 1000;
  delay.disable();
  seen.lateMs = Math.max(0, delay.percentile(99) / 1e6 - LATENESS_RESOLUTION_MS);
  for (const client of clients) client.close();
  seen.times.sort((a, b) => a - b);
  return seen;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1];
}

type Latency = Readonly<Record<'p50_ms' | 'p95_ms' | 'p99_ms', number>> & { readonly count: number };
interface Performance {
  readonly requests: readonly (Latency & { readonly route: string })[];
  readonly models: { readonly category_prediction: { readonly features: Latency; readonly model: Latency } };
  readonly memory: { readonly rss_bytes: number };
}

/** Turns that the server and a bare one take, so that whatever else the machine does falls on both. */
const TURNS = 3;

/** What one turn gave. */
interface Turn {
  readonly perSecond: number;
  readonly cpuUs: number;
}

/** Prints throughput and CPU time of the route beside a bare Fastify route that returns the same JSON. */
async function compareWithBare(dataDir: string, bodies: readonly Buffer[], seconds: number): Promise<void> {
  const server = await startServer(dataDir);
  const bare = await startBareServer(
    await server.post(ROUTE, { amount: -4.5, description: 'Coffee shop', date: '2025-01-06T09:30:00Z' }),
  );
  const turns = new Map<Server, Turn[]>([
    [server, []],
    [bare, []],
  ]);
  for (const one of turns.keys()) await load(one, bodies, 2);
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [one, list] of turns) {
      const before = one.cpuMs();
      const { times, seconds: took } = await load(one, bodies, seconds / TURNS);
      list.push({ perSecond: times.length / took, cpuUs: (1000 * (one.cpuMs() - before)) / times.length });
    }
  }
  await Promise.all([server.stop(), bare.stop()]);
  const [ours, theirs] = [...turns.values()].map((list) => ({
    perSecond: middle(list.map(({ perSecond }) => perSecond)),
    cpuUs: middle(list.map(({ cpuUs }) => cpuUs)),
  }));
  console.log(
    `beside a bare Fastify route: ${ours.perSecond.toFixed(0)} a second against ${theirs.perSecond.toFixed(0)} ` +
      `(${(ours.perSecond / theirs.perSecond).toFixed(2)}), CPU of the server ${ours.cpuUs.toFixed(0)} us a request against ` +
      `${theirs.cpuUs.toFixed(0)} us (${(theirs.cpuUs / ours.cpuUs).toFixed(2)})`,
  );
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Time a request waits because other programs have the cores is seen outside only. */
function noteOfLoad(): string {
  const [busy] = loadavg();
  const cores = availableParallelism();
  const note = busy > cores + 1 ? ': other programs were running, so the two cannot be compared' : '';
  return `load of the machine ${busy.toFixed(1)} on ${cores} cores${note}`;
}

/**
 * `npm run bench http`: the route beside a bare one, then 100 parallel clients as fast as they can, then at 30 % of what
 * that gave, against a fresh server, and what /models/performance says of the same requests. Says which figures are too far
 * apart, and tries again before it calls them so.
 */
export async function benchHttp(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { seconds: { type: 'string', default: '10' } } });
  const seconds = Math.max(1, Number.parseFloat(values.seconds) || 10);
  const dataDir = mkdtempSync(join(tmpdir(), 'titans-bench-http-'));
  try {
    const descriptions = await trainInto(dataDir);
    const transactions = Array.from({ length: 20_000 }, (_, i) => ({
      date: '2025-01-06T09:30:00Z',
      amount: -(1 + (i % 9973) / 100),
      description: descriptions[(i * 31) % descriptions.length],
    }));
    const bodies = transactions.map((one) => toBytes('POST', ROUTE, KEY, one));
    const warmingUp = transactions.map((one) =>
      toBytes('POST', '/predict/batch', KEY, { transactions: [one], prediction_types: ['category'] }),
    );
    await compareWithBare(dataDir, bodies, seconds);
    const saturated = await startServer(dataDir);
    await load(saturated, bodies, 2);
    const all = await load(saturated, bodies, seconds);
    await saturated.stop();
    const rate = all.times.length / all.seconds;
    console.log(
      `${CLIENTS} parallel clients: ${all.times.length} requests, ${rate.toFixed(0)} a second, ${all.errors} errors, ` +
        `p50 ${quantile(all.times, 0.5).toFixed(2)} ms, p99 ${quantile(all.times, 0.99).toFixed(2)} ms`,
    );
    let isNear = false;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX && !isNear; attempt++) {
      isNear = await compare(dataDir, bodies, warmingUp, seconds, LOAD * rate);
    }
    console.log(noteOfLoad());
    if (!isNear || all.errors > 0) process.exitCode = 1;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Loads a fresh server, warm by requests of another route, at `rate` requests a second; whether it says what its clients saw, and answered them all. */
async function compare(
  dataDir: string,
  bodies: readonly Buffer[],
  warmingUp: readonly Buffer[],
  seconds: number,
  rate: number,
): Promise<boolean> {
  const server = await startServer(dataDir);
  await load(server, warmingUp, WARM_SECONDS);
  const seen = await load(server, bodies, seconds, rate);
  const report = (await server.get('/models/performance')) as Performance;
  await server.stop();
  const inside = report.requests.find((row) => row.route === ROUTE) as Latency;
  const { features, model } = report.models.category_prediction;
  console.log(
    `at ${100 * LOAD} % of that: ${seen.times.length} requests, ${seen.errors} errors; the server counted ${inside.count}; ` +
      `the clients themselves were up to ${seen.lateMs.toFixed(1)} ms late`,
  );
  let isNear = seen.errors === 0 && inside.count === seen.times.length;
  for (const [name, share] of [
    ['p50_ms', 0.5],
    ['p95_ms', 0.95],
    ['p99_ms', 0.99],
  ] as const) {
    const outside = quantile(seen.times, share);
    const off = Math.abs(inside[name] - outside);
    const isThisNear = off <= Math.max(OFF_MS, OFF_SHARE * outside);
    if (!isThisNear) isNear = false;
    console.log(
      `${name.slice(0, 3)}: outside ${outside.toFixed(3)} ms, /models/performance ${inside[name].toFixed(3)} ms, ` +
        `${off.toFixed(3)} ms apart${isThisNear ? '' : ': TOO FAR'} (features ${features[name]}, model ${model[name]})`,
    );
  }
  console.log(`resident memory ${(report.memory.rss_bytes / 1e6).toFixed(0)} MB; Node.js ${process.version}`);
  return isNear;
}
