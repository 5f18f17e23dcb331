/** Lets one in at a time, in the order in which they came. */
export interface Mutex {
  lock(): Promise<void>;
  unlock(): void;
}

/** A mutex that is free. */
export function createMutex(): Mutex {
  const waiting: (() => void)[] = [];
  let isLocked = false;
  return {
    async lock() {
      if (isLocked) await new Promise<void>((resolve) => waiting.push(resolve));
      isLocked = true;
    },
    unlock() {
      const next = waiting.shift();
      // It stays locked while it is handed over, so that nobody gets in between.
      if (next === undefined) isLocked = false;
      else next();
    },
  };
}
