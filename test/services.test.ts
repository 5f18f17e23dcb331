import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import type { Transaction } from '../src/bank/transaction.ts';
import { buildApp } from '../src/http/app.ts';
import { createServices, type Services } from '../src/services.ts';
import { synthesise } from '../src/training/synthetic.ts';
import { activateModel } from './active-model.ts';
import { NOW, post, testConfig } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'titans-services-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const rows: readonly Transaction[] = synthesise({ seed: 2, accounts: 2, days: 150 }).transactions;

function open(name: string, variables: Record<string, string> = {}): Services {
  return createServices(testConfig({ TITANS_DATA_DIR: join(folder, name), ...variables }), () => NOW);
}

let version: string;
before(async () => {
  const services = open('trained');
  version = await activateModel(services, rows);
  await services.close();
});

it('putting the parts together opens and writes nothing', async () => {
  const services = open('untouched');
  await services.close();
  await services.close();
  assert.equal(existsSync(join(folder, 'untouched')), false);
});

it('the history is opened once and survives closing', async () => {
  const services = open('history');
  const [one, two] = await Promise.all([services.history(), services.history()]);
  assert.equal(one, two);
  await one.append(rows);
  await services.close();
  const again = open('history');
  assert.equal(await (await again.history()).count(), rows.length);
  await again.close();
});

it('a history that cannot be opened is told to whoever asks, and closing still works', async () => {
  const services = open('damaged', { TITANS_DATABASE_URL: '' });
  await (await services.history()).append(rows.slice(0, 1));
  await services.close();
  writeFileSync(
    join(folder, 'damaged', 'titans.db'),
    'this is no database, and it is long enough to see that',
  );
  await assert.rejects(services.history(), { name: 'AppError' });
  await services.close();
});

it('the API predicts with the active model and with the history of the account', async () => {
  const services = open('trained');
  await services.registry.load();
  const app = buildApp({ ...(await services.http('9.9.9')) });
  const [row] = rows.slice(-1);
  const body = { amount: -12.5, description: row.description, account_id: 'someone', date: '2026-02-01' };
  const first = (await app.inject(post('/predict/category', body))).json();
  assert.equal(first.success, true);
  assert.equal(first.model_version, version);
  assert.equal(first.features_used, 52);

  // Confirmed as another category time and again, the same merchant's next row is read otherwise.
  const other = first.top_predictions[1].category;
  const history = await services.history();
  await history.append(
    Array.from({ length: 40 }, (_, day) => ({
      ...row,
      id: null,
      accountId: 'someone',
      at: Date.UTC(2025, 11, 1 + day),
      category: other,
    })),
  );
  const second = (await app.inject(post('/predict/category', body))).json();
  assert.notDeepEqual(second.top_predictions, first.top_predictions);
  assert.notEqual(second.prediction_id, first.prediction_id);

  assert.equal((await app.inject('/readyz')).statusCode, 200);
  const health = (await app.inject('/health')).json();
  assert.equal(health.version, '9.9.9');
  assert.equal(health.models.category_prediction.version, version);
  await app.close();
  await services.close();
});

it('without a model the API lives, is not ready and says which model is missing', async () => {
  const services = open('empty');
  await services.registry.load();
  const app = buildApp(await services.http('1.0.0'));
  assert.equal((await app.inject('/livez')).statusCode, 200);
  assert.equal((await app.inject('/readyz')).statusCode, 503);
  const refused = await app.inject(post('/predict/category', { amount: -1 }));
  assert.equal(refused.statusCode, 503);
  assert.equal(refused.json().code, 'model_not_loaded');
  await app.close();
  await services.close();
});

it('transactions sent to the API are in the history, and their key holds after a restart', async () => {
  const body = { transactions: [{ amount: -3.2, description: 'TEA', account_id: 'sent' }, { amount: 9 }] };
  const request = post('/transactions', body, { 'idempotency-key': 'sent-1' });
  const replies: string[] = [];
  for (const isReplayed of [undefined, 'true']) {
    const services = open('sent');
    const app = buildApp(await services.http('9.9.9'));
    const reply = await app.inject(request);
    assert.equal(reply.statusCode, 200, reply.body);
    assert.equal(reply.headers['idempotency-replayed'], isReplayed);
    replies.push(reply.body);
    const history = await services.history();
    assert.equal(await history.count(), 2);
    assert.equal((await history.before('sent', NOW + 1, 9)).length, 1);
    await app.close();
    await services.close();
  }
  assert.equal(replies[0], replies[1]);
});

it('a batch names every model that does not serve', async () => {
  const services = open('trained');
  await services.registry.load();
  const app = buildApp(await services.http('9.9.9'));
  const transactions = [{ amount: -3.2, type: 'Expense', description: 'TEA' }];
  const refused = await app.inject(post('/predict/batch', { transactions }));
  assert.equal(refused.statusCode, 503);
  assert.match(refused.json().detail, /^amount_prediction, anomaly_detection have no active version/);
  const types = { prediction_types: ['category'] };
  const answered = (await app.inject(post('/predict/batch', { transactions, ...types }))).json();
  assert.equal(answered.results[0].category.model_version, version);
  await app.close();
  await services.close();
});

it('processes that cannot count together have a share of the limit each', async () => {
  const config = testConfig({
    TITANS_DATA_DIR: join(folder, 'shares'),
    TITANS_REDIS_URL: '',
    TITANS_RATE_LIMIT: '1000/60s',
    TITANS_WORKERS: '4',
  });
  const services = createServices(config, () => NOW);
  const { limits } = await services.http('0.1.0');
  assert.equal((await limits.charge('a', 1)).remaining, 249);
  assert.equal(limits.chargeAddress('192.0.2.1', 1).remaining, 249);
  assert.equal(limits.countFailure('192.0.2.1').remaining, 14);
  assert.equal(limits.isDegraded(), false);
  await services.close();
});

it('a broadcast is heard in this process, without a Redis', async () => {
  const services = open('broadcast', { TITANS_REDIS_URL: '' });
  const broadcast = await services.broadcast();
  const heard = new Promise((resolve) => broadcast.subscribe('models', resolve));
  await broadcast.publish('models', 'all');
  assert.equal(await heard, 'all');
  await services.close();
});
