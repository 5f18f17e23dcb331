import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { toWire } from '../../src/bank/wire.ts';
import { buildApp } from '../../src/http/app.ts';
import { ROUTES } from '../../src/http/routes.ts';
import type { HttpServices } from '../../src/http/services.ts';
import { bindPredictors, type PredictorDependencies, pinPredictors } from '../../src/predict/many.ts';
import { PREDICTION_TYPES } from '../../src/predict/prediction-types.ts';
import { createStoredPast } from '../../src/predict/stored-past.ts';
import type { HistoryStore } from '../../src/stores/ports.ts';
import { createSqlHistory } from '../../src/stores/sql/history.ts';
import { openSqlite } from '../../src/stores/sql/sqlite.ts';
import { post, testServices } from '../harness.ts';
import { BOOK, trainedAmount, trainedCategory } from '../models/trained.ts';
import { trainedAnomaly } from '../models/trained-anomaly.ts';

type Json = Record<string, unknown>;

let history: HistoryStore;
let dependencies: PredictorDependencies;
let app: FastifyInstance;
const missing = new Set<string>();
/** The version that serves; tests activate another. */
let version = '1.0.0';

function serve<Artifact>(name: string, artifact: Artifact) {
  return {
    model: () => (missing.has(name) ? null : { version, artifact }),
    history: createStoredPast(history, null),
    timezone: 'UTC',
    newId: () => 'an-id',
  };
}

before(async () => {
  history = createSqlHistory(await openSqlite(':memory:'), 'memory');
  await history.append(BOOK);
  dependencies = {
    category: serve('category', await trainedCategory()),
    amount: serve('amount', await trainedAmount()),
    anomaly: serve('anomaly', await trainedAnomaly()),
  };
  const real = bindPredictors(dependencies);
  const pin: HttpServices['predict']['pin'] = (types, transactions) =>
    pinPredictors(dependencies, types, transactions);
  app = buildApp(testServices({ predict: { ...real, pin } }));
});
after(async () => {
  await app.close();
  await history.close();
});

async function ask(url: string, body: unknown): Promise<{ status: number; body: Json }> {
  const reply = await app.inject(post(url, body));
  return { status: reply.statusCode, body: reply.json() };
}

/** A body without what differs from one request to the next. */
function lasting(body: unknown): unknown {
  const { processing_time_ms: _time, ...rest } = body as Json;
  return rest;
}

/** Anything without the times in it, at any depth. */
function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(lasting(value) as Json).map(([key, part]) => [key, withoutTimes(part)]),
  );
}

