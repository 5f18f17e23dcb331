import { assert } from '../../lib/assert.ts';
import type { TextModel } from './model.ts';
import { createRow, encodeRow } from './rows.ts';
import type { Tokens } from './tokens.ts';
import { findColumn } from './vocabulary.ts';

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
  const { names } = tokens;
  assert(names !== null, 'tokens are named');
  assert(label >= 0 && label < model.classes, 'class range');
  const row = createRow(model.vocabulary);
  encodeRow(model.vocabulary, tokens, row);
  const nameOf = new Map<number, string>();
  for (let i = tokens.length - 1; i >= 0; i--) {
    nameOf.set(findColumn(model.vocabulary, tokens.hashes[i]), names[i]);
  }
  const terms = Array.from({ length: row.length }, (_, i) => {
    const column = row.columns[i];
    return {
      token: nameOf.get(column) as string,
      contribution: row.values[i] * model.scales[column] * model.weights[column * model.classes + label],
    };
  });
  terms.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  return { bias: model.bias[label], terms };
}
