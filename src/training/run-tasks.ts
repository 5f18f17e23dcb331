import { Piscina } from 'piscina';

export interface RunOptions {
  /** Worker threads; 0 and 1 both mean one, so that the caller's event loop stays free. */
  readonly workers: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Worker threads that run the functions of one module, over data handed to each thread once. */
export interface TaskPool {
  /**
   * Runs tasks, started in the order given, and returns their results in that order; `name` is the function the module
   * exports. Rejects with the signal's reason (an AbortError) when aborted.
   */
  run<Task, Result>(
    name: string,
    tasks: readonly Task[],
    options?: Pick<RunOptions, 'onProgress' | 'signal'>,
  ): Promise<Result[]>;
  close(): Promise<void>;
}

/**
 * Starts worker threads. `worker` is the file name without ending of a module in this
 * folder, which reads `data` as piscina's `workerData`.
 */
export function openTasks(worker: string, threads: number, data?: unknown): TaskPool {
  // This file runs as .ts in development and as .js when built; its workers stand beside it with the same ending.
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const filename = new URL(`./${worker}.${ending}`, import.meta.url).href;
  const count = Math.max(1, Math.floor(threads));
  const pool = new Piscina({ filename, minThreads: count, maxThreads: count, workerData: data });
  return {
    async run<Task, Result>(
      name: string,
      tasks: readonly Task[],
      { onProgress, signal }: Pick<RunOptions, 'onProgress' | 'signal'> = {},
    ): Promise<Result[]> {
      try {
        let done = 0;
        return await Promise.all(
          tasks.map(async (task) => {
            const result: Result = await pool.run(task, signal === undefined ? { name } : { name, signal });
            onProgress?.(++done, tasks.length);
            return result;
          }),
        );
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    },
    close: () => pool.destroy(),
  };
}

/** Starts worker threads for these tasks alone; see {@link TaskPool.run}. */
export async function runTasks<Task, Result>(
  worker: string,
  name: string,
  tasks: readonly Task[],
  { workers, onProgress, signal }: RunOptions,
): Promise<Result[]> {
  const pool = openTasks(worker, Math.min(workers, tasks.length));
  try {
    return await pool.run<Task, Result>(name, tasks, { onProgress, signal });
  } finally {
    await pool.close();
  }
}
