import { DAY_MS } from '../bank/calendar.ts';
import { currencyDigits, toMajor } from '../bank/money.ts';
import type { Transaction } from '../bank/transaction.ts';
import { rankSorted } from '../kernels/stats/quantile.ts';
import { merchantKey } from './merchant-key.ts';
import { type AmountStatistic, amountStatistic, logAmount, placeOf } from './statistics.ts';

/** At most this many of an account's latest transactions are looked at. */
export const HISTORY_MAX = 256;

/** One earlier transaction of the account, reduced to what features look at. */
export interface PastRow {
  readonly at: number;
  readonly merchant: string;
  readonly currency: string | null;
  readonly logAmount: number;
  /** Signed amount in major units. */
  readonly amount: number;
  /** Confirmed category, or '' when it is not known (yet). */
  readonly category: string;
  /** Location, or else first tag, or else country; '' when none is known. */
  readonly place: string;
  /** '' when it is not known, like the code. */
  readonly paymentMethod: string;
  readonly merchantCategoryCode: string;
  /** False when only the date was given. */
  readonly timeKnown: boolean;
}

/** Reduces a transaction to what later features may know of it; `category` overrules what the row itself says. */
export function toPastRow(transaction: Transaction, category = transaction.category): PastRow {
  const { amountMinor, currency } = transaction;
  return {
    at: transaction.at,
    merchant: merchantKey(transaction),
    currency,
    logAmount: logAmount(transaction),
    amount: amountMinor === null ? Number.NaN : toMajor(amountMinor, currencyDigits(currency)),
    category,
    place: placeOf(transaction),
    paymentMethod: transaction.paymentMethod,
    merchantCategoryCode: transaction.merchantCategoryCode,
    timeKnown: transaction.timeKnown,
  };
}

/** What the account's past says about one transaction. */
export interface Past {
  readonly count: number;
  /** Days since the account's latest transaction; NaN without one. */
  readonly daysSinceLast: number;
  /** Days since the account's latest transaction with the same merchant. */
  readonly daysSinceMerchant: number;
  /** Number of earlier transactions with the same merchant. */
  readonly merchantCount: number;
  readonly amount: AmountStatistic | null;
  /** Rank of this amount among the account's, 0..1. */
  readonly amountRank: number;
  readonly merchantAmount: AmountStatistic | null;
  /** Log amount of the account's latest transaction with the same merchant; NaN without one. */
  readonly merchantLatest: number;
  /** Money out during the 30 days before, in major units. */
  readonly spend30Days: number;
  /** Most frequent confirmed category, '' without one. */
  readonly category: string;
  /** Latest confirmed category with the same merchant. */
  readonly merchantCategory: string;
}

const EMPTY: Past = {
  count: 0,
  daysSinceLast: Number.NaN,
  daysSinceMerchant: Number.NaN,
  merchantCount: 0,
  amount: null,
  amountRank: Number.NaN,
  merchantAmount: null,
  merchantLatest: Number.NaN,
  spend30Days: Number.NaN,
  category: '',
  merchantCategory: '',
};
const MERCHANT_COUNT_MIN = 2;

/** The latest {@link HISTORY_MAX} of time-ordered `rows` strictly before instant `at`; the same array when all are. */
export function visiblePast(rows: readonly PastRow[], at: number): readonly PastRow[] {
  let end = rows.length;
  while (end > 0 && rows[end - 1].at >= at) end--;
  const start = Math.max(0, end - HISTORY_MAX);
  return start === 0 && end === rows.length ? rows : rows.slice(start, end);
}

/**
 * Summarises an account's past for a transaction. `rows` are in time order; those at or after the transaction's own
 * instant are ignored, whatever the caller handed in, and of the others only the latest {@link HISTORY_MAX} count.
 * Amounts are compared within the transaction's currency.
 */
export function summarisePast(rows: readonly PastRow[], transaction: Transaction, merchant: string): Past {
  const visible = visiblePast(rows, transaction.at);
  if (visible.length === 0) return EMPTY;
  const all = new Float64Array(visible.length);
  const same = new Float64Array(visible.length);
  let allCount = 0;
  let sameCount = 0;
  let merchantCount = 0;
  let lastMerchantAt = Number.NaN;
  let merchantCategory = '';
  let spend = 0;
  const spendFrom = transaction.at - 30 * DAY_MS;
  let categories: Map<string, number> | null = null;
  for (const row of visible) {
    const isSameCurrency = row.currency === transaction.currency;
    if (isSameCurrency && !Number.isNaN(row.logAmount)) all[allCount++] = row.logAmount;
    if (isSameCurrency && row.at >= spendFrom && row.amount < 0) spend -= row.amount;
    if (merchant !== '' && row.merchant === merchant) {
      merchantCount++;
      lastMerchantAt = row.at;
      if (isSameCurrency && !Number.isNaN(row.logAmount)) same[sameCount++] = row.logAmount;
      if (row.category !== '') merchantCategory = row.category;
    }
    if (row.category !== '') {
      categories ??= new Map();
      categories.set(row.category, (categories.get(row.category) ?? 0) + 1);
    }
  }
  const sorted = all.subarray(0, allCount).sort();
  // Read before the amounts are put in order of size.
  const merchantLatest = sameCount === 0 ? Number.NaN : same[sameCount - 1];
  return {
    count: visible.length,
    daysSinceLast: (transaction.at - visible[visible.length - 1].at) / DAY_MS,
    daysSinceMerchant: (transaction.at - lastMerchantAt) / DAY_MS,
    merchantCount,
    amount: summariseAmounts(sorted),
    amountRank: rankSorted(sorted, logAmount(transaction)),
    merchantAmount:
      sameCount < MERCHANT_COUNT_MIN ? null : summariseAmounts(same.subarray(0, sameCount).sort()),
    merchantLatest,
    spend30Days: spend,
    category: categories === null ? '' : mostFrequent(categories),
    merchantCategory,
  };
}

function summariseAmounts(sorted: Float64Array): AmountStatistic | null {
  return sorted.length === 0 ? null : amountStatistic(sorted);
}

function mostFrequent(counts: ReadonlyMap<string, number>): string {
  let best = '';
  let bestCount = 0;
  for (const [value, valueCount] of counts) {
    if (valueCount > bestCount || (valueCount === bestCount && value < best)) {
      best = value;
      bestCount = valueCount;
    }
  }
  return best;
}
