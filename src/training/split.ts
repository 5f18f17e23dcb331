import type { Transaction } from '../bank/transaction.ts';

/** Index ranges are half-open. */
export interface TimeSplit {
  readonly train: readonly Transaction[];
  readonly test: readonly Transaction[];
}

/** Orders rows by time; rows of the same instant keep their order. Returns a new array. */
export function orderByTime(rows: readonly Transaction[]): Transaction[] {
  return rows.toSorted((a, b) => a.at - b.at);
}

/** Cuts time-ordered rows: the newest `testShare` are the test part. Never a random split. */
export function splitByTime(rows: readonly Transaction[], testShare: number): TimeSplit {
  const cut = Math.floor(rows.length * (1 - testShare));
  return { train: rows.slice(0, cut), test: rows.slice(cut) };
}

/** A forward fold: members are fitted on `[0, begin)` and judged on `[begin, end)`. */
export interface ForwardFold {
  readonly begin: number;
  readonly end: number;
}

/**
 * Expanding-window folds over `count` time-ordered rows: the first `warmUpShare` only trains, what follows is cut
 * into `folds` equal parts, each judged by what lies before it. Empty folds are left out.
 */
export function forwardFolds(count: number, folds: number, warmUpShare: number): ForwardFold[] {
  const start = Math.max(1, Math.floor(count * warmUpShare));
  const list: ForwardFold[] = [];
  for (let k = 0; k < folds; k++) {
    const begin = start + Math.floor(((count - start) * k) / folds);
    const end = start + Math.floor(((count - start) * (k + 1)) / folds);
    if (end > begin) list.push({ begin, end });
  }
  return list;
}
