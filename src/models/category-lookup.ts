import { DAY_MS } from '../bank/calendar.ts';
import type { Transaction } from '../bank/transaction.ts';
import { firstWord, merchantKey } from '../features/merchant-key.ts';
import type { PastRow } from '../features/past.ts';
import type { Tensor, TypedArray } from '../kernels/safetensors/dtypes.ts';
import { decodeStrings, encodeStrings } from '../kernels/safetensors/strings.ts';

/** Category counts of many keys as one sparse table: row i holds entries start[i] up to start[i + 1]. */
export interface CountTable {
  readonly rows: ReadonlyMap<string, number>;
  readonly start: Uint32Array;
  readonly category: Uint16Array;
  readonly count: Float32Array;
}

/** How often each merchant, and each first word of a merchant, was given each category; older rows count less. */
export interface CategoryLookup {
  /** Smoothed share of each category over all rows. */
  readonly prior: Float64Array;
  readonly words: CountTable;
  readonly merchants: CountTable;
}

const HALF_LIFE_DAYS = 180;
const PRIOR_COUNT = 0.5;
/** At most so many merchants, and first words, are kept: those with the most recent weight. */
const KEYS_MAX = 200_000;
// How many pseudo-counts the level above is worth; the more specific level soon outweighs it.
const WORD_STRENGTH = 4;
const MERCHANT_STRENGTH = 2;
const ACCOUNT_STRENGTH = 2;

/** Weight of a row of the given age: halves every 180 days. */
export function recencyWeight(at: number, until: number): number {
  return 0.5 ** (Math.max(0, until - at) / (HALF_LIFE_DAYS * DAY_MS));
}

/**
 * Counts the categories of `rows[0 .. count)`. `labels[i]` is the class of row i; ages are taken at instant `until`.
 */
export function fitLookup(
  rows: readonly Transaction[],
  labels: ArrayLike<number>,
  count: number,
  classCount: number,
  until: number,
): CategoryLookup {
  const prior = new Float64Array(classCount).fill(PRIOR_COUNT);
  const words = new Map<string, Map<number, number>>();
  const merchants = new Map<string, Map<number, number>>();
  let total = PRIOR_COUNT * classCount;
  for (let i = 0; i < count; i++) {
    const weight = recencyWeight(rows[i].at, until);
    prior[labels[i]] += weight;
    total += weight;
    const merchant = merchantKey(rows[i]);
    if (merchant === '') continue;
    add(words, firstWord(merchant), labels[i], weight);
    add(merchants, merchant, labels[i], weight);
  }
  for (let k = 0; k < classCount; k++) prior[k] /= total;
  return { prior, words: tabulate(words), merchants: tabulate(merchants) };
}

function add(table: Map<string, Map<number, number>>, key: string, label: number, weight: number): void {
  let counts = table.get(key);
  if (counts === undefined) {
    counts = new Map();
    table.set(key, counts);
  }
  counts.set(label, (counts.get(label) ?? 0) + weight);
}

function tabulate(all: ReadonlyMap<string, ReadonlyMap<number, number>>): CountTable {
  const table = all.size <= KEYS_MAX ? all : heaviest(all);
  const start = new Uint32Array(table.size + 1);
  const rows = new Map<string, number>();
  const category: number[] = [];
  const count: number[] = [];
  for (const [key, counts] of table) {
    rows.set(key, rows.size);
    for (const [label, labelCount] of counts) {
      category.push(label);
      count.push(labelCount);
    }
    start[rows.size] = category.length;
  }
  return { rows, start, category: Uint16Array.from(category), count: Float32Array.from(count) };
}

function heaviest(table: ReadonlyMap<string, ReadonlyMap<number, number>>) {
  const weights = new Map<string, number>();
  for (const [key, counts] of table) {
    let sum = 0;
    for (const labelCount of counts.values()) sum += labelCount;
    weights.set(key, sum);
  }
  const kept = [...table].sort((a, b) => {
    return (weights.get(b[0]) as number) - (weights.get(a[0]) as number) || (a[0] < b[0] ? -1 : 1);
  });
  return new Map(kept.slice(0, KEYS_MAX));
}