const LISTED = BOOK.slice(-60).map((row) => toWire(row));
/** Wire-shaped transactions: of the stored accounts and of strangers, at instants among and after the stored, or never. */
const ITEM: fc.Arbitrary<Json> = fc
  .record({
    base: fc.constantFrom(...LISTED),
    more: fc.record(
      {
        account_id: fc.constantFrom(...LISTED.map((row) => row.account_id), 'stranger', null),
        date: fc.constantFrom(...LISTED.map((row) => row.date), '2030-01-01', null),
        amount: fc.oneof(fc.double({ min: -500, max: -0.01 }), fc.constantFrom(null, 'much', 1e13)),
        type: fc.constantFrom('Expense', 'Transfer', null, 'Gift', 7),
        description: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant(5)),
        amuont: fc.constant(1),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
    isBad: fc.boolean(),
  })
  .map(({ base, more, isBad }) => {
    const { amuont, ...rest } = more;
    return { ...base, ...rest, ...(isBad && amuont !== undefined && { amuont }) };
  });

const PREFIXES = ['', '/v1'] as const;
const PREFIX = fc.constantFrom(...PREFIXES);
const SINGLES = [
  { type: 'category', options: { top_k: 2 } },
  { type: 'amount', options: { confidence_level: 0.9 } },
  { type: 'anomaly', options: { sensitivity: 0.1 } },
] as const;

/** The faults of a single request, as a list names them for its item `index`. */
function placed(problem: Json, index: number): Json[] {
  return (problem.errors as Json[]).map(({ pointer, detail }) => ({
    pointer: `/transactions/${index}${pointer}`,
    detail,
  }));
}

describe('a list', () => {
  for (const { type, options } of SINGLES) {
    it(`of /predict/${type} has for each item, in order, what a request of its own has`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(ITEM, { minLength: 1, maxLength: 6 }), PREFIX, async (items, prefix) => {
          const url = `${prefix}/predict/${type}`;
          const list = await ask(url, { transactions: items, ...options });
          assert.equal(list.status, 200);
          assert.equal(list.body.success, true);
          const results: unknown[] = [];
          const errors: unknown[] = [];
          for (const [index, item] of items.entries()) {
            const one = await ask(url, { ...item, ...options });
            if (one.status === 200) results.push({ index, ...(lasting(one.body) as Json) });
            else errors.push({ index, code: one.body.code, errors: placed(one.body, index) });
          }
          assert.deepEqual((list.body.results as Json[]).map(lasting), results);
          assert.deepEqual(
            (list.body.errors as Json[]).map(({ detail: _detail, ...rest }) => rest),
            errors,
          );
        }),
        { seed: 4, numRuns: 40 },
      );
    });
  }

  it('of /predict/batch has the bodies of the single routes as its parts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(ITEM, { minLength: 1, maxLength: 4 }),
        fc.subarray([...PREDICTION_TYPES], { minLength: 1 }),
        PREFIX,
        async (items, types, prefix) => {
          const batch = await ask(`${prefix}/predict/batch`, {
            transactions: items,
            prediction_types: types,
          });
          assert.equal(batch.status, 200);
          const results: Json[] = [];
          const failures: Json[] = [];
          for (const [index, item] of items.entries()) {
            const result: Json = { index };
            const failed: string[] = [];
            for (const type of types) {
              const one = await ask(`/predict/${type}`, item);
              if (one.status === 200) result[type] = lasting(one.body);
              else failed.push(type);
            }
            if (failed.length < types.length) results.push(result);
            if (failed.length > 0) failures.push({ index, prediction_types: failed });
          }
          const got = (batch.body.results as Json[]).map((result) =>
            Object.fromEntries(
              Object.entries(result).map(([key, part]) => [key, key === 'index' ? part : lasting(part)]),
            ),
          );
          assert.deepEqual(got, results);
          assert.deepEqual(
            (batch.body.errors as Json[]).map(({ index, prediction_types }) => ({ index, prediction_types })),
            failures,
          );
        },
      ),
      { seed: 5, numRuns: 30 },
    );
  });

  /** What a list says of each item, in its order, and what requests of their own say of the same. */
  const KINDS: readonly { name: string; alone: (one: (type: string) => Promise<Json>) => Promise<Json> }[] = [
    ...SINGLES.map(({ type }) => ({
      name: type,
      alone: (one: (type: string) => Promise<Json>) => one(type),
    })),
    {
      name: 'batch',
      alone: async (one) =>
        Object.fromEntries(
          await Promise.all(PREDICTION_TYPES.map(async (type) => [type, await one(type)] as const)),
        ),
    },
  ];
  for (const { name, alone } of KINDS) {
    it(`of /predict/${name} with one bad item of 1,000 gives 999 right answers in order and one error with its index`, async () => {
      const transactions: Json[] = Array.from({ length: 1000 }, (_, i) => ({
        type: 'Expense',
        ...LISTED[i % LISTED.length],
      }));
      transactions[617] = { ...transactions[617], amuont: 1 };
      const singles = await Promise.all(
        LISTED.map((_, i) =>
          alone(async (type) => lasting((await ask(`/predict/${type}`, transactions[i])).body) as Json),
        ),
      );
      for (const prefix of PREFIXES) {
        const { status, body } = await ask(`${prefix}/predict/${name}`, { transactions });
        assert.equal(status, 200);
        const expected = transactions.flatMap((_, index) =>
          index === 617 ? [] : [{ index, ...singles[index % LISTED.length] }],
        );
        assert.deepEqual(withoutTimes(body.results), expected);
        const [error, ...others] = body.errors as Json[];
        assert.deepEqual(others, []);
        assert.equal(error.index, 617);
        assert.deepEqual(
          (error.errors as Json[]).map(({ pointer }) => pointer),
          ['/transactions/617/amuont'],
        );
      }
    });
  }

  it('is answered by one version of the model, whatever is activated meanwhile', async () => {
    const transactions = Array.from({ length: 400 }, (_, i) => LISTED[i % LISTED.length]);
    const asked = ask('/predict/batch', { transactions });
    const activating = setInterval(() => {
      version = version === '1.0.0' ? '2.0.0' : '1.0.0';
    }, 1);
    const { body } = await asked;
    clearInterval(activating);
    const versions = new Set(
      (body.results as Json[]).flatMap((result) =>
        PREDICTION_TYPES.map((type) => (result[type] as Json).model_version),
      ),
    );
    assert.equal(versions.size, 1);
  });

  it('says for which types an item does not do, and why', async () => {
    const transactions = [
      { amount: -5 },
      { type: 'Expense' },
      {},
      { amount: -5, type: 'Expense', date: '?' },
    ];
    const { status, body } = await ask('/predict/batch', { transactions });
    assert.equal(status, 200);
    const byIndex = (body.errors as Json[]).map(({ index, prediction_types, errors }) => [
      index,
      prediction_types,
      (errors as Json[]).map(({ pointer, detail }) => [pointer, String(detail).split(':')[0]]),
    ]);
    const all = ['category', 'amount', 'anomaly'];
    assert.deepEqual(byIndex, [
      [0, ['amount'], [['/transactions/0/type', 'for amount']]],
      [1, ['category', 'anomaly'], [['/transactions/1/amount', 'for category and anomaly']]],
      [
        2,
        all,
        [
          ['/transactions/2/amount', 'for category and anomaly'],
          ['/transactions/2/type', 'for amount'],
        ],
      ],
      [
        3,
        all,
        [
          [
            '/transactions/3/date',
            'must be an RFC 3339 date or date-time such as 2025-01-06 or 2025-01-06T09',
          ],
        ],
      ],
    ]);
    assert.match(
      String((body.errors as Json[])[0].detail),
      /^amount not predicted: \/transactions\/0\/type /,
    );
    assert.deepEqual(
      (body.results as Json[]).map((result) => Object.keys(result)),
      [
        ['index', 'category', 'anomaly'],
        ['index', 'amount'],
      ],
    );
  });

  it('is 200 even if no item does', async () => {
    for (const url of ['/predict/category', '/predict/amount', '/predict/anomaly', '/predict/batch']) {
      const { status, body } = await ask(url, { transactions: [1, null, [], 'x', { nothing: 1 }] });
      assert.equal(status, 200);
      assert.deepEqual(body.results, []);
      assert.deepEqual(
        (body.errors as Json[]).map(({ index }) => index),
        [0, 1, 2, 3, 4],
      );
    }
  });

  it('is 503 when a model it needs does not serve, naming it and the types that do', async () => {
    missing.add('amount');
    try {
      const transactions = [LISTED[0]];
      for (const [url, more] of [
        ['/predict/amount', {}],
        ['/predict/batch', {}],
        ['/predict/batch', { prediction_types: ['amount'] }],
      ] as const) {
        const { status, body } = await ask(url, { transactions, ...more });
        assert.deepEqual([status, body.code], [503, 'model_not_loaded']);
        assert.match(String(body.detail), /^amount_prediction has no active version/);
      }
      const { body } = await ask('/predict/batch', { transactions });
      assert.match(String(body.detail), /these serve: "prediction_types": \["category", "anomaly"\]/);
      const rest = await ask('/predict/batch', {
        transactions,
        prediction_types: ['category', 'anomaly'],
      });
      assert.equal(rest.status, 200);
      assert.equal((await ask('/predict/category', { transactions })).status, 200);
    } finally {
      missing.clear();
    }
  });
});

