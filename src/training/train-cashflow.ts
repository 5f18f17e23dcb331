import { localDayNumber } from '../bank/calendar.ts';
import type { DailyMoney } from '../bank/series.ts';
import type { Transaction } from '../bank/transaction.ts';
import { AppError } from '../errors.ts';
import { pairedBootstrap } from '../kernels/metrics/bootstrap.ts';
import { createRng, deriveSeed } from '../lib/rng.ts';
import { type CashflowArtifact, LENGTH_CLASSES, MEMBER_NAMES } from '../models/cashflow.ts';
import { type CashflowFigures, collectCashflowFigures } from './cashflow-figures.ts';
import { seriesByAccount } from './cashflow-series.ts';
import { judgeCashflow, openCashflowThreads } from './cashflow-threads.ts';
import {
  type CashflowParameters,
  type CashflowStudy,
  DEFAULT_PARAMETERS,
  fitCashflow,
  studyCashflow,
} from './fit-cashflow.ts';
import type { JudgedCashflow, Origin } from './judge-cashflow.ts';
import type { TaskPool } from './run-tasks.ts';
import type { Comparison, TrainOptions } from './trainer.ts';

/** The active version, as far as a comparison needs it. */
export interface ActiveCashflow {
  readonly version: string;
  readonly artifact: CashflowArtifact;
  readonly trainedUntil: number;
  readonly parameters: CashflowParameters | null;
}

export interface CashflowTraining {
  /** Refitted on all rows; this one is served. */
  readonly artifact: CashflowArtifact;
  readonly rowsUsed: number;
  readonly rowsSetAside: number;
  readonly trainedUntil: number;
  readonly parameters: CashflowParameters;
  readonly trials: readonly { readonly parameters: CashflowParameters; readonly wape: number }[];
  readonly evaluation: Pick<JudgedCashflow, 'origins' | 'scores' | 'baselines'> & {
    readonly accounts: number;
    readonly horizon_days: number;
    readonly test_from: number;
    /** Whether it surely misses less than the seasonal naive, and the 95 % interval of the difference of WAPE. */
    readonly beats_baseline: boolean;
    readonly difference_to_seasonal_naive: readonly [number, number];
  };
  readonly comparison: Comparison | null;
  /** Prior weights by member, by class of history length. */
  readonly prior_weights: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly figures: CashflowFigures;
}

const TEST_SHARE = 0.2;
const DAYS_MIN = 56;
export const HORIZON_MAX = 30;
const ORIGINS_PER_SERIES = 3;
const COMPARED_ORIGINS_MIN = 4;
const SERIES_SIMPLE = 6;
/** Fewer forecasts are all better by chance too often (once in 64 of six) for that to be called sure. */
const SURE_FORECASTS_MIN = 6;

/**
 * Trains the cash-flow model: learns on the older four fifths of the days what short histories miss, reports forecasts
 * of the newest fifth from rolling origins against named baselines and the active version, then learns on all days.
 * Rejects with AppError `data_insufficient`.
 */
export async function trainCashflow(
  rows: readonly Transaction[],
  active: ActiveCashflow | null,
  options: TrainOptions,
): Promise<CashflowTraining> {
  const { timezone, isSimple } = options;
  const series = seriesByAccount(rows, timezone, isSimple ? SERIES_SIMPLE : undefined).filter(
    (daily) => daily.last - daily.first + 1 >= DAYS_MIN,
  );
  if (series.length === 0) {
    const detail = `no account has ${DAYS_MIN} days of history in one currency; that many are needed`;
    throw new AppError('data_insufficient', detail);
  }
  const pool = openCashflowThreads(series, options.workers);
  try {
    return await trainOn(pool, series, rows.length, active, options);
  } finally {
    await pool.close();
  }
}

