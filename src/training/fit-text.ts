import { Piscina } from 'piscina';
import type { TextModel } from '../kernels/text/model.ts';
import type { TextTask } from './text-worker.ts';

/** This file runs as .ts in development and as .js when built; its worker stands beside it with the same ending. */
const WORKER_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './text-worker.ts' : './text-worker.js',
  import.meta.url,
).href;

/** Fits text models in worker threads, longest first, and returns them in the order of `tasks`. */
export async function fitTexts(
  tasks: readonly TextTask[],
  options: {
    readonly workers: number;
    readonly onDone?: (done: number) => void;
    readonly signal?: AbortSignal;
  },
): Promise<TextModel[]> {
  const { signal, onDone } = options;
  const threads = Math.max(1, Math.min(Math.floor(options.workers), tasks.length));
  const pool = new Piscina({ filename: WORKER_FILE, minThreads: threads, maxThreads: threads });
  const models = new Array<TextModel>(tasks.length);
  let done = 0;
  try {
    const order = tasks.map((_, index) => index).sort((a, b) => tasks[b].count - tasks[a].count);
    await Promise.all(
      order.map(async (index) => {
        models[index] = await pool.run(tasks[index], signal === undefined ? {} : { signal });
        onDone?.(++done);
      }),
    );
    return models;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await pool.destroy();
  }
}
