import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { FIELDS } from '../../src/bank/fields.ts';
import { AppError } from '../../src/errors.ts';
import type { Problem } from '../../src/http/schemas/problem.ts';
import { answeredOne, connect } from '../client/connect.ts';
import {
  AUTHORIZATION,
  capturedLog,
  fixedCategory,
  fixedPredict,
  NOW,
  post,
  testApp,
  testConfig,
} from '../harness.ts';

const URL = '/predict/category';
const COFFEE = {
  amount: -25.5,
  type: 'Expense',
  description: 'Coffee shop purchase',
  payment_method: 'credit_card',
} as const;

async function refusal(app: FastifyInstance, request: InjectOptions): Promise<Problem> {
  const reply = await app.inject(request);
  assert.equal(reply.headers['content-type'], 'application/problem+json; charset=utf-8', reply.body);
  return reply.json();
}

test('200 has the fields of the first Titans Finance and those added', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const { processing_time_ms, ...body } = await answeredOne(connect(app).POST(URL, { body: COFFEE }));
  assert.equal(typeof processing_time_ms, 'number');
  assert.ok(processing_time_ms >= 0);
  assert.deepEqual(body, {
    success: true,
    predicted_category: 'Food & Dining',
    confidence_score: 0.87,
    confidence_band: 'MEDIUM',
    abstained: false,
    abstention_reason: null,
    top_predictions: [
      { category: 'Food & Dining', confidence: 0.87 },
      { category: 'Shopping', confidence: 0.08 },
      { category: 'Entertainment', confidence: 0.05 },
    ],
    model_version: '1.0.0',
    features_used: 52,
    prediction_id: '7d9c1f52-1f7e-4a8e-9a35-0d3c8a1f1b11',
  });
});

test('200 passes an abstention on with its reason, and nothing the schema does not name', async (t) => {
  const { category } = fixedCategory();
  const app = testApp({
    predict: fixedPredict({
      async category(request) {
        const answer = await category(request);
        const abstained = {
          ...answer,
          abstained: true,
          abstention_reason: 'nothing like it was seen',
          secret: 1,
        };
        return abstained;
      },
    }),
  });
  t.after(() => app.close());
  const body = await answeredOne(connect(app).POST(URL, { body: COFFEE }));
  assert.equal(body.abstained, true);
  assert.equal(body.abstention_reason, 'nothing like it was seen');
  assert.equal('secret' in body, false);
});

test('the use case gets a parsed transaction, dated by the clock unless it has a date, and top_k or 3', async (t) => {
  const { asked, category } = fixedCategory();
  const config = testConfig({ TITANS_TIMEZONE: 'Asia/Tokyo', TITANS_CURRENCY: 'JPY' });
  const app = testApp({ config, predict: fixedPredict({ category }) });
  t.after(() => app.close());
  const { POST } = connect(app);
  // A type in small letters is taken, though the document does not say so.
  await app.inject(post(URL, { amount: 25.5, type: 'expense' }));
  await answeredOne(POST(URL, { body: { amount: 25.5, top_k: 1, date: '2025-01-06' } }));
  await answeredOne(POST(URL, { body: { amount: 25.5, top_k: null, currency: 'EUR' } }));
  assert.deepEqual(
    asked.map((request) => request.topK),
    [3, 1, 3],
  );
  assert.equal(asked[0].transaction.at, NOW);
  assert.equal(asked[0].transaction.amountMinor, -26);
  assert.equal(asked[0].transaction.currency, 'JPY');
  assert.equal(asked[1].transaction.at, Date.UTC(2025, 0, 5, 15));
  assert.equal(asked[2].transaction.amountMinor, 2550);
});

test('422 names every fault at once, of fields and options, each with its place', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const problem = await refusal(
    app,
    post(URL, { amount: 'much', type: 'Gift', date: 'yesterday', amuont: 1, top_k: 0, 'a/b~c': 1 }),
  );
  assert.equal(problem.status, 422);
  assert.equal(problem.code, 'invalid');
  const pointers = (problem.errors ?? []).map((place) => place.pointer);
  assert.deepEqual(
    [...pointers].sort(),
    ['/a~1b~0c', '/amount', '/amuont', '/date', '/top_k', '/type'].sort(),
  );
});

