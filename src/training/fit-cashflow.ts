import type { DailyMoney } from '../bank/series.ts';
import type { Weighing } from '../kernels/forecast/weights.ts';
import { blankArtifact, type CashflowArtifact, MEMBER_NAMES, PATH_DAYS } from '../models/cashflow.ts';
import type { Stretch } from './cashflow-worker.ts';
import type { TaskPool } from './run-tasks.ts';

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
  /** Threads of `cashflow-worker` that hold the series. */
  readonly pool: TaskPool;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** What members missed after the stretches of each class of lengths; it does not depend on any parameter. */
export type CashflowStudy = readonly (readonly {
  readonly stretch: Stretch;
  readonly errors: Float64Array;
}[])[];

/** Asks every member for stretches of these series up to day `until`. */
export async function studyCashflow(
  series: readonly DailyMoney[],
  { until, pool, onProgress, signal }: Omit<FitCashflowOptions, 'parameters'>,
): Promise<CashflowStudy> {
  const stretches = STUDIED_DAYS.map((days) =>
    series.flatMap((daily, number) =>
      originsOf(daily, until, days).map((origin): Stretch => ({ series: number, origin, days })),
    ),
  );
  const options = { onProgress, signal };
  const judged = await pool.run<Stretch, Float64Array>('judgeStretch', stretches.flat(), options);
  let at = 0;
  return stretches.map((list) =>
    list
      .map((stretch) => ({ stretch, errors: judged[at++] }))
      .filter(({ errors }) => !Number.isNaN(errors[0])),
  );
}

/** Learns prior weights and residual paths from what short stretches of series would have missed. */
export async function fitCashflow(
  study: CashflowStudy,
  { parameters, pool, onProgress, signal }: Omit<FitCashflowOptions, 'until'>,
): Promise<CashflowArtifact> {
  const members = MEMBER_NAMES.length;
  const weights = blankArtifact(parameters).weights.slice();
  for (const [row, list] of study.entries()) {
    if (list.length === 0) continue;
    const logs = new Float64Array(members);
    for (const { errors } of list) {
      const mean = meanKnown(errors);
      // One that cannot be asked yet counts as the mean of the others.
      for (let m = 0; m < members; m++)
        logs[m] += Math.log(((Number.isNaN(errors[m]) ? mean : errors[m]) + 0.02) / (mean + 0.02));
    }
    const shares = logs.map((log) => Math.exp((-parameters.power * log) / list.length));
    const total = shares.reduce((sum, share) => sum + share, 0);
    for (let m = 0; m < members; m++)
      weights[row * members + m] = EVEN_SHARE / members + ((1 - EVEN_SHARE) * shares[m]) / total;
  }
  const learnt = { ...blankArtifact(parameters), weights };
  const [shortest] = study;
  const every = Math.max(1, Math.ceil(shortest.length / PATHS_MAX));
  const tasks = shortest
    .filter((_, s) => s % every === 0)
    .map(({ stretch }) => ({ artifact: learnt, stretch }));
  const options = { onProgress, signal };
  const missed = await pool.run<(typeof tasks)[number], Float64Array | null>('missStretch', tasks, options);
  const paths = missed.flatMap((path) =>
    path === null ? [] : [...path].map((value) => Math.max(-RESIDUAL_MAX, Math.min(RESIDUAL_MAX, value))),
  );
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
