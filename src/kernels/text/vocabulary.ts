import { assert } from '../../lib/assert.ts';
import type { Tokens } from './tokens.ts';

/** Fills the given scratch with the tokens of row `index`. */
export type TokensOf = (index: number, tokens: Tokens) => void;

/**
 * Which token hashes have a column. Column `c` belongs to `hashes[c]` (ascending) and weighs `idf[c]`; `table` finds it by
 * open addressing and holds column + 1, or 0 where it is empty.
 */
export interface Vocabulary {
  readonly hashes: Uint32Array;
  readonly idf: Float32Array;
  readonly table: Uint32Array;
}

export interface VocabularyOptions {
  /** Rows a token must occur in to be kept, default 2 (`min_df`). */
  readonly min_df?: number;
  /** Columns at most, the most frequent ones; ties go to the lower hash. */
  readonly columns_max: number;
}

/** Learns which tokens occur in at least `min_df` of `rows` rows, with scikit-learn's smooth IDF, ln((1+n)/(1+df)) + 1. */
export function fitVocabulary(
  rows: number,
  tokensOf: TokensOf,
  tokens: Tokens,
  { min_df = 2, columns_max }: VocabularyOptions,
): Vocabulary {
  const counter = createCounter();
  for (let row = 0; row < rows; row++) {
    tokensOf(row, tokens);
    for (let i = 0; i < tokens.length; i++) countOnce(counter, tokens.hashes[i], row + 1);
  }
  let kept: { hash: number; df: number }[] = [];
  for (let slot = 0; slot < counter.counts.length; slot++) {
    if (counter.counts[slot] >= Math.max(1, min_df)) {
      kept.push({ hash: counter.hashes[slot], df: counter.counts[slot] });
    }
  }
  if (kept.length > columns_max) {
    kept = kept.sort((a, b) => b.df - a.df || a.hash - b.hash).slice(0, columns_max);
  }
  kept.sort((a, b) => a.hash - b.hash);
  return indexVocabulary(
    Uint32Array.from(kept, ({ hash }) => hash),
    Float32Array.from(kept, ({ df }) => Math.log((1 + rows) / (1 + df)) + 1),
  );
}

/** Builds the lookup table of strictly ascending hashes and their weights. */
export function indexVocabulary(hashes: Uint32Array, idf: Float32Array): Vocabulary {
  assert(hashes.length === idf.length, 'one weight per hash');
  // At most half full, so that a lookup always ends at an empty slot soon.
  let size = 16;
  while (size < hashes.length * 2) size *= 2;
  const table = new Uint32Array(size);
  for (let column = 0; column < hashes.length; column++) {
    let slot = hashes[column] & (size - 1);
    while (table[slot] !== 0) slot = (slot + 1) & (size - 1);
    table[slot] = column + 1;
  }
  return { hashes, idf, table };
}

/** The column of a token hash, or -1. */
export function findColumn({ hashes, table }: Vocabulary, hash: number): number {
  const mask = table.length - 1;
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const column = table[slot] - 1;
    if (column < 0 || hashes[column] === hash) return column;
  }
}

/** Hashes counted once a row; `rows` remembers the last row of each. */
interface Counter {
  used: number;
  hashes: Uint32Array;
  counts: Uint32Array;
  rows: Uint32Array;
}

function createCounter(size = 1 << 12): Counter {
  return {
    used: 0,
    hashes: new Uint32Array(size),
    counts: new Uint32Array(size),
    rows: new Uint32Array(size),
  };
}

function findSlot({ hashes, counts }: Counter, hash: number): number {
  const mask = hashes.length - 1;
  let slot = hash & mask;
  while (counts[slot] !== 0 && hashes[slot] !== hash) slot = (slot + 1) & mask;
  return slot;
}

function countOnce(counter: Counter, hash: number, row: number): void {
  let slot = findSlot(counter, hash);
  if (counter.counts[slot] === 0) {
    if (counter.used * 2 >= counter.hashes.length) {
      growCounter(counter);
      slot = findSlot(counter, hash);
    }
    counter.used++;
    counter.hashes[slot] = hash;
  } else if (counter.rows[slot] === row) return;
  counter.counts[slot]++;
  counter.rows[slot] = row;
}

function growCounter(counter: Counter): void {
  const { hashes, counts, rows } = counter;
  Object.assign(counter, createCounter(hashes.length * 2), { used: counter.used });
  for (let old = 0; old < hashes.length; old++) {
    if (counts[old] === 0) continue;
    const slot = findSlot(counter, hashes[old]);
    counter.hashes[slot] = hashes[old];
    counter.counts[slot] = counts[old];
    counter.rows[slot] = rows[old];
  }
}
