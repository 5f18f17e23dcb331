import type { Transaction } from '../bank/transaction.ts';
import type { HistoryStore } from '../stores/ports.ts';

type Past = Pick<HistoryStore, 'before'>;

/** What is asked of one account: how often, and until when. */
interface Wanted {
  readonly until: number;
  readonly count: number;
}

/** One reading of an account: its newest rows before `until`, oldest first. */
interface Reading {
  readonly until: number;
  /** Rows asked for; fewer rows are therefore all there are. */
  readonly limit: number;
  readonly rows: Promise<readonly Transaction[]>;
}

/**
 * The same history for a list of transactions, reading each account once: `before` answers from that reading wherever it
 * reaches far enough back, and asks the store otherwise, so every answer is the store's own.
 */
export function readOnce<History extends Past>(
  history: History,
  transactions: readonly Transaction[],
): History {
  const wanted = new Map<string, Wanted>();
  for (const { accountId, at } of transactions) {
    if (accountId === null) continue;
    const { until, count } = wanted.get(accountId) ?? { until: at, count: 0 };
    wanted.set(accountId, { until: Math.max(until, at), count: count + 1 });
  }
  const readings = new Map<string, Reading>();

  function read(accountId: string, { until, count }: Wanted, limit: number): Reading {
    let reading = readings.get(accountId);
    if (reading === undefined) {
      // A list is often stored already, so as many rows more as it has of this account lie between its first and last;
      // twice the limit at most, since one reading holds the event loop.
      const reach = limit + Math.min(count - 1, limit);
      reading = { until, limit: reach, rows: history.before(accountId, until, reach) };
      readings.set(accountId, reading);
    }
    return reading;
  }

  async function before(accountId: string, at: number, limit: number): Promise<Transaction[]> {
    const known = wanted.get(accountId);
    if (known === undefined || at > known.until) return history.before(accountId, at, limit);
    const reading = read(accountId, known, limit);
    const rows = await reading.rows;
    let end = rows.length;
    while (end > 0 && rows[end - 1].at >= at) end--;
    const isAll = rows.length < reading.limit;
    if (!isAll && end < limit) return history.before(accountId, at, limit);
    return rows.slice(Math.max(0, end - limit), end);
  }

  return { ...history, before };
}
