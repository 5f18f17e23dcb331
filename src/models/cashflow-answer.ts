import { CADENCE_DAYS, type Cadence, dueDays } from '../bank/cadence.ts';
import { formatDay } from '../bank/calendar.ts';
import { currencyDigits, toMajor } from '../bank/money.ts';
import { addUpDays, type DailyMoney } from '../bank/series.ts';
import type { Transaction } from '../bank/transaction.ts';
import { type CashflowArtifact, type CashflowForecast, type FitMstl, forecastCashflow } from './cashflow.ts';
import { findStreams, nextAmount, type Stream } from './recurring.ts';

/** What is asked of the transactions of a history. */
export interface CashflowQuestion {
  readonly timezone: string;
  readonly horizon: number;
  readonly level: number;
  readonly startingBalance: number | null;
  /** Day number after which the forecast begins and later transactions are ignored; null: the last of the history. */
  readonly asOf: number | null;
  /** Currency to add up; null: the most frequent one. */
  readonly currency: string | null;
  /** Day number of today, where a stored history is forecast from today on; null otherwise. */
  readonly today: number | null;
}

export interface ForecastDay {
  readonly date: string;
  readonly income: number;
  readonly expense: number;
  readonly net: number;
  readonly lower: number;
  readonly upper: number;
  readonly balance?: number;
  readonly balance_lower?: number;
  readonly balance_upper?: number;
}

export interface RecurringStream {
  readonly description: string;
  readonly direction: 'Income' | 'Expense';
  readonly cadence: Cadence;
  /** What the next payment is expected to be; the last one paid when ended. */
  readonly amount: number;
  readonly is_amount_fixed: boolean;
  readonly payments: number;
  readonly last_date: string;
  /** Due dates within the forecast, at most twelve; empty when ended. */
  readonly next_dates: readonly string[];
  readonly ended: boolean;
  readonly price_change: { readonly date: string; readonly from: number; readonly to: number } | null;
}

export interface CashflowSummary {
  readonly currency: string | null;
  readonly history_from: string;
  readonly history_until: string;
  readonly history_days: number;
  readonly transactions: number;
  readonly total_income: number;
  readonly total_expense: number;
  readonly total_net: number;
  readonly total_net_lower: number;
  readonly total_net_upper: number;
  readonly confidence_level: number;
  /** Whether the rolling forecasts of this history missed less than repeating the last week; null: too short to tell. */
  readonly beats_baseline: boolean | null;
  readonly rolling_origins: number;
  /** What the rolling forecasts missed, relative to what flowed; null when nothing could be rolled. */
  readonly rolling_error: number | null;
  readonly baseline_error: number | null;
  readonly members: Readonly<Record<string, number>>;
  readonly excluded: readonly { readonly currency: string | null; readonly transactions: number }[];
  readonly notes: readonly string[];
}

/** What the model says of a history. */
export interface CashflowReading {
  readonly forecast: readonly ForecastDay[];
  readonly summary: CashflowSummary;
  readonly recurring: readonly RecurringStream[];
  readonly lowest_balance?: {
    readonly date: string;
    readonly balance: number;
    readonly balance_lower: number;
  };
}

const SHORT_DAYS = 28;
const NEXT_DATES_MAX = 12;
const RECURRING_MAX = 200;
/** Days between the end of the history and today that are bridged; of a longer gap only the weekday is kept. */
const GAP_MAX = 366;

/** Answers one question from transactions alone; null when none of them can be added up. */
export function answerCashflow(
  artifact: CashflowArtifact,
  transactions: readonly Transaction[],
  question: CashflowQuestion,
  fitMstl: FitMstl | null,
): CashflowReading | null {
  const { horizon, level, asOf, today, timezone, currency } = question;
  const daily = addUpDays(transactions, { timezone, currency, until: asOf ?? undefined });
  if (daily === null) return null;
  const streams = findStreams(daily.rows, daily.days, daily.last);
  const start = Math.max(asOf ?? today ?? daily.last, daily.last) + 1;
  const gapDays = start - daily.last - 1;
  const daysEarly = asOf !== null || today === null ? 0 : daily.last - today;
  const gap = gapDays <= GAP_MAX ? gapDays : GAP_MAX - 2 + ((gapDays - GAP_MAX + 2) % 7);
  const history = { first: daily.first, income: daily.income, expense: daily.expense, streams };
  const forecast = forecastCashflow(artifact, history, { horizon, level, gap }, fitMstl);
  const round = rounder(daily.currency);
  const days = writeDays(forecast, start, question.startingBalance, round);
  const beats = forecast.rolling === null ? null : forecast.rolling.error < forecast.rolling.seasonalNaive;
  const totals = {
    total_income: round(sum(days.map(({ income }) => income))),
    total_expense: round(sum(days.map(({ expense }) => expense))),
  };
  const lowest = lowestOf(days);
  return {
    forecast: days,
    summary: {
      currency: daily.currency,
      history_from: formatDay(daily.first),
      history_until: formatDay(daily.last),
      history_days: daily.last - daily.first + 1,
      transactions: daily.rows.length,
      ...totals,
      total_net: round(totals.total_income - totals.total_expense),
      total_net_lower: round(forecast.total.lower),
      total_net_upper: round(forecast.total.upper),
      confidence_level: level,
      beats_baseline: beats,
      rolling_origins: forecast.rolling?.origins ?? 0,
      rolling_error: forecast.rolling?.error ?? null,
      baseline_error: forecast.rolling?.seasonalNaive ?? null,
      members: forecast.members,
      excluded: daily.excluded,
      notes: notesOf(daily, forecast, beats, { gapDays, daysEarly }, transactions.length),
    },
    recurring: streams.slice(0, RECURRING_MAX).map((stream) => writeStream(stream, start, horizon, round)),
    ...(lowest === null ? {} : { lowest_balance: lowest }),
  };
}

