import type { DailyMoney } from '../bank/series.ts';
import { MEMBERS } from '../kernels/forecast/members.ts';
import { relativeMisses, winkler } from '../kernels/forecast/scores.ts';
import { type CashflowArtifact, type FitMstl, forecastCashflow } from '../models/cashflow.ts';
import { countInside, type OriginSketch, recordFits, sketchForecast } from './cashflow-figures.ts';
import { afterDay, historyUntil } from './cashflow-series.ts';

/** Where a forecaster stands: at the end of day `origin` of a series, by its number. */
export interface Origin {
  readonly series: number;
  readonly origin: number;
}

/**
 * Figures over all origins, each a mean of {@link relativeMisses}: money of several currencies is never added up. All are
 * 0 where next to nothing flowed at all.
 */
export interface CashflowScores {
  /** Misses of the net of each day. */
  readonly wape: number;
  /** Misses of the net of whole forecasts. */
  readonly total_error: number;
  /** Share of all days. */
  readonly coverage_80: number;
  /** Interval scores of each day. */
  readonly winkler_80: number;
}

export interface JudgedCashflow {
  readonly origins: number;
  readonly scores: CashflowScores;
  readonly baselines: Readonly<
    Record<'seasonal_naive' | 'weekday_mean', Pick<CashflowScores, 'wape' | 'total_error'>>
  >;
  /** What the `wape` of the model and of the seasonal naive are the means of, for paired comparisons; empty where nothing flowed. */
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
  readonly series: number;
  readonly days: number;
  /** Sum of the sizes of the days' net, and what it was before on average in as many days. */
  readonly flowed: number;
  readonly usual: number;
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
  { series, origin }: Origin,
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
  const { lower, upper } = forecast;
  const flowed = sum(actual.map(Math.abs));
  const usual = (ahead * sum(net.map(Math.abs))) / net.length;
  const came = { series, actual, currency: daily.currency, flowed, usual };
  return {
    series,
    days: ahead,
    flowed,
    usual,
    missed: byName((point) => sum(actual.map((value, h) => Math.abs(value - point[h])))),
    totals: byName((point) => Math.abs(sum(actual) - sum(point))),
    inside: countInside(actual, lower, upper, daily.currency),
    width: sum(actual.map((value, h) => winkler(value, lower[h], upper[h], LEVEL))),
    sketch: isSketching ? sketchForecast(artifact, history, came, forecast, fits.replay) : null,
  };
}

/** Joins the verdicts of all origins. */
export function joinVerdicts(verdicts: readonly OriginVerdict[]): JudgedCashflow {
  const relative = (of: (verdict: OriginVerdict) => number) =>
    relativeMisses(verdicts.map((verdict) => ({ ...verdict, missed: of(verdict) })));
  const of = (name: Name) => ({
    wape: mean(relative(({ missed }) => missed[name])),
    total_error: mean(relative(({ totals }) => totals[name])),
  });
  const count = (of: (verdict: OriginVerdict) => number) =>
    verdicts.reduce((total, verdict) => total + of(verdict), 0);
  return {
    origins: verdicts.length,
    scores: {
      ...of('model'),
      coverage_80: count(({ inside }) => inside) / count(({ days }) => days),
      winkler_80: mean(relative(({ width }) => width)),
    },
    baselines: { seasonal_naive: of('seasonal_naive'), weekday_mean: of('weekday_mean') },
    errors: relative(({ missed }) => missed.model),
    naiveErrors: relative(({ missed }) => missed.seasonal_naive),
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

function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}
