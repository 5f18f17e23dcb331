import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseConfig } from '../../src/config.ts';
import { CATEGORY_MODEL } from '../../src/models/models.ts';
import { createServices } from '../../src/services.ts';
import { synthesise } from '../../src/training/synthetic.ts';
import { trainCategory } from '../../src/training/train-category.ts';

export const KEY = 'a-key-of-the-benchmark';
/** As bin/titans.js and the npm scripts have it. */
const HEAP_FLAG = '--max-semi-space-size=4';

/** Trains a category model on made-up accounts into `dataDir`, and gives descriptions to ask it about. */
export async function trainInto(dataDir: string): Promise<string[]> {
  const { transactions } = synthesise({ seed: 1, accounts: 12, days: 365 });
  const options = { timezone: 'UTC', seed: 1, search: 0, isSimple: false, workers: 2 };
  const { artifact, trainedUntil } = await trainCategory(transactions, null, options);
  const services = createServices(
    parseConfig({ TITANS_DATA_DIR: dataDir }, () => Buffer.alloc(0)),
    Date.now,
  );
  const { version } = await services.repository.save({
    model: 'category_prediction',
    format: CATEGORY_MODEL.format,
    bytes: CATEGORY_MODEL.encode(artifact),
    facts: {
      trained_until: new Date(trainedUntil).toISOString(),
      seed: 1,
      rows: transactions.length,
      metrics: {},
      probes: CATEGORY_MODEL.probe(artifact),
    },
    summary: {},
  });
  await services.repository.activate('category_prediction', version);
  await services.close();
  return transactions.map((row) => row.description).filter((description) => description !== '');
}

/** A server in its own process. */
export interface Server {
  readonly port: number;
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  /** CPU time it has used so far; NaN where the system does not tell. */
  cpuMs(): number;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Starts `titans serve` as a user would, without request lines in the log, and waits until it is ready. */
export async function startServer(dataDir: string): Promise<Server> {
  return start(
    (port) => [HEAP_FLAG, join(import.meta.dirname, '../../src/main.ts'), 'serve', '--port', String(port)],
    {
      TITANS_DATA_DIR: dataDir,
      TITANS_API_KEYS: KEY,
      TITANS_LOG_LEVEL: 'error',
      TITANS_RATE_LIMIT: '1000000000/1s',
    },
  );
}

/** Starts a bare Fastify server whose route parses a body and returns `answer`, whatever was asked. */
export async function startBareServer(answer: unknown): Promise<Server> {
  return start((port) => [join(import.meta.dirname, 'bare.ts'), String(port), JSON.stringify(answer)], {});
}

async function start(
  argumentsOf: (port: number) => readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<Server> {
  const port = await freePort();
  const child: ChildProcess = spawn(process.execPath, argumentsOf(port), {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${url}/readyz`)
      .then((reply) => reply.ok)
      .catch(() => false);
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    await pause(50);
  }
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  return {
    port,
    get: async (path) => (await fetch(url + path, { headers })).json(),
    post: async (path, body) =>
      (await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })).json(),
    cpuMs: () => cpuMsOf(child.pid as number),
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Linux counts the time of a process in hundredths of a second. */
const TICK_MS = 10;
const USER_TIME = 11;
const SYSTEM_TIME = 12;

function cpuMsOf(pid: number): number {
  try {
    // What follows the name, which may hold blanks (proc(5)).
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return TICK_MS * (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME]));
  } catch {
    return Number.NaN;
  }
}
