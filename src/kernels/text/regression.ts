import type { TextScratch } from './model.ts';
import { fitRidge, type RidgeOptions } from './ridge.ts';
import { createRow, encodeRow, encodeRows } from './rows.ts';
import { createTokens } from './tokens.ts';
import { fitVocabulary, indexVocabulary, type TokensOf, type Vocabulary } from './vocabulary.ts';

const COLUMNS_MAX = 1 << 18;
/** Layout and meaning of the tensors; a change of tokens, weighting or layout needs another number. */
const FORMAT = 1;

/** A served linear regression on tokens. */
export interface TextRegression {
  readonly vocabulary: Vocabulary;
  readonly bias: number;
  readonly weights: Float32Array;
}

export interface TextRegressionOptions extends RidgeOptions {
  /** Rows a token must occur in to be kept, default 2. */
  readonly min_df?: number;
}

/**
 * Learns values from tokens. `tokensOf(i, tokens)` fills in the tokens of row `i`; it is called twice a row. Deterministic.
 */
export function fitTextRegression(
  tokensOf: TokensOf,
  values: ArrayLike<number>,
  options: TextRegressionOptions = {},
): TextRegression {
  const tokens = createTokens();
  const vocabulary = fitVocabulary(values.length, tokensOf, tokens, {
    min_df: options.min_df,
    columns_max: COLUMNS_MAX,
  });
  const rows = encodeRows(vocabulary, values.length, tokensOf, tokens);
  const { bias, weights } = fitRidge(rows, values, vocabulary.hashes.length, options);
  return { vocabulary, bias, weights: Float32Array.from(weights) };
}

export function createRegressionScratch(model: TextRegression): TextScratch {
  return { tokens: createTokens(), row: createRow(model.vocabulary) };
}

/** The value of the scratch's tokens, which the caller has filled in. */
export function predictTextValue(model: TextRegression, scratch: TextScratch): number {
  const { row } = scratch;
  encodeRow(model.vocabulary, scratch.tokens, row);
  let value = model.bias;
  for (let j = 0; j < row.length; j++) value += row.values[j] * model.weights[row.columns[j]];
  return value;
}

/** The tensors of a model; the caller adds a prefix to the names as it likes. */
export function textRegressionTensors({ vocabulary, bias, weights }: TextRegression) {
  return {
    format: Uint32Array.of(FORMAT, vocabulary.hashes.length),
    hashes: vocabulary.hashes,
    idf: vocabulary.idf,
    bias: Float64Array.of(bias),
    weights,
  };
}

export type DecodedTextRegression =
  | { readonly ok: true; readonly model: TextRegression }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Rebuilds a model from untrusted tensors, which it keeps as they are; only the small lookup table is made anew. */
export function textRegressionFromTensors(tensors: Readonly<Record<string, unknown>>): DecodedTextRegression {
  const { format, hashes, idf, bias, weights } = tensors;
  if (!(format instanceof Uint32Array) || format.length !== 2)
    return { ok: false, faults: ['format must be 2 uint32'] };
  const [version, columns] = format;
  if (version !== FORMAT) return { ok: false, faults: [`format ${version} is not ${FORMAT}`] };
  if (
    !(hashes instanceof Uint32Array && idf instanceof Float32Array) ||
    !(bias instanceof Float64Array && weights instanceof Float32Array)
  ) {
    return {
      ok: false,
      faults: ['hashes (uint32), idf (float32), bias (float64) or weights (float32) is missing'],
    };
  }
  const faults: string[] = [];
  if (hashes.length !== columns || idf.length !== columns || weights.length !== columns)
    faults.push(`hashes, idf and weights must hold ${columns} entries`);
  if (bias.length !== 1 || !(Math.abs(bias[0]) < 1e9)) faults.push('bias must be one finite number');
  if (!hashes.every((hash, column) => column === 0 || hashes[column - 1] < hash))
    faults.push('hashes must ascend');
  if (!idf.every((value) => value >= 0 && value < 100)) faults.push('idf must lie in [0, 100)');
  if (!weights.every((value) => Math.abs(value) < 1e6)) faults.push('weights must be finite');
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, model: { vocabulary: indexVocabulary(hashes, idf), bias: bias[0], weights } };
}
