import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { DEVELOPMENT_KEY } from '../../src/access/api-keys.ts';
import { translateListenFailure } from '../../src/cli/require-port.ts';
import { parseConfig } from '../../src/config.ts';
import { findProgram } from '../servers/find-program.ts';
import { HEADER, lineOf, madeUp, run, start, temporaryFolder, writeTable } from './command-line.ts';

const folder = temporaryFolder();
const KEY = 'a-key-of-this-test';
const TRANSACTION = {
  amount: -25.5,
  type: 'Expense',
  description: 'Coffee shop purchase',
  payment_method: 'credit_card',
};

const table = writeTable(folder, 'bank.csv', [HEADER, ...madeUp().map(lineOf)]);

function trainInto(dataDir: string) {
  return run(['train', '--data', table, '--model-type', 'simple', '--workers', '1', '--data-dir', dataDir]);
}

function predict(url: string, key: string): Promise<Response> {
  return fetch(`${url}/predict/category`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(TRANSACTION),
  });
}

const LISTENING = /listening at (http:[^"]+)/;

describe('serve', () => {
  const dataDir = join(folder, 'var');
  before(() => trainInto(dataDir));

  it('refuses to start without a key and says what to set', async () => {
    const { status, stdout, stderr } = await start(['serve', '--port', '0', '--data-dir', dataDir]).ended;
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /TITANS_API_KEYS.*TITANS_DEBUG=true/);
  });

  it('tells every fault of its settings at once, also those that only serving minds', async () => {
    const empty = join(folder, 'faulty');
    const stores = { TITANS_REDIS_URL: 'redis://127.0.0.1:1', TITANS_DATABASE_URL: '' };
    const faulty = {
      ...stores,
      TITANS_JWT_SECRET: '',
      TITANS_PORT: 'x',
      TITANS_RATE_LIMIT: 'many',
    };
    const args = ['--data-dir', empty];
    const alone = await start(['serve', ...args], faulty).ended;
    assert.equal(alone.status, 2);
    for (const fault of [
      'TITANS_PORT must be an integer',
      'TITANS_RATE_LIMIT must be a count',
      'TITANS_JWT_SECRET is required with TITANS_REDIS_URL',
      'TITANS_API_KEYS has no key',
    ]) {
      assert.ok(alone.stderr.includes(fault), `${fault}: ${alone.stderr}`);
    }
    const demo = await start(['demo', ...args], faulty).ended;
    assert.match(demo.stderr, /TITANS_PORT must .*TITANS_JWT_SECRET is required/);
    assert.doesNotMatch(demo.stderr, /TITANS_API_KEYS/, 'the development key will do');
    // A managed key is one, and only the database can tell; other commands mind neither.
    const made = await start(['keys', 'create', 'only', '--data-dir', empty], stores).ended;
    assert.equal(made.status, 0);
    const keyed = await start(['serve', ...args], faulty).ended;
    assert.match(keyed.stderr, /TITANS_PORT must .*TITANS_JWT_SECRET is required/);
    assert.doesNotMatch(keyed.stderr, /TITANS_API_KEYS/);
  });

  it('with settings that are wrong, a database that cannot be asked for keys does not hide them', async () => {
    const { status, stderr } = await start(['serve', '--data-dir', join(folder, 'away')], {
      TITANS_PORT: 'x',
      TITANS_DATABASE_URL: 'postgres://titans@127.0.0.1:1/titans',
      TITANS_REDIS_URL: '',
      TITANS_JWT_SECRET: '',
    }).ended;
    assert.equal(status, 2);
    assert.match(stderr, /TITANS_PORT must .*TITANS_JWT_SECRET is required with TITANS_DATABASE_URL/);
  });

  it('answers with the active model; SIGTERM ends it with 0', async () => {
    const server = start(['serve', '--port', '0', '--data-dir', dataDir], { TITANS_API_KEYS: KEY });
    const [, url] = await server.until(LISTENING);
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    const reply = await predict(url, KEY);
    assert.equal(reply.status, 200);
    const body = (await reply.json()) as Record<string, unknown>;
    assert.equal(body.success, true);
    assert.equal(body.model_version, '1.0.0');
    assert.equal((await predict(url, DEVELOPMENT_KEY)).status, 401, 'the development key needs TITANS_DEBUG');
    server.child.kill('SIGTERM');
    const { status, stderr } = await server.ended;
    assert.equal(status, 0);
    assert.equal(stderr, '');
  });

  it('without a model it starts, is not ready, and says so', async () => {
    const server = start(['serve', '--port', '0', '--data-dir', join(folder, 'none')], {
      TITANS_API_KEYS: KEY,
    });
    const [, url] = await server.until(LISTENING);
    assert.equal((await fetch(`${url}/livez`)).status, 200);
    assert.equal((await fetch(`${url}/readyz`)).status, 503);
    assert.equal((await predict(url, KEY)).status, 503);
    assert.match(server.said().stdout, /model does not serve/);
    server.child.kill('SIGINT');
    assert.equal((await server.ended).status, 0);
  });

  it('--watch follows activations of other processes, and a bad one leaves the old version serving', async () => {
    const server = start(['serve', '--watch', '--port', '0', '--data-dir', dataDir], {
      TITANS_API_KEYS: KEY,
    });
    const [, url] = await server.until(LISTENING);
    assert.equal((await trainInto(dataDir)).status, 0);
    await server.until(/"version":"1\.1\.0","msg":"model reloaded"/);
    const body = (await (await predict(url, KEY)).json()) as Record<string, unknown>;
    assert.equal(body.model_version, '1.1.0');

    const models = join(dataDir, 'models', 'category_prediction');
    writeFileSync(join(models, '1.0.0', 'model.safetensors'), 'damaged');
    const pointer = { version: '1.0.0', activated_at: '2025-01-06T09:30:00.000Z', history: [] };
    writeFileSync(join(models, 'active.json'), JSON.stringify(pointer));
    await server.until(/"reason":"category_prediction 1\.0\.0 cannot be used[^}]*"msg":"model not reloaded"/);
    assert.equal(((await (await predict(url, KEY)).json()) as typeof body).model_version, '1.1.0');
    server.child.kill('SIGTERM');
    assert.equal((await server.ended).status, 0);
  });

  it('a port in use is told before anything else happens', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as { port: number };
    const args = ['--port', String(port), '--data-dir'];
    const serving = await start(['serve', ...args, dataDir], { TITANS_API_KEYS: KEY }).ended;
    const newcomer = join(folder, 'newcomer');
    const demo = await start(['demo', ...args, newcomer]).ended;
    for (const { status, stderr } of [serving, demo]) {
      assert.equal(status, 2);
      assert.match(stderr, new RegExp(`TITANS_PORT ${port} on 127.0.0.1 is already in use`));
    }
    assert.equal(existsSync(newcomer), false);
    await new Promise((resolve) => holder.close(resolve));
  });
});

it('every reason why an address cannot be had is told in the words of the settings', () => {
  const config = parseConfig({ TITANS_HOST: 'example', TITANS_PORT: '80' }, () => Buffer.alloc(0));
  const detail = (code: string) => {
    const failure = translateListenFailure(Object.assign(new Error('no'), { code }), config);
    return (failure as { detail?: string }).detail;
  };
  assert.match(detail('EACCES') ?? '', /^TITANS_PORT 80 may not be opened/);
  assert.match(detail('EADDRNOTAVAIL') ?? '', /^TITANS_HOST example is no address/);
  assert.match(detail('ENOTFOUND') ?? '', /^TITANS_HOST example is not known/);
  assert.match(detail('EAI_AGAIN') ?? '', /^TITANS_HOST example cannot be looked up/);
  assert.equal(detail('ELSE'), undefined);
});

// What clients of the first Titans Finance type; nothing in these files may change.
const CURLS = join(import.meta.dirname, '..', 'fixtures', 'curls');
const CURL_PORT = 8000;

/** Why they cannot be tried here, or false. */
async function withoutCurls(): Promise<string | false> {
  if (findProgram(['curl']) === null) return 'curl is not installed (apt-get install curl)';
  const holder = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    holder.on('error', () => resolve(false));
    holder.listen(CURL_PORT, '127.0.0.1', () => resolve(true));
  });
  if (isFree) await new Promise((resolve) => holder.close(resolve));
  return isFree ? false : `port ${CURL_PORT}, which the curls name, is taken by another program`;
}

