import { Piscina } from 'piscina';

export interface RunOptions {
  /** Worker threads; 0 and 1 both mean one, so that the caller's event loop stays free. */
  readonly workers: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs tasks in worker threads, started in the order given, and returns their results in that order. `worker` is the
 * file name without ending of a module in this folder, `name` the function it exports. Rejects with the signal's
 * reason (an AbortError) when aborted.
 */
export async function runTasks<Task, Result>(
  worker: string,
  name: string,
  tasks: readonly Task[],
  { workers, onProgress, signal }: RunOptions,
): Promise<Result[]> {
  // This file runs as .ts in development and as .js when built; its workers stand beside it with the same ending.
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const filename = new URL(`./${worker}.${ending}`, import.meta.url).href;
  const threads = Math.max(1, Math.min(Math.floor(workers), tasks.length));
  const pool = new Piscina({ filename, name, minThreads: threads, maxThreads: threads });
  try {
    let done = 0;
    return await Promise.all(
      tasks.map(async (task) => {
        const result: Result = await pool.run(task, signal === undefined ? {} : { signal });
        onProgress?.(++done, tasks.length);
        return result;
      }),
    );
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await pool.destroy();
  }
}
