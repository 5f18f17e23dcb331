import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../src/errors.ts';
import { answeredOne, connect } from '../client/connect.ts';
import { fixedAmount, fixedPredict, post, testApp, testConfig } from '../harness.ts';

const URL = '/predict/amount';
const DINNER = { type: 'Expense', description: 'Restaurant dinner', category: 'Food & Dining' } as const;

test('200 has the amount with its interval, and what every prediction has', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const { processing_time_ms, ...body } = await answeredOne(connect(app).POST(URL, { body: DINNER }));
  assert.ok(processing_time_ms >= 0);
  assert.deepEqual(body, {
    success: true,
    predicted_amount: -38.4,
    confidence_interval: { lower: -71.2, upper: -16.9, level: 0.8 },
    model_version: '1.0.0',
    features_used: 52,
    prediction_id: '0b9f7a44-6a0e-4c8c-b4a2-6a4c4f0d9f55',
  });
});

test('an amount that is given is ignored, the level is .8 unless said', async (t) => {
  const { asked, amount } = fixedAmount();
  const app = testApp({ config: testConfig({ TITANS_CURRENCY: 'EUR' }), predict: fixedPredict({ amount }) });
  t.after(() => app.close());
  for (const more of [{}, { amount: -12 }, { confidence_level: 0.95 }, { confidence_level: null }])
    await answeredOne(connect(app).POST(URL, { body: { ...DINNER, ...more } }));
  assert.deepEqual(
    asked.map(({ level }) => level),
    [0.8, 0.8, 0.95, 0.8],
  );
  for (const { transaction } of asked) assert.deepEqual(transaction, asked[0].transaction);
  assert.equal(asked[0].transaction.amountMinor, null);
  assert.equal(asked[0].transaction.currency, 'EUR');
});

test('422 names what is missing or out of range, each at its place', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const cases: [unknown, string[]][] = [
    [{}, ['/type']],
    [{ type: null }, ['/type']],
    [{ type: 'Gift', confidence_level: 0.4 }, ['/confidence_level', '/type']],
    [{ ...DINNER, confidence_level: 0.999 }, ['/confidence_level']],
    [{ ...DINNER, confidence_level: '0.9' }, ['/confidence_level']],
    [{ ...DINNER, top_k: 3 }, ['/top_k']],
  ];
  for (const [body, pointers] of cases) {
    const reply = await app.inject(post(URL, body));
    assert.equal(reply.statusCode, 422, JSON.stringify(body));
    const places = reply.json().errors.map(({ pointer }: { pointer: string }) => pointer);
    assert.deepEqual(places.sort(), pointers);
  }
});

test('503 with Retry-After when the model is not loaded', async (t) => {
  const amount = () =>
    Promise.reject(new AppError('model_not_loaded', 'amount_prediction has no active version'));
  const app = testApp({ predict: fixedPredict({ amount }) });
  t.after(() => app.close());
  const reply = await app.inject(post(URL, DINNER));
  assert.equal(reply.statusCode, 503);
  assert.equal(reply.headers['retry-after'], '5');
});
