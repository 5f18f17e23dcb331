import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { createMutex } from './mutex.ts';

const SQLITE_BUSY = 5;
const PAUSE_MS_MIN = 1;
const PAUSE_MS_MAX = 25;

/** Repeats what SQLite refuses because another process is at it; must have done nothing when it is refused. */
export type Patience = <Result>(attempt: () => Result | Promise<Result>) => Promise<Result>;

/**
 * Waits for other processes as SQLite's busy timeout does, up to `waitMs` from the first attempt, but without holding
 * the event loop. Of those that wait only the first asks again, so that a thousand cost no more than one.
 */
export function createPatience(waitMs: number): Patience {
  const queue = createMutex();

  return async (attempt) => {
    const since = performance.now();
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
    await queue.lock();
    try {
      // Those that have waited long enough together are let in one a turn: each may sync the disk.
      await nextTurn();
      for (let pauseMs = PAUSE_MS_MIN; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX)) {
        try {
          return await attempt();
        } catch (error) {
          if (!isBusy(error) || performance.now() - since >= waitMs) throw error;
        }
        await pause(pauseMs);
      }
    } finally {
      queue.unlock();
    }
  };
}

/** Extended codes (a snapshot that is too old, a log being recovered) have the plain one in their lowest byte. */
function isBusy(error: unknown): boolean {
  return (((error as { errcode?: number } | null)?.errcode ?? 0) & 0xff) === SQLITE_BUSY;
}
