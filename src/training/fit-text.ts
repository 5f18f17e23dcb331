import type { TextModel } from '../kernels/text/model.ts';
import { type RunOptions, runTasks } from './run-tasks.ts';
import { fitTextOfTask, type TextTask } from './text-worker.ts';

/** Fits text models in worker threads, longest first, and returns them in the order of `tasks`. */
export async function fitTexts(tasks: readonly TextTask[], options: RunOptions): Promise<TextModel[]> {
  const order = tasks.map((_, index) => index).sort((a, b) => tasks[b].count - tasks[a].count);
  const fitted = await runTasks<TextTask, TextModel>(
    'text-worker',
    fitTextOfTask.name,
    order.map((index) => tasks[index]),
    options,
  );
  const models = new Array<TextModel>(tasks.length);
  for (const [place, index] of order.entries()) models[index] = fitted[place];
  return models;
}