/**
 * Writes the looked-up probability of every category to `out`: the shares over all rows, sharpened by the merchant's
 * first word, by the merchant, and by what the account itself confirmed for this merchant before. `past` holds rows
 * before instant `at` only.
 */
export function lookUp(
  lookup: CategoryLookup,
  merchant: string,
  past: readonly PastRow[],
  at: number,
  categoryCodes: ReadonlyMap<string, number>,
  out: Float64Array,
): void {
  out.set(lookup.prior);
  if (merchant === '') return;
  sharpen(lookup.words, firstWord(merchant), WORD_STRENGTH, out);
  sharpen(lookup.merchants, merchant, MERCHANT_STRENGTH, out);
  let total = ACCOUNT_STRENGTH;
  for (const row of past) {
    if (row.merchant === merchant && categoryCodes.has(row.category)) total += recencyWeight(row.at, at);
  }
  if (total === ACCOUNT_STRENGTH) return;
  for (let k = 0; k < out.length; k++) out[k] *= ACCOUNT_STRENGTH / total;
  for (const row of past) {
    if (row.merchant !== merchant) continue;
    const code = categoryCodes.get(row.category);
    if (code !== undefined) out[code] += recencyWeight(row.at, at) / total;
  }
}

function sharpen(table: CountTable, key: string, strength: number, out: Float64Array): void {
  const row = table.rows.get(key);
  if (row === undefined) return;
  const begin = table.start[row];
  const end = table.start[row + 1];
  let total = strength;
  for (let i = begin; i < end; i++) total += table.count[i];
  const keep = strength / total;
  for (let k = 0; k < out.length; k++) out[k] *= keep;
  for (let i = begin; i < end; i++) out[table.category[i]] += table.count[i] / total;
}

/** The lookup as named tensors. */
export function encodeLookup(lookup: CategoryLookup): Record<string, TypedArray> {
  const tensors: Record<string, TypedArray> = { 'lookup.prior': lookup.prior };
  for (const level of ['words', 'merchants'] as const) {
    const table = lookup[level];
    tensors[`lookup.${level}.keys`] = encodeStrings([...table.rows.keys()]);
    tensors[`lookup.${level}.start`] = table.start;
    tensors[`lookup.${level}.category`] = table.category;
    tensors[`lookup.${level}.count`] = table.count;
  }
  return tensors;
}

/** Inverse of {@link encodeLookup}; faults are added to the list and an unusable table is given instead of throwing. */
export function decodeLookup(
  tensors: Readonly<Record<string, Tensor>>,
  classCount: number,
  faults: string[],
): CategoryLookup {
  function table(level: string): CountTable {
    const keys = decodeStrings(tensors[`lookup.${level}.keys`]);
    const start = tensors[`lookup.${level}.start`]?.data;
    const category = tensors[`lookup.${level}.category`]?.data;
    const count = tensors[`lookup.${level}.count`]?.data;
    if (
      keys === null ||
      !(start instanceof Uint32Array && category instanceof Uint16Array && count instanceof Float32Array) ||
      start.length !== keys.length + 1 ||
      start[0] !== 0 ||
      start.some((value, i) => i > 0 && value < start[i - 1]) ||
      start[keys.length] !== category.length ||
      category.length !== count.length ||
      category.some((value) => value >= classCount) ||
      count.some((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY))
    ) {
      faults.push(`lookup.${level} is no table of category counts`);
      return {
        rows: new Map(),
        start: new Uint32Array(1),
        category: new Uint16Array(0),
        count: new Float32Array(0),
      };
    }
    return { rows: new Map(keys.map((key, row) => [key, row])), start, category, count };
  }

  const prior = tensors['lookup.prior']?.data;
  const isPrior =
    prior instanceof Float64Array && prior.length === classCount && prior.every((p) => p > 0 && p <= 1);
  if (!isPrior) faults.push(`lookup.prior must hold ${classCount} probabilities`);
  return {
    prior: isPrior ? prior : new Float64Array(classCount).fill(1),
    words: table('words'),
    merchants: table('merchants'),
  };
}
