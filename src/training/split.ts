import type { Transaction } from '../bank/transaction.ts';

/** Share of the newest rows that a training is judged on. */
const TEST_SHARE = 0.2;

/** Orders rows by time; rows of the same instant keep their order. Returns a new array. */
export function orderByTime(rows: readonly Transaction[]): Transaction[] {
  return rows.toSorted((a, b) => a.at - b.at);
}

/** How many of `count` time-ordered rows are the older part; the newest fifth judges. Never a random split. */
export function countOlder(count: number): number {
  return Math.floor(count * (1 - TEST_SHARE));
}
