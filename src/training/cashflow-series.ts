import { addUpDays, type DailyMoney } from '../bank/series.ts';
import type { Transaction } from '../bank/transaction.ts';
import type { CashflowHistory } from '../models/cashflow.ts';
import { findStreams } from '../models/recurring.ts';

/** More accounts teach little more and take as long again. */
const SERIES_MAX = 8;

/** Daily money of each account (those without a name count as one), most transactions first. */
export function seriesByAccount(
  rows: readonly Transaction[],
  timezone: string,
  seriesMax = SERIES_MAX,
): DailyMoney[] {
  const accounts = new Map<string | null, Transaction[]>();
  for (const row of rows) {
    const list = accounts.get(row.accountId);
    if (list === undefined) accounts.set(row.accountId, [row]);
    else list.push(row);
  }
  return [...accounts.values()]
    .sort((a, b) => b.length - a.length)
    .slice(0, seriesMax)
    .flatMap((list) => addUpDays(list, { timezone }) ?? []);
}

/** What a forecaster standing at the end of day `until` (a day number) would know of the `days` days before. */
export function historyUntil(daily: DailyMoney, until: number, days: number): CashflowHistory {
  const first = Math.max(daily.first, until - days + 1);
  const slice = (values: Float64Array) => values.slice(first - daily.first, until - daily.first + 1);
  const from = daily.days.findIndex((day) => day >= first);
  const end = daily.days.findLastIndex((day) => day <= until) + 1;
  const rows = from < 0 ? [] : daily.rows.slice(from, end);
  return {
    first,
    income: slice(daily.income),
    expense: slice(daily.expense),
    streams: findStreams(rows, from < 0 ? [] : daily.days.slice(from, end), until),
  };
}

/** What then came: `days` days after day `until`, fewer where the series ends. */
export function afterDay(daily: DailyMoney, until: number, days: number) {
  const from = until - daily.first + 1;
  return {
    income: daily.income.slice(from, from + days),
    expense: daily.expense.slice(from, from + days),
  };
}
