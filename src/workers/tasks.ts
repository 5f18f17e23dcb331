import { type ExplainTask, explainForestTask } from './explain-task.ts';
import { type ForecastTask, forecastTask } from './forecast-task.ts';

/*
 * What a worker thread can be asked for, by name. A thread imports this file alone, so that the threads of one pool
 * serve every kind of task.
 */
export function forecast(task: ForecastTask): ReturnType<typeof forecastTask> {
  return forecastTask(task);
}

export function explain(task: ExplainTask): ReturnType<typeof explainForestTask> {
  return explainForestTask(task);
}