/** Trains on the series that the threads of `pool` hold. */
async function trainOn(
  pool: TaskPool,
  series: readonly DailyMoney[],
  rowCount: number,
  active: ActiveCashflow | null,
  options: TrainOptions,
): Promise<CashflowTraining> {
  const { timezone, signal, onProgress } = options;
  const first = Math.min(...series.map((daily) => daily.first));
  const last = Math.max(...series.map((daily) => daily.last));
  const cut = Math.floor(first + (last - first + 1) * (1 - TEST_SHARE));
  const horizon = Math.max(7, Math.min(HORIZON_MAX, Math.floor((last - cut) / 2)));
  const told = (step: string) => ({
    signal,
    onProgress: (done: number, total: number) => onProgress?.(step, done, total),
  });
  const studies = new Map<number, Promise<CashflowStudy>>();
  // What members miss does not depend on parameters, so trials of one stretch of time share it.
  const fit = async (parameters: CashflowParameters, until: number, step: string) => {
    let study = studies.get(until);
    if (study === undefined) {
      study = studyCashflow(series, { until, pool, ...told(step) });
      studies.set(until, study);
    }
    return fitCashflow(await study, { parameters, pool, ...told(`${step}: intervals`) });
  };
  const judge = (artifact: CashflowArtifact, origins: readonly Origin[], step: string, isSketching = false) =>
    judgeCashflow(pool, artifact, origins, horizon, { ...told(step), isSketching });

  const { parameters, trials } = await search();
  const forward = await fit(parameters, cut, 'learning from the older part');
  const judgedOrigins = originsBetween(series, cut, last, horizon);
  const judged = await judge(forward, judgedOrigins, 'judging the newest part', true);
  const difference = differenceOf(judged.errors, judged.naiveErrors, options.seed);
  const comparison = active === null ? null : await compare(active);
  const artifact = await fit(parameters, last, 'learning from all days');
  const rowsUsed = series.reduce((sum, daily) => sum + daily.rows.length, 0);
  return {
    artifact,
    rowsUsed,
    rowsSetAside: rowCount - rowsUsed,
    trainedUntil: series.reduce((at, daily) => Math.max(at, daily.rows[daily.rows.length - 1].at), 0),
    parameters,
    trials,
    evaluation: {
      accounts: series.length,
      horizon_days: horizon,
      test_from: cut + 1,
      origins: judged.origins,
      scores: judged.scores,
      baselines: judged.baselines,
      beats_baseline: judged.errors.length >= SURE_FORECASTS_MIN && difference[1] < 0,
      difference_to_seasonal_naive: difference,
    },
    comparison,
    prior_weights: nameWeights(artifact),
    figures: collectCashflowFigures(judged.sketches),
  };

  /** Tries weighings on the last part of the older days; the standard one is always among them. */
  async function search() {
    const list: CashflowParameters[] = [DEFAULT_PARAMETERS];
    const rng = createRng(deriveSeed(options.seed, 1));
    while (list.length <= options.search) list.push({ power: 1 + 7 * rng(), priorOrigins: 1 + 15 * rng() });
    if (list.length === 1) return { parameters: DEFAULT_PARAMETERS, trials: [] };
    const inner = Math.floor(first + (cut - first + 1) * (1 - TEST_SHARE));
    const tried: { parameters: CashflowParameters; wape: number }[] = [];
    for (const [i, parameters] of list.entries()) {
      const artifact = await fit(parameters, inner, `trial ${i + 1}`);
      const { scores } = await judge(artifact, originsBetween(series, inner, cut, horizon), `trial ${i + 1}`);
      tried.push({ parameters, wape: scores.wape });
    }
    const best = tried.reduce((a, b) => (b.wape < a.wape ? b : a));
    return { parameters: best.parameters, trials: tried };
  }

  async function compare(version: ActiveCashflow): Promise<Comparison | null> {
    const seenUntil = localDayNumber(version.trainedUntil, timezone);
    const later = originsBetween(series, Math.max(cut, seenUntil), last, horizon);
    if (later.length >= COMPARED_ORIGINS_MIN) {
      const ours = await judge(forward, later, 'judging later days');
      const theirs = await judge(version.artifact, later, 'judging the active version');
      return describe(version.version, 'later_rows', ours, theirs);
    }
    if (version.parameters === null) return null;
    const { power, priorOrigins } = version.parameters;
    // The same recipe on the same days is the same model, byte for byte.
    if (power === parameters.power && priorOrigins === parameters.priorOrigins)
      return describe(version.version, 'refitted_recipe', judged, judged);
    const refitted = await fit(version.parameters, cut, 'refitting the active recipe');
    const origins = originsBetween(series, cut, last, horizon);
    const theirs = await judge(refitted, origins, 'judging the active recipe');
    return describe(version.version, 'refitted_recipe', judged, theirs);
  }

  function describe(
    version: string,
    basis: Comparison['basis'],
    ours: JudgedCashflow,
    theirs: JudgedCashflow,
  ): Comparison {
    const difference = differenceOf(ours.errors, theirs.errors, options.seed);
    return {
      version,
      basis,
      rows: ours.origins,
      unit: 'forecasts',
      metric: 'wape',
      value_new: ours.scores.wape,
      value_active: theirs.scores.wape,
      difference,
      is_worse: difference[0] > 0,
    };
  }
}

/** 95 % interval of the difference of the means of two errors of the same forecasts; none where nothing flowed. */
function differenceOf(ours: Float64Array, theirs: Float64Array, seed: number): readonly [number, number] {
  if (ours.length === 0) return [0, 0];
  const { lower, upper } = pairedBootstrap(ours, theirs, { seed });
  return [lower, upper];
}

/** Origins from `from` on whose horizon ends by `last`, spread evenly over that time in each series. */
export function originsBetween(
  series: readonly DailyMoney[],
  from: number,
  last: number,
  horizon: number,
): Origin[] {
  return series.flatMap((daily, number) => {
    const end = Math.min(daily.last, last) - horizon;
    const start = Math.max(from, daily.first + 13);
    if (end < start) return [];
    const count = Math.min(ORIGINS_PER_SERIES, end - start + 1);
    return Array.from({ length: count }, (_, k) => ({
      series: number,
      origin: count === 1 ? end : Math.round(start + ((end - start) * k) / (count - 1)),
    }));
  });
}

function nameWeights({ weights }: CashflowArtifact): CashflowTraining['prior_weights'] {
  const members = MEMBER_NAMES.length;
  return Object.fromEntries(
    LENGTH_CLASSES.map((bound, row) => [
      Number.isFinite(bound) ? `under_${bound}_days` : 'longer',
      Object.fromEntries(MEMBER_NAMES.map((name, m) => [name, weights[row * members + m]])),
    ]),
  );
}
