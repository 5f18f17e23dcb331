import { assert } from '../../lib/assert.ts';
import type { TextModel } from './model.ts';
import type { TextRegression } from './regression.ts';
import { createRow, encodeRow } from './rows.ts';
import type { Tokens } from './tokens.ts';
import { findColumn, type Vocabulary } from './vocabulary.ts';

/** What one token added to the linear score of a class. */
export interface TextTerm {
  readonly token: string;
  readonly contribution: number;
}

/**
 * The exact linear terms of class `label` for tokens made with `createTokens({named: true})`, largest effect first.
 * Contributions and `bias` add up to the class's score (`scoreText`). Each term is relative to the class with the
 * middle weight for that token, so positive speaks for the class.
 */
export function explainText(
  model: TextModel,
  tokens: Tokens,
  label: number,
): { readonly bias: number; readonly terms: readonly TextTerm[] } {
  const { classes, scales, weights } = model;
  assert(label >= 0 && label < classes, 'class range');
  const weightOf = (column: number) => scales[column] * weights[column * classes + label];
  return { bias: model.bias[label], terms: listTerms(model.vocabulary, tokens, weightOf) };
}

/** The exact linear terms of a regression: contributions and `bias` add up to `predictTextValue`. */
export function explainTextValue(
  { vocabulary, bias, weights }: TextRegression,
  tokens: Tokens,
): { readonly bias: number; readonly terms: readonly TextTerm[] } {
  return { bias, terms: listTerms(vocabulary, tokens, (column) => weights[column]) };
}

function listTerms(vocabulary: Vocabulary, tokens: Tokens, weightOf: (column: number) => number): TextTerm[] {
  const { names } = tokens;
  assert(names !== null, 'tokens are named');
  const row = createRow(vocabulary);
  encodeRow(vocabulary, tokens, row);
  const nameOf = new Map<number, string>();
  for (let i = tokens.length - 1; i >= 0; i--) {
    nameOf.set(findColumn(vocabulary, tokens.hashes[i]), names[i]);
  }
  const terms = Array.from({ length: row.length }, (_, i) => {
    const column = row.columns[i];
    return { token: nameOf.get(column) as string, contribution: row.values[i] * weightOf(column) };
  });
  return terms.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}
