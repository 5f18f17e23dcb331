import { civilFromDays, localDayNumber } from './calendar.ts';
import { currencyDigits, toMajor } from './money.ts';
import type { Transaction } from './transaction.ts';

/** Money by local day in one currency, in major units; every day from the first to the last transaction has an entry. */
export interface DailyMoney {
  readonly currency: string | null;
  /** Day numbers of the first and last entry. */
  readonly first: number;
  readonly last: number;
  /** Money in and money out. A reversal (income with a negative amount) lowers the income of its day. */
  readonly income: Float64Array;
  readonly expense: Float64Array;
  /** The transactions that were added up, in order of time, and the local day of each. */
  readonly rows: readonly Transaction[];
  readonly days: readonly number[];
  /** Currencies that were left out, most transactions first; they are never added up. */
  readonly excluded: readonly { readonly currency: string | null; readonly transactions: number }[];
}

export interface DailyOptions {
  readonly timezone: string;
  /** The currency wanted; by default the one with most transactions (the first in the alphabet among equals). */
  readonly currency?: string | null;
  /** Last day number to read; later transactions are ignored. */
  readonly until?: number;
}

/** Longest span of days that is kept: what lies further back from the last day is left out. */
export const SERIES_DAYS_MAX = 3660;

/** Adds transactions up by local day; those without an amount count as none. Null when nothing is left to add up. */
export function addUpDays(transactions: readonly Transaction[], options: DailyOptions): DailyMoney | null {
  const known = transactions
    .filter((row) => row.amountMinor !== null)
    .map((row) => ({ row, day: localDayNumber(row.at, options.timezone) }))
    .filter(({ day }) => options.until === undefined || day <= options.until);
  const counts = new Map<string | null, number>();
  for (const { row } of known) counts.set(row.currency, (counts.get(row.currency) ?? 0) + 1);
  const ranked = [...counts].sort((a, b) => b[1] - a[1] || ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
  const currency = options.currency ?? ranked[0]?.[0] ?? null;
  const kept = known.filter(({ row }) => row.currency === currency).sort((a, b) => a.row.at - b.row.at);
  if (kept.length === 0) return null;
  const last = kept[kept.length - 1].day;
  const recent = kept.filter(({ day }) => day > last - SERIES_DAYS_MAX);
  const first = recent[0].day;
  const income = new Float64Array(last - first + 1);
  const expense = new Float64Array(last - first + 1);
  const digits = currencyDigits(currency);
  for (const { row, day } of recent) {
    const minor = row.amountMinor as number;
    if (minor >= 0 || row.type === 'Income') income[day - first] += minor;
    else expense[day - first] -= minor;
  }
  // Summed in minor units, so that cents add up exactly.
  for (let i = 0; i < income.length; i++) {
    income[i] = toMajor(income[i], digits);
    expense[i] = toMajor(expense[i], digits);
  }
  return {
    currency,
    first,
    last,
    income,
    expense,
    rows: recent.map(({ row }) => row),
    days: recent.map(({ day }) => day),
    excluded: ranked
      .filter(([other]) => other !== currency)
      .map(([other, count]) => ({ currency: other, transactions: count })),
  };
}

/** Day of the month (1..31) of `count` days from day number `first` on. */
export function monthDaysFrom(first: number, count: number): Uint8Array {
  const days = new Uint8Array(count);
  for (let i = 0; i < count; i++) days[i] = civilFromDays(first + i).day;
  return days;
}
