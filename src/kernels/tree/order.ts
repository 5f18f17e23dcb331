import { MISSING_CODE } from './bins.ts';

/** Nodes up to this size are sorted by insertion, larger ones by counting (measured: equal near 24). */
const INSERTION_MAX = 24;

/** One feature's codes of the rows in a node, and the rows' places in the order of their codes. */
export interface Order {
  /** codes[i]: code of the node's row i. */
  readonly codes: Uint8Array;
  /** places[p]: the row that stands at place p once sorted; missing values come last. */
  readonly places: Int32Array;
  /** Rows of each code; filled for nodes larger than `INSERTION_MAX` only, and cleared by `sortCodes`. */
  readonly counts: Int32Array;
}

export function createOrder(size: number): Order {
  return { codes: new Uint8Array(size), places: new Int32Array(size), counts: new Int32Array(256) };
}

export function isCounted(size: number): boolean {
  return size > INSERTION_MAX;
}

/** Reads the codes of the rows [start, start + size) of a node; true when they are all the same. */
export function gatherCodes(
  order: Order,
  rows: Int32Array,
  start: number,
  size: number,
  source: Uint8Array,
  column: number,
): boolean {
  const { codes, counts } = order;
  const first = source[column + rows[start]];
  if (size <= INSERTION_MAX) {
    let differing = 0;
    for (let i = 0; i < size; i++) {
      const code = source[column + rows[start + i]];
      codes[i] = code;
      differing |= code ^ first;
    }
    return differing === 0;
  }
  for (let i = 0; i < size; i++) {
    const code = source[column + rows[start + i]];
    codes[i] = code;
    counts[code]++;
  }
  if (counts[first] < size) return false;
  counts[first] = 0;
  return true;
}

/** Sorts the places of a node's rows by their codes, stably; returns how many are not missing. */
export function sortCodes(order: Order, size: number, binCount: number): number {
  const { codes, places, counts } = order;
  if (size <= INSERTION_MAX) {
    let missing = 0;
    for (let i = 0; i < size; i++) {
      const code = codes[i];
      if (code === MISSING_CODE) missing++;
      let at = i - 1;
      while (at >= 0 && codes[places[at]] > code) {
        places[at + 1] = places[at];
        at--;
      }
      places[at + 1] = i;
    }
    return size - missing;
  }
  let total = 0;
  for (let code = 0; code < binCount; code++) {
    const count = counts[code];
    counts[code] = total;
    total += count;
  }
  counts[MISSING_CODE] = total;
  for (let i = 0; i < size; i++) places[counts[codes[i]]++] = i;
  clearCounts(order, binCount);
  return total;
}

export function clearCounts(order: Order, binCount: number): void {
  const { counts } = order;
  for (let code = 0; code < binCount; code++) counts[code] = 0;
  counts[MISSING_CODE] = 0;
}
