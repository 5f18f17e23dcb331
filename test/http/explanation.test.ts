import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { Transaction } from '../../src/bank/transaction.ts';
import { AppError } from '../../src/errors.ts';
import { CATALOG } from '../../src/features/catalog.ts';
import { toPastRow } from '../../src/features/past.ts';
import type { Explanation } from '../../src/models/explanation.ts';
import { predictAmount } from '../../src/predict/amount.ts';
import { predictAnomaly } from '../../src/predict/anomaly.ts';
import { predictCategory } from '../../src/predict/category.ts';
import { createExplainPool } from '../../src/workers/explain-pool.ts';
import { fixedPredict, post, testApp } from '../harness.ts';
import { BOOK, trainedAmount, trainedCategory } from '../models/trained.ts';
import { trainedAnomaly } from '../models/trained-anomaly.ts';

const explainer = createExplainPool();
/** The account with the longest past in the book, and its newest row. */
const NEWEST = BOOK.findLast((row) => row.accountId !== null && row.type === 'Expense') as Transaction;
const PAST = BOOK.filter((row) => row.accountId === NEWEST.accountId && row.at < NEWEST.at).slice(-256);

let app: FastifyInstance;
before(async () => {
  const [category, amount, anomaly] = [
    await trainedCategory(),
    await trainedAmount(),
    await trainedAnomaly(),
  ];
  const shared = {
    history: { before: () => PAST.map((row) => toPastRow(row)) },
    timezone: 'UTC',
    newId: () => 'id',
    explainer,
  };
  const served = <Artifact>(artifact: Artifact) => ({
    ...shared,
    model: () => ({ version: '1.0.0', artifact }),
  });
  app = testApp({
    predict: fixedPredict({
      category: (request) => predictCategory(served(category), request),
      amount: (request) => predictAmount(served(amount), request),
      anomaly: (request) => predictAnomaly(served(anomaly), request),
    }),
  });
});
after(async () => {
  await app.close();
  await explainer.close();
});

const KNOWN = {
  date: new Date(NEWEST.at).toISOString(),
  amount: -25.5,
  type: 'Expense',
  description: NEWEST.description,
  account_id: NEWEST.accountId,
  payment_method: NEWEST.paymentMethod,
};
/** What people send: the usual, nothing to go by, words never seen, hostile text, an unknown currency. */
const BODIES = {
  known: KNOWN,
  bare: { amount: 0, type: 'Expense', description: '' },
  unknown: { ...KNOWN, description: 'zzxqv 88291 ☕', account_id: 'nobody', amount: -123_456.78 },
  hostile: { ...KNOWN, description: `=\u0001${'x '.repeat(500)}`, tags: ['a=b', '__proto__'] },
  yen: { ...KNOWN, currency: 'JPY', amount: -25 },
  income: { ...KNOWN, type: 'Income', amount: 2500 },
};

/** Asks with and without an explanation: all else must be the same. */
async function explain(
  url: string,
  body: object,
): Promise<{ answer: Record<string, unknown>; why: Explanation }> {
  const reply = await app.inject(post(url, { ...body, explain: true }));
  assert.equal(reply.statusCode, 200, reply.body);
  const { explanation, processing_time_ms: _, ...answer } = reply.json();
  const plain = (await app.inject(post(url, body))).json();
  assert.ok(!('explanation' in plain));
  delete plain.processing_time_ms;
  assert.deepEqual(answer, plain);
  return { answer, why: explanation };
}

function sum(values: readonly { readonly contribution: number }[]): number {
  return values.reduce((total, { contribution }) => total + contribution, 0);
}

