import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import { buildApp } from '../../src/http/app.ts';
import type { HttpServices } from '../../src/http/services.ts';
import { bindPredictors } from '../../src/predict/many.ts';
import { remember } from '../../src/predict/remember.ts';
import type { HistoryStore } from '../../src/stores/ports.ts';
import { createSqlHistory } from '../../src/stores/sql/history.ts';
import { createSqlIdempotency } from '../../src/stores/sql/idempotency.ts';
import type { Tables } from '../../src/stores/sql/schema.ts';
import { openSqlite } from '../../src/stores/sql/sqlite.ts';
import { answered, answeredOne, connect } from '../client/connect.ts';
import type { components } from '../client/paths.ts';
import { NOW, post, testServices } from '../harness.ts';
import { trainedCategory } from '../models/trained.ts';

const URL = '/transactions';
type Body = components['schemas']['RememberRequest' | 'RememberListRequest'];
const COFFEE = {
  amount: -4.5,
  description: 'COFFEE',
  account_id: 'a',
  transaction_id: '1',
  date: '2025-01-01',
};

let db: Kysely<Tables>;
let history: HistoryStore;
let app: FastifyInstance;
let now: number;
/** Put in the place of the store's append by tests that make it fail or wait. */
let append: HistoryStore['append'];

beforeEach(async () => {
  now = NOW;
  db = await openSqlite(':memory:');
  history = createSqlHistory(db, 'memory');
  append = history.append;
  const idempotency = createSqlIdempotency(db, 'memory');
  const rememberHere: HttpServices['remember'] = (request) =>
    remember({ history: { append: (rows) => append(rows) }, idempotency, clock: () => now }, request);
  app = buildApp(
    testServices({
      clock: () => now,
      remember: rememberHere,
      authenticate: (credential) => ({ id: credential, scopes: new Set(['write', 'predict'] as const) }),
    }),
  );
});
afterEach(async () => {
  await app.close();
  await db.destroy();
});

function send(body: unknown, key?: string, caller = 'me') {
  return app.inject(
    post(URL, body, {
      authorization: `Bearer ${caller}`,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    }),
  );
}

describe('POST /transactions', () => {
  it('counts what is new, replaced and known already', async () => {
    const label = { ...COFFEE, category: 'Food' };
    const steps: [Body, [number, number, number, number]][] = [
      [COFFEE, [1, 1, 0, 0]],
      [COFFEE, [1, 0, 0, 1]],
      [label, [1, 0, 1, 0]],
      [{ transactions: [label, { ...COFFEE, transaction_id: '2' }, COFFEE] }, [3, 1, 1, 1]],
      [{ transactions: [{ ...COFFEE, account_id: 'b' }] }, [1, 1, 0, 0]],
    ];
    for (const [body, [received, inserted, updated, unchanged]] of steps) {
      assert.deepEqual(await answered(connect(app).POST(URL, { body })), {
        success: true,
        received,
        inserted,
        updated,
        unchanged,
      });
    }
    assert.equal(await history.count(), 3);
  });

  it('stores nothing when one of many is not valid, and names every fault with its place', async () => {
    const reply = await send({ transactions: [COFFEE, { amount: 'x', type: 'Gift' }, COFFEE, {}] });
    assert.equal(reply.statusCode, 422);
    const problem = reply.json();
    assert.equal(problem.code, 'invalid');
    assert.deepEqual(problem.errors.map(({ pointer }: { pointer: string }) => pointer).sort(), [
      '/transactions/1/amount',
      '/transactions/1/type',
      '/transactions/3/amount',
    ]);
    assert.equal(await history.count(), 0);
    for (const body of [{}, [], null, 5, { ...COFFEE, top_k: 1 }, { transactions: [COFFEE], amount: 1 }])
      assert.equal((await send(JSON.stringify(body))).statusCode, 422, JSON.stringify(body));
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`f${i}`, 1]));
    assert.equal((await send(many)).statusCode, 422);
    const worst = { transactions: Array.from({ length: 1000 }, () => [1]) };
    assert.ok((await send(worst)).json().errors.length <= 100);
    assert.equal(await history.count(), 0);
  });

  it('takes up to 1,000 at once', async () => {
    const rows = Array.from({ length: 1001 }, (_, i) => ({ ...COFFEE, transaction_id: `t${i}` }));
    assert.equal((await send({ transactions: rows })).statusCode, 413);
    assert.equal((await send({ transactions: rows.slice(1) })).json().inserted, 1000);
  });

  it('needs the scope write', async (t) => {
    const reader = buildApp(
      testServices({ authenticate: () => ({ id: 'r', scopes: new Set(['predict'] as const) }) }),
    );
    t.after(() => reader.close());
    assert.equal((await reader.inject(post(URL, COFFEE))).statusCode, 403);
  });

  it('is seen by the next prediction', async (t) => {
    const artifact = await trainedCategory();
    const own = { model: () => ({ version: '1', artifact }), history, timezone: 'UTC', newId: () => 'x' };
    const { category } = bindPredictors({ category: own } as never);
    const both = buildApp(
      testServices({
        predict: { category },
        remember: (request) =>
          remember({ history, idempotency: createSqlIdempotency(db, 'm'), clock: () => NOW }, request),
      }),
    );
    t.after(() => both.close());
    const asked = { amount: -7, description: 'ZZYZX CORNER 7', account_id: 'new', date: '2025-01-05' };
    const { POST } = connect(both);
    const first = await answeredOne(POST('/predict/category', { body: asked }));
    const taught = first.top_predictions[2].category;
    const past = Array.from({ length: 30 }, (_, i) => ({
      ...asked,
      category: taught,
      date: `2024-12-${String(i + 1).padStart(2, '0')}`,
    }));
    assert.equal((await answered(POST(URL, { body: { transactions: past } }))).inserted, 30);
    const second = await answeredOne(POST('/predict/category', { body: asked }));
    assert.notDeepEqual(second.top_predictions, first.top_predictions);
  });
});

