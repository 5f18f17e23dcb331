import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { accuracy } from '../../src/kernels/metrics/accuracy.ts';
import { decodeSafetensors } from '../../src/kernels/safetensors/decode.ts';
import { encodeSafetensors } from '../../src/kernels/safetensors/encode.ts';
import { explainText } from '../../src/kernels/text/explain.ts';
import { hashEnd, hashString } from '../../src/kernels/text/hash.ts';
import { fitLogistic } from '../../src/kernels/text/logistic.ts';
import {
  createTextScratch,
  fitText,
  predictText,
  scoreText,
  type TextModel,
} from '../../src/kernels/text/model.ts';
import { createRow, encodeRow, encodeRows } from '../../src/kernels/text/rows.ts';
import { textFromTensors, textTensors } from '../../src/kernels/text/tensors.ts';
import {
  addContextToken,
  addTextTokens,
  CHAR_GROUP,
  CONTEXT_GROUP,
  clearTokens,
  createTokens,
  type Tokens,
  tokenise,
  WORD_GROUP,
} from '../../src/kernels/text/tokens.ts';
import { findColumn, fitVocabulary, indexVocabulary } from '../../src/kernels/text/vocabulary.ts';
import { createRng, nextInt } from '../../src/lib/rng.ts';

const SHOPS = [
  ['coffee', 'espresso', 'bakery'],
  ['fuel', 'petrol', 'garage'],
  ['rail', 'bus', 'taxi'],
  ['books', 'stationery', 'print'],
];

/** Made-up descriptors: a shop word of the class, a town, a store number; sometimes only the account tells the class. */
function makeRows(count: number, seed: number) {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => {
    const label = nextInt(rng, SHOPS.length);
    const word = rng() < 0.2 ? 'payment' : SHOPS[label][nextInt(rng, 3)];
    const town = ['leeds', 'york', 'ripon'][nextInt(rng, 3)];
    return { label, text: `${word} ${town} ${nextInt(rng, 999)}`, context: [`account=${label}`] };
  });
}

const ROWS = makeRows(600, 1);
const LABELS = ROWS.map((row) => row.label);
const fill = (i: number, tokens: Tokens) =>
  tokenise(tokens, [{ prefix: '', text: ROWS[i].text }], ROWS[i].context);
const MODEL = fitText(fill, LABELS, SHOPS.length, { seed: 5 });

function predict(model: TextModel, text: string, context: readonly string[] = []): number[] {
  const scratch = createTextScratch(model);
  tokenise(scratch.tokens, [{ prefix: '', text }], context);
  const out = new Float64Array(model.classes);
  predictText(model, scratch, out);
  return [...out];
}

function namesOf(text: string, group?: number): string[] {
  const tokens = createTokens({ named: true });
  addTextTokens(tokens, '', text);
  return (tokens.names as string[]).filter((_, i) => group === undefined || tokens.groups[i] === group);
}

function hashesOf(text: string, prefix = ''): number[] {
  const tokens = createTokens();
  addTextTokens(tokens, prefix, text);
  return [...tokens.hashes.subarray(0, tokens.length)];
}

test('the hash mixes: one changed unit changes about half of the bits', () => {
  let changed = 0;
  for (let i = 0; i < 1000; i++) {
    let bits = (hashEnd(hashString(`shop${i}`, 0)) ^ hashEnd(hashString(`shop${i + 1}`, 0))) >>> 0;
    for (; bits !== 0; bits = (bits & (bits - 1)) >>> 0) changed++;
  }
  assert(Math.abs(changed / 1000 - 16) < 0.5, `${changed / 1000} of 32 bits change`);
  assert.equal(
    new Set(Array.from({ length: 100_000 }, (_, i) => hashEnd(hashString(`t${i}`, 0)))).size > 99_990,
    true,
  );
});

test('a text becomes its words, pairs of words and words with digits folded', () => {
  assert.deepEqual(namesOf("Joe's  CAFÉ #12", WORD_GROUP), [
    'joes',
    'café',
    'joes café',
    '12',
    '#',
    'café 12',
  ]);
});

test('a text becomes its character 2- to 4-grams, across single spaces', () => {
  assert.deepEqual(namesOf('a-b', CHAR_GROUP), [
    '… a…',
    '… a …',
    '… a b…',
    '…a …',
    '…a b…',
    '…a b …',
    '… b…',
    '… b …',
    '…b …',
  ]);
});

test('case, punctuation and repeated spaces do not matter, the prefix does', () => {
  assert.deepEqual(hashesOf('ACME*Stores,  LTD.'), hashesOf('acme stores ltd'));
  assert.deepEqual(hashesOf('ÉCOLE'), hashesOf('école'));
  assert.notDeepEqual(hashesOf('acme', 'merchant'), hashesOf('acme', 'description'));
});

