import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { AnomalyRequest } from '../../src/predict/anomaly.ts';
import { answeredOne, connect } from '../client/connect.ts';
import { AUTHORIZATION, fixedPredict, post, testApp } from '../harness.ts';

function appThatKeeps(asked: AnomalyRequest[]) {
  const { anomaly } = fixedPredict();
  return testApp({
    predict: fixedPredict({
      async anomaly(request) {
        asked.push(request);
        return anomaly(request);
      },
    }),
  });
}

it('answers with score, level, reasons and what is still learnt', async () => {
  const asked: AnomalyRequest[] = [];
  const app = appThatKeeps(asked);
  const body = {
    amount: -5000,
    type: 'Expense',
    description: 'Large unusual purchase',
    payment_method: 'credit_card',
  } as const;
  for (const prefix of ['', '/v1'] as const) {
    const { success, is_anomaly, anomaly_score, risk_level, reasons, processing_time_ms } = await answeredOne(
      connect(app, AUTHORIZATION, prefix).POST('/predict/anomaly', { body }),
    );
    assert.equal(success, true);
    assert.equal(is_anomaly, true);
    assert.ok(anomaly_score > 0.99);
    assert.equal(risk_level, 'high');
    assert.deepEqual(Object.keys(reasons[0]), ['feature', 'value', 'usual', 'text', 'contribution']);
    assert.ok(processing_time_ms >= 0);
  }
  assert.equal(asked[0].transaction.amountMinor, -500_000);
  assert.equal(asked[0].sensitivity, 0.01);
  await app.close();
});

it('takes a sensitivity above 0 and up to .5, and names what is wrong with another', async () => {
  const asked: AnomalyRequest[] = [];
  const app = appThatKeeps(asked);
  for (const sensitivity of [0.5, 1e-6, null]) {
    await answeredOne(connect(app).POST('/predict/anomaly', { body: { amount: -1, sensitivity } }));
  }
  assert.deepEqual(
    asked.map(({ sensitivity }) => sensitivity),
    [0.5, 1e-6, 0.01],
  );
  for (const sensitivity of [0, -0.1, 0.51, '0.01', []]) {
    const reply = await app.inject(post('/predict/anomaly', { amount: -1, sensitivity }));
    assert.equal(reply.statusCode, 422);
    assert.equal(reply.json().errors[0].pointer, '/sensitivity');
  }
  const both = await app.inject(post('/predict/anomaly', { sensitivity: 2, colour: 'red' }));
  assert.equal(both.statusCode, 422);
  assert.ok(both.json().errors.length >= 3);
  await app.close();
});