function rounder(currency: string | null): (value: number) => number {
  const digits = currencyDigits(currency);
  const scale = 10 ** digits;
  return (value) => toMajor(Math.round(value * scale), digits) + 0;
}

function writeDays(
  forecast: CashflowForecast,
  start: number,
  startingBalance: number | null,
  round: (value: number) => number,
): ForecastDay[] {
  let balance = startingBalance ?? 0;
  return Array.from(forecast.net, (_, h) => {
    const income = round(forecast.income[h]);
    const expense = round(forecast.expense[h]);
    const net = round(income - expense);
    const day = {
      date: formatDay(start + h),
      income,
      expense,
      net,
      lower: Math.min(net, round(forecast.lower[h])),
      upper: Math.max(net, round(forecast.upper[h])),
    };
    if (startingBalance === null) return day;
    balance = round(balance + net);
    return {
      ...day,
      balance,
      balance_lower: Math.min(balance, round(startingBalance + forecast.sumLower[h])),
      balance_upper: Math.max(balance, round(startingBalance + forecast.sumUpper[h])),
    };
  });
}

function lowestOf(days: readonly ForecastDay[]): CashflowReading['lowest_balance'] | null {
  let lowest: CashflowReading['lowest_balance'] | null = null;
  for (const { date, balance, balance_lower } of days) {
    if (balance === undefined || balance_lower === undefined) return null;
    if (lowest === null || lowest === undefined || balance < lowest.balance)
      lowest = { date, balance, balance_lower };
  }
  return lowest;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function notesOf(
  daily: DailyMoney,
  forecast: CashflowForecast,
  beats: boolean | null,
  { gapDays, daysEarly }: { readonly gapDays: number; readonly daysEarly: number },
  given: number,
): string[] {
  const notes: string[] = [];
  const days = daily.last - daily.first + 1;
  if (days < SHORT_DAYS)
    notes.push(
      `only ${days === 1 ? 'one day' : `${days} days`} of history: intervals rest mostly on what other accounts have taught`,
    );
  if (beats === false)
    notes.push(
      'on this history the forecast does not beat repeating the same weekday of last week (seasonal naive)',
    );
  if (forecast.mstlMissing !== null)
    notes.push(`decomposed exponential smoothing is left out: ${forecast.mstlMissing}`);
  for (const day of forecast.outlierDays)
    notes.push(`${formatDay(day)} is far outside everything else and was set aside as an outlier`);
  if (daysEarly > 0)
    notes.push(
      `the history goes on until ${formatDay(daily.last)}, ${daysEarly} day${daysEarly === 1 ? '' : 's'} from now, and the forecast begins after that; as_of leaves out what is later than a day`,
    );
  if (gapDays > 0)
    notes.push(
      `the history ends ${gapDays} day${gapDays === 1 ? '' : 's'} before the first forecast day; nothing is known of the time between`,
    );
  for (const { currency, transactions } of daily.excluded)
    notes.push(
      `${transactions} transactions in ${currency ?? 'an unknown currency'} are left out, not added up`,
    );
  const unread = given - daily.rows.length - sum(daily.excluded.map(({ transactions }) => transactions));
  if (unread > 0)
    notes.push(`${unread} transactions were not used: later than as_of, too old, or without an amount`);
  return notes;
}

function writeStream(
  stream: Stream,
  start: number,
  horizon: number,
  round: (value: number) => number,
): RecurringStream {
  const { payments, schedule, isEnded, isAmountFixed, priceChange } = stream;
  const latest = payments[payments.length - 1];
  const from = Math.max(start, latest.day + Math.ceil(CADENCE_DAYS[schedule.cadence] / 2));
  const due = isEnded ? [] : dueDays(schedule, from, start + horizon - 1);
  return {
    description: stream.label,
    direction: stream.sign > 0 ? 'Income' : 'Expense',
    cadence: schedule.cadence,
    amount: round(isEnded ? latest.amount : nextAmount(payments, isAmountFixed)),
    is_amount_fixed: isAmountFixed,
    payments: payments.length,
    last_date: formatDay(latest.day),
    next_dates: due.slice(0, NEXT_DATES_MAX).map(formatDay),
    ended: isEnded,
    price_change:
      priceChange === null
        ? null
        : { date: formatDay(priceChange.day), from: round(priceChange.from), to: round(priceChange.to) },
  };
}
