import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { HistoryRange, HistoryStore } from '../stores/ports.ts';
import { type Columns, createColumnWriter, sizeOfColumns } from '../workers/columns.ts';

/** Stored rows that are read at most; of more, the newest. */
const STORED_ROWS_MAX = 100_000;
/** Rows written between two turns of the event loop, besides those between two pages. */
const BREATHE_ROWS = 250;
/** Bytes of histories kept; the least recently used go first, and one that is larger than all is not kept. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024;

/** The stored history as forecasts read it. */
export interface StoredColumns {
  /** The newest rows of a range, in order of time. Rejects with AppError `store_unavailable`. */
  read(range: HistoryRange): Promise<Columns>;
}

/**
 * Reads a history in columns and keeps what it read for as long as the history's revision stays: asking again costs
 * nothing, and those who ask at the same time share one reading. Without `revision` nothing is kept.
 */
export function createStoredColumns(
  history: Pick<HistoryStore, 'all'>,
  revision: (() => number | Promise<number>) | null,
): StoredColumns {
  const kept = new LRUCache<string, Columns>({
    maxSize: KEPT_BYTES_MAX,
    sizeCalculation: (columns, key) => sizeOfColumns(columns) + 2 * key.length + 1024,
  });
  const readings = new Map<string, Promise<Columns>>();
  let latest: number | null = null;

  return {
    async read(range) {
      if (revision === null) return readColumns(history, range);
      // The number is read before the rows, which are then at least as new.
      const now = await revision();
      if (now !== latest) kept.clear();
      latest = now;
      const key = JSON.stringify([now, range.accountId ?? null, range.from ?? null, range.until ?? null]);
      const found = kept.get(key);
      if (found !== undefined) return found;
      let reading = readings.get(key);
      if (reading === undefined) {
        reading = readColumns(history, range).finally(() => readings.delete(key));
        readings.set(key, reading);
      }
      const columns = await reading;
      if (latest === now) kept.set(key, columns);
      return columns;
    },
  };
}

async function readColumns(history: Pick<HistoryStore, 'all'>, range: HistoryRange): Promise<Columns> {
  const writer = createColumnWriter();
  for await (const row of history.all(range)) {
    writer.add(row);
    // An embedded database answers without letting anybody else run, so others get their turn here.
    if (writer.rows % BREATHE_ROWS === 0) await setImmediate();
    if (writer.rows >= 2 * STORED_ROWS_MAX) writer.keep(STORED_ROWS_MAX);
  }
  writer.keep(STORED_ROWS_MAX);
  return writer.finish();
}