describe('Idempotency-Key', () => {
  it('repeats the first answer and not its effect, under every spelling of the key and of the body', async () => {
    const body = { transactions: [{ amount: -1, description: 'no id, no date' }] };
    const first = await send(body, 'key-1');
    assert.equal(first.statusCode, 200);
    assert.equal(first.headers['idempotency-replayed'], undefined);
    now += 60_000;
    for (const key of ['key-1', '"key-1"']) {
      const again = await send(JSON.stringify(body, null, 2), key);
      assert.equal(again.statusCode, 200);
      assert.equal(again.body, first.body);
      assert.equal(again.headers['idempotency-replayed'], 'true');
    }
    assert.equal(await history.count(), 1);
    assert.equal((await send(body)).json().inserted, 1, 'without the key it is another transaction');
  });

  it('is 422 with another body, and each caller has keys of its own', async () => {
    await send(COFFEE, 'k');
    const reply = await send({ ...COFFEE, amount: -5 }, 'k');
    assert.equal(reply.statusCode, 422);
    assert.equal(reply.json().code, 'idempotency_key_reused');
    assert.equal((await send({ ...COFFEE, amount: -5 }, 'k', 'you')).json().updated, 1);
  });

  it('is 409 with Retry-After while the first request is at work', async () => {
    let finish: () => void = () => {};
    let hasBegun: () => void = () => {};
    const begun = new Promise<void>((resolve) => {
      hasBegun = resolve;
    });
    append = async (rows) => {
      hasBegun();
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return history.append(rows);
    };
    const first = send(COFFEE, 'k').then((reply) => reply);
    await begun;
    const second = await send(COFFEE, 'k');
    assert.equal(second.statusCode, 409);
    assert.equal(second.headers['retry-after'], '1');
    assert.equal(second.json().code, 'idempotency_key_in_use');
    finish();
    assert.equal((await first).statusCode, 200);
    assert.equal((await send(COFFEE, 'k')).headers['idempotency-replayed'], 'true');
  });

  it('stays usable after a failure, and what was stored before it is not stored twice', async () => {
    const body = { transactions: [{ amount: -1, description: 'no id, no date' }, { amount: -2 }] };
    append = async (rows) => {
      await history.append(rows.slice(0, 1));
      throw new Error('the power went');
    };
    assert.equal((await send(body, 'k')).statusCode, 500);
    append = history.append;
    now += 5000;
    assert.deepEqual((await send(body, 'k')).json(), {
      success: true,
      received: 2,
      inserted: 1,
      updated: 0,
      unchanged: 1,
    });
  });

  it('is left unused by a request that is not valid', async () => {
    assert.equal((await send({ amount: 'x' }, 'k')).statusCode, 422);
    assert.equal((await send(COFFEE, 'k')).json().inserted, 1);
  });

  it('is 400 when it is no key, before anything is said of the body', async () => {
    for (const key of ['', '""', 'x'.repeat(256), 'a b', '"a b"', 'é']) {
      const reply = await send({ transactions: [] }, key);
      assert.equal(reply.statusCode, 400, key);
      assert.equal(reply.json().code, 'malformed');
    }
    for (const key of ['x'.repeat(255), '"', '8e03978e-40d5-43e8-bc93-6894a57f9324'])
      assert.equal((await send(COFFEE, key)).statusCode, 200, key);
  });
});
