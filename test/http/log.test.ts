import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../src/errors.ts';
import { API_KEY, capturedLog, fixedPredict, post, testApp } from '../harness.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SECRETS = [
  API_KEY,
  'another-secret-key',
  'ACME DESCRIPTOR',
  '1234.56',
  'acc-secret',
  'hidden-in-query',
];

test('every line of a request carries its id, and the last one says how it ended', async (t) => {
  const { lines, logger } = capturedLog('debug');
  const app = testApp({ logger });
  t.after(() => app.close());
  const traceparent = `00-${TRACE_ID}-00f067aa0ba902b7-01`;
  await app.inject(post('/v1/predict/category', { amount: 1 }, { 'x-request-id': 'req-1', traceparent }));
  await app.inject(
    post('/predict/category', { amount: 'x' }, { 'x-request-id': 'req-2', traceparent: 'nonsense' }),
  );
  await app.inject({ url: '/nothing', headers: { 'x-request-id': 'req-3' } });
  const written = lines.map((line) => JSON.parse(line));
  for (const line of written) assert.match(line.request_id, /^req-[123]$/);
  const ends = written.filter((line) => line.msg === 'request completed');
  assert.deepEqual(
    ends.map((line) => [line.request_id, line.method, line.route, line.status, line.caller, line.trace_id]),
    [
      ['req-1', 'POST', '/predict/category', 200, 'api-key-1', TRACE_ID],
      ['req-2', 'POST', '/predict/category', 422, 'api-key-1', undefined],
      ['req-3', 'GET', undefined, 404, undefined, undefined],
    ],
  );
  for (const line of ends) {
    assert.equal(typeof line.duration_ms, 'number');
    assert.equal(line.level, 'info');
    assert.match(line.time, /^\d{4}-\d{2}-\d{2}T/);
  }
});

test('no key, descriptor, amount, account, path or query is ever logged, even at trace', async (t) => {
  const { lines, logger } = capturedLog('trace');
  const app = testApp({ logger });
  const broken = testApp({
    logger,
    predict: fixedPredict({
      category: () =>
        Promise.reject(
          new AppError('store_unavailable', 'about ACME DESCRIPTOR', { internal: 'SQLITE_BUSY' }),
        ),
    }),
  });
  t.after(() => Promise.all([app.close(), broken.close()]));
  const body = { amount: 1234.56, description: 'ACME DESCRIPTOR', account_id: 'acc-secret' };
  await app.inject(post('/predict/category?key=hidden-in-query', body));
  await app.inject(post('/predict/category', { ...body, currency: 'acc-secret', tags: [1234.56] }));
  await app.inject(post('/predict/category', `{"description": "ACME DESCRIPTOR", acc-secret 1234.56`));
  await app.inject(post('/predict/category', body, { authorization: 'Bearer another-secret-key' }));
  await app.inject(post('/predict/category', body, { 'content-type': 'acc-secret' }));
  await app.inject({ url: '/acc-secret?hidden-in-query', headers: { cookie: 'another-secret-key' } });
  await app.inject({ url: '/%zz?hidden-in-query' });
  await broken.inject(post('/predict/category', body));
  const text = lines.join('');
  for (const secret of SECRETS) assert.ok(!text.includes(secret), `${secret} was logged`);
  assert.match(text, /SQLITE_BUSY/);
});

test('the level of the log holds: nothing below it, nothing at all when silent', async (t) => {
  for (const [level, count] of [
    ['debug', 2],
    ['info', 1],
    ['warn', 0],
    ['silent', 0],
  ] as const) {
    const { lines, logger } = capturedLog(level);
    const app = testApp({ logger });
    t.after(() => app.close());
    await app.inject('/nothing');
    assert.equal(lines.length, count, level);
  }
});
