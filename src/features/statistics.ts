import { currencyDigits, toMajor } from '../bank/money.ts';
import type { Transaction } from '../bank/transaction.ts';
import { deviationSorted, quantileSorted } from '../kernels/stats/quantile.ts';
import { merchantKey } from './merchant-key.ts';

/** Robust location and spread of log amounts of one group of transactions. */
export interface AmountStatistic {
  readonly count: number;
  readonly median: number;
  /** Median absolute deviation scaled to the standard deviation of a normal (x 1.4826), never below the floor. */
  readonly spread: number;
}

/** What is known of one value of a categorical field. */
export interface ValueStatistic {
  /** Rank by frequency, 0 the most frequent. */
  readonly code: number;
  readonly count: number;
}

/** What is known of one merchant key. */
export interface MerchantStatistic extends AmountStatistic {
  /** Index of the category most often given, -1 when none was. */
  readonly category: number;
  /** Smoothed share of that category among the labelled transactions. */
  readonly categoryShare: number;
}

/** Everything the features learn from training rows: global, per merchant, per category and per value; no account rows. */
export interface Statistics {
  /** Category names by descending frequency; an index into this list is a category's code. */
  readonly categories: readonly string[];
  readonly categoryCodes: ReadonlyMap<string, number>;
  /** 101 percentiles of log amount. */
  readonly amountPercentiles: readonly number[];
  readonly merchants: ReadonlyMap<string, MerchantStatistic>;
  readonly amountsByCategory: ReadonlyMap<string, AmountStatistic>;
  readonly paymentMethods: ReadonlyMap<string, ValueStatistic>;
  readonly places: ReadonlyMap<string, ValueStatistic>;
  readonly merchantCodes: ReadonlyMap<string, ValueStatistic>;
}

const MAD_TO_SIGMA = 1.4826;
/** Spread of log amounts is never taken below this, so that fixed prices do not give infinite z-scores. */
export const SPREAD_MIN = 0.05;
const CATEGORY_SHARE_PRIOR = 1;
/** At most so many merchants are kept, the most frequent ones. */
const MERCHANTS_MAX = 200_000;
const VALUES_MAX = 20_000;

/** Natural log of 1 + |amount| in major units; NaN when the amount is not known. */
export function logAmount(transaction: Transaction): number {
  if (transaction.amountMinor === null) return Number.NaN;
  return Math.log1p(Math.abs(toMajor(transaction.amountMinor, currencyDigits(transaction.currency))));
}

/** Summarises ascending log amounts. */
export function amountStatistic(sorted: ArrayLike<number>, length = sorted.length): AmountStatistic {
  const median = quantileSorted(sorted, 0.5, length);
  return {
    count: length,
    median,
    spread: Math.max(MAD_TO_SIGMA * deviationSorted(sorted, median, length), SPREAD_MIN),
  };
}

/** The place a transaction belongs to: its location, or else its first tag (branch, department), or else its country. */
export function placeOf(transaction: Transaction): string {
  return transaction.location || transaction.tags[0] || transaction.country;
}

/** Distinct categories by descending frequency: the order in which codes are given. */
export function orderCategories(rows: readonly Transaction[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { category } of rows) if (category !== '') count(counts, category);
  return byFrequency(counts).map(([name]) => name);
}

/**
 * Learns the statistics from rows that all lie before the rows they will describe; their order does not matter. Codes
 * of categories follow `categories`, so that statistics of several prefixes of one file agree on them.
 */
export function fitStatistics(
  rows: readonly Transaction[],
  categories: readonly string[] = orderCategories(rows),
): Statistics {
  const all: number[] = [];
  const byCategory = new Map<string, number[]>();
  const byMerchant = new Map<string, { logs: number[]; labels: Map<string, number> }>();
  const payments = new Map<string, number>();
  const places = new Map<string, number>();
  const merchantCodes = new Map<string, number>();
  for (const row of rows) {
    const log = logAmount(row);
    const hasLog = !Number.isNaN(log);
    if (hasLog) all.push(log);
    const key = merchantKey(row);
    if (key !== '') {
      let merchant = byMerchant.get(key);
      if (merchant === undefined) {
        merchant = { logs: [], labels: new Map() };
        byMerchant.set(key, merchant);
      }
      if (hasLog) merchant.logs.push(log);
      if (row.category !== '') count(merchant.labels, row.category);
    }
    if (row.category !== '' && hasLog) {
      const logs = byCategory.get(row.category);
      if (logs === undefined) byCategory.set(row.category, [log]);
      else logs.push(log);
    }
    count(payments, row.paymentMethod);
    count(places, placeOf(row));
    count(merchantCodes, row.merchantCategoryCode);
  }
  const categoryCodes = new Map(categories.map((name, index) => [name, index]));
  const sorted = Float64Array.from(all).sort();
  return {
    categories,
    categoryCodes,
    amountPercentiles: Array.from({ length: 101 }, (_, p) => quantileSorted(sorted, p / 100)),
    merchants: merchantStatistics(byMerchant, categoryCodes),
    amountsByCategory: new Map(
      categories.map((name) => [name, amountStatistic(Float64Array.from(byCategory.get(name) ?? []).sort())]),
    ),
    paymentMethods: valueStatistics(payments),
    places: valueStatistics(places),
    merchantCodes: valueStatistics(merchantCodes),
  };
}

function merchantStatistics(
  byMerchant: ReadonlyMap<string, { logs: number[]; labels: Map<string, number> }>,
  categoryCodes: ReadonlyMap<string, number>,
): ReadonlyMap<string, MerchantStatistic> {
  const merchants = new Map<string, MerchantStatistic>();
  const kept =
    byMerchant.size <= MERCHANTS_MAX
      ? byMerchant
      : [...byMerchant]
          .sort((a, b) => b[1].logs.length - a[1].logs.length || (a[0] < b[0] ? -1 : 1))
          .slice(0, MERCHANTS_MAX);
  for (const [key, { logs, labels }] of kept) {
    let best = -1;
    let bestCount = 0;
    let total = 0;
    for (const [label, labelCount] of labels) {
      const code = categoryCodes.get(label) as number;
      total += labelCount;
      if (labelCount > bestCount || (labelCount === bestCount && code < best)) {
        best = code;
        bestCount = labelCount;
      }
    }
    merchants.set(key, {
      ...amountStatistic(Float64Array.from(logs).sort()),
      category: best,
      categoryShare: best < 0 ? Number.NaN : bestCount / (total + CATEGORY_SHARE_PRIOR),
    });
  }
  return merchants;
}

function valueStatistics(counts: ReadonlyMap<string, number>): ReadonlyMap<string, ValueStatistic> {
  const statistics = new Map<string, ValueStatistic>();
  for (const [value, valueCount] of byFrequency(counts)) {
    if (value === '') continue;
    if (statistics.size === VALUES_MAX) break;
    statistics.set(value, { code: statistics.size, count: valueCount });
  }
  return statistics;
}

function count(counts: Map<string, number>, value: string): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}

/** Entries by descending count, equal counts by code-unit order of the name, so that codes never depend on row order. */
function byFrequency(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