test('422 for values no bank has: each with one fault at its place', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const long = 'x'.repeat(10_000);
  const cases: [unknown, string][] = [
    [{}, '/amount'],
    [{ amount: null }, '/amount'],
    [{ amount: '25.50' }, '/amount'],
    [{ amount: true }, '/amount'],
    [{ amount: [1] }, '/amount'],
    [{ amount: 1e308 }, '/amount'],
    [{ amount: -1, type: 'Income' }, '/amount'],
    [{ amount: 1, description: long }, '/description'],
    [{ amount: 1, merchant_name: { name: 'x' } }, '/merchant_name'],
    [{ amount: 1, currency: 'XXXX' }, '/currency'],
    [{ amount: 1, tags: 'office' }, '/tags'],
    [{ amount: 1, top_k: 51 }, '/top_k'],
    [{ amount: 1, top_k: 1.5 }, '/top_k'],
    [{ amount: 1, top_k: '3' }, '/top_k'],
    [{ transactions: [] }, '/transactions'],
    [{ transactions: {} }, '/transactions'],
    [{ transactions: null }, '/transactions'],
    [{ transactions: [{ amount: 1 }], amount: 1 }, '/amount'],
    [{ transactions: [{ amount: 1 }], top_k: 0 }, '/top_k'],
    [[], ''],
    [[{ amount: 1 }], ''],
    [null, ''],
    ['text', ''],
    [12, ''],
    [Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, i])), ''],
  ];
  for (const [body, pointer] of cases) {
    const problem = await refusal(app, post(URL, JSON.stringify(body)));
    assert.equal(problem.status, 422, JSON.stringify(body).slice(0, 80));
    assert.deepEqual(
      (problem.errors ?? []).map((place) => place.pointer),
      [pointer],
    );
  }
});

test('200 for odd values a bank may have', async (t) => {
  const { asked, category } = fixedCategory();
  const app = testApp({ predict: fixedPredict({ category }) });
  t.after(() => app.close());
  for (const body of [
    '{"amount": -0}',
    '{"amount": 0}',
    '{"amount": 1e-308}',
    '{"amount": 1E2}',
    '{"amount": 1e12}',
    '{"amount": 1, "amount": 2}',
    '{"amount": 1, "description": "🍕 \\ud83c\\udf55 \\u0000 \\ud800"}',
    '{"amount": 1, "description": null, "tags": null, "type": null}',
    '\ufeff{"amount": 1}',
    ' \n {"amount": 1} \t',
  ]) {
    const reply = await app.inject(post(URL, body));
    assert.equal(reply.statusCode, 200, `${body}: ${reply.body}`);
  }
  assert.ok(Object.is(asked[0].transaction.amountMinor, 0));
  assert.equal(asked[5].transaction.amountMinor, 200);
  assert.equal(asked[6].transaction.description, '🍕 🍕   \ufffd');
});

test('400 for what is not a JSON document in UTF-8', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const deep = `${'['.repeat(5_000)}${']'.repeat(4_999)}`;
  const bodies: [string | Buffer, RegExp][] = [
    ['', /empty/],
    [' ', /ends too early/],
    ['{"amount":', /ends too early/],
    ['{"amount": 1', /not JSON/],
    ['{"amount": NaN}', /character 11|not JSON/],
    ['{"amount": Infinity}', /not JSON/],
    ["{'amount': 1}", /not JSON/],
    ['{"amount": 1,}', /not JSON/],
    ['{"amount": 01}', /not JSON/],
    ['{"amount": 1} {}', /not JSON/],
    ['{"description": "a\nb"}', /not JSON/],
    ['amount=1', /not JSON/],
    ['\0', /not JSON/],
    [deep, /nested more than 64 deep/],
    ['['.repeat(64), /ends too early/],
    ['{"__proto__": {"amount": 1}}', /__proto__/],
    ['{"amount": 1, "constructor": {"prototype": {"x": 1}}}', /constructor/],
    [Buffer.from('{"amount": 1, "description": "caf\xe9"}', 'latin1'), /UTF-8/],
    [Buffer.from('\ufeff{"amount": 1}', 'utf16le'), /UTF-8|not JSON/],
  ];
  for (const [body, detail] of bodies) {
    const problem = await refusal(app, post(URL, body));
    assert.equal(problem.status, 400, String(body).slice(0, 60));
    assert.equal(problem.code, 'malformed');
    assert.match(String(problem.detail), detail);
  }
  assert.equal(({} as Record<string, unknown>).amount, undefined);
  const empty = await refusal(app, { method: 'POST', url: URL, headers: AUTHORIZATION });
  assert.equal(empty.status, 400);
});

test('400, not a crash, for 5,000 levels of nesting', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const arrays = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
  const objects = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
  for (const body of [arrays, objects, `{"amount": ${arrays}}`, `{"amount": 1, "tags": ${objects}}`]) {
    assert.equal((await refusal(app, post(URL, body))).status, 400);
  }
});

