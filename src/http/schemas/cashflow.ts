import { CADENCES } from '../../bank/cadence.ts';
import { AMOUNT_MAX } from '../../bank/money.ts';
import type { CashflowAnswer } from '../../predict/cashflow.ts';
import { closedObject, type JsonSchema } from './json-schema.ts';
import { CURRENCY_PATTERN, DATE_PATTERN, transactionRequiring } from './transaction.ts';

/** Transactions a request may bring along. */
export const CASHFLOW_ROWS_MAX = 10_000;
export const HORIZON_MAX = 365;
export const HORIZON_DEFAULT = 30;
export const LEVEL_MIN = 0.5;
export const LEVEL_MAX = 0.99;
export const LEVEL_DEFAULT = 0.8;

/** Body of POST /predict/cashflow. */
export const CASHFLOW_REQUEST: JsonSchema = {
  title: 'CashflowRequest',
  type: 'object',
  description:
    'Where the history comes from (`transactions`, the stored ones of `account_id`, or all stored ones) and options. A field that is null counts as not given.',
  properties: {
    transactions: {
      type: ['array', 'null'],
      minItems: 1,
      maxItems: CASHFLOW_ROWS_MAX,
      description: 'The history itself; an Income with a negative amount is a reversal',
      items: {
        title: 'HistoryTransaction',
        type: 'object',
        ...transactionRequiring('amount'),
        additionalProperties: false,
      },
    },
    account_id: {
      type: ['string', 'null'],
      minLength: 1,
      maxLength: 128,
      pattern: '\\S',
      description: 'Account whose stored history is read; not together with transactions',
    },
    horizon_days: {
      type: ['integer', 'null'],
      minimum: 1,
      maximum: HORIZON_MAX,
      default: HORIZON_DEFAULT,
      description: 'Days to forecast',
    },
    confidence_level: {
      type: ['number', 'null'],
      minimum: LEVEL_MIN,
      maximum: LEVEL_MAX,
      default: LEVEL_DEFAULT,
      description: 'Level of every interval',
    },
    starting_balance: {
      type: ['number', 'null'],
      minimum: -AMOUNT_MAX,
      maximum: AMOUNT_MAX,
      description: 'Balance at the end of the day before the first forecast day; asks for balances',
    },
    as_of: {
      type: ['string', 'null'],
      maxLength: 64,
      pattern: DATE_PATTERN,
      description:
        'Last day that is known (RFC 3339 date); later transactions are ignored. By default the last day of the history, for stored ones today if that is later',
    },
    currency: {
      type: ['string', 'null'],
      pattern: CURRENCY_PATTERN,
      description: 'ISO 4217 code of the currency to add up; by default the one with most transactions',
    },
  },
  additionalProperties: false,
};

/** The answer of the use case, with what only the route knows. */
export interface CashflowReply extends CashflowAnswer {
  readonly success: boolean;
  readonly processing_time_ms: number;
}

const NUMBER: JsonSchema = { type: 'number' };
const NOT_NEGATIVE: JsonSchema = { type: 'number', minimum: 0 };
const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
const DATE: JsonSchema = { type: 'string', format: 'date' };
const CURRENCY: JsonSchema = { type: ['string', 'null'] };

const FORECAST_DAY: JsonSchema = {
  title: 'ForecastDay',
  type: 'object',
  properties: {
    date: DATE,
    income: NOT_NEGATIVE,
    expense: NOT_NEGATIVE,
    net: { ...NUMBER, description: 'income - expense' },
    lower: { ...NUMBER, description: 'Lower bound of net' },
    upper: { ...NUMBER, description: 'Upper bound of net' },
    balance: { ...NUMBER, description: 'Only with starting_balance, as are its bounds' },
    balance_lower: { ...NUMBER, description: 'From simulated paths, not from the sum of daily bounds' },
    balance_upper: NUMBER,
  },
  required: ['date', 'income', 'expense', 'net', 'lower', 'upper'],
  additionalProperties: false,
};

const SUMMARY = closedObject<CashflowReply['summary']>('CashflowSummary', {
  currency: CURRENCY,
  history_from: DATE,
  history_until: DATE,
  history_days: COUNT,
  transactions: { ...COUNT, description: 'Those that were added up' },
  total_income: NOT_NEGATIVE,
  total_expense: NOT_NEGATIVE,
  total_net: NUMBER,
  total_net_lower: NUMBER,
  total_net_upper: NUMBER,
  confidence_level: NUMBER,
  beats_baseline: {
    type: ['boolean', 'null'],
    description:
      'Whether rolling forecasts of this history missed less than the seasonal naive; null when it is too short to tell',
  },
  rolling_origins: COUNT,
  rolling_error: { type: ['number', 'null'], description: 'What they missed, relative to what flowed' },
  baseline_error: { type: ['number', 'null'], description: 'The same of the seasonal naive' },
  members: {
    type: 'object',
    additionalProperties: { type: 'number' },
    description: 'Weight of each member of the ensemble in the larger direction',
  },
  excluded: {
    type: 'array',
    items: closedObject<CashflowReply['summary']['excluded'][number]>('ExcludedCurrency', {
      currency: CURRENCY,
      transactions: COUNT,
    }),
    description: 'Currencies that were left out; they are never added up',
  },
  notes: { type: 'array', items: { type: 'string' }, description: 'What one should know, in words' },
});

const RECURRING = closedObject<CashflowReply['recurring'][number]>('RecurringStream', {
  description: { type: 'string' },
  direction: { type: 'string', enum: ['Income', 'Expense'] },
  cadence: { type: 'string', enum: CADENCES },
  amount: { ...NOT_NEGATIVE, description: 'Of the next payment; of the last one when ended' },
  is_amount_fixed: { type: 'boolean' },
  payments: COUNT,
  last_date: DATE,
  next_dates: { type: 'array', items: DATE, description: 'Within the forecast, at most twelve' },
  ended: { type: 'boolean' },
  price_change: {
    type: ['object', 'null'],
    properties: { date: DATE, from: NUMBER, to: NUMBER },
    required: ['date', 'from', 'to'],
    additionalProperties: false,
    description: 'The newest step of an otherwise fixed amount',
  },
});

/** Reply of POST /predict/cashflow. */
export const CASHFLOW_REPLY: JsonSchema = {
  title: 'CashflowReply',
  type: 'object',
  properties: {
    success: { type: 'boolean' },
    forecast: { type: 'array', items: FORECAST_DAY },
    summary: SUMMARY,
    recurring: { type: 'array', items: RECURRING, description: 'Payments that recur, largest first' },
    lowest_balance: closedObject<NonNullable<CashflowReply['lowest_balance']>>('LowestBalance', {
      date: DATE,
      balance: NUMBER,
      balance_lower: NUMBER,
    }),
    model_version: { type: 'string' },
    processing_time_ms: { type: 'number', minimum: 0, description: 'From the first byte read to the answer' },
    prediction_id: { type: 'string', description: 'Names this prediction in logs and feedback' },
  },
  required: [
    'success',
    'forecast',
    'summary',
    'recurring',
    'model_version',
    'processing_time_ms',
    'prediction_id',
  ],
  additionalProperties: false,
};
