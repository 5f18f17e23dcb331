import type { Clock } from '../../lib/clock.ts';
import type { DegradedObserver } from '../ports.ts';

const PROBE_PAUSE_MS = 250;

/** Whether a server is worth asking. While it is not, it is probed in the background, never by a request. */
export interface Breaker {
  /** True from a failure until a probe succeeds: ask somebody else. */
  readonly isOpen: () => boolean;
  /** True while open and confirmed by a probe. */
  readonly isDegraded: () => boolean;
  /** Reports a failed call; `probe` is a call of the same kind that is nobody's. */
  readonly trip: (cause: unknown, probe: () => Promise<unknown>) => void;
  /** Tells the observer of every change from now on, and at once when degraded. */
  readonly observe: (observer: DegradedObserver) => void;
  readonly close: () => void;
}

/**
 * A circuit breaker. A failure opens it at once, so that one slow call is not followed by a thousand; a probe follows
 * at once, and only when that fails too is it an outage that is told, once.
 */
export function createBreaker(clock: Clock): Breaker {
  const observers: DegradedObserver[] = [];
  let isOpen = false;
  let isClosed = false;
  let outage: { readonly since: number; readonly reason: string } | null = null;
  let timer: NodeJS.Timeout | undefined;

  async function probeUntilBack(since: number, probe: () => Promise<unknown>): Promise<void> {
    while (!isClosed) {
      try {
        await probe();
        break;
      } catch (error) {
        if (outage === null) {
          outage = { since, reason: reasonOf(error) };
          for (const observer of observers) observer.degraded(outage.reason);
        }
      }
      await new Promise<void>((resolve) => {
        timer = setTimeout(resolve, PROBE_PAUSE_MS).unref();
      });
    }
    isOpen = false;
    if (outage === null || isClosed) return;
    outage = null;
    for (const observer of observers) observer.recovered(clock() - since);
  }

  return {
    isOpen: () => isOpen,
    isDegraded: () => outage !== null,
    trip(_cause, probe) {
      if (isOpen || isClosed) return;
      isOpen = true;
      void probeUntilBack(clock(), probe);
    },
    observe(observer) {
      observers.push(observer);
      if (outage !== null) observer.degraded(outage.reason);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