test('415 for every other media type, charset or encoding', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const body = JSON.stringify(COFFEE);
  const cases: [Record<string, string>, string | Buffer][] = [
    [{ 'content-type': 'text/plain' }, body],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 'amount=1'],
    [{ 'content-type': 'multipart/form-data; boundary=x' }, body],
    [{ 'content-type': 'application/problem+json' }, body],
    [{ 'content-type': 'application/jsonp' }, body],
    [{ 'content-type': 'nonsense' }, body],
    [{ 'content-type': '' }, body],
    [{ 'content-type': 'application/json; charset=iso-8859-1' }, body],
    [{ 'content-type': 'application/json; charset=utf-16' }, body],
    [{ 'content-encoding': 'gzip' }, gzipSync(body)],
    [{ 'content-encoding': 'br' }, body],
    [{ 'content-encoding': 'gzip, identity' }, body],
  ];
  for (const [headers, payload] of cases) {
    const problem = await refusal(app, post(URL, payload, headers));
    assert.equal(problem.code, 'unsupported_media_type', JSON.stringify(headers));
  }
  const untyped = await refusal(app, {
    method: 'POST',
    url: URL,
    headers: AUTHORIZATION,
    payload: Buffer.from(body),
  });
  assert.equal(untyped.status, 415);
});

test('200 for every way of saying JSON in UTF-8', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const variants: Record<string, string>[] = [
    { 'content-type': 'application/json' },
    { 'content-type': 'application/json; charset=utf-8' },
    { 'content-type': 'application/json;charset="UTF-8"' },
    { 'content-type': 'Application/JSON; Charset=utf8' },
    { 'content-type': 'application/json; profile=x' },
    { 'content-encoding': 'identity' },
  ];
  for (const headers of variants) {
    const reply = await app.inject(post(URL, COFFEE, headers));
    assert.equal(reply.statusCode, 200, JSON.stringify(headers));
  }
});

test('503 with Retry-After when the model is not loaded', async (t) => {
  const app = testApp({
    predict: fixedPredict({
      category: () =>
        Promise.reject(new AppError('model_not_loaded', 'category_prediction has no active version.')),
    }),
  });
  t.after(() => app.close());
  const reply = await app.inject(post(URL, COFFEE));
  assert.equal(reply.statusCode, 503);
  assert.equal(reply.headers['retry-after'], '5');
  assert.equal(reply.json().code, 'model_not_loaded');
});

test('500 for a defect tells the log what happened and the caller only where to look', async (t) => {
  const { lines, logger } = capturedLog();
  for (const category of [
    () => Promise.reject(new TypeError('tree 7 has no root')),
    () => {
      throw new TypeError('tree 7 has no root');
    },
    () => Promise.resolve({} as never),
    () => Promise.reject('not even an error'),
    () => Promise.reject(undefined),
  ]) {
    const app = testApp({ predict: fixedPredict({ category }), logger });
    t.after(() => app.close());
    const problem = await refusal(app, post(URL, COFFEE));
    assert.equal(problem.status, 500);
    assert.equal(problem.code, 'internal');
    assert.doesNotMatch(JSON.stringify(problem), /tree|root|at |\.ts/);
  }
  assert.equal(lines.filter((line) => line.includes('tree 7 has no root')).length, 2);
});

test('a body with more faults than can be listed is answered with a bounded reply', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const tags = Array.from({ length: 32 }, () => 1);
  const many = Object.fromEntries(FIELDS.map((field) => [field.name, field.name === 'tags' ? tags : [1]]));
  const strange = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`unknown_${i}`, i]));
  const problem = await refusal(app, post(URL, { ...many, ...strange }));
  assert.equal(problem.status, 422);
  assert.ok((problem.errors ?? []).length <= 100);
});

test('whatever is sent, the answer is 200 or a problem below 500', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const names = [...FIELDS.map((field) => field.name), 'top_k', 'unknown'];
  const value = fc.oneof(
    fc.jsonValue(),
    fc.double(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('EUR', 'Expense'),
  );
  const body = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.dictionary(fc.constantFrom(...names), value).map((fields) => JSON.stringify(fields)),
    fc.dictionary(fc.constantFrom(...names), value).map((fields) => JSON.stringify({ ...fields, amount: 1 })),
  );
  await fc.assert(
    fc.asyncProperty(body, async (payload) => {
      const reply = await app.inject(post(URL, payload));
      assert.ok(reply.statusCode < 500, reply.body);
      const type = String(reply.headers['content-type']);
      assert.equal(type.startsWith('application/problem+json'), reply.statusCode !== 200);
      JSON.parse(reply.body);
    }),
    { seed: 1, numRuns: 600 },
  );
});
