import type { TextModel } from '../kernels/text/model.ts';
import { type RunOptions, runTasks } from './run-tasks.ts';
import { fitTextOfTask, type TextTask } from './text-worker.ts';

const PROGRESS_INTERVAL_MS = 250;

/** One text model to fit; progress is counted for it. */
export type TextRequest = Omit<TextTask, 'rounds'>;

/**
 * Fits text models in worker threads, longest first, and returns them in the order of `requests`. Progress is told in
 * passes over rows: a single fit of many rows takes long.
 */
export async function fitTexts(
  requests: readonly TextRequest[],
  { workers, onProgress, signal }: RunOptions,
): Promise<TextModel[]> {
  if (requests.length === 0) return [];
  const rounds = new Int32Array(new SharedArrayBuffer(4));
  const total = requests.reduce((sum, { epochs }) => sum + epochs, 0);
  const order = requests.map((_, index) => index).sort((a, b) => requests[b].count - requests[a].count);
  const tasks = order.map((index) => ({ ...requests[index], rounds }));
  onProgress?.(0, total);
  const timer = setInterval(() => onProgress?.(Atomics.load(rounds, 0), total), PROGRESS_INTERVAL_MS);
  try {
    const fitted = await runTasks<TextTask, TextModel>('text-worker', fitTextOfTask.name, tasks, {
      workers,
      signal,
    });
    onProgress?.(total, total);
    const models = new Array<TextModel>(requests.length);
    for (const [place, index] of order.entries()) models[index] = fitted[place];
    return models;
  } finally {
    clearInterval(timer);
  }
}
