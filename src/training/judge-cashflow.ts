import type { DailyMoney } from '../bank/series.ts';
import { MEMBERS } from '../kernels/forecast/members.ts';
import { winkler } from '../kernels/forecast/scores.ts';
import { type CashflowArtifact, type FitMstl, forecastCashflow } from '../models/cashflow.ts';
import { breathe } from './breathe.ts';
import { type OriginSketch, recordFits, sketchForecast } from './cashflow-figures.ts';
import { afterDay, historyUntil } from './cashflow-series.ts';

/** Where a forecaster stands: at the end of day `origin` of a series. */
export interface Origin {
  readonly daily: DailyMoney;
  readonly origin: number;
}

/** Figures over all origins; errors are sums of misses over sums of what flowed, of the net of each day. */
export interface CashflowScores {
  readonly wape: number;
  readonly total_error: number;
  readonly coverage_80: number;
  readonly winkler_80: number;
}

export interface JudgedCashflow {
  readonly origins: number;
  readonly scores: CashflowScores;
  readonly baselines: Readonly<
    Record<'seasonal_naive' | 'weekday_mean', Pick<CashflowScores, 'wape' | 'total_error'>>
  >;
  /** WAPE of each origin: of the model and of the seasonal naive, for paired comparisons. */
  readonly errors: Float64Array;
  readonly naiveErrors: Float64Array;
  /** What each origin adds to the report; empty unless asked for. */
  readonly sketches: readonly OriginSketch[];
}

const LEVEL = 0.8;
const ALL_DAYS = 4000;

/** Judges forecasts of up to `horizon` days from each origin; only what was known there is looked at. */
export async function judgeCashflow(
  artifact: CashflowArtifact,
  origins: readonly Origin[],
  horizon: number,
  options: {
    fitMstl: FitMstl | null;
    isSketching?: boolean;
    onProgress?: (done: number, total: number) => void;
    signal?: AbortSignal;
  },
): Promise<JudgedCashflow> {
  const names = ['model', 'seasonal_naive', 'weekday_mean'] as const;
  const missed = { model: 0, seasonal_naive: 0, weekday_mean: 0 };
  const totals = { model: 0, seasonal_naive: 0, weekday_mean: 0 };
  const errors: number[] = [];
  const naiveErrors: number[] = [];
  const sketches: OriginSketch[] = [];
  let flowed = 0;
  let summed = 0;
  let inside = 0;
  let width = 0;
  let days = 0;
  for (const [i, { daily, origin }] of origins.entries()) {
    const history = historyUntil(daily, origin, ALL_DAYS);
    const after = afterDay(daily, origin, horizon);
    const ahead = after.income.length;
    const actual = after.income.map((value, h) => value - after.expense[h]);
    const fits = recordFits(options.fitMstl);
    const forecast = forecastCashflow(
      artifact,
      history,
      { horizon: ahead, level: LEVEL, gap: 0 },
      fits.record,
    );
    if (options.isSketching) sketches.push(sketchForecast(artifact, history, actual, forecast, fits.replay));
    const net = history.income.map((value, h) => value - history.expense[h]);
    const points = {
      model: forecast.net,
      seasonal_naive: ask('seasonal_naive', net, ahead),
      weekday_mean: ask('weekday_mean', net, ahead),
    };
    const size = sum(actual.map(Math.abs));
    const own = { model: 0, seasonal_naive: 0, weekday_mean: 0 };
    for (const name of names) {
      own[name] = sum(actual.map((value, h) => Math.abs(value - points[name][h])));
      missed[name] += own[name];
      totals[name] += Math.abs(sum(actual) - sum(points[name]));
    }
    flowed += size;
    summed += Math.abs(sum(actual));
    if (size > 0) {
      errors.push(own.model / size);
      naiveErrors.push(own.seasonal_naive / size);
    }
    for (let h = 0; h < ahead; h++) {
      if (actual[h] >= forecast.lower[h] - 1e-9 && actual[h] <= forecast.upper[h] + 1e-9) inside++;
      width += winkler(actual[h], forecast.lower[h], forecast.upper[h], LEVEL);
      days++;
    }
    options.onProgress?.(i + 1, origins.length);
    await breathe(options.signal);
  }
  const of = (name: (typeof names)[number]) => ({
    wape: flowed > 0 ? missed[name] / flowed : 0,
    total_error: summed > 0 ? totals[name] / summed : 0,
  });
  return {
    origins: origins.length,
    scores: { ...of('model'), coverage_80: inside / days, winkler_80: width / days },
    baselines: { seasonal_naive: of('seasonal_naive'), weekday_mean: of('weekday_mean') },
    errors: Float64Array.from(errors),
    naiveErrors: Float64Array.from(naiveErrors),
    sketches,
  };
}

function ask(name: string, values: Float64Array, horizon: number): Float64Array {
  const out = new Float64Array(horizon);
  MEMBERS.find((member) => member.name === name)?.forecast(
    { values, end: values.length, monthDays: null },
    out,
  );
  return out;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
