import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CATALOG } from '../../src/features/catalog.ts';
import { buildContext } from '../../src/features/context.ts';
import { toPastRow } from '../../src/features/past.ts';
import { FEATURE_COUNT, featurize } from '../../src/features/vector.ts';
import { explainTextValue } from '../../src/kernels/text/explain.ts';
import { createRegressionScratch, predictTextValue } from '../../src/kernels/text/regression.ts';
import { createTokens } from '../../src/kernels/text/tokens.ts';
import { explainAmount } from '../../src/models/amount-explanation.ts';
import { writeAmountTokens } from '../../src/models/amount-tokens.ts';
import { classify } from '../../src/models/category.ts';
import { explainCategory } from '../../src/models/category-explanation.ts';
import { listTerms, sayTerms } from '../../src/models/explanation.ts';
import { sayFeature } from '../../src/models/feature-words.ts';
import { BOOK, trainedAmount, trainedCategory } from './trained.ts';

const UNCLEAR = /undefined|NaN|null|Infinity|\[object/;
const pastOf = (index: number) =>
  BOOK.slice(0, index)
    .filter((row) => row.accountId === BOOK[index].accountId)
    .slice(-256)
    .map((row) => toPastRow(row));

describe('a feature in words', () => {
  it('is a clause of its own for every row of the catalog, whatever the transaction', async () => {
    const { statistics } = await trainedCategory();
    const vector = new Float32Array(FEATURE_COUNT);
    const said = CATALOG.map(() => new Set<string>());
    for (let i = 0; i < BOOK.length; i += 7) {
      const context = buildContext(BOOK[i], pastOf(i), statistics, { score: 1 }, 'Europe/Paris');
      featurize(context, 'anomaly_detection', vector);
      for (let f = 0; f < FEATURE_COUNT; f++) {
        for (const reader of ['category_prediction', 'amount_prediction'] as const) {
          const clause = sayFeature(f, vector[f], context, reader);
          assert.doesNotMatch(clause, UNCLEAR, CATALOG[f].name);
          if (!Number.isNaN(vector[f])) said[f].add(clause);
        }
      }
    }
    for (const [f, clauses] of said.entries()) {
      for (const clause of clauses) assert.doesNotMatch(clause, /is not known/, CATALOG[f].name);
    }
    assert.ok(said.filter((clauses) => clauses.size > 0).length >= 50);
  });

  it('names what the merchant was in earlier cases', async () => {
    const { statistics } = await trainedCategory();
    const [merchant, statistic] = [...statistics.merchants].toSorted((a, b) => b[1].count - a[1].count)[0];
    const row = { ...BOOK[0], merchantName: merchant };
    const context = buildContext(row, [], statistics, { score: 0 }, 'UTC');
    const f = CATALOG.findIndex(({ name }) => name === 'merchant_category');
    const cases = Math.round(statistic.categoryShare * (statistic.count + 1));
    assert.equal(
      sayFeature(f, statistic.category, context, 'category_prediction'),
      `the merchant was ${statistics.categories[statistic.category]} in about ${cases} of ${statistic.count} earlier cases`,
    );
  });
});

describe('an open explanation', () => {
  it('does not change when the model answers other questions before it is finished', async () => {
    const [category, amount] = [await trainedCategory(), await trainedAmount()];
    const row = BOOK[300];
    const opened = () => [
      explainCategory(category, row, pastOf(300), 'UTC'),
      explainAmount(amount, row, pastOf(300), 'UTC', 0.8),
    ];
    const contributions = Float64Array.from({ length: FEATURE_COUNT }, (_, f) => Math.sin(f));
    const atOnce = opened().map(({ row: vector, finish }) => [vector.slice(), finish(0.5, contributions)]);
    const later = opened();
    for (let i = 0; i < 50; i++) {
      classify(category, BOOK[i], pastOf(i), 'UTC', 3);
      explainAmount(amount, BOOK[i], pastOf(i), 'UTC', 0.9);
    }
    assert.deepEqual(
      later.map(({ row: vector, finish }) => [vector, finish(0.5, contributions)]),
      atOnce,
    );
  });
});

describe('the terms of a text part', () => {
  it('add up to the value of a regression, listed or not', async () => {
    const { text } = await trainedAmount();
    const named = createTokens({ named: true });
    const scratch = createRegressionScratch(text);
    for (let i = 0; i < BOOK.length; i += 41) {
      writeAmountTokens(BOOK[i], named);
      writeAmountTokens(BOOK[i], scratch.tokens);
      const { bias, terms, rest, score } = listTerms(explainTextValue(text, named));
      const value = predictTextValue(text, scratch);
      assert.ok(Math.abs(score - value) < 1e-9);
      assert.ok(
        Math.abs(bias + rest + terms.reduce((sum, term) => sum + term.contribution, 0) - value) < 1e-9,
      );
    }
  });

  it('are readable: words, letters, and fields with what they hold', () => {
    const tokens = ['coffee', '…off…', 'octave=-5', 'half_octave=9', 'amount=-2550', 'tag=a=b'];
    const { terms } = listTerms({
      bias: 0,
      terms: [...tokens, 'account=A 1\u0001word=shop'].map((token, i) => ({ token, contribution: 9 - i })),
    });
    assert.deepEqual(
      terms.map(({ term, kind }) => `${kind}: ${term}`),
      [
        'word: coffee',
        'letters: …off…',
        'field: amount near -31',
        'field: amount nearer 22',
        'field: amount of exactly -2550 in its smallest unit',
        'field: tag a=b',
        'field: account A 1, word shop',
      ],
    );
    assert.deepEqual(
      sayTerms({ bias: 0, score: 0, rest: 0, terms }, (isUp) => (isUp ? 'helps' : 'hurts')),
      ['the word "coffee" helps', 'the field "amount near -31" helps'],
    );
  });

  it('keep bias, listed terms and rest equal to the score, however many there are', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { maxLength: 60 }), (values) => {
        const terms = values.map((contribution) => ({ token: 'a', contribution }));
        const { bias, score, rest, terms: listed } = listTerms({ bias: 1, terms });
        const sum = listed.reduce((total, { contribution }) => total + contribution, bias + rest);
        return Math.abs(sum - score) < 1e-9 && listed.length <= 12;
      }),
    );
  });
});