/** Types one of them into a shell. */
async function curl(name: string): Promise<{ status: number; body: Record<string, unknown> }> {
  // What curl is to tell besides the body stands in its settings, so that the command stays as it is.
  writeFileSync(join(folder, '.curlrc'), 'silent\nwrite-out = "\\n%{http_code}"\n');
  const { stdout } = await promisify(execFile)('sh', [join(CURLS, `${name}.sh`)], {
    env: { ...process.env, CURL_HOME: folder },
  });
  const [body, status] = stdout.split('\n');
  return { status: Number(status), body: JSON.parse(body) };
}

async function tryCurls(): Promise<void> {
  const category = await curl('category');
  assert.equal(category.status, 200);
  assert.equal(category.body.predicted_category, 'Food & Dining');
  assert.equal(category.body.features_used, 52);
  const amount = await curl('amount');
  assert.equal(amount.status, 200);
  const { lower, upper } = amount.body.confidence_interval as { lower: number; upper: number };
  const predicted = amount.body.predicted_amount as number;
  assert.ok(predicted < -3 && predicted > -300, `a dinner costs ${predicted}`);
  assert.ok(lower <= predicted && predicted <= upper && upper <= 0);
  const anomaly = await curl('anomaly');
  assert.equal(anomaly.status, 200);
  assert.equal(anomaly.body.is_anomaly, true);
  assert.ok(['high', 'critical'].includes(anomaly.body.risk_level as string));
  const reasons = anomaly.body.reasons as { text: string }[];
  assert.ok(reasons.length > 0 && reasons.every(({ text }) => text.length > 10));
  const coffee = await fetch(`http://localhost:${CURL_PORT}/predict/anomaly`, {
    method: 'POST',
    headers: { authorization: `Bearer ${DEVELOPMENT_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(TRANSACTION),
  });
  assert.equal(((await coffee.json()) as Record<string, unknown>).is_anomaly, false);
  const reloaded = await curl('reload-all');
  assert.equal(reloaded.status, 200);
  assert.equal(reloaded.body.reloaded, 4);
}

describe('demo', () => {
  const dataDir = join(folder, 'demo');

  it('makes data, trains, serves the development key, and starts from what is there the next time', async (t) => {
    const reason = await withoutCurls();
    const first = start([
      'demo',
      '--port',
      reason === false ? String(CURL_PORT) : '0',
      '--data-dir',
      dataDir,
    ]);
    const [, url] = await first.until(LISTENING);
    await first.until(/Ctrl-C stops it/);
    assert.match(first.said().stderr, /made up \d+ transactions/);
    assert.ok(first.said().stderr.includes(DEVELOPMENT_KEY));
    const reply = await predict(url, DEVELOPMENT_KEY);
    assert.equal(reply.status, 200);
    const body = (await reply.json()) as Record<string, unknown>;
    assert.equal(body.predicted_category, 'Food & Dining');
    assert.equal((await fetch(`${url}/docs`)).status, 200);
    await t.test('the curls of the first system work character by character', { skip: reason }, tryCurls);
    first.child.kill('SIGINT');
    assert.equal((await first.ended).status, 0);

    const second = start(['demo', '--port', '0', '--data-dir', dataDir]);
    const [, again] = await second.until(LISTENING);
    await second.until(/Ctrl-C stops it/);
    assert.doesNotMatch(second.said().stderr, /made up|growing|remembered/);
    const repeated = (await (await predict(again, DEVELOPMENT_KEY)).json()) as Record<string, unknown>;
    assert.equal(repeated.model_version, body.model_version);
    assert.equal(repeated.confidence_score, body.confidence_score);
    second.child.kill('SIGTERM');
    assert.equal((await second.ended).status, 0);
  });

  it('TITANS_DEBUG=false takes the development key away, so without a key it does not start', async () => {
    const { status, stderr } = await start(['demo', '--data-dir', dataDir], { TITANS_DEBUG: 'false' }).ended;
    assert.equal(status, 2);
    assert.match(stderr, /TITANS_API_KEYS/);
  });

  it('a model that cannot be read is trained anew on the stored transactions', async () => {
    const own = join(folder, 'own');
    await trainInto(own);
    const { stdout } = await run(['models', 'list', '--data-dir', own]);
    assert.match(stdout, /1\.0\.0 +active/);
    writeFileSync(join(own, 'models', 'category_prediction', '1.0.0', 'model.safetensors'), 'damaged');
    const server = start(['demo', '--port', '0', '--data-dir', own], { TITANS_API_KEYS: KEY });
    const [, url] = await server.until(LISTENING);
    await server.until(/Ctrl-C stops it/);
    assert.doesNotMatch(server.said().stderr, /made up/);
    assert.match(server.said().stderr, /Bearer YOUR_KEY/);
    const body = (await (await predict(url, KEY)).json()) as Record<string, unknown>;
    assert.equal(body.model_version, '1.1.0');
    server.child.kill('SIGTERM');
    assert.equal((await server.ended).status, 0);
  });
});
