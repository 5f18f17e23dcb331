import type { DailyMoney } from '../bank/series.ts';
import type { CashflowArtifact } from '../models/cashflow.ts';
import type { CashflowData, OriginTask } from './cashflow-worker.ts';
import { type JudgedCashflow, joinVerdicts, type Origin, type OriginVerdict } from './judge-cashflow.ts';
import { openTasks, type RunOptions, type TaskPool } from './run-tasks.ts';

/** Starts worker threads that hold these series; tasks name a series by its number. */
export function openCashflowThreads(series: readonly DailyMoney[], workers: number): TaskPool {
  const data: CashflowData = { series };
  return openTasks('cashflow-worker', workers, data);
}

/** Judges forecasts of up to `horizon` days from each origin, in the threads that hold the series. */
export async function judgeCashflow(
  threads: TaskPool,
  artifact: CashflowArtifact,
  origins: readonly Origin[],
  horizon: number,
  options: Pick<RunOptions, 'onProgress' | 'signal'> & { readonly isSketching?: boolean },
): Promise<JudgedCashflow> {
  const isSketching = options.isSketching ?? false;
  const tasks = origins.map((origin): OriginTask => ({ ...origin, artifact, horizon, isSketching }));
  return joinVerdicts(await threads.run<OriginTask, OriginVerdict>('judgeOriginOfTask', tasks, options));
}
