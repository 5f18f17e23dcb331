import { AppError } from '../errors.ts';

/** What access does by itself: reading what other processes changed, deleting what is over. */
export const ACCESS_WORK = ['reload', 'upkeep'] as const;
export type AccessWork = (typeof ACCESS_WORK)[number];

/** What an operator should know of access. */
export interface AccessObserver {
  /** Work failed; `isFirst` since it last succeeded. What is known stays known meanwhile. */
  failed(work: AccessWork, reason: string, isFirst: boolean): void;
  /** Work that had failed succeeds again. */
  recovered(work: AccessWork): void;
  /** A refresh token was used again after its grace, and its family was revoked: two parties held it. */
  replayed(callerId: string): void;
}

/** Where access tells what happened; while nobody observes, it is lost. */
export interface AccessReports {
  observe(observer: AccessObserver): void;
  replayed(callerId: string): void;
  /** Does the work and tells how it went; never rejects. */
  attempt(work: AccessWork, run: () => Promise<void>): Promise<void>;
  /** Tells nothing any more: a store that is closed under the last run is no failure. */
  silence(): void;
}

export function createReports(): AccessReports {
  const observers: AccessObserver[] = [];
  const failing = new Set<AccessWork>();
  return {
    observe: (observer) => void observers.push(observer),
    silence: () => void observers.splice(0),
    replayed(callerId) {
      for (const observer of observers) observer.replayed(callerId);
    },
    async attempt(work, run) {
      try {
        await run();
      } catch (error) {
        const isFirst = !failing.has(work);
        failing.add(work);
        for (const observer of observers) observer.failed(work, reasonOf(error), isFirst);
        return;
      }
      if (!failing.delete(work)) return;
      for (const observer of observers) observer.recovered(work);
    },
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.internal ?? error.detail;
  return error instanceof Error ? error.message : String(error);
}
