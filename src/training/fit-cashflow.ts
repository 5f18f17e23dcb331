import type { DailyMoney } from '../bank/series.ts';
import type { Weighing } from '../kernels/forecast/weights.ts';
import {
  blankArtifact,
  type CashflowArtifact,
  type FitMstl,
  forecastCashflow,
  judgeMembers,
  LENGTH_CLASSES,
  MEMBER_NAMES,
  PATH_DAYS,
} from '../models/cashflow.ts';
import { breathe } from './breathe.ts';
import { afterDay, historyUntil } from './cashflow-series.ts';

/** What a training chooses. */
export type CashflowParameters = Weighing;

export const DEFAULT_PARAMETERS: CashflowParameters = { power: 4, priorOrigins: 6 };

/** Days of history each class of lengths is studied with. */
const STUDIED_DAYS = [35, 120, 540] as const;
const ORIGINS_PER_SERIES = 3;
/** Days between origins: no multiple of a week, so that they begin on different weekdays. */
const ORIGIN_STEP = 17;
const PATHS_MAX = 240;
/** Half of a prior weight is the same for every member: what one book teaches need not hold in another. */
const EVEN_SHARE = 0.4;
/** Residuals further out than this (in usual spreads) are cut, so that one account's oddity widens no other's interval. */
const RESIDUAL_MAX = 8;

export interface FitCashflowOptions {
  readonly parameters: CashflowParameters;
  /** Last day number that may be looked at. */
  readonly until: number;
  readonly fitMstl: FitMstl | null;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Learns prior weights and residual paths from what short stretches of these series would have missed. */
export async function fitCashflow(
  series: readonly DailyMoney[],
  { parameters, until, fitMstl, onProgress, signal }: FitCashflowOptions,
): Promise<CashflowArtifact> {
  const members = MEMBER_NAMES.length;
  const weights = blankArtifact(parameters).weights.slice();
  const stretches: { daily: DailyMoney; origin: number; days: number }[] = [];
  for (const [row, days] of STUDIED_DAYS.entries()) {
    const logs = new Float64Array(members);
    let judged = 0;
    for (const daily of series) {
      for (const origin of originsOf(daily, until, days)) {
        const history = historyUntil(daily, origin, days);
        const errors = judgeMembers(history, afterDay(daily, origin, PATH_DAYS), fitMstl);
        await breathe(signal);
        if (Number.isNaN(errors[0])) continue;
        const mean = meanKnown(errors);
        // One that cannot be asked yet counts as the mean of the others.
        for (let m = 0; m < members; m++)
          logs[m] += Math.log(((Number.isNaN(errors[m]) ? mean : errors[m]) + 0.02) / (mean + 0.02));
        judged++;
        if (row === 0) stretches.push({ daily, origin, days });
      }
    }
    if (judged === 0) continue;
    const shares = logs.map((log) => Math.exp((-parameters.power * log) / judged));
    const total = shares.reduce((sum, share) => sum + share, 0);
    for (let m = 0; m < members; m++)
      weights[row * members + m] = EVEN_SHARE / members + ((1 - EVEN_SHARE) * shares[m]) / total;
    onProgress?.(row + 1, LENGTH_CLASSES.length + 1);
  }
  const learnt = { ...blankArtifact(parameters), weights };
  const paths: number[] = [];
  const every = Math.max(1, Math.ceil(stretches.length / PATHS_MAX));
  for (let s = 0; s < stretches.length; s += every) {
    const { daily, origin, days } = stretches[s];
    const history = historyUntil(daily, origin, days);
    const after = afterDay(daily, origin, PATH_DAYS);
    if (after.income.length < PATH_DAYS) continue;
    const { net, spreads } = forecastCashflow(
      learnt,
      history,
      { horizon: PATH_DAYS, level: 0.8, gap: 0 },
      null,
    );
    for (let h = 0; h < PATH_DAYS; h++) {
      const miss = after.income[h] - after.expense[h] - net[h];
      const residual = miss / spreads[(history.income.length + h) % 7];
      paths.push(Math.max(-RESIDUAL_MAX, Math.min(RESIDUAL_MAX, residual)));
    }
    await breathe(signal);
  }
  onProgress?.(LENGTH_CLASSES.length + 1, LENGTH_CLASSES.length + 1);
  return paths.length === 0 ? learnt : { ...learnt, paths: Float64Array.from(paths) };
}

/** Origins (last known day) with `days` days before and a path after them, newest first. */
function originsOf(daily: DailyMoney, until: number, days: number): number[] {
  const origins: number[] = [];
  const last = Math.min(daily.last, until) - PATH_DAYS;
  for (let k = 0; k < ORIGINS_PER_SERIES; k++) {
    const origin = last - k * ORIGIN_STEP;
    // The longest class takes what there is, as long as it is longer than the class before.
    if (origin - daily.first + 1 >= Math.min(days, 200)) origins.push(origin);
  }
  return origins;
}

function meanKnown(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