/** What holds for every explanation. */
function check(why: Explanation): void {
  const explained = why.base_value + sum(why.contributions);
  assert.ok(Math.abs(explained - why.output) < 1e-6, `${explained} is not ${why.output}`);
  const sizes = why.contributions.map(({ contribution }) => Math.abs(contribution));
  assert.deepEqual(
    sizes,
    sizes.toSorted((a, b) => b - a),
  );
  assert.equal(new Set(why.contributions.map(({ feature }) => feature)).size, why.contributions.length);
  if (why.text !== undefined) {
    const { bias, terms, rest, score } = why.text;
    assert.ok(Math.abs(bias + sum(terms) + rest - score) < 1e-6);
    for (const { term } of terms) assert.ok(!term.includes('\u0001'));
  }
  assert.ok(why.words.length >= 2);
  for (const word of [...why.words, why.explains]) {
    assert.doesNotMatch(word, /undefined|NaN|null|Infinity|\[object/);
  }
}

describe('an explanation', () => {
  for (const [name, body] of Object.entries(BODIES)) {
    it(`of the category adds up and changes nothing else: ${name}`, async () => {
      const { answer, why } = await explain('/predict/category', body);
      check(why);
      assert.equal(why.unit, 'probability');
      assert.equal(why.calibrated, answer.confidence_score);
      assert.ok(why.explains.includes(answer.predicted_category as string));
      const weights = why.members.map(({ weight }) => weight);
      assert.ok(Math.abs(weights.reduce((a, b) => a + b) - 1) < 1e-9);
      assert.ok(
        Math.abs(why.output - why.members[1].value) < 2.1e-3,
        'the forest member, at least its floor',
      );
      const known = new Set(CATALOG.map((row) => row.name));
      for (const { feature } of why.contributions) assert.ok(known.has(feature));
      for (const row of CATALOG) {
        if (!row.hiddenFrom.includes('category_prediction')) continue;
        assert.ok(!why.contributions.some(({ feature }) => feature === row.name), `${row.name} is hidden`);
      }
    });

    it(`of the amount adds up and leads to the answer: ${name}`, async () => {
      const { amount: _, ...rest } = body;
      const { answer, why } = await explain('/predict/amount', rest);
      check(why);
      assert.equal(why.unit, 'log_amount');
      assert.equal(why.calibrated, answer.predicted_amount);
      const step = Object.fromEntries(why.steps.map(({ name, value }) => [name, value]));
      const wanted = Math.expm1(Math.max(0, step.median + step.currency_shift));
      assert.ok(Math.abs(Math.abs(why.calibrated) - wanted) <= 0.51, 'rounded to the currency at most');
      assert.ok(!why.contributions.some(({ feature }) => feature.startsWith('amount_')));
    });

    it(`of an anomaly adds up, its evidence too: ${name}`, async () => {
      const { answer, why } = await explain('/predict/anomaly', body);
      check(why);
      assert.equal(why.unit, 'path_length');
      assert.equal(why.calibrated, answer.anomaly_score);
      assert.equal(why.text, undefined);
      const joint = why.steps.find((step) => step.name === 'joint_evidence')?.value as number;
      const evidence = why.members.reduce((total, { value }) => total + value, 0);
      assert.ok(Math.abs(joint - evidence) < 1e-9);
    });
  }

  it('comes with an abstention too', async () => {
    const { answer, why } = await explain('/predict/category', BODIES.unknown);
    assert.equal(answer.abstained, true);
    assert.ok(why.calibrated < 0.5);
  });

  it('is left out when it is not asked for, and refused when the question is no yes or no', async () => {
    for (const url of ['/predict/category', '/predict/amount', '/predict/anomaly']) {
      for (const value of [false, null]) {
        const reply = await app.inject(post(url, { ...KNOWN, explain: value }));
        assert.equal(reply.statusCode, 200);
        assert.ok(!('explanation' in reply.json()));
      }
      for (const value of ['true', 1, {}, []]) {
        const reply = await app.inject(post(url, { ...KNOWN, explain: value }));
        assert.equal(reply.statusCode, 422);
        assert.deepEqual(reply.json().errors, [{ pointer: '/explain', detail: 'must be true or false' }]);
      }
    }
  });

  it('is the same again and for many at once, each for its own transaction', async () => {
    const bodies = Array.from({ length: 30 }, (_, i) => ({ ...KNOWN, amount: -1 - i * i, explain: true }));
    const one = [];
    for (const body of bodies)
      one.push((await app.inject(post('/predict/category', body))).json().explanation);
    const all = await Promise.all(bodies.map((body) => app.inject(post('/predict/category', body))));
    assert.deepEqual(
      all.map((reply) => reply.json().explanation),
      one,
    );
  });

  it('that takes too long is a 503 that says so', async () => {
    const slow = testApp({
      predict: fixedPredict({
        category: () => Promise.reject(new AppError('timeout', 'The explanation took too long.')),
      }),
    });
    const reply = await slow.inject(post('/predict/category', { ...KNOWN, explain: true }));
    assert.equal(reply.statusCode, 503);
    assert.equal(reply.json().code, 'timeout');
    await slow.close();
  });
});

it('each of a list is explained as it would be alone, up to 20 of them', async () => {
  const category = trainedCategory();
  const listed = testApp({
    predict: fixedPredict({
      pin: () => ({
        ...fixedPredict(),
        category: async (request) =>
          predictCategory(
            {
              model: () => ({ version: '1.0.0', artifact }),
              history: { before: () => PAST.map((row) => toPastRow(row)) },
              timezone: 'UTC',
              newId: () => 'id',
              explainer,
            },
            request,
          ),
      }),
    }),
  });
  after(() => listed.close());
  const artifact = await category;
  const {
    index: _index,
    processing_time_ms: _time,
    ...result
  } = (await listed.inject(post('/predict/category', { transactions: [KNOWN], explain: true }))).json()
    .results[0];
  const { answer, why } = await explain('/predict/category', KNOWN);
  assert.deepEqual(result, { ...answer, explanation: why });
  const tooMany = { transactions: Array.from({ length: 21 }, () => KNOWN), explain: true };
  for (const url of ['/predict/category', '/predict/batch']) {
    const refused = await listed.inject(post(url, tooMany));
    assert.equal(refused.statusCode, 422);
    assert.deepEqual(
      refused.json().errors.map(({ pointer }: { pointer: string }) => pointer),
      ['/explain'],
    );
  }
});
