import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { toPastRow } from '../../src/features/past.ts';
import { createTokens } from '../../src/kernels/text/tokens.ts';
import {
  type CategoryArtifact,
  calibrateJoint,
  classify,
  createCategoryScratch,
} from '../../src/models/category.ts';
import { decodeCategory, encodeCategory } from '../../src/models/category-file.ts';
import { fitLookup, lookUp, recencyWeight } from '../../src/models/category-lookup.ts';
import { RECIPES, type Recipe, writeTokens } from '../../src/models/category-tokens.ts';
import { PLAIN, transactions } from '../features/arbitrary.ts';
import { trainedCategory } from './trained.ts';

let artifact: CategoryArtifact;
before(async () => {
  artifact = await trainedCategory();
});

describe('category model', () => {
  it('knows a coffee shop from a salary', () => {
    const coffee = { ...PLAIN, accountId: null, category: '', currency: null, amountMinor: -2550 };
    assert.equal(classify(artifact, coffee, [], 'UTC', 1).top[0].category, 'Food & Dining');
    const pay = { ...coffee, description: 'monthly salary', type: 'Income' as const, amountMinor: 280_000 };
    assert.equal(classify(artifact, pay, [], 'UTC', 1).top[0].category, 'Income');
  });

  it('answers anything with probabilities in order, whatever the transaction', () => {
    fc.assert(
      fc.property(transactions, fc.integer({ min: 0, max: 60 }), (transaction, topK) => {
        const before = fc.stringify(transaction);
        const { top, abstentionReason } = classify(artifact, transaction, [], 'Europe/London', topK);
        assert.equal(fc.stringify(transaction), before);
        assert.equal(top.length, Math.min(Math.max(topK, 1), artifact.statistics.categories.length));
        let sum = 0;
        for (const [i, { confidence }] of top.entries()) {
          assert.ok(confidence >= 0 && confidence <= (top[i - 1]?.confidence ?? 1));
          sum += confidence;
        }
        assert.ok(sum <= 1 + 1e-9);
        assert.equal(abstentionReason !== null, top[0].confidence < 0.5);
      }),
    );
  });

  it('never looks at the category it is asked for, nor at rows that come later', () => {
    fc.assert(
      fc.property(transactions, transactions, (transaction, other) => {
        const earlier = [toPastRow({ ...other, at: transaction.at - 86_400_000 })];
        const later = toPastRow({ ...other, at: transaction.at + 1 });
        const one = classify(artifact, transaction, earlier, 'UTC', 3);
        const changed = { ...transaction, category: other.category };
        assert.deepEqual(classify(artifact, changed, [...earlier, later], 'UTC', 3), one);
      }),
    );
  });

  it('says why it abstains', () => {
    const reasonOf = (description: string) => {
      const transaction = {
        ...PLAIN,
        accountId: null,
        category: '',
        description,
        type: null,
        amountMinor: -77,
      };
      const reading = classify(artifact, transaction, [], 'UTC', 1);
      return reading.abstentionReason ?? `sure: ${reading.top[0].confidence}`;
    };
    assert.match(reasonOf(''), /^no description and no merchant|^sure/);
    assert.match(reasonOf('qqzx vvkj'), /never seen in training|^sure/);
  });

  it('puts the calibrated confidence on top and never lifts another above it', () => {
    const curve = { x: Float64Array.of(0.1, 0.9), y: Float64Array.of(0.05, 0.5) };
    const joint = Float64Array.of(0.35, 0.34, 0.31);
    assert.equal(calibrateJoint(curve, joint), 0);
    assert.ok(joint[0] >= joint[1] && joint[0] >= joint[2]);
    const certain = Float64Array.of(0, 1);
    assert.equal(calibrateJoint(curve, certain), 1);
    assert.deepEqual([...certain], [0, 0.5]);
  });
});

describe('category file', () => {
  it('names values that cannot be', () => {
    const spoil: Partial<CategoryArtifact>[] = [
      { confidence: { x: Float64Array.of(), y: Float64Array.of() } },
      { confidence: { x: Float64Array.of(0.5, 0.5), y: Float64Array.of(0, 1) } },
      { confidence: { x: Float64Array.of(0.5), y: Float64Array.of(2) } },
      { pool: { ...artifact.pool, temperature: 0 } },
    ];
    for (const change of spoil) assert.ok(!decodeCategory(encodeCategory({ ...artifact, ...change })).ok);
  });
});

describe('category lookup', () => {
  const rows = ['blue kettle', 'blue kettle', 'blue lagoon', ''].map((description, i) => ({
    ...PLAIN,
    description,
    at: PLAIN.at + i,
  }));
  const lookup = fitLookup(rows, [0, 0, 1, 2], 4, 3, PLAIN.at + 3);
  const codes = new Map([
    ['Dining', 0],
    ['Pool', 1],
    ['Other', 2],
  ]);

  function look(merchant: string, past: Parameters<typeof lookUp>[2] = []): number[] {
    const out = new Float64Array(3);
    lookUp(lookup, merchant, past, PLAIN.at + 9, codes, out);
    assert.ok(Math.abs(out.reduce((a, b) => a + b) - 1) < 1e-9);
    return [...out];
  }

  it('sharpens from the prior to the first word to the merchant', () => {
    const [prior, word, merchant] = [look(''), look('blue whale'), look('blue kettle')];
    assert.ok(word[0] > prior[0] && merchant[0] > word[0]);
    assert.ok(look('blue lagoon')[1] > word[1]);
    assert.deepEqual(look('never seen'), prior);
  });

  it('trusts what the account itself confirmed most', () => {
    const past = [1, 2, 3, 4].map((i) => ({
      ...toPastRow({ ...PLAIN, at: PLAIN.at + i, description: 'blue kettle' }),
      category: 'Pool',
    }));
    assert.ok(look('blue kettle', past)[1] > 0.5);
    assert.deepEqual(
      look(
        'blue kettle',
        past.map((row) => ({ ...row, category: 'unknown to the model' })),
      ),
      look('blue kettle'),
    );
    assert.equal(recencyWeight(0, 180 * 86_400_000), 0.5);
  });
});

describe('category tokens', () => {
  it('tell rows apart by everything but the category', () => {
    const tokensOf = (change: Partial<typeof PLAIN>, recipe: Recipe = RECIPES[0]) => {
      const tokens = createTokens({ named: true });
      writeTokens({ ...PLAIN, ...change }, recipe, tokens);
      return [...(tokens.names ?? [])];
    };
    const plain = tokensOf({});
    assert.deepEqual(tokensOf({ category: 'Housing' }), plain);
    for (const change of [
      { description: 'Tea shop' },
      { merchantName: 'Blue Kettle' },
      { accountId: 'acc-2' },
      { tags: ['office'] },
      { paymentMethod: 'cash' },
      { type: 'Income' as const },
      { location: 'Leeds' },
      { merchantCategoryCode: '5814' },
      { amountMinor: -99_000 },
      { amountMinor: null },
    ]) {
      assert.notDeepEqual(tokensOf(change), plain, JSON.stringify(change));
    }
    assert.ok(tokensOf({}, 'amounts').length > plain.length);
    assert.deepEqual(createCategoryScratch(artifact).members.length, 3);
  });
});
