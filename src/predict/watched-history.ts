import type { Clock } from '../lib/clock.ts';
import type { HistoryStore } from '../stores/ports.ts';

/** How long rows that another process wrote may stay unseen by what is kept under a revision. */
const POLL_MS = 1000;

/** A history together with what is known of its revision. */
export interface WatchedHistory {
  /** The same history; what is written through it counts at once. */
  readonly history: HistoryStore;
  /** The revision, read from the store at most once a second; rejects with `store_unavailable`. */
  revision(): number | Promise<number>;
  /** Says that somebody wrote: the next `revision` reads the store. */
  changed(): void;
}

/**
 * Follows the revision of a history. Whatever is read after `revision` is at least as new as the number it gave, so what
 * is made of it may be kept under that number.
 */
export function watchHistory(store: HistoryStore, clock: Clock): WatchedHistory {
  let known: { readonly revision: number; readonly readAt: number } | null = null;
  let reading: Promise<number> | null = null;

  function changed(): void {
    known = null;
    // A reading under way may have been made before the change: its number is no longer waited for.
    reading = null;
  }

  function revision(): number | Promise<number> {
    const now = clock();
    if (known !== null && now >= known.readAt && now < known.readAt + POLL_MS) return known.revision;
    reading ??= read(now);
    return reading;
  }

  function read(readAt: number): Promise<number> {
    const mine: Promise<number> = store.revision().then(
      (found) => {
        if (reading === mine) {
          known = { revision: found, readAt };
          reading = null;
        }
        return found;
      },
      (error) => {
        if (reading === mine) reading = null;
        throw error;
      },
    );
    return mine;
  }

  return {
    history: {
      ...store,
      // An append that fails may have stored some of its rows.
      append: (transactions) => store.append(transactions).finally(changed),
    },
    revision,
    changed,
  };
}