test('words that differ in a reference number of any length share a folded word', () => {
  const shared = new Set(hashesOf('ref12345'));
  const folded = createTokens({ named: true });
  addTextTokens(folded, '', 'ref9');
  assert(shared.has(folded.hashes[(folded.names as string[]).indexOf('ref#')]));
});

test('text of any script, emoji, right-to-left marks and nothing at all are safe', () => {
  assert.deepEqual(namesOf('寿司 屋', WORD_GROUP), ['寿司', '屋', '寿司 屋']);
  assert.deepEqual(namesOf('\u200fקפה\u200e ☕\ufe0f', WORD_GROUP), ['קפה', '☕', 'קפה ☕']);
  for (const nothing of ['', '   ', '***', "'", '\u2003\u3000\ufeff'])
    assert.deepEqual(hashesOf(nothing), []);
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const hashes = hashesOf(text);
      assert.deepEqual(hashes, hashesOf(text));
      assert(hashes.every((hash) => Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('a very long text is cut, and scratch that has grown works on', () => {
  const long = 'İ1 '.repeat(700_000);
  const tokens = createTokens({ named: true });
  tokenise(
    tokens,
    [
      { prefix: 'a', text: long },
      { prefix: 'b', text: long },
    ],
    ['tag=x'],
  );
  assert(tokens.length < 12_000 && tokens.length === (tokens.names as string[]).length);
  assert.equal(tokens.groups[tokens.length - 1], CONTEXT_GROUP);
  const row = createRow(MODEL.vocabulary);
  encodeRow(MODEL.vocabulary, tokens, row);
  tokenise(tokens, [{ prefix: '', text: 'coffee leeds 12' }], []);
  encodeRow(MODEL.vocabulary, tokens, row);
  assert(row.length > 0);
  clearTokens(tokens);
  assert.equal(tokens.length + (tokens.names as string[]).length, 0);
});

test('only tokens of enough rows get a column, found again by hash; a cap keeps the most frequent', () => {
  const words = ['a a', 'a b', 'a b c'];
  const tokensOf = (i: number, tokens: Tokens) => tokenise(tokens, [], words[i].split(' '));
  const tokens = createTokens();
  const hash = (word: string) => {
    tokenise(tokens, [], [word]);
    return tokens.hashes[0];
  };
  const vocabulary = fitVocabulary(3, tokensOf, tokens, { columns_max: 10 });
  assert.equal(vocabulary.hashes.length, 2);
  assert(findColumn(vocabulary, hash('a')) >= 0 && findColumn(vocabulary, hash('b')) >= 0);
  assert.equal(findColumn(vocabulary, hash('c')), -1);
  // scikit-learn's smooth idf: ln((1 + 3) / (1 + df)) + 1 with df 3 and 2.
  assert.equal(vocabulary.idf[findColumn(vocabulary, hash('a'))], 1);
  assert.equal(vocabulary.idf[findColumn(vocabulary, hash('b'))], Math.fround(Math.log(4 / 3) + 1));
  const capped = fitVocabulary(3, tokensOf, tokens, { columns_max: 1, min_df: 1 });
  assert.deepEqual([...capped.hashes], [hash('a')]);
});

test('a vocabulary finds every hash it was given and no other', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 200 }), (given) => {
      const hashes = Uint32Array.from(given).sort();
      const vocabulary = indexVocabulary(hashes, new Float32Array(hashes.length));
      for (const [column, hash] of hashes.entries()) assert.equal(findColumn(vocabulary, hash), column);
      for (const hash of [0, 1, 2 ** 32 - 1]) {
        if (!hashes.includes(hash)) assert.equal(findColumn(vocabulary, hash), -1);
      }
    }),
    { seed: 1 },
  );
});

test('many distinct tokens are counted rightly while the counter grows', () => {
  const tokensOf = (i: number, tokens: Tokens) => {
    clearTokens(tokens);
    for (let k = 0; k < 100; k++) addContextToken(tokens, `t${(i % 100) * 100 + k}`);
  };
  const vocabulary = fitVocabulary(200, tokensOf, createTokens(), { columns_max: 1e6 });
  assert.equal(vocabulary.hashes.length, 10_000);
  assert(vocabulary.idf.every((value) => value === Math.fround(Math.log(201 / 3) + 1)));
});

