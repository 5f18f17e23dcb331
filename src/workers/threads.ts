import { Piscina } from 'piscina';
import { AppError } from '../errors.ts';
import type * as TASKS from './tasks.ts';

/** This file runs as .ts in development and as .js when built; the tasks stand beside it with the same ending. */
const TASKS_FILE = new URL(import.meta.url.endsWith('.ts') ? './tasks.ts' : './tasks.js', import.meta.url)
  .href;

/** Worker threads of a process, and tasks that may wait for one: more are refused at once. */
export const THREADS = 2;
const QUEUE_MAX = 256;
/** How long a thread beyond the first stays without work: starting one costs more than a forecast. */
const IDLE_MS = 30_000;
/**
 * Memory of a thread besides what it shares with others. The young part would grow to several times this and stay; the
 * old one holds the largest stored history that is read, several times over.
 */
const MEMORY_LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 512 };

type Tasks = typeof TASKS;

/** The one pool of worker threads of a process. They start with the first task. */
export interface Threads {
  /**
   * Runs a task of tasks.ts in a thread. Rejects with AppError `timeout` when it takes longer than `timeoutMs`, its time
   * in the queue included (the thread is then given up), or when the queue is full.
   */
  run<Name extends keyof Tasks>(
    name: Name,
    task: Parameters<Tasks[Name]>[0],
    timeoutMs: number,
  ): Promise<ReturnType<Tasks[Name]>>;
  close(): Promise<void>;
}

/** Threads that are not started yet. Closing twice is allowed, and a task after closing starts them anew. */
export function createThreads(): Threads {
  let pool: Piscina | null = null;
  return {
    async run(name, task, timeoutMs) {
      pool ??= new Piscina({
        filename: TASKS_FILE,
        minThreads: 1,
        maxThreads: THREADS,
        maxQueue: QUEUE_MAX,
        idleTimeout: IDLE_MS,
        resourceLimits: MEMORY_LIMITS,
      });
      if (pool.queueSize >= QUEUE_MAX) {
        throw new AppError('timeout', 'Too many requests of this kind are waiting.');
      }
      try {
        return await pool.run(task, { name, signal: AbortSignal.timeout(timeoutMs) });
      } catch (error) {
        if (!isAbort(error)) throw error;
        const detail = `The ${name === 'forecast' ? 'forecast' : 'explanation'} took too long.`;
        throw new AppError('timeout', detail, { cause: error });
      }
    },
    async close() {
      const open = pool;
      pool = null;
      await open?.destroy();
    },
  };
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}
