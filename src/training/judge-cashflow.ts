import type { DailyMoney } from '../bank/series.ts';
import { MEMBERS } from '../kernels/forecast/members.ts';
import { winkler } from '../kernels/forecast/scores.ts';
import { type CashflowArtifact, type FitMstl, forecastCashflow } from '../models/cashflow.ts';
import { type OriginSketch, recordFits, sketchForecast } from './cashflow-figures.ts';
import { afterDay, historyUntil } from './cashflow-series.ts';

/** Where a forecaster stands: at the end of day `origin` of a series, by its number. */
export interface Origin {
  readonly series: number;
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

const NAMES = ['model', 'seasonal_naive', 'weekday_mean'] as const;
type Name = (typeof NAMES)[number];

/** What came of one origin, in sums that add up over origins. */
export interface OriginVerdict {
  readonly days: number;
  /** Sum of the sizes of the days' net, and size of their sum. */
  readonly flowed: number;
  readonly summed: number;
  /** Sums of misses by day, and misses of the sum. */
  readonly missed: Readonly<Record<Name, number>>;
  readonly totals: Readonly<Record<Name, number>>;
  /** Days within the interval, and sum of the interval scores. */
  readonly inside: number;
  readonly width: number;
  /** What it adds to the report, where that is asked for. */
  readonly sketch: OriginSketch | null;
}

/** Judges the forecast of up to `horizon` days from one origin; only what was known there is looked at. */
export function judgeOrigin(
  artifact: CashflowArtifact,
  daily: DailyMoney,
  origin: number,
  horizon: number,
  fitMstl: FitMstl | null,
  isSketching: boolean,
): OriginVerdict {
  const history = historyUntil(daily, origin, ALL_DAYS);
  const after = afterDay(daily, origin, horizon);
  const ahead = after.income.length;
  const actual = after.income.map((value, h) => value - after.expense[h]);
  const options = { horizon: ahead, level: LEVEL, gap: 0 };
  const fits = recordFits(fitMstl);
  const forecast = forecastCashflow(artifact, history, options, fits.record);
  const net = history.income.map((value, h) => value - history.expense[h]);
  const points = {
    model: forecast.net,
    seasonal_naive: ask('seasonal_naive', net, ahead),
    weekday_mean: ask('weekday_mean', net, ahead),
  };
  const byName = (of: (point: Float64Array) => number) =>
    Object.fromEntries(NAMES.map((name) => [name, of(points[name])])) as Record<Name, number>;
  let inside = 0;
  let width = 0;
  for (let h = 0; h < ahead; h++) {
    if (actual[h] >= forecast.lower[h] - 1e-9 && actual[h] <= forecast.upper[h] + 1e-9) inside++;
    width += winkler(actual[h], forecast.lower[h], forecast.upper[h], LEVEL);
  }
  return {
    days: ahead,
    flowed: sum(actual.map(Math.abs)),
    summed: Math.abs(sum(actual)),
    missed: byName((point) => sum(actual.map((value, h) => Math.abs(value - point[h])))),
    totals: byName((point) => Math.abs(sum(actual) - sum(point))),
    inside,
    width,
    sketch: isSketching ? sketchForecast(artifact, history, actual, forecast, fits.replay) : null,
  };
}

/** Joins the verdicts of all origins. */
export function joinVerdicts(verdicts: readonly OriginVerdict[]): JudgedCashflow {
  const over = (of: (verdict: OriginVerdict) => number) =>
    verdicts.reduce((total, verdict) => total + of(verdict), 0);
  const flowed = over((verdict) => verdict.flowed);
  const summed = over((verdict) => verdict.summed);
  const days = over((verdict) => verdict.days);
  const of = (name: Name) => ({
    wape: flowed > 0 ? over(({ missed }) => missed[name]) / flowed : 0,
    total_error: summed > 0 ? over(({ totals }) => totals[name]) / summed : 0,
  });
  const moved = verdicts.filter((verdict) => verdict.flowed > 0);
  return {
    origins: verdicts.length,
    scores: {
      ...of('model'),
      coverage_80: over(({ inside }) => inside) / days,
      winkler_80: over(({ width }) => width) / days,
    },
    baselines: { seasonal_naive: of('seasonal_naive'), weekday_mean: of('weekday_mean') },
    errors: Float64Array.from(moved, (verdict) => verdict.missed.model / verdict.flowed),
    naiveErrors: Float64Array.from(moved, (verdict) => verdict.missed.seasonal_naive / verdict.flowed),
    sketches: verdicts.flatMap(({ sketch }) => sketch ?? []),
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