test('a row is TF-IDF of unit shape per group: sublinear, L2-normalised, context at a fixed value', () => {
  const tokens = createTokens();
  const row = createRow(MODEL.vocabulary);
  tokenise(tokens, [{ prefix: '', text: 'coffee coffee leeds' }], ['account=0', 'account=unseen']);
  encodeRow(MODEL.vocabulary, tokens, row);
  const squares = [0, 0, 0];
  for (let i = 0; i < row.length; i++) squares[row.groups[i]] += row.values[i] ** 2;
  for (const [group, wanted] of [0.49, 0.49, 0.25].entries())
    assert(Math.abs(squares[group] - wanted) < 1e-6);
  assert.equal(new Set(row.columns.subarray(0, row.length)).size, row.length);
});

test('rows encoded together equal rows encoded one by one', () => {
  const tokens = createTokens();
  const rows = encodeRows(MODEL.vocabulary, ROWS.length, fill, tokens);
  const row = createRow(MODEL.vocabulary);
  for (const i of [0, 17, 599]) {
    fill(i, tokens);
    encodeRow(MODEL.vocabulary, tokens, row);
    assert.deepEqual(
      rows.columns.slice(rows.starts[i], rows.starts[i + 1]),
      row.columns.slice(0, row.length),
    );
    assert.deepEqual(rows.values.slice(rows.starts[i], rows.starts[i + 1]), row.values.slice(0, row.length));
  }
});

test('what the words or the account tell is learnt, also for unseen numbers and near spellings', () => {
  const later = makeRows(300, 2);
  const predicted = later.map((row) => {
    const out = predict(MODEL, row.text, row.context);
    return out.indexOf(Math.max(...out));
  });
  assert(
    accuracy(
      later.map((row) => row.label),
      predicted,
    ) > 0.99,
  );
  const misspelt = predict(MODEL, 'EXPRESO harrogate 123456');
  assert.equal(misspelt.indexOf(Math.max(...misspelt)), 0);
});

test('the same rows and seed give the same bytes; another seed another model', () => {
  const again = fitText(fill, LABELS, SHOPS.length, { seed: 5 });
  assert.deepEqual(encodeSafetensors(textTensors(again)), encodeSafetensors(textTensors(MODEL)));
  assert.notDeepEqual(fitText(fill, LABELS, SHOPS.length, { seed: 6 }).weights, MODEL.weights);
});

test('probabilities are a distribution whatever the text, and do not depend on what was asked before', () => {
  const scratch = createTextScratch(MODEL);
  const out = new Float64Array(MODEL.classes);
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.array(fc.string(), { maxLength: 3 }),
      (text, context) => {
        tokenise(scratch.tokens, [{ prefix: '', text }], context);
        predictText(MODEL, scratch, out);
        assert(
          Math.abs(out.reduce((sum, p) => sum + p, 0) - 1) < 1e-12 && out.every((p) => p >= 0 && p <= 1),
        );
        assert.deepEqual([...out], predict(MODEL, text, context));
      },
    ),
    { seed: 3, numRuns: 200 },
  );
});

test('8-bit weights move no probability of the exact model by more than a hundredth', () => {
  const tokens = createTokens();
  const rows = encodeRows(MODEL.vocabulary, ROWS.length, fill, tokens);
  const exact = fitLogistic(rows, LABELS, SHOPS.length, MODEL.vocabulary.hashes.length, { seed: 5 });
  for (let i = 0; i < ROWS.length; i += 7) {
    const scores = Array.from(exact.bias);
    for (let j = rows.starts[i]; j < rows.starts[i + 1]; j++) {
      for (let k = 0; k < 4; k++) scores[k] += rows.values[j] * exact.weights[rows.columns[j] * 4 + k];
    }
    const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
    const sum = powers.reduce((total, power) => total + power, 0);
    predict(MODEL, ROWS[i].text, ROWS[i].context).forEach((p, k) => {
      assert(Math.abs(p - powers[k] / sum) < 0.01);
    });
  }
});

test('the terms of an explanation add up to the score, and name the token that speaks for the class', () => {
  const tokens = createTokens({ named: true });
  tokenise(tokens, [{ prefix: '', text: 'petrol york 77' }], ['account=1']);
  const row = createRow(MODEL.vocabulary);
  encodeRow(MODEL.vocabulary, tokens, row);
  const scores = new Float64Array(MODEL.classes);
  scoreText(MODEL, row, scores);
  for (let k = 0; k < MODEL.classes; k++) {
    const { bias, terms } = explainText(MODEL, tokens, k);
    const sum = terms.reduce((total, term) => total + term.contribution, bias);
    assert(Math.abs(sum - scores[k]) < 1e-9);
  }
  assert.equal(explainText(MODEL, tokens, 1).terms[0].token, 'account=1');
  assert(
    explainText(MODEL, tokens, 1)
      .terms.slice(0, 5)
      .some((term) => term.token === 'petrol'),
  );
});

