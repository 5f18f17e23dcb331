import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../client/connect.ts';
import { documentedAnswer, testApp } from '../harness.ts';

test('the generated client sends what the document says and reads what it promises', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const { data, error, response } = await connect(app).POST('/predict/category', {
    body: { amount: -25.5, type: 'Expense', description: 'Coffee shop purchase' },
  });
  assert.equal(error, undefined);
  assert.equal(response.status, 200);
  // One transaction was sent, so it is not the reply to a list.
  assert.ok(data !== undefined && 'predicted_category' in data);
  assert.equal(data.predicted_category, documentedAnswer().predicted_category);
});

test('the generated client gets a problem where the server refuses', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const { data, error, response } = await connect(app, {}).POST('/predict/category', { body: { amount: 1 } });
  assert.equal(data, undefined);
  assert.equal(response.status, 401);
  assert.equal(error?.code, 'unauthenticated');
});
