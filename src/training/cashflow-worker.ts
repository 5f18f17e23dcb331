import { workerData } from 'piscina';
import type { DailyMoney } from '../bank/series.ts';
import { type CashflowArtifact, forecastCashflow, judgeMembers, PATH_DAYS } from '../models/cashflow.ts';
import { fitMstl } from '../workers/augurs.ts';
import { afterDay, historyUntil } from './cashflow-series.ts';
import { judgeOrigin, type OriginVerdict } from './judge-cashflow.ts';

/** What each thread is handed once: the daily money of every account. */
export interface CashflowData {
  readonly series: readonly DailyMoney[];
}

/** A stretch of `days` days of one series (by number) that ends with day number `origin`. */
export interface Stretch {
  readonly series: number;
  readonly origin: number;
  readonly days: number;
}

function seriesOf({ series }: { readonly series: number }): DailyMoney {
  return (workerData as CashflowData).series[series];
}

/** What each member alone would have missed of the days after a stretch; see {@link judgeMembers}. */
export function judgeStretch(stretch: Stretch): Float64Array {
  const daily = seriesOf(stretch);
  const { origin, days } = stretch;
  return judgeMembers(historyUntil(daily, origin, days), afterDay(daily, origin, PATH_DAYS), fitMstl);
}

/** What a model of the cheap members misses after a stretch, in units of the usual spread; null where the series ends. */
export function missStretch(task: {
  readonly artifact: CashflowArtifact;
  readonly stretch: Stretch;
}): Float64Array | null {
  const { artifact, stretch } = task;
  const daily = seriesOf(stretch);
  const history = historyUntil(daily, stretch.origin, stretch.days);
  const after = afterDay(daily, stretch.origin, PATH_DAYS);
  if (after.income.length < PATH_DAYS) return null;
  const { net, spreads } = forecastCashflow(
    artifact,
    history,
    { horizon: PATH_DAYS, level: 0.8, gap: 0 },
    null,
  );
  return net.map((value, h) => {
    const miss = after.income[h] - after.expense[h] - value;
    return miss / spreads[(history.income.length + h) % 7];
  });
}

/** One origin to judge a model from. */
export interface OriginTask {
  readonly artifact: CashflowArtifact;
  readonly series: number;
  readonly origin: number;
  readonly horizon: number;
  readonly isSketching: boolean;
}

export function judgeOriginOfTask(task: OriginTask): OriginVerdict {
  return judgeOrigin(task.artifact, seriesOf(task), task, task.horizon, fitMstl, task.isSketching);
}
