import { createTokens, type Tokens } from '../kernels/text/tokens.ts';
import type { TokensOf } from '../kernels/text/vocabulary.ts';

/** The tokens of many rows in memory all threads see: row i is `[starts[i], starts[i + 1])` of hashes and groups. */
export interface TokenTable {
  readonly starts: Float64Array;
  readonly hashes: Uint32Array;
  readonly groups: Uint8Array;
}

/** Tokenises every row once, so that each fold's fit need not. */
export function tabulateTokens(rowCount: number, tokensOf: TokensOf): TokenTable {
  const tokens = createTokens();
  const starts = new Float64Array(new SharedArrayBuffer(8 * (rowCount + 1)));
  for (let i = 0; i < rowCount; i++) {
    tokensOf(i, tokens);
    starts[i + 1] = starts[i] + tokens.length;
  }
  const hashes = new Uint32Array(new SharedArrayBuffer(4 * starts[rowCount]));
  const groups = new Uint8Array(new SharedArrayBuffer(starts[rowCount]));
  for (let i = 0; i < rowCount; i++) {
    tokensOf(i, tokens);
    hashes.set(tokens.hashes.subarray(0, tokens.length), starts[i]);
    groups.set(tokens.groups.subarray(0, tokens.length), starts[i]);
  }
  return { starts, hashes, groups };
}

/** Reads row `index` of the table into the scratch, as the tokeniser left it. */
export function readTokens(table: TokenTable, index: number, tokens: Tokens): void {
  const begin = table.starts[index];
  const end = table.starts[index + 1];
  const length = end - begin;
  if (tokens.hashes.length < length) {
    tokens.hashes = new Uint32Array(2 * length);
    tokens.groups = new Uint8Array(2 * length);
  }
  tokens.hashes.set(table.hashes.subarray(begin, end));
  tokens.groups.set(table.groups.subarray(begin, end));
  tokens.length = length;
}
