import { daysInMonth, isoWeek } from '../bank/calendar.ts';
import { currencyDigits } from '../bank/money.ts';
import { TRANSACTION_TYPES } from '../bank/transaction.ts';
import { rankSorted } from '../kernels/stats/quantile.ts';
import type { FeatureContext } from './context.ts';
import { keywordGroup } from './keywords.ts';
import { type AmountStatistic, placeOf, type ValueStatistic } from './statistics.ts';

/** A model that may be kept from seeing a feature. */
export type FeatureReader = 'category_prediction' | 'amount_prediction' | 'anomaly_detection';

export type FeatureGroup = 'time' | 'amount' | 'categorical' | 'text';

/** One feature: what it is called, where its values lie, who may not see it, and how it is computed. */
export interface Feature {
  readonly name: string;
  readonly group: FeatureGroup;
  /** Smallest and largest value that is not NaN; NaN is the only "unknown". */
  readonly range: readonly [number, number];
  readonly meaning: string;
  /** Raised whenever the formula changes, so that a model is never fed a feature it did not learn. */
  readonly version: number;
  readonly hiddenFrom: readonly FeatureReader[];
  readonly compute: (context: FeatureContext) => number;
}

const UNKNOWN = Number.NaN;
const FOREVER_DAYS = 4_000_000;
const LOG_AMOUNT_MAX = 28;
const Z_MAX = 50;
const CODE_MAX = 200_000;
const PAY_DAYS = [1, 15, 25];

const FROM_AMOUNT: readonly FeatureReader[] = ['amount_prediction'];
const FROM_CATEGORY: readonly FeatureReader[] = ['category_prediction'];
const FROM_NONE: readonly FeatureReader[] = [];

