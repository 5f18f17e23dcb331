import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { createApiKeyCheck } from '../../src/access/api-keys.ts';
import { buildApp } from '../../src/http/app.ts';
import { CATEGORY_MODEL } from '../../src/models/models.ts';
import { createServices, type Services } from '../../src/services.ts';
import { answered, answeredOne, connect } from '../client/connect.ts';
import { AUTHORIZATION, NOW, post, testApp, testConfig } from '../harness.ts';
import { BOOK, trainedCategory } from '../models/trained.ts';
import { parsePrometheus } from '../monitoring/prometheus-text.ts';

const NAME = 'category_prediction';
const folder = mkdtempSync(join(tmpdir(), 'titans-models-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let bytes: Uint8Array;
let probes: readonly number[];
before(async () => {
  const artifact = await trainedCategory();
  bytes = CATEGORY_MODEL.encode(artifact);
  probes = CATEGORY_MODEL.probe(artifact);
});

/** Stores the trained model once more, as another version, and activates it. */
async function publish({ repository }: Services): Promise<string> {
  const { version } = await repository.save({
    model: NAME,
    format: CATEGORY_MODEL.format,
    bytes,
    facts: {
      trained_until: new Date(BOOK[BOOK.length - 1].at).toISOString(),
      seed: 3,
      rows: BOOK.length,
      metrics: { accuracy: 0.75, log_loss: Number.NaN },
      probes,
    },
    summary: {
      parameters: { trees: 10, recipe: 'words' },
      evaluation: {
        baselines: { majority: { accuracy: 0.25, rows: 7, note: 'text' } },
        beats_baseline: true,
      },
    },
  });
  await repository.activate(NAME, version);
  return version;
}

let made = 0;
let dataDir: string;
let services: Services;
let app: FastifyInstance;
beforeEach(async () => {
  dataDir = join(folder, String(made++));
  services = createServices(testConfig({ TITANS_DATA_DIR: dataDir }), () => NOW);
  await publish(services);
  await services.registry.load();
  app = buildApp(await services.http('1.0.0'));
  api = connect(app);
});
async function close(): Promise<void> {
  await app.close();
  await services.close();
}

function damage(version: string): void {
  truncateSync(join(dataDir, 'models', NAME, version, 'model.safetensors'), 100);
}

/** The generated client, for what the document says; {@link ask} is for the rest. */
let api: ReturnType<typeof connect>;
const THIS = { params: { path: { model: NAME } } } as const;

function predict(body: typeof COFFEE) {
  return answeredOne(api.POST('/predict/category', { body }));
}

async function ask(method: 'GET' | 'POST' | 'DELETE', url: string, more: InjectOptions = {}) {
  const reply = await app.inject({ method, url, ...more, headers: { ...AUTHORIZATION, ...more.headers } });
  return { status: reply.statusCode, body: reply.json() };
}

const COFFEE = { amount: -25.5, description: 'Coffee shop purchase', date: '2025-01-06T09:30:10Z' };

describe('models over HTTP', () => {
  it('status tells what serves, what is activated and what is newest', async () => {
    const body = await answered(api.GET('/models/status'));
    assert.deepEqual(Object.keys(body.models), [
      NAME,
      'amount_prediction',
      'anomaly_detection',
      'cashflow_forecasting',
    ]);
    const state = body.models[NAME];
    assert.equal(state.status, 'ready');
    assert.equal(state.rows, BOOK.length);
    assert.equal(state.trained_at, '2025-01-06T09:30:00.000Z');
    assert.deepEqual(state.metrics, { accuracy: 0.75, log_loss: null });
    const first = state.active_version;
    const second = await publish(services);
    const later = (await answered(api.GET('/models/status'))).models[NAME];
    assert.deepEqual(
      [later.active_version, later.activated_version, later.newest_version],
      [first, second, second],
    );
    assert.equal(body.models.amount_prediction.status, 'missing');
    assert.match(String(body.models.amount_prediction.reason), /No version/);
    await close();
  });

  it('health tells what serves: some models make it degraded', async () => {
    const body = await answered(api.GET('/models/health'));
    assert.equal(body.status, 'degraded');
    assert.equal(body.ready, true);
    assert.equal(body.models[NAME].status, 'ready');
    assert.equal(body.models.anomaly_detection.status, 'missing');
    await close();
  });

  it('info tells everything of the version that serves', async () => {
    const body = await answered(api.GET('/models/{model}/info', THIS));
    assert.equal(body.features.length, 52);
    assert.ok(body.features_hidden.length > 0);
    for (const name of body.features_hidden) assert.ok(body.features.includes(name));
    assert.equal(body.bytes, bytes.length);
    assert.match(body.sha256, /^[0-9a-f]{64}$/);
    assert.equal(body.classes, (await trainedCategory()).statistics.categories.length);
    assert.deepEqual(body.baselines, { majority: { accuracy: 0.25, rows: 7 } });
    assert.equal(body.beats_baseline, true);
    assert.deepEqual(body.parameters, { trees: 10, recipe: 'words' });
    assert.equal(body.trained_until, new Date(BOOK[BOOK.length - 1].at).toISOString());
    const missing = await ask('GET', '/models/amount_prediction/info');
    assert.deepEqual([missing.status, missing.body.code], [503, 'model_not_loaded']);
    const summary = join(dataDir, 'models', NAME, body.version, 'training_summary.json');
    rmSync(summary);
    const without = await answered(api.GET('/models/{model}/info', THIS));
    assert.deepEqual([without.baselines, without.beats_baseline, without.parameters], [{}, null, {}]);
    await close();
  });

  it('a reload serves the activated version, whether it is sent no body, {} or only a type', async () => {
    const url = `/models/${NAME}/reload`;
    const json = { 'content-type': 'application/json' };
    for (const sent of [{}, { headers: json, payload: '{}' }, { headers: json }]) {
      const previous = services.registry.get(NAME)?.version;
      const version = await publish(services);
      const { status, body } = await ask('POST', url, sent);
      assert.equal(status, 200);
      const model = { status: 'ready', version, previous_version: previous, reason: null };
      assert.deepEqual(body, { success: true, reloaded: 1, missing: 0, models: { [NAME]: model } });
      assert.equal(services.registry.get(NAME)?.version, version);
    }
    const all = await answered(api.POST('/models/reload-all'));
    assert.deepEqual([all.reloaded, all.missing], [1, 3]);
    assert.equal(all.models.cashflow_forecasting.status, 'missing');
    await close();
  });

  it('a bad artifact is refused with 409 and a reason, and the old version serves on', async () => {
    const first = services.registry.get(NAME)?.version;
    damage(await publish(services));
    const one = await ask('POST', `/models/${NAME}/reload`);
    assert.deepEqual([one.status, one.body.code], [409, 'artifact_invalid']);
    assert.match(one.body.detail, new RegExp(`100 bytes instead.*${first} goes on serving`));
    const all = await ask('POST', '/models/reload-all');
    assert.deepEqual([all.status, all.body.code], [409, 'artifact_invalid']);
    assert.match(all.body.detail, /^0 of 4 models were reloaded/);
    assert.deepEqual(
      all.body.errors.map((error: { pointer: string }) => error.pointer),
      [`/${NAME}`],
    );
    assert.equal((await predict(COFFEE)).model_version, first);
    const state = (await answered(api.GET('/models/health'))).models[NAME];
    assert.equal(state.status, 'ready');
    assert.match(String(state.reason), /100 bytes/);
    const families = parsePrometheus((await app.inject('/metrics')).body);
    const refused = families
      .get('titans_model_reloads_total')
      ?.samples.find(({ labels }) => labels.model === NAME && labels.outcome === 'refused');
    assert.equal(refused?.value, 2);
    await close();
  });

  it('a name that no model has is 404 with its own code, after the credential', async () => {
    for (const [method, path] of [
      ['GET', 'info'],
      ['POST', 'reload'],
    ] as const) {
      for (const name of ['nonsense', '__proto__', '..%2F..', 'category_prediction%20']) {
        const url = `/models/${name}/${path}`;
        const { status, body } = await ask(method, url);
        assert.deepEqual([status, body.code], [404, 'model_not_found'], url);
        assert.equal((await app.inject({ method, url })).statusCode, 401);
      }
    }
    const missing = await ask('POST', '/models/amount_prediction/reload');
    assert.deepEqual([missing.status, missing.body.code], [503, 'model_not_loaded']);
    await close();
  });

  it('the cache answers the same as before, and says how many entries it dropped', async () => {
    const one = await predict(COFFEE);
    const two = await predict({ ...COFFEE, date: '2025-01-06T09:30:50Z' });
    assert.deepEqual(two.top_predictions, one.top_predictions);
    await predict({ ...COFFEE, amount: -26 });
    const before = (await answered(api.GET('/models/performance'))).feature_cache;
    assert.deepEqual(before, { entries: 2, entries_max: 6144, hits: 1, misses: 2, hit_ratio: 1 / 3 });
    assert.deepEqual(await answered(api.DELETE('/models/cache')), { success: true, cleared: 2 });
    assert.deepEqual(await answered(api.DELETE('/models/cache')), { success: true, cleared: 0 });
    await predict(COFFEE);
    assert.equal((await answered(api.GET('/models/performance'))).feature_cache.misses, 3);
    await publish(services);
    await answered(api.POST('/models/reload-all'));
    await predict(COFFEE);
    const after = (await answered(api.GET('/models/performance'))).feature_cache;
    assert.deepEqual([after.entries, after.misses], [1, 4], 'a reload makes old entries unreachable');
    await close();
  });

  it('analytics and performance count what was served, each with its model and route', async () => {
    for (let i = 0; i < 5; i++) await predict({ ...COFFEE, amount: -1 - i });
    await app.inject(post('/predict/category', { amount: 'x' }));
    await app.inject(post('/predict/amount', { type: 'Expense' }));
    await app.inject({ method: 'GET', url: '/no/such/path' });
    const analytics = await answered(api.GET('/models/analytics'));
    assert.equal(analytics.predictions.total, 5);
    assert.equal(analytics.category.count, 5);
    assert.equal(
      analytics.category.mix.reduce((sum: number, row: { count: number }) => sum + row.count, 0),
      5,
    );
    const performance = await answered(api.GET('/models/performance'));
    const model = performance.models[NAME];
    assert.deepEqual([model.predictions, model.failed], [5, 0]);
    assert.deepEqual([model.features.count, model.model.count, model.history.count], [5, 5, 0]);
    assert.equal(model.request.count, 6, 'the refused request was a request of this route too');
    const { p50_ms, p99_ms, max_ms } = model.request;
    assert.ok(Number(p50_ms) > 0 && Number(p99_ms) <= Number(max_ms));
    assert.equal(performance.models.amount_prediction.failed, 1);
    const routes = performance.requests.map(
      (row: { method: string; route: string }) => `${row.method} ${row.route}`,
    );
    assert.ok(routes.includes('other unmatched'));
    assert.ok(!routes.some((route: string) => route.includes('no/such')));
    assert.ok(performance.memory.rss_bytes > 1e6);
    const metrics = (await app.inject('/metrics')).body;
    assert.ok(!metrics.includes('no/such'));
    assert.match(metrics, /titans_http_requests_in_flight 1\n/);
    await close();
  });
});

describe('routes without a body', () => {
  const routes = [
    ['POST', `/models/${NAME}/reload`],
    ['POST', '/models/reload-all'],
    ['DELETE', '/models/cache'],
  ] as const;

  it('refuse a body that asks for something, in the order of refusal', async (t) => {
    const reader = { id: 'reader', scopes: new Set(['models:read'] as const) };
    const check = createApiKeyCheck(testConfig());
    const api = testApp({
      authenticate: (credential) => (credential === 'reader' ? reader : check(credential)),
    });
    t.after(() => api.close());
    await close();
    const send = (method: 'POST' | 'DELETE', url: string, payload: string, headers: Record<string, string>) =>
      api.inject({ method, url, payload, headers: { 'content-type': 'application/json', ...headers } });
    for (const [method, url] of routes) {
      assert.equal((await send(method, url, '[', {})).statusCode, 401);
      assert.equal((await send(method, url, '[', { authorization: 'Bearer reader' })).statusCode, 403);
      for (const [payload, type, status] of [
        ['a=1', 'application/x-www-form-urlencoded', 415],
        ['[', 'application/json', 400],
        ['{"force": true}', 'application/json', 422],
        ['[]', 'application/json', 422],
        ['1', 'application/json', 422],
        ['{}', 'application/json', 200],
      ] as const) {
        const reply = await send(method, url, payload, { ...AUTHORIZATION, 'content-type': type });
        assert.equal(reply.statusCode, status, `${url} ${payload}`);
      }
      const { errors } = (await send(method, url, '{"a/b": 1}', AUTHORIZATION)).json();
      assert.deepEqual(errors, [{ pointer: '/a~1b', detail: 'unknown field' }]);
    }
  });
});
