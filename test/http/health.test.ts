import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW, testApp } from '../harness.ts';

test('GET /health: status, version, uptime by the clock handed in, and the models', async (t) => {
  let now = NOW;
  const models = {
    category_prediction: { status: 'active', version: '20250106-093000' },
    amount_prediction: { status: 'missing', version: null },
  };
  const app = testApp({ clock: () => now, health: { models: () => models, isReady: () => false } });
  t.after(() => app.close());
  await app.ready();
  now += 12_500;
  const reply = await app.inject('/health');
  assert.equal(reply.statusCode, 200);
  assert.deepEqual(reply.json(), { status: 'healthy', version: '0.1.0', uptime_seconds: 12.5, models });
});

test('GET /livez is 200 without any model', async (t) => {
  const app = testApp({ health: { models: () => ({}), isReady: () => false } });
  t.after(() => app.close());
  const reply = await app.inject('/livez');
  assert.equal(reply.statusCode, 200);
  assert.deepEqual(reply.json(), { status: 'alive' });
});

test('GET /readyz follows the models: 503 with Retry-After, then 200', async (t) => {
  let isReady = false;
  const app = testApp({ health: { models: () => ({}), isReady: () => isReady } });
  t.after(() => app.close());
  const before = await app.inject('/readyz');
  assert.equal(before.statusCode, 503);
  assert.equal(before.headers['retry-after'], '5');
  assert.equal(before.json().code, 'not_ready');
  isReady = true;
  const after = await app.inject('/readyz');
  assert.equal(after.statusCode, 200);
  assert.deepEqual(after.json(), { status: 'ready' });
});

test('health needs no key', async (t) => {
  const app = testApp({ authenticate: () => null });
  t.after(() => app.close());
  for (const url of ['/health', '/livez', '/readyz', '/openapi.json', '/docs']) {
    assert.equal((await app.inject(url)).statusCode, 200, url);
  }
});
