import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { keepSent } from '../log-watch.ts';
import {
  HEADER,
  lineOf,
  madeUp,
  run,
  type Started,
  start,
  temporaryFolder,
  writeTable,
} from './command-line.ts';

const folder = temporaryFolder();
const dataDir = join(folder, 'var');
const KEY = 'a-key-of-this-test';
const LISTENING = /listening at (http:[^"]+)/;
const BODY = JSON.stringify({ amount: -25.5, type: 'Expense', description: 'Coffee shop purchase' });
const CLIENTS = 24;
keepSent(new Headers(), BODY);

before(async () => {
  const table = writeTable(folder, 'bank.csv', [HEADER, ...madeUp().map(lineOf)]);
  await run(['train', '--data', table, '--model-type', 'simple', '--workers', '1', '--data-dir', dataDir]);
});

function serve(variables: Readonly<Record<string, string>> = {}): Started {
  const args = ['serve', '--port', '0', '--data-dir', dataDir];
  return start(args, { TITANS_API_KEYS: KEY, TITANS_WORKERS: '2', TITANS_LOG_LEVEL: 'info', ...variables });
}

/** Resolves when as many processes as that have said that they listen. */
async function untilListening(server: Started, count: number): Promise<string> {
  const [, url] = await server.until(new RegExp(`(?:${LISTENING.source}[\\s\\S]*){${count}}`));
  return url;
}

interface Outcome {
  readonly status: number | null;
  /** Whether the connection had been open already: an idle one may be closed while a request is on its way. */
  readonly isReused: boolean;
  readonly error: string | null;
}

/** One client that asks again and again, over one kept connection or a new one each time, until it is refused one. */
async function askOnAndOn(url: string, outcomes: Outcome[], isKept: boolean): Promise<void> {
  const agent = isKept && new Agent({ keepAlive: true, maxSockets: 1 });
  for (;;) {
    const outcome = await ask(url, agent);
    outcomes.push(outcome);
    if (outcome.status === null) break;
  }
  if (agent) agent.destroy();
}

function ask(url: string, agent: Agent | false): Promise<Outcome> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const asking = request(`${url}/predict/category`, { method: 'POST', agent, headers }, (reply) => {
      reply.resume();
      reply.once('end', () => resolve({ status: reply.statusCode ?? null, isReused, error: null }));
      reply.once('error', fail);
    });
    let isReused = false;
    const fail = ({ message }: Error) => resolve({ status: null, isReused, error: message });
    asking.once('error', fail);
    asking.once('socket', () => {
      isReused = asking.reusedSocket;
    });
    asking.end(BODY);
  });
}

describe('several processes on one port', { skip: process.platform !== 'linux' && 'needs /proc' }, () => {
  for (const [how, isKept] of [
    ['over kept connections', true],
    ['over a new connection each', false],
  ] as const) {
    it(`SIGTERM under load ${how}: every request received before the port closed is answered, and all end with 0`, async () => {
      const server = serve({ TITANS_LOG_LEVEL: 'info' });
      const url = await untilListening(server, 2);
      const outcomes: Outcome[] = [];
      const clients = Array.from({ length: CLIENTS }, () => askOnAndOn(url, outcomes, isKept));
      // In the middle of it, on a machine of any speed.
      while (outcomes.length < 300) await pause(20);
      server.child.kill('SIGTERM');
      await Promise.all(clients);
      assert.equal((await server.ended).status, 0);
      // Whoever could connect was answered; a closed port is the only refusal there is.
      for (const { status, isReused, error } of outcomes) {
        if (status === 200) continue;
        const allowed = isReused ? /ECONNREFUSED|ECONNRESET|socket hang up/ : /ECONNREFUSED/;
        assert.match(error ?? `status ${status}`, allowed);
      }
    });
  }

  it('a process that dies is replaced while the other goes on answering', async () => {
    const server = serve();
    const url = await untilListening(server, 2);
    const pid = server.child.pid;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
    assert.equal(children.length, 2);
    process.kill(children[0], 'SIGKILL');
    await server.until(/process ended unasked; starting another/);
    assert.equal((await fetch(`${url}/livez`)).status, 200);
    await untilListening(server, 3);
    assert.equal((await fetch(`${url}/livez`)).status, 200);
    server.child.kill('SIGTERM');
    assert.equal((await server.ended).status, 0);
  });

  it('they are one service: figures add up, and a reload reaches them all', async () => {
    const server = serve();
    const url = await untilListening(server, 2);
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    // A connection each, so that the kernel deals them to both processes.
    const send = async (method: string, path: string, body?: string) => {
      const agent = new Agent({ maxSockets: 1 });
      const text = await new Promise<string>((resolve, reject) => {
        const asking = request(`${url}${path}`, { method, agent, headers }, (reply) => {
          const pieces: Buffer[] = [];
          reply.on('data', (piece) => pieces.push(piece));
          reply.on('end', () => resolve(Buffer.concat(pieces).toString()));
        });
        asking.once('error', reject);
        asking.end(body);
      });
      agent.destroy();
      return text;
    };
    const version = async () => JSON.parse(await send('POST', '/predict/category', BODY)).model_version;
    const versions = await Promise.all(Array.from({ length: 40 }, version));
    assert.deepEqual(new Set(versions), new Set(['1.0.0']));
    const analytics = JSON.parse(await send('GET', '/models/analytics'));
    assert.deepEqual([analytics.processes, analytics.predictions.total], [2, 40]);
    const performance = JSON.parse(await send('GET', '/models/performance'));
    assert.deepEqual([performance.processes, performance.models.category_prediction.predictions], [2, 40]);
    const metrics = await send('GET', '/metrics');
    assert.match(metrics, /titans_predictions_total\{model="category_prediction",outcome="\w+"\} [1-9]/);
    const entries = (text: string) => Number(/^titans_feature_cache_entries (\d+)$/m.exec(text)?.[1]);
    const { cleared } = JSON.parse(await send('DELETE', '/models/cache'));
    assert.equal(cleared, entries(metrics));
    assert.equal(entries(await send('GET', '/metrics')), 0);

    const table = join(folder, 'bank.csv');
    const again = [
      'train',
      '--data',
      table,
      '--model-type',
      'category_prediction',
      '--workers',
      '1',
      '--force',
    ];
    assert.equal((await run([...again, '--data-dir', dataDir])).status, 0);
    await send('POST', '/models/category_prediction/reload');
    const until = Date.now() + 20_000;
    let seen = new Set<string>();
    while (!(seen.size === 1 && seen.has('1.1.0')) && Date.now() < until) {
      seen = new Set(await Promise.all(Array.from({ length: 20 }, version)));
    }
    assert.deepEqual(seen, new Set(['1.1.0']));
    server.child.kill('SIGTERM');
    assert.equal((await server.ended).status, 0);
  });

  it('what keeps a process from starting is told once, with its exit status', async () => {
    const { status, stderr } = await serve({ TITANS_API_KEYS: '' }).ended;
    assert.equal(status, 2);
    assert.equal(stderr.match(/has no key/g)?.length, 1);
  });
});
