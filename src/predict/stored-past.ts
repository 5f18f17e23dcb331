import { LRUCache } from 'lru-cache';
import { HISTORY_MAX, type PastRow, toPastRow } from '../features/past.ts';
import type { HistoryStore } from '../stores/ports.ts';

/** Where the pasts of accounts come from, reduced to what features look at. */
export interface PastSource {
  /** The newest `limit` rows of an account strictly before `at`, oldest first; not to be changed. */
  before(accountId: string, at: number, limit: number): readonly PastRow[] | Promise<readonly PastRow[]>;
}

/** Rows of all windows kept: some megabytes. The least recently used windows go first. */
const KEPT_ROWS_MAX = 32_768;
/** Rows of a window: those of a past, and as many again as may lie between it and the newest. */
const WINDOW_ROWS = HISTORY_MAX + 128;
/** Later than any transaction. */
const END_OF_TIME = 8.64e15;

/** The newest rows of an account, whatever their time. */
interface Window {
  readonly revision: number;
  readonly rows: readonly PastRow[];
}

/**
 * The pasts of stored accounts. The newest {@link WINDOW_ROWS} rows of an account are kept for as long as the history's
 * revision stays, because most requests ask what came before now: they then cost no query. What they do not answer is
 * read from the store, so that every answer is the store's own. Without `revision` nothing is kept.
 */
export function createStoredPast(
  history: Pick<HistoryStore, 'before'>,
  revision: (() => number | Promise<number>) | null,
): PastSource {
  const windows = new LRUCache<string, Window>({
    maxSize: KEPT_ROWS_MAX,
    // An empty window takes place as well.
    sizeCalculation: ({ rows }) => rows.length + 1,
  });
  if (revision === null) return { before: (...asked) => read(...asked) };

  async function read(accountId: string, at: number, limit: number): Promise<readonly PastRow[]> {
    const rows = await history.before(accountId, at, limit);
    return rows.map((row) => toPastRow(row));
  }

  function answer(now: number, accountId: string, at: number, limit: number) {
    const kept = windows.get(accountId);
    if (kept?.revision !== now) return open(now, accountId, at, limit);
    return within(kept.rows, at, limit) ?? read(accountId, at, limit);
  }

  async function open(now: number, accountId: string, at: number, limit: number) {
    const rows = await read(accountId, END_OF_TIME, WINDOW_ROWS);
    windows.set(accountId, { revision: now, rows });
    return within(rows, at, limit) ?? read(accountId, at, limit);
  }

  return {
    before(accountId, at, limit) {
      if (limit > WINDOW_ROWS) return read(accountId, at, limit);
      // The number is read before the rows, which are then at least as new.
      const now = revision();
      if (now instanceof Promise) return now.then((found) => answer(found, accountId, at, limit));
      return answer(now, accountId, at, limit);
    },
  };
}

/** What a window says, or null when it does not reach back far enough. */
function within(rows: readonly PastRow[], at: number, limit: number): readonly PastRow[] | null {
  let end = rows.length;
  while (end > 0 && rows[end - 1].at >= at) end--;
  if (end < limit && rows.length === WINDOW_ROWS) return null;
  const start = Math.max(0, end - limit);
  return start === 0 && end === rows.length ? rows : rows.slice(start, end);
}
