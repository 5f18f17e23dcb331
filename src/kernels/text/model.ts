import { fitLogistic, type LogisticOptions, type LogisticWeights, softmax } from './logistic.ts';
import { createRow, encodeRow, encodeRows, type SparseRow } from './rows.ts';
import { createTokens, type Tokens } from './tokens.ts';
import { fitVocabulary, type TokensOf, type Vocabulary } from './vocabulary.ts';

/** Weights (columns x classes) at most: 32 million take 256 MB while training and 32 MB when served. */
const WEIGHTS_MAX = 1 << 25;
const COLUMNS_MAX = 1 << 18;

/**
 * A served text model. Weight of column `c` for class `k` is `scales[c] * weights[c * classes + k]`; 8 bits and one scale a
 * column cost no measurable accuracy. A column's median is taken off first, which no probability can see.
 */
export interface TextModel {
  readonly vocabulary: Vocabulary;
  readonly classes: number;
  readonly bias: Float64Array;
  readonly scales: Float32Array;
  readonly weights: Int8Array;
}

/** What one thread reuses from row to row. */
export interface TextScratch {
  readonly tokens: Tokens;
  readonly row: SparseRow;
}

export interface TextOptions extends LogisticOptions {
  /** Rows a token must occur in to be kept, default 2. */
  readonly min_df?: number;
}

export function createTextScratch(model: TextModel): TextScratch {
  return { tokens: createTokens(), row: createRow(model.vocabulary) };
}

/**
 * Learns classes from tokens. `tokensOf(i, tokens)` fills in the tokens of row `i` (it is called twice a row), `labels[i]` is
 * its class in `[0, classes)`. Deterministic in rows and seed.
 */
export function fitText(
  tokensOf: TokensOf,
  labels: ArrayLike<number>,
  classes: number,
  options: TextOptions,
): TextModel {
  const tokens = createTokens();
  const vocabulary = fitVocabulary(labels.length, tokensOf, tokens, {
    min_df: options.min_df,
    columns_max: Math.min(COLUMNS_MAX, Math.floor(WEIGHTS_MAX / Math.max(1, classes))),
  });
  const rows = encodeRows(vocabulary, labels.length, tokensOf, tokens);
  return quantise(vocabulary, fitLogistic(rows, labels, classes, vocabulary.hashes.length, options));
}

function quantise(vocabulary: Vocabulary, { classes, bias, weights }: LogisticWeights): TextModel {
  const columns = vocabulary.hashes.length;
  const scales = new Float32Array(columns);
  const quantised = new Int8Array(columns * classes);
  const ordered = new Float32Array(classes);
  for (let column = 0; column < columns; column++) {
    const row = weights.subarray(column * classes, (column + 1) * classes);
    ordered.set(row);
    ordered.sort();
    const median = ordered[classes >> 1];
    const scale = Math.fround(Math.max(ordered[classes - 1] - median, median - ordered[0]) / 127);
    scales[column] = scale;
    if (scale === 0) continue;
    for (let k = 0; k < classes; k++) {
      quantised[column * classes + k] = Math.round((row[k] - median) / scale);
    }
  }
  return { vocabulary, classes, bias, scales, weights: quantised };
}

/** Encodes the scratch's tokens, which the caller has filled in, and writes the class probabilities to `out`. */
export function predictText(model: TextModel, scratch: TextScratch, out: Float64Array): void {
  encodeRow(model.vocabulary, scratch.tokens, scratch.row);
  scoreText(model, scratch.row, out);
  softmax(out, model.classes);
}

/** Writes the linear scores (logits up to a common shift) of an encoded row to the first `classes` of `out`. */
export function scoreText(model: TextModel, row: SparseRow, out: Float64Array): void {
  const { classes, bias, scales, weights } = model;
  const { columns, values, length } = row;
  for (let k = 0; k < classes; k++) out[k] = bias[k];
  // Four columns at a time: the sums then travel to memory and back a quarter as often.
  let j = 0;
  for (; j + 4 <= length; j += 4) {
    const a = columns[j];
    const b = columns[j + 1];
    const c = columns[j + 2];
    const d = columns[j + 3];
    const va = values[j] * scales[a];
    const vb = values[j + 1] * scales[b];
    const vc = values[j + 2] * scales[c];
    const vd = values[j + 3] * scales[d];
    const ra = a * classes;
    const rb = b * classes;
    const rc = c * classes;
    const rd = d * classes;
    for (let k = 0; k < classes; k++) {
      out[k] += va * weights[ra + k] + vb * weights[rb + k] + vc * weights[rc + k] + vd * weights[rd + k];
    }
  }
  for (; j < length; j++) {
    const value = values[j] * scales[columns[j]];
    const at = columns[j] * classes;
    for (let k = 0; k < classes; k++) out[k] += value * weights[at + k];
  }
}