function flag(condition: boolean): number {
  return condition ? 1 : 0;
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** Hour with its fraction, unknown for a bare date. */
function hourOf({ transaction, local }: FeatureContext): number {
  return transaction.timeKnown ? local.hour + local.minute / 60 : UNKNOWN;
}

/** Days to the nearest usual pay day (1st, 15th, 25th or last of the month), counted around the month's end. */
function daysToPayDay({ local }: FeatureContext): number {
  const length = daysInMonth(local.year, local.month);
  let nearest = length - local.day;
  for (const payDay of PAY_DAYS) nearest = Math.min(nearest, Math.abs(local.day - payDay));
  return Math.min(nearest, length - local.day + 1);
}

/** Robust z-score of the log amount within a group of amounts. */
function zScore(logAmount: number, statistic: AmountStatistic | null | undefined): number {
  if (statistic === null || statistic === undefined || statistic.count === 0) return UNKNOWN;
  return clamp((logAmount - statistic.median) / statistic.spread, -Z_MAX, Z_MAX);
}

/** The merchant's amounts in this account, or else over all accounts. */
function merchantAmounts({ past, merchantStatistic }: FeatureContext): AmountStatistic | undefined {
  if (past.merchantAmount !== null) return past.merchantAmount;
  return merchantStatistic !== undefined && merchantStatistic.count > 0 ? merchantStatistic : undefined;
}

function codeOf(values: ReadonlyMap<string, ValueStatistic>, value: string): number {
  return values.get(value)?.code ?? UNKNOWN;
}

function categoryCode({ statistics }: FeatureContext, category: string): number {
  return statistics.categoryCodes.get(category) ?? UNKNOWN;
}

/** Number of trailing zeros of the amount in minor units, counted to 9: 100.00 is 4, 25.50 is 1; unknown for zero. */
function roundness({ transaction: { amountMinor } }: FeatureContext): number {
  if (amountMinor === null || amountMinor === 0) return UNKNOWN;
  let zeros = 0;
  let rest = Math.abs(amountMinor);
  while (rest % 10 === 0 && zeros < 9) {
    rest /= 10;
    zeros++;
  }
  return zeros;
}

/** The fraction of a major unit, 0 to below 1. */
function cents({ transaction: { amountMinor, currency } }: FeatureContext): number {
  if (amountMinor === null) return UNKNOWN;
  const unit = 10 ** currencyDigits(currency);
  return (Math.abs(amountMinor) % unit) / unit;
}

function shareOf(text: string, pattern: RegExp): number {
  if (text === '') return UNKNOWN;
  return (text.match(pattern)?.length ?? 0) / text.length;
}

const DIGITS = /[0-9]/g;
const UPPER = /\p{Lu}/gu;
const REFERENCE = /#|\bref\b|\binv\b|\bno\b|\d[a-z\d-]{5,}/i;

/** THE table of the 52 features, in the order of the vector. */
export const CATALOG: readonly Feature[] = [
  time('hour', [0, 24], 'Hour of the local day with its fraction; unknown for a bare date', hourOf),
  time('day_of_week', [0, 6], 'Day of the week, 0 Monday to 6 Sunday', (c) => c.local.dayOfWeek),
  time('day_of_month', [1, 31], 'Day of the month', (c) => c.local.day),
  time('month', [1, 12], 'Month of the year', (c) => c.local.month),
  time('quarter', [1, 4], 'Quarter of the year', (c) => Math.ceil(c.local.month / 3)),
  time('week_of_year', [1, 53], 'ISO 8601 week', (c) => isoWeek(c.local.dayNumber)),
  time('day_of_year', [1, 366], 'Day of the year', (c) => c.local.dayOfYear),
  time('is_weekend', [0, 1], '1 on Saturday and Sunday', (c) => flag(c.local.dayOfWeek >= 5)),
  time(
    'is_business_hours',
    [0, 1],
    '1 from 9:00 to 17:00 on Monday to Friday; unknown for a bare date',
    (c) => {
      if (!c.transaction.timeKnown) return UNKNOWN;
      return flag(c.local.dayOfWeek < 5 && c.local.hour >= 9 && c.local.hour < 17);
    },
  ),
  time('is_night', [0, 1], '1 from 22:00 to 6:00; unknown for a bare date', (c) => {
    if (!c.transaction.timeKnown) return UNKNOWN;
    return flag(c.local.hour >= 22 || c.local.hour < 6);
  }),
  time('is_month_start', [0, 1], '1 on the first three days of a month', (c) => flag(c.local.day <= 3)),
  time('is_month_end', [0, 1], '1 on the last three days of a month', (c) =>
    flag(c.local.day > daysInMonth(c.local.year, c.local.month) - 3),
  ),
  time(
    'days_to_month_end',
    [0, 30],
    'Days until the last day of the month',
    (c) => daysInMonth(c.local.year, c.local.month) - c.local.day,
  ),
  time('days_to_pay_day', [0, 15], 'Days to the nearest 1st, 15th, 25th or last of a month', daysToPayDay),
  time('season', [0, 3], 'Meteorological season of the north: 0 winter to 3 autumn', (c) =>
    Math.floor((c.local.month % 12) / 3),
  ),
  time('hour_sin', [-1, 1], 'Sine of the hour on a 24-hour circle', (c) =>
    Math.sin((hourOf(c) * Math.PI) / 12),
  ),
  time('hour_cos', [-1, 1], 'Cosine of the hour on a 24-hour circle', (c) =>
    Math.cos((hourOf(c) * Math.PI) / 12),
  ),
  time(
    'day_of_year_cos',
    [-1, 1],
    'Cosine of the day on a 366-day circle: 1 at new year, -1 at midsummer',
    (c) => Math.cos((c.local.dayOfYear * 2 * Math.PI) / 366),
  ),
  time(
    'days_since_account',
    [0, FOREVER_DAYS],
    "Days since the account's latest transaction",
    (c) => c.past.daysSinceLast,
  ),
  time(
    'days_since_merchant',
    [0, FOREVER_DAYS],
    "Days since the account's latest transaction with this merchant",
    (c) => c.past.daysSinceMerchant,
  ),

  amount(
    'amount_log',
    [0, LOG_AMOUNT_MAX],
    FROM_AMOUNT,
    'Natural log of 1 + |amount| in major units',
    (c) => c.logAmount,
  ),
  amount('amount_absolute', [0, 1e12], FROM_AMOUNT, '|amount| in major units', (c) => c.amount),
  amount('amount_sign', [-1, 1], FROM_AMOUNT, '-1 money out, 0 nothing, 1 money in', (c) =>
    c.transaction.amountMinor === null ? UNKNOWN : Math.sign(c.transaction.amountMinor) + 0,
  ),
  amount(
    'amount_cents',
    [0, 1],
    FROM_AMOUNT,
    'Fraction of a major unit: prices end in .99, transfers in .00',
    cents,
  ),
  amount('amount_roundness', [0, 9], FROM_AMOUNT, 'Trailing zeros of the amount in minor units', roundness),
  amount(
    'amount_global_percentile',
    [0, 1],
    FROM_AMOUNT,
    'Rank of the amount among all training amounts',
    (c) => rankSorted(c.statistics.amountPercentiles, c.logAmount),
  ),
  // Hidden from categories because it was of no use there: trees that drew it were worse on purchase cards.
  amount(
    'last_merchant_amount',
    [0, LOG_AMOUNT_MAX],
    FROM_CATEGORY,
    "Log amount of the account's latest transaction with this merchant",
    (c) => c.past.merchantLatest,
  ),
  amount(
    'amount_account_percentile',
    [0, 1],
    FROM_AMOUNT,
    "Rank of the amount in the account's past",
    (c) => c.past.amountRank,
  ),
  amount('amount_account_z', [-Z_MAX, Z_MAX], FROM_AMOUNT, "Robust z-score in the account's past", (c) =>
    zScore(c.logAmount, c.past.amount),
  ),
  amount(
    'amount_merchant_z',
    [-Z_MAX, Z_MAX],
    FROM_AMOUNT,
    "Robust z-score among the merchant's amounts",
    (c) => zScore(c.logAmount, merchantAmounts(c)),
  ),
  amount(
    'usual_merchant_amount',
    [0, LOG_AMOUNT_MAX],
    FROM_NONE,
    "Median log amount of the merchant, in this account's past or else overall",
    (c) => merchantAmounts(c)?.median ?? UNKNOWN,
  ),
  amount(
    'usual_merchant_spread',
    [0, LOG_AMOUNT_MAX],
    FROM_NONE,
    "Robust spread of the merchant's log amounts",
    (c) => merchantAmounts(c)?.spread ?? UNKNOWN,
  ),
  amount(
    'usual_account_amount',
    [0, LOG_AMOUNT_MAX],
    FROM_NONE,
    "Median log amount of the account's past",
    (c) => c.past.amount?.median ?? UNKNOWN,
  ),
  amount(
    'usual_category_amount',
    [0, LOG_AMOUNT_MAX],
    FROM_CATEGORY,
    'Median log amount of the category',
    (c) => c.statistics.amountsByCategory.get(c.transaction.category)?.median ?? UNKNOWN,
  ),
  amount(
    'account_spend_30_days',
    [0, 40],
    FROM_NONE,
    'Log of 1 + money out of the account during the 30 days before',
    (c) => Math.log1p(c.past.spend30Days),
  ),

  categorical('type_code', [0, 2], FROM_NONE, '0 Income, 1 Expense, 2 Transfer', (c) =>
    c.transaction.type === null ? UNKNOWN : TRANSACTION_TYPES.indexOf(c.transaction.type),
  ),
  categorical('payment_method_code', [0, CODE_MAX], FROM_NONE, 'Frequency rank of the payment method', (c) =>
    codeOf(c.statistics.paymentMethods, c.transaction.paymentMethod),
  ),
  categorical(
    'place_code',
    [0, CODE_MAX],
    FROM_NONE,
    'Frequency rank of the location, or else first tag, or else country',
    (c) => codeOf(c.statistics.places, placeOf(c.transaction)),
  ),
  categorical(
    'merchant_category_code',
    [0, CODE_MAX],
    FROM_NONE,
    'Frequency rank of the merchant category code',
    (c) => codeOf(c.statistics.merchantCodes, c.transaction.merchantCategoryCode),
  ),
  categorical(
    'merchant_frequency',
    [0, 40],
    FROM_NONE,
    'Log of 1 + training transactions of the merchant that had an amount; 0 when it is new',
    (c) => (c.merchant === '' ? UNKNOWN : Math.log1p(c.merchantStatistic?.count ?? 0)),
  ),
  categorical(
    'merchant_category',
    [0, CODE_MAX],
    FROM_NONE,
    'Code of the category the merchant was most often given',
    (c) =>
      c.merchantStatistic === undefined || c.merchantStatistic.category < 0
        ? UNKNOWN
        : c.merchantStatistic.category,
  ),
  categorical(
    'merchant_category_share',
    [0, 1],
    FROM_NONE,
    'Smoothed share of that category',
    (c) => c.merchantStatistic?.categoryShare ?? UNKNOWN,
  ),
  categorical(
    'account_category',
    [0, CODE_MAX],
    FROM_NONE,
    "Code of the account's most frequent confirmed category",
    (c) => categoryCode(c, c.past.category),
  ),
  categorical(
    'account_merchant_category',
    [0, CODE_MAX],
    FROM_NONE,
    'Code of the category last confirmed for this merchant in this account',
    (c) => categoryCode(c, c.past.merchantCategory),
  ),
  categorical('category_code', [0, CODE_MAX], FROM_CATEGORY, 'Code of the given category', (c) =>
    categoryCode(c, c.transaction.category),
  ),

  text(
    'text_length',
    [0, 1024],
    'Characters of the description, or else of the merchant',
    (c) => c.text.length,
  ),
  text('text_tokens', [0, 1024], 'Words in it', (c) => (c.text === '' ? 0 : c.text.split(/\s+/).length)),
  text('text_digit_share', [0, 1], 'Share of its characters that are digits', (c) => shareOf(c.text, DIGITS)),
  text('text_upper_share', [0, 1], 'Share of its characters that are upper-case letters', (c) =>
    shareOf(c.text, UPPER),
  ),
  text('text_has_reference', [0, 1], '1 when it holds a reference number', (c) =>
    c.text === '' ? UNKNOWN : flag(REFERENCE.test(c.text)),
  ),
  text(
    'keyword_group',
    [0, 64],
    'Group of the first known word (see src/features/keywords.ts), 0 for none',
    (c) => keywordGroup(c.text),
  ),
  text(
    'text_score',
    [-CODE_MAX, CODE_MAX],
    "What the model's own text part reads: the likeliest class, or the expected value",
    (c) => c.reading.score,
  ),
];

function time(
  name: string,
  range: readonly [number, number],
  meaning: string,
  compute: Feature['compute'],
): Feature {
  return { name, group: 'time', range, meaning, version: 1, hiddenFrom: FROM_NONE, compute };
}

function amount(
  name: string,
  range: readonly [number, number],
  hiddenFrom: readonly FeatureReader[],
  meaning: string,
  compute: Feature['compute'],
): Feature {
  return { name, group: 'amount', range, meaning, version: 1, hiddenFrom, compute };
}

function categorical(
  name: string,
  range: readonly [number, number],
  hiddenFrom: readonly FeatureReader[],
  meaning: string,
  compute: Feature['compute'],
): Feature {
  return { name, group: 'categorical', range, meaning, version: 1, hiddenFrom, compute };
}

function text(
  name: string,
  range: readonly [number, number],
  meaning: string,
  compute: Feature['compute'],
): Feature {
  return { name, group: 'text', range, meaning, version: 1, hiddenFrom: FROM_NONE, compute };
}
