import { type LocalTime, localTime } from '../bank/calendar.ts';
import { currencyDigits, toMajor } from '../bank/money.ts';
import type { Transaction } from '../bank/transaction.ts';
import { merchantKey } from './merchant-key.ts';
import { type Past, type PastRow, summarisePast } from './past.ts';
import { logAmount, type MerchantStatistic, type Statistics } from './statistics.ts';

/** What a text model says of a transaction's words. */
export interface TextReading {
  /** Code of the class it thinks likeliest (classification), or the predicted value (regression). */
  readonly score: number;
}

/** Everything a feature may look at: this transaction, the past before it and what training learnt. No future, no world. */
export interface FeatureContext {
  readonly transaction: Transaction;
  readonly local: LocalTime;
  readonly logAmount: number;
  /** |amount| in major units; NaN when unknown. */
  readonly amount: number;
  /** Description, or else the merchant's name. */
  readonly text: string;
  readonly merchant: string;
  readonly merchantStatistic: MerchantStatistic | undefined;
  readonly past: Past;
  readonly statistics: Statistics;
  readonly reading: TextReading;
}

/**
 * Assembles the context of one transaction. `past` holds the account's earlier rows in time order (later ones are
 * ignored); `timezone` is where the wall clock hangs that hours and days are read from.
 */
export function buildContext(
  transaction: Transaction,
  past: readonly PastRow[],
  statistics: Statistics,
  reading: TextReading,
  timezone: string,
): FeatureContext {
  const merchant = merchantKey(transaction);
  const { amountMinor, currency } = transaction;
  return {
    transaction,
    local: localTime(transaction.at, timezone),
    logAmount: logAmount(transaction),
    amount: amountMinor === null ? Number.NaN : Math.abs(toMajor(amountMinor, currencyDigits(currency))),
    text: transaction.description || transaction.merchantName,
    merchant,
    merchantStatistic: statistics.merchants.get(merchant),
    past: summarisePast(past, transaction, merchant),
    statistics,
    reading,
  };
}
