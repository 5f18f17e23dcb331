import { randomUUID } from 'node:crypto';
import { open, rename, stat, unlink } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../errors.ts';

/** What is done under a lock takes milliseconds; an older one belongs to a process that died. */
const STALE_AFTER_MS = 10_000;
const ATTEMPTS_MAX = 1500;
const PAUSE_MS = 10;

/** Runs `work` while no other process runs anything under the lock file `path`. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      await (await open(path, 'wx', 0o600)).close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (attempt === ATTEMPTS_MAX)
      throw new AppError('store_unavailable', 'Another process holds the models.');
    if (!(await clearIfStale(path))) await pause(PAUSE_MS);
  }
  try {
    return await work();
  } finally {
    await unlink(path).catch(() => {});
  }
}

/** Removes a lock left behind; whether it is worth trying again at once. */
async function clearIfStale(path: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs < STALE_AFTER_MS) return false;
    // Moving it away first lets only one of several waiting processes remove it.
    const aside = `${path}.${randomUUID()}`;
    await rename(path, aside);
    await unlink(aside);
    return true;
  } catch {
    return true;
  }
}
