import { MISSING_CODE } from './bins.ts';

/** Nodes up to this size are sorted by insertion, larger ones by counting (measured). */
const INSERTION_MAX = 16;

/**
 * One feature's codes of the rows in a node, and the rows sorted by them. A key is a code in the upper 8 bits (with
 * its highest bit flipped, so that signed numbers sort as codes do) and the row's place in the node in the lower 24.
 */
export interface Order {
  /** Sorted keys; missing values come last. */
  readonly keys: Int32Array;
  /** codes[i]: code of the node's row i, and rows of each code; only where `isCounted`. */
  readonly codes: Uint8Array;
  readonly counts: Int32Array;
}

export function createOrder(size: number): Order {
  return { keys: new Int32Array(size), codes: new Uint8Array(size), counts: new Int32Array(256) };
}

export function isCounted(size: number): boolean {
  return size > INSERTION_MAX;
}

/** The code in a key. */
export function codeOfKey(key: number): number {
  return (key >>> 24) ^ 0x80;
}

/**
 * Reads the codes of the rows [start, start + size) of a node; true when they are all the same. Small nodes are
 * sorted on the way; others need `sortKeys` and `clearCounts`.
 */
export function gatherCodes(
  order: Order,
  rows: Int32Array,
  start: number,
  size: number,
  column: Uint8Array,
): boolean {
  if (size <= INSERTION_MAX) return gatherSorted(order.keys, rows, start, size, column);
  const { codes, counts } = order;
  for (let i = 0; i < size; i++) {
    const code = column[rows[start + i]];
    codes[i] = code;
    counts[code]++;
  }
  const first = codes[0];
  if (counts[first] < size) return false;
  counts[first] = 0;
  return true;
}

function gatherSorted(
  keys: Int32Array,
  rows: Int32Array,
  start: number,
  size: number,
  column: Uint8Array,
): boolean {
  for (let i = 0; i < size; i++) {
    const key = ((column[rows[start + i]] ^ 0x80) << 24) | i;
    let at = i;
    while (at > 0 && keys[at - 1] > key) {
      keys[at] = keys[at - 1];
      at--;
    }
    keys[at] = key;
  }
  return (keys[0] ^ keys[size - 1]) >>> 24 === 0;
}

/** Leaves the keys of the gathered codes sorted; returns how many are not missing. */
export function sortKeys(order: Order, size: number, binCount: number): number {
  const { codes, keys, counts } = order;
  if (size <= INSERTION_MAX) {
    let present = size;
    while (present > 0 && codeOfKey(keys[present - 1]) === MISSING_CODE) present--;
    return present;
  }
  let total = 0;
  for (let code = 0; code < binCount; code++) {
    const count = counts[code];
    counts[code] = total;
    total += count;
  }
  counts[MISSING_CODE] = total;
  for (let i = 0; i < size; i++) {
    const code = codes[i];
    keys[counts[code]++] = ((code ^ 0x80) << 24) | i;
  }
  clearCounts(order, binCount);
  return total;
}

export function clearCounts(order: Order, binCount: number): void {
  const { counts } = order;
  for (let code = 0; code < binCount; code++) counts[code] = 0;
  counts[MISSING_CODE] = 0;
}