describe('the envelope of a list', () => {
  const [item] = LISTED;
  const cases: [string, unknown, number, string[]][] = [
    ['is empty', { transactions: [] }, 422, ['/transactions']],
    ['is no array', { transactions: { 0: item } }, 422, ['/transactions']],
    ['is null', { transactions: null }, 422, ['/transactions']],
    ['has a field of a transaction beside it', { transactions: [item], amount: 1 }, 422, ['/amount']],
    ['has an unknown field', { transactions: [item], 'a/b~': 1 }, 422, ['/a~1b~0']],
    [
      'has too many fields',
      Object.fromEntries(Array.from({ length: 70 }, (_, i) => [i ? `f${i}` : 'transactions', []])),
      422,
      ['/transactions', ''],
    ],
    ['is too long', { transactions: Array.from({ length: 1001 }, () => item), amount: 1 }, 413, []],
  ];
  for (const [what, body, status, pointers] of cases) {
    it(`is refused whole when it ${what}`, async () => {
      for (const url of ['/predict/category', '/predict/amount', '/predict/anomaly', '/predict/batch']) {
        const reply = await ask(url, body);
        assert.equal(reply.status, status, url);
        const got = (reply.body.errors as Json[]).map(({ pointer }) => pointer);
        assert.ok(got.length > 0 || status === 413);
        assert.ok(
          got.every((pointer) => pointers.includes(pointer as string)),
          `${got}`,
        );
      }
    });
  }

  it('names wrong options at once with the rest', async () => {
    const body = {
      transactions: [],
      top_k: 0,
      sensitivity: 2,
      confidence_level: 'x',
      prediction_types: ['all'],
    };
    const reply = await ask('/predict/batch', body);
    assert.equal(reply.status, 422);
    assert.deepEqual((reply.body.errors as Json[]).map(({ pointer }) => pointer).sort(), [
      '/confidence_level',
      '/prediction_types',
      '/sensitivity',
      '/top_k',
      '/transactions',
    ]);
    for (const types of [[], ['category', 'category'], 'category', [null], {}]) {
      const refused = await ask('/predict/batch', { transactions: [item], prediction_types: types });
      assert.equal(refused.status, 422, JSON.stringify(types));
    }
    for (const wrong of [{}, [], [item], item, null, 'text', 7])
      assert.equal((await ask('/predict/batch', JSON.stringify(wrong))).status, 422);
  });

  it('does not take the options of an item', async () => {
    const { status, body } = await ask('/predict/category', { transactions: [{ ...item, top_k: 1 }] });
    assert.equal(status, 200);
    assert.deepEqual((body.errors as Json[])[0].errors, [
      {
        pointer: '/transactions/0/top_k',
        detail: ((body.errors as Json[])[0].errors as Json[])[0].detail,
      },
    ]);
  });

  it('keeps the reply bounded, however many faults the items have', async () => {
    const worst = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`unknown_${i}`, 1]));
    const monster = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`u${i}`, 1]));
    const transactions = [monster, ...Array.from({ length: 999 }, () => worst)];
    const { status, body } = await ask('/predict/category', { transactions });
    assert.equal(status, 200);
    const errors = body.errors as { index: number; detail: string; errors: Json[] }[];
    assert.equal(errors.length, 1000);
    assert.deepEqual(errors[0].errors.length, 1);
    assert.ok(errors.reduce((sum, entry) => sum + entry.errors.length, 0) <= 5000);
    assert.match(errors[999].detail, /^61 values are wrong; see errors \(not listed/);
  });
});

describe('the cost of a body', () => {
  it('is its transactions times the types asked for', () => {
    const services = testServices();
    const transactions = [{ amount: 1 }, { amount: 2 }, {}];
    for (const [url, body, cost] of [
      ['/predict/category', { amount: 1 }, 1],
      ['/predict/category', { transactions }, 3],
      ['/predict/amount', { transactions }, 3],
      ['/predict/anomaly', { transactions }, 3],
      ['/predict/batch', { transactions }, 9],
      ['/predict/batch', { transactions, prediction_types: ['amount', 'category'] }, 6],
    ] as const) {
      const route = ROUTES.find((row) => row.url === url)?.route;
      assert.equal(route?.cost?.(route.bind(services, ROUTES).parse?.(body)), cost, url);
    }
  });
});
