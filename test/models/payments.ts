import { DAY_MS, parseDate } from '../../src/bank/calendar.ts';
import type { Transaction } from '../../src/bank/transaction.ts';
import { findStreams, type Stream } from '../../src/models/recurring.ts';

/** A transaction of a bare date and a signed amount in major units of two digits. */
export function payment(date: string, amount: number, description = ''): Transaction {
  return {
    id: null,
    accountId: 'a',
    at: parseDate(date, 'UTC')?.at ?? 0,
    timeKnown: false,
    amountMinor: Math.round(amount * 100),
    currency: null,
    type: amount < 0 ? 'Expense' : 'Income',
    description,
    merchantName: '',
    category: '',
    paymentMethod: '',
    location: '',
    merchantCategoryCode: '',
    country: '',
    reference: '',
    tags: [],
    balanceAfterMinor: null,
  };
}

/** `count` days of outgoings from `first` on, given by the day's number. */
export function daily(first: string, count: number, amountOf: (day: number) => number): Transaction[] {
  const start = parseDate(first, 'UTC')?.at ?? 0;
  return Array.from({ length: count }, (_, day) => ({
    ...payment(first, -amountOf(day)),
    at: start + day * DAY_MS,
  }));
}

/** The streams among transactions in any order, as of their last day. */
export function streamsOf(rows: readonly Transaction[]): Stream[] {
  const ordered = rows.toSorted((a, b) => a.at - b.at);
  const days = ordered.map((row) => Math.floor(row.at / DAY_MS));
  return findStreams(ordered, days, days[days.length - 1]);
}
