import type { Transaction } from '../bank/transaction.ts';
import type { PastRow } from '../features/past.ts';
import type { PastSource } from './stored-past.ts';

/** One reading of an account: its newest rows before `until`, oldest first. */
interface Reading {
  readonly until: number;
  /** Rows asked for; fewer rows are therefore all there are. */
  readonly limit: number;
  readonly rows: readonly PastRow[] | Promise<readonly PastRow[]>;
}

/**
 * The same pasts for a list of transactions, reading each account as seldom as possible: `before` answers from a reading
 * wherever that reaches far enough back, and asks the source otherwise, so every answer is the source's own. A list is often
 * stored already, so its own rows lie between its first and its last: each reading serves as many of its items as a past
 * has rows, in whatever order they come.
 */
export function readOnce(history: PastSource, transactions: readonly Transaction[]): PastSource {
  const wanted = new Map<string, number[]>();
  for (const { accountId, at } of transactions) {
    if (accountId === null) continue;
    const instants = wanted.get(accountId);
    if (instants === undefined) wanted.set(accountId, [at]);
    else instants.push(at);
  }
  for (const instants of wanted.values()) instants.sort((a, b) => a - b);
  const readings = new Map<string, Reading[]>();

  function readingOf(accountId: string, instants: readonly number[], at: number, limit: number): Reading {
    const index = firstFrom(instants, at);
    const size = Math.max(1, limit);
    // Parts are counted from the newest item, which is the one most often asked for alone.
    const part = Math.floor((instants.length - 1 - index) / size);
    const last = instants.length - 1 - part * size;
    const parts = readings.get(accountId) ?? [];
    readings.set(accountId, parts);
    let reading = parts[part];
    if (reading === undefined) {
      const until = instants[last];
      // Twice the limit at most, since one reading holds the event loop.
      const reach = limit + Math.min(last, limit);
      reading = { until, limit: reach, rows: history.before(accountId, until, reach) };
      parts[part] = reading;
    }
    return reading;
  }

  return {
    async before(accountId, at, limit) {
      const instants = wanted.get(accountId);
      if (instants === undefined || at > instants[instants.length - 1]) {
        return history.before(accountId, at, limit);
      }
      const reading = readingOf(accountId, instants, at, limit);
      const rows = await reading.rows;
      let end = rows.length;
      while (end > 0 && rows[end - 1].at >= at) end--;
      const isAll = rows.length < reading.limit;
      if (!isAll && end < limit) return history.before(accountId, at, limit);
      const start = Math.max(0, end - limit);
      return start === 0 && end === rows.length ? rows : rows.slice(start, end);
    },
  };
}

/** Index of the first of ascending instants at or after `at`. */
function firstFrom(instants: readonly number[], at: number): number {
  let low = 0;
  let high = instants.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (instants[middle] < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
