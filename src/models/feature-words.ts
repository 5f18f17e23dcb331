import { CATALOG } from '../features/catalog.ts';
import type { FeatureContext } from '../features/context.ts';
import { KEYWORD_GROUPS } from '../features/keywords.ts';
import { placeOf } from '../features/statistics.ts';
import { countOf, formatAmount, formatDays, formatHour } from './anomaly-words.ts';

/** Says what a known value of a feature means for this transaction, as a clause. */
type Say = (value: number, context: FeatureContext) => string;

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September'],
  ...['October', 'November', 'December'],
];
const SEASONS = ['winter', 'spring', 'summer', 'autumn'];

const sayHour: Say = (_, { local }) => `it was made at ${formatHour(local)}`;
const sayMonth: Say = (_, { local }) => `it was made in ${MONTHS[local.month - 1]}`;
const sayAmount: Say = (_, { amount, transaction }) =>
  `the amount is ${formatAmount(amount, transaction.currency)}`;
const sayMerchantCategory: Say = (_, { merchantStatistic, statistics }) => {
  const { category = -1, categoryShare = 0, count = 0 } = merchantStatistic ?? {};
  const name = statistics.categories[category];
  if (name === undefined) return 'the merchant was never given a category';
  // The share is smoothed as if one more case had another category.
  const cases = Math.min(count, Math.round(categoryShare * (count + 1)));
  if (cases === 0) return `the merchant was mostly ${name} in earlier cases`;
  return `the merchant was ${name} in about ${cases.toLocaleString('en')} of ${countOf(count, 'earlier case')}`;
};

function sayWhether(yes: string, no: string): Say {
  return (value) => (value === 1 ? yes : no);
}

function saySpreads(whose: string): Say {
  return (value) => {
    const distance = Math.abs(value);
    if (distance < 0.5) return `the amount is what is usual for ${whose}`;
    return `the amount is ${distance.toFixed(1)} spreads ${value > 0 ? 'above' : 'below'} what is usual for ${whose}`;
  };
}

function sayRank(whose: string): Say {
  return (value) => `the amount is larger than ${percent(value)} of ${whose}`;
}

/** A log amount in words; amounts of other scales are told on that of the main currency. */
function sayUsual(what: string): Say {
  return (value) => `${what} about ${formatAmount(Math.expm1(value), null)}`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** THE table of what each feature of the catalog says in words. */
const WORDS: Readonly<Record<string, Say>> = {
  hour: sayHour,
  hour_sin: sayHour,
  hour_cos: sayHour,
  day_of_week: (_, { local }) => `it was made on a ${DAYS[local.dayOfWeek]}`,
  day_of_month: (value) => `it was made on day ${value} of the month`,
  month: sayMonth,
  day_of_year: sayMonth,
  day_of_year_cos: sayMonth,
  quarter: (value) => `it was made in quarter ${value} of the year`,
  week_of_year: (value) => `it was made in week ${value} of the year`,
  is_weekend: sayWhether('it was made at a weekend', 'it was made from Monday to Friday'),
  is_business_hours: sayWhether('it was made in business hours', 'it was made outside business hours'),
  is_night: sayWhether('it was made at night', 'it was made by day'),
  is_month_start: sayWhether(
    'it was made in the first three days of a month',
    'it was made after the third of the month',
  ),
  is_month_end: sayWhether(
    'it was made in the last three days of a month',
    'it was made before the last three days of the month',
  ),
  days_to_month_end: (value) => `the month ends ${value === 0 ? 'today' : `in ${countOf(value, 'day')}`}`,
  days_to_pay_day: (value) =>
    value === 0 ? 'it was made on a usual pay day' : `a usual pay day is ${countOf(value, 'day')} away`,
  season: (value) => `it was made in ${SEASONS[value]}`,
  days_since_account: (value) => `the account's last transaction was ${formatDays(value)} before`,
  days_since_merchant: (value) =>
    `the account's last transaction with this merchant was ${formatDays(value)} before`,
  amount_log: sayAmount,
  amount_absolute: sayAmount,
  amount_sign: (value) => (value > 0 ? 'money came in' : value < 0 ? 'money went out' : 'no money moved'),
  amount_cents: (value) => `the fraction of the amount is ${value.toFixed(2)}`,
  amount_roundness: (value) => `the amount ends in ${countOf(value, 'zero')}, counted in its smallest unit`,
  amount_global_percentile: sayRank('all amounts'),
  amount_account_percentile: sayRank("the account's own"),
  amount_account_z: saySpreads('the account'),
  amount_merchant_z: saySpreads('the merchant'),
  usual_merchant_amount: sayUsual('the merchant usually takes'),
  usual_merchant_spread: (value) =>
    `the merchant's amounts usually lie within a factor of ${Math.exp(value).toFixed(1)} of each other`,
  last_merchant_amount: sayUsual("the account's last transaction with this merchant was"),
  usual_account_amount: sayUsual('the account usually moves'),
  usual_category_amount: sayUsual('usual for its category is'),
  account_spend_30_days: (value) =>
    `${formatAmount(Math.expm1(value), null)} went out of the account within the 30 days before`,
  type_code: (_, { transaction }) => `its type is ${transaction.type}`,
  payment_method_code: (_, { transaction }) => `it was paid by ${transaction.paymentMethod}`,
  place_code: (_, { transaction }) => `it belongs to ${placeOf(transaction)}`,
  merchant_category_code: (_, { transaction }) =>
    `the merchant category code is ${transaction.merchantCategoryCode}`,
  merchant_frequency(value) {
    const seen = Math.round(Math.expm1(value));
    return seen === 0
      ? 'the merchant was never seen in training'
      : `the merchant was seen ${countOf(seen, 'time')} in training`;
  },
  merchant_category: sayMerchantCategory,
  merchant_category_share: sayMerchantCategory,
  account_category: (_, { past }) => `the account is mostly used for ${past.category}`,
  account_merchant_category: (_, { past }) =>
    `the account's last transaction with this merchant was ${past.merchantCategory}`,
  category_code: (_, { transaction }) => `its category is ${transaction.category}`,
  text_length: (value) => `the description has ${countOf(value, 'character')}`,
  text_tokens: (value) =>
    value === 0 ? 'there is no description' : `the description has ${countOf(value, 'word')}`,
  text_digit_share: (value) => `${percent(value)} of the description are digits`,
  text_upper_share: (value) => `${percent(value)} of the description are capitals`,
  text_has_reference: sayWhether(
    'the description holds a reference number',
    'the description holds no reference number',
  ),
  keyword_group: (value) =>
    value === 0
      ? 'the description holds no well-known word'
      : `the description holds a word of ${KEYWORD_GROUPS[value - 1].name}`,
};

/** Who reads a feature: the text part says a class to one and an amount to the other. */
export type WordsReader = 'category_prediction' | 'amount_prediction';

/** What the value of feature `index` of the catalog says about the transaction, as a clause in plain words. */
export function sayFeature(
  index: number,
  value: number,
  context: FeatureContext,
  reader: WordsReader,
): string {
  const { name } = CATALOG[index];
  if (name === 'text_score' && !Number.isNaN(value)) {
    if (reader === 'amount_prediction') return sayUsual('its words and fields suggest')(value, context);
    return `its words and fields read like ${context.statistics.categories[value]}`;
  }
  const say = WORDS[name];
  if (Number.isNaN(value) || say === undefined) return `${name.replaceAll('_', ' ')} is not known`;
  return say(value, context);
}