test('row weights count: rows of weight nought teach nothing', () => {
  const texts = ['alpha', 'alpha', 'alpha', 'beta', 'beta', 'beta'];
  const model = fitText(
    (i, tokens) => tokenise(tokens, [{ prefix: '', text: texts[i] }], []),
    [0, 1, 1, 1, 0, 0],
    2,
    { seed: 1, rowWeights: [1, 0, 0, 1, 0, 0], epochs: 20 },
  );
  assert(predict(model, 'alpha')[0] > 0.9 && predict(model, 'beta')[1] > 0.9);
});

test('one class, one row, no row and no known token are answered', () => {
  const one = fitText((_, tokens) => tokenise(tokens, [], ['a']), [0, 0], 1, { seed: 1 });
  assert.deepEqual(predict(one, 'anything', ['a']), [1]);
  const single = fitText((_, tokens) => tokenise(tokens, [], ['a']), [1], 3, { seed: 1 });
  assert.equal(single.vocabulary.hashes.length, 0);
  assert(predict(single, 'anything')[1] > 1 / 3);
  assert.deepEqual(predict(fitText(fill, [], 2, { seed: 1 }), 'anything'), [0.5, 0.5]);
});

test('progress is told after every epoch', () => {
  const told: number[] = [];
  fitText(fill, LABELS, 4, { seed: 1, epochs: 3, onEpoch: (done, epochs) => told.push(done / epochs) });
  assert.deepEqual(told, [1 / 3, 2 / 3, 1]);
});

test('a model survives its tensors, bit for bit', () => {
  const decoded = decodeSafetensors(encodeSafetensors(textTensors(MODEL)));
  assert(decoded.ok);
  const tensors = Object.fromEntries(Object.entries(decoded.tensors).map(([name, { data }]) => [name, data]));
  const restored = textFromTensors(tensors);
  assert(restored.ok);
  assert.deepEqual(restored.model, MODEL);
  assert.equal(restored.model.weights.buffer, tensors.weights.buffer);
  for (const row of ROWS.slice(0, 20)) {
    assert.deepEqual(predict(restored.model, row.text, row.context), predict(MODEL, row.text, row.context));
  }
});

const GOOD = textTensors(MODEL);
const DAMAGED: [string, Record<string, unknown>, RegExp][] = [
  ['no format', { ...GOOD, format: undefined }, /format must/],
  ['a later format', { ...GOOD, format: Uint32Array.of(2, 4, 1) }, /format 2/],
  [
    'no class',
    {
      ...GOOD,
      format: Uint32Array.of(1, 0, 0),
      hashes: new Uint32Array(0),
      idf: new Float32Array(0),
      bias: new Float64Array(0),
      scales: new Float32Array(0),
      weights: new Int8Array(0),
    },
    /no class/,
  ],
  ['too few hashes', { ...GOOD, hashes: GOOD.hashes.slice(1) }, /hashes must be/],
  ['hashes of another type', { ...GOOD, hashes: new Int32Array(GOOD.hashes.length) }, /hashes must be/],
  ['hashes in disorder', { ...GOOD, hashes: GOOD.hashes.toReversed() }, /ascend/],
  ['hashes that repeat', { ...GOOD, hashes: new Uint32Array(GOOD.hashes.length) }, /ascend/],
  ['too few idf', { ...GOOD, idf: GOOD.idf.slice(1) }, /idf must be/],
  ['idf not a number', { ...GOOD, idf: GOOD.idf.map(() => Number.NaN) }, /idf must lie/],
  ['too few biases', { ...GOOD, bias: GOOD.bias.slice(1) }, /bias must be/],
  [
    'an infinite bias',
    { ...GOOD, bias: GOOD.bias.map(() => Number.POSITIVE_INFINITY) },
    /bias must be finite/,
  ],
  ['too few scales', { ...GOOD, scales: GOOD.scales.slice(1) }, /scales must be/],
  ['a negative scale', { ...GOOD, scales: GOOD.scales.map(() => -1) }, /scales must lie/],
  ['too few weights', { ...GOOD, weights: GOOD.weights.slice(1) }, /weights must be/],
];

for (const [what, tensors, fault] of DAMAGED) {
  test(`tensors are refused with a fault: ${what}`, () => {
    const decoded = textFromTensors(tensors);
    assert(!decoded.ok);
    assert.match(decoded.faults.join('; '), fault);
  });
}

test('what is asked wrongly is a mistake of the caller', () => {
  assert.throws(() => explainText(MODEL, createTokens(), 0));
  assert.throws(() => explainText(MODEL, createTokens({ named: true }), 9));
  assert.throws(() => fitText(fill, [0, 7], 4, { seed: 1 }));
  assert.throws(() => fitText(fill, [0, 1], 4, { seed: 1, rowWeights: [1] }));
});
