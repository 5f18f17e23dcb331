import { monthDaysFrom } from '../bank/series.ts';
import { MEMBERS, type Past, WEEK } from '../kernels/forecast/members.ts';
import {
  adaptMisses,
  blockOf,
  blockQuantiles,
  type ResidualPaths,
  simulateResiduals,
} from '../kernels/forecast/residuals.ts';
import { joinForecasts, type Weighing, weighMembers } from '../kernels/forecast/weights.ts';
import { quantileSorted } from '../kernels/stats/quantile.ts';
import { assert } from '../lib/assert.ts';
import { setAsideOutliers } from './cashflow-outliers.ts';
import { type Plan, planStreams } from './cashflow-plan.ts';
import type { Stream } from './recurring.ts';

/** Decomposed exponential smoothing, done by whoever can: the next `horizon` values of a finite, scaled series, or null. */
export type FitMstl = (values: Float64Array, horizon: number) => Float64Array | null;

/** Names of the members in the order of weights: the cheap ones, then the fitted one. */
export const MEMBER_NAMES: readonly string[] = [...MEMBERS.map(({ name }) => name), 'mstl'];
export const MSTL = MEMBERS.length;
const NAIVE = 0;
const WEEKDAY_MEAN = 1;

/** Histories of fewer days than each bound share prior weights; the last class has no bound. */
export const LENGTH_CLASSES: readonly number[] = [56, 180, Number.POSITIVE_INFINITY];
/** Days of a residual path in the artifact. */
export const PATH_DAYS = 28;

/** What is learnt across accounts; an account's own past is read at each request. */
export interface CashflowArtifact extends Weighing {
  /** Prior weight of each member by class of history length, row-major. */
  readonly weights: Float64Array;
  /** Residual paths of short histories, in units of the usual spread: rows of {@link PATH_DAYS}, row-major. */
  readonly paths: Float64Array;
}

/** Money in and out by day, and what of it recurs. Amounts in major units; NaN is a missing day. */
export interface CashflowHistory {
  /** Day number of the first entry. */
  readonly first: number;
  readonly income: Float64Array;
  readonly expense: Float64Array;
  readonly streams: readonly Stream[];
}

export interface CashflowOptions {
  readonly horizon: number;
  /** Level of the intervals, in (0, 1). */
  readonly level: number;
  /** Days between the last of the history and the day before the first forecast; nothing is known of them. */
  readonly gap: number;
}

/** A total with its interval. */
export interface Total {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

/** What is to come, day by day, in major units; arrays of `horizon` entries. */
export interface CashflowForecast {
  readonly income: Float64Array;
  readonly expense: Float64Array;
  readonly net: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Interval of what has come together since the start, from simulated paths. */
  readonly sumLower: Float64Array;
  readonly sumUpper: Float64Array;
  readonly total: Total;
  /** Weight of each member in the larger direction, by name; those of weight 0 left out. */
  readonly members: Readonly<Record<string, number>>;
  /** Errors over the rolling origins of this history, each relative to what flowed. Null when there were none. */
  readonly rolling: {
    readonly origins: number;
    readonly error: number;
    readonly seasonalNaive: number;
  } | null;
  readonly outlierDays: readonly number[];
  /** Usual spread of the net of each weekday, by day of the history modulo 7: the unit of residual paths. */
  readonly spreads: Float64Array;
  /** Why the fitted member is missing, or null. */
  readonly mstlMissing: string | null;
}

const ORIGINS_MAX = 52;
const PATHS_SIMULATED = 500;
const PATHS_SEED = 7;
/** Weight of an own residual path halves with every half year of age. */
const HALF_LIFE_WEEKS = 26;
/** Own rolling origins that all prior paths together count for. */
const PRIOR_PATHS_COUNT = 3;
const MSTL_DAYS_MIN = 14;
/** Longer pasts change an exponential smoothing little and cost much. */
const MSTL_DAYS_MAX = 730;
const MSTL_BACKTESTS = 2;
const ORIGIN_DAYS_MIN = 7;

/** Forecasts one history. Pure: the same artifact, history, options and fits give the same numbers. */
export function forecastCashflow(
  artifact: CashflowArtifact,
  history: CashflowHistory,
  options: CashflowOptions,
  fitMstl: FitMstl | null,
): CashflowForecast {
  const { income, expense } = history;
  const days = income.length;
  assert(days > 0 && expense.length === days, 'income and expense of the same days, at least one');
  const { horizon, level, gap } = options;
  const ahead = gap + horizon;
  const monthDays = monthDaysFrom(history.first, days + ahead);
  const net = subtract(income, expense);
  const isIncomeLarger = sumOf(income) > sumOf(expense);
  const reach = Math.max(WEEK, Math.min(ahead, Math.floor(days / 3), 90));
  const origins: number[] = [];
  for (let k = 1; k <= ORIGINS_MAX && days - WEEK * k >= ORIGIN_DAYS_MIN; k++) origins.push(days - WEEK * k);
  const context = { artifact, history, monthDays, origins, reach, ahead };

  const outlierDays = new Set<number>();
  const directions = WAYS.map((way) => {
    const wantsFit = fitMstl !== null && (way.name === 'income') === isIncomeLarger;
    return forecastDirection(context, way, wantsFit ? fitMstl : null, outlierDays);
  });
  const [inward, outward] = directions;
  const larger = isIncomeLarger ? inward : outward;

  // Absurd days widen no interval either: they are told apart, in words.
  for (const day of outlierDays) net[day - history.first] = Number.NaN;
  const scales = weekdaySpreads(net);
  const own: Float64Array[] = [];
  const ownWeights: number[] = [];
  let missed = 0;
  let missedNaive = 0;
  let flowed = 0;
  for (const [k, origin] of origins.entries()) {
    const residuals = new Float64Array(reach).fill(Number.NaN);
    for (let h = 0; h < reach && origin + h < days; h++) {
      const actual = net[origin + h];
      if (Number.isNaN(actual)) continue;
      const joined = inward.backtests[k].joined[h] - outward.backtests[k].joined[h];
      const naive = inward.backtests[k].naive[h] - outward.backtests[k].naive[h];
      missed += Math.abs(actual - joined);
      missedNaive += Math.abs(actual - naive);
      flowed += Math.abs(actual);
      residuals[h] = (actual - joined) / scales[(origin + h) % WEEK];
    }
    own.push(residuals);
    ownWeights.push(0.5 ** (k / HALF_LIFE_WEEKS));
  }
  const paths = joinPaths(artifact, own, ownWeights, reach);
  const quantiles = blockQuantiles(paths, adaptMisses(paths, own.length, level));
  const forecast = {
    income: inward.point.slice(gap),
    expense: outward.point.slice(gap),
    net: new Float64Array(horizon),
    lower: new Float64Array(horizon),
    upper: new Float64Array(horizon),
    sumLower: new Float64Array(horizon),
    sumUpper: new Float64Array(horizon),
  };
  for (let h = 0; h < horizon; h++) {
    const value = forecast.income[h] - forecast.expense[h];
    const scale = scales[(days + gap + h) % WEEK];
    const [low, high] = quantiles[blockOf(gap + h)];
    forecast.net[h] = value;
    forecast.lower[h] = Math.min(value, value + low * scale);
    forecast.upper[h] = Math.max(value, value + high * scale);
  }
  const total = simulateSums(paths, forecast, scales, days + gap, level);
  return {
    ...forecast,
    total,
    members: Object.fromEntries(
      MEMBER_NAMES.flatMap((name, m) => (larger.weights[m] > 0.0005 ? [[name, larger.weights[m]]] : [])),
    ),
    rolling:
      flowed > 0
        ? { origins: origins.length, error: missed / flowed, seasonalNaive: missedNaive / flowed }
        : null,
    spreads: scales,
    outlierDays: [...outlierDays].sort((a, b) => a - b),
    mstlMissing: larger.mstlMissing,
  };
}

/** An artifact that has learnt nothing: all members alike, one path of usual misses. */
export function blankArtifact(weighing: Weighing): CashflowArtifact {
  const members = MEMBER_NAMES.length;
  return {
    ...weighing,
    weights: new Float64Array(LENGTH_CLASSES.length * members).fill(1 / members),
    paths: Float64Array.from({ length: 2 * PATH_DAYS }, (_, i) => (i < PATH_DAYS ? -1.5 : 1.5)),
  };
}

/**
 * What each member alone would have missed of both directions over the days after a history, streams planned ahead:
 * daily misses and the miss of their sum, relative to what flowed. NaN where a member cannot be asked. For training.
 */
export function judgeMembers(
  history: CashflowHistory,
  after: Pick<CashflowHistory, 'income' | 'expense'>,
  fitMstl: FitMstl | null,
): Float64Array {
  const days = history.income.length;
  const horizon = after.income.length;
  const monthDays = monthDaysFrom(history.first, days + horizon);
  const errors = new Float64Array(MEMBER_NAMES.length);
  let flowed = 0;
  for (const way of WAYS) {
    const { name, other } = way;
    const streams = streamsOf(history, way);
    const cleaned = setAsideOutliers(history[name], history[other], streams, history.first);
    const today = history.first + days;
    const plan = planStreams(streams, today, horizon, today);
    const rest = restOf(cleaned.values, plan, history.first);
    const forecasts = forecastMembers({ values: rest, end: days, monthDays }, horizon);
    const fitted = fitMstl === null || days < MSTL_DAYS_MIN ? null : fitScaled(fitMstl, rest, days, horizon);
    for (let m = 0; m < errors.length; m++) {
      const forecast = m === MSTL ? fitted : days < MEMBERS[m].daysMin ? null : forecasts[m];
      if (forecast === null) {
        errors[m] = Number.NaN;
        continue;
      }
      addPlan(forecast, plan);
      let sum = 0;
      for (let h = 0; h < horizon; h++) {
        const miss = after[name][h] - forecast[h];
        if (Number.isNaN(miss)) continue;
        errors[m] += Math.abs(miss);
        sum += miss;
      }
      errors[m] += Math.abs(sum);
    }
    flowed += sumOf(after[name].map(Math.abs));
  }
  return flowed > 0 ? errors.map((error) => error / flowed) : errors.fill(Number.NaN);
}

/** The two ways money goes, each with the sign of its streams. */
const WAYS = [
  { name: 'income', other: 'expense', sign: 1 },
  { name: 'expense', other: 'income', sign: -1 },
] as const;
type Way = (typeof WAYS)[number];

function streamsOf({ streams }: CashflowHistory, { sign }: Way): readonly Stream[] {
  return streams.filter((stream) => stream.sign === sign);
}

interface Context {
  readonly artifact: CashflowArtifact;
  readonly history: CashflowHistory;
  readonly monthDays: Uint8Array;
  readonly origins: readonly number[];
  readonly reach: number;
  readonly ahead: number;
}

interface Direction {
  readonly point: Float64Array;
  readonly weights: Float64Array;
  readonly backtests: readonly { readonly joined: Float64Array; readonly naive: Float64Array }[];
  readonly mstlMissing: string | null;
}

/** One direction: streams planned ahead, the rest by the members, weighed by what they missed at the rolling origins. */
function forecastDirection(
  context: Context,
  way: Way,
  fitMstl: FitMstl | null,
  outlierDays: Set<number>,
): Direction {
  const { artifact, history, origins, reach, ahead, monthDays } = context;
  const values = history[way.name];
  const streams = streamsOf(history, way);
  const days = values.length;
  const isEmpty = values.every((value) => !(value !== 0));
  const zeros = (length: number) => new Float64Array(length);
  if (isEmpty) {
    return {
      point: zeros(ahead),
      weights: zeros(MEMBER_NAMES.length),
      backtests: origins.map(() => ({ joined: zeros(reach), naive: zeros(reach) })),
      mstlMissing: fitMstl === null ? null : 'nothing flowed',
    };
  }
  const cleaned = setAsideOutliers(values, history[way.other], streams, history.first);
  for (const day of cleaned.outliers) outlierDays.add(history.first + day);

  const prior = priorWeights(artifact, days);
  const tests = origins.map((origin) => testAt(origin));
  const sums = new Float64Array(MEMBER_NAMES.length);
  const overlap = Math.ceil(reach / WEEK);
  // From the oldest origin to the newest; each is judged with the weights that origins already past would have given.
  const joined: Float64Array[] = [];
  for (let k = tests.length - 1; k >= 0; k--) {
    const past = k + overlap;
    if (past < tests.length) addErrors(sums, tests[past].errors);
    const known = Math.max(0, tests.length - past);
    const weights = weighMembers(withoutMstl(sums), known, prior, artifact);
    leaveOutYoung(weights, origins[k]);
    const out = new Float64Array(reach);
    joinForecasts(tests[k].forecasts, weights, out);
    addPlan(out, tests[k].plan);
    joined[k] = out;
  }
  sums.fill(0);
  for (const test of tests) addErrors(sums, test.errors);

  const plan = planStreams(streams, history.first + days, ahead, history.first + days);
  const rest = restOf(cleaned.values, plan, history.first);
  const forecasts = forecastMembers({ values: rest, end: days, monthDays }, ahead);
  const { missing, fitted, error } = fitRest();
  if (fitted === null) sums[MSTL] = Number.NaN;
  else {
    forecasts.push(fitted);
    sums[MSTL] = error;
  }
  const weights = weighMembers(sums, tests.length, prior, artifact);
  leaveOutYoung(weights, days);
  const point = new Float64Array(ahead);
  joinForecasts(forecasts, weights, point);
  addPlan(point, plan);
  for (let h = 0; h < ahead; h++) point[h] = Math.max(0, point[h]);
  return {
    point,
    weights,
    backtests: tests.map((test, k) => ({ joined: joined[k], naive: test.naive })),
    mstlMissing: fitMstl === null ? null : missing,
  };

  function testAt(origin: number) {
    const plan = planStreams(streams, history.first + origin, reach, history.first + days);
    const rest = restOf(cleaned.values, plan, history.first);
    const forecasts = forecastMembers({ values: rest, end: origin, monthDays }, reach);
    const naive = new Float64Array(reach);
    MEMBERS[NAIVE].forecast({ values, end: origin, monthDays }, naive);
    const errors = new Float64Array(MEMBER_NAMES.length);
    for (let m = 0; m < MEMBERS.length; m++) errors[m] = missedBy(forecasts[m], plan.ahead, origin);
    errors[MSTL] = Number.NaN;
    return { forecasts, errors, naive, plan };
  }

  /** Daily misses and, once more, the miss of their sum: a forecast of the least daily error alone would be too low. */
  function missedBy(forecast: Float64Array, planned: Float64Array, origin: number): number {
    let daily = 0;
    let sum = 0;
    for (let h = 0; h < reach && origin + h < days; h++) {
      const actual = cleaned.values[origin + h];
      if (Number.isNaN(actual)) continue;
      const miss = actual - planned[h] - forecast[h];
      daily += Math.abs(miss);
      sum += miss;
    }
    return daily + Math.abs(sum);
  }

  /** At most three fits: one for the future, two at past origins to learn how good it is here. */
  function fitRest(): { missing: string | null; fitted: Float64Array | null; error: number } {
    const none = (missing: string) => ({ missing, fitted: null, error: Number.NaN });
    if (fitMstl === null) return none('not asked');
    if (days < MSTL_DAYS_MIN) return none(`${days} days of history are too few for it`);
    const fitted = fitScaled(fitMstl, rest, days, ahead);
    if (fitted === null) return none('its fit failed');
    let error = 0;
    let cheap = 0;
    for (let b = 0; b < MSTL_BACKTESTS; b++) {
      const k = (b + 1) * overlap - 1;
      if (k >= tests.length || origins[k] < 2 * MSTL_DAYS_MIN) break;
      const past = restOf(cleaned.values, tests[k].plan, history.first);
      const tested = fitScaled(fitMstl, past, origins[k], reach);
      if (tested === null) return none('its fit failed');
      error += missedBy(tested, tests[k].plan.ahead, origins[k]);
      cheap += tests[k].errors[WEEKDAY_MEAN];
    }
    // What it would have missed at all origins, by how it stood to the weekday mean at those tried; else as bad as that.
    const ratio = cheap > 0 ? (error + cheap) / (2 * cheap) : 1;
    return { missing: null, fitted, error: sums[WEEKDAY_MEAN] * Math.max(0.8, ratio) };
  }
}

function addErrors(sums: Float64Array, errors: Float64Array): void {
  for (let m = 0; m < sums.length; m++) sums[m] += errors[m];
}

function withoutMstl(sums: Float64Array): Float64Array {
  const copy = sums.slice();
  copy[MSTL] = Number.NaN;
  return copy;
}

/** A member that repeats another one for want of days would only double that one's weight. */
function leaveOutYoung(weights: Float64Array, days: number): void {
  let total = 0;
  for (let m = 0; m < weights.length; m++) {
    if (m < MEMBERS.length && days < MEMBERS[m].daysMin) weights[m] = 0;
    total += weights[m];
  }
  if (total === 0) {
    weights[WEEKDAY_MEAN] = 1;
    total = 1;
  }
  for (let m = 0; m < weights.length; m++) weights[m] /= total;
}

function priorWeights({ weights }: CashflowArtifact, days: number): Float64Array {
  const row = LENGTH_CLASSES.findIndex((bound) => days < bound);
  return weights.subarray(row * MEMBER_NAMES.length, (row + 1) * MEMBER_NAMES.length);
}

/** Every cheap member's forecast of `horizon` days. */
function forecastMembers(past: Past, horizon: number): Float64Array[] {
  return MEMBERS.map(({ forecast }) => {
    const out = new Float64Array(horizon);
    forecast(past, out);
    return out;
  });
}

/** The series without the payments the plan knows of. */
function restOf(values: Float64Array, plan: Plan, first: number): Float64Array {
  if (plan.past.length === 0) return values;
  const rest = values.slice();
  for (const { day, amount } of plan.past) {
    const i = day - first;
    if (i >= 0 && i < rest.length && !Number.isNaN(rest[i])) rest[i] = Math.max(0, rest[i] - amount);
  }
  return rest;
}

function addPlan(out: Float64Array, plan: Plan): void {
  for (let h = 0; h < out.length; h++) out[h] += plan.ahead[h];
}

/** Fits on finite values of about one in size; missing days are filled from the week before. Null when it fails. */
function fitScaled(fit: FitMstl, values: Float64Array, end: number, horizon: number): Float64Array | null {
  const past = values.slice(Math.max(0, end - MSTL_DAYS_MAX), end);
  let scale = 0;
  for (let i = 0; i < past.length; i++) {
    if (Number.isNaN(past[i])) past[i] = i >= WEEK ? past[i - WEEK] : 0;
    scale = Math.max(scale, Math.abs(past[i]));
  }
  if (scale === 0) return new Float64Array(horizon);
  for (let i = 0; i < past.length; i++) past[i] /= scale;
  const fitted = fit(past, horizon);
  if (fitted === null || fitted.length !== horizon) return null;
  // Nothing of it may lie beyond what was ever seen.
  if (!fitted.every((value) => Number.isFinite(value) && Math.abs(value) < 3)) return null;
  return fitted.map((value) => Math.max(0, value) * scale);
}

/** Usual distance of each weekday (by index modulo 7) from its median, a little of all days in it. */
export function weekdaySpreads(net: Float64Array): Float64Array {
  const own = new Float64Array(WEEK);
  const known = new Float64Array(WEEK);
  const zeroShare = new Float64Array(WEEK);
  const first = Math.max(0, net.length - WEEK * 52);
  let all = 0;
  let count = 0;
  for (let d = 0; d < WEEK; d++) {
    const values: number[] = [];
    for (let i = first; i < net.length; i++) if (i % WEEK === d && !Number.isNaN(net[i])) values.push(net[i]);
    values.sort((a, b) => a - b);
    const centre = quantileSorted(values, 0.5);
    for (const value of values) own[d] += Math.abs(value - centre);
    all += own[d];
    count += values.length;
    known[d] = values.length;
    zeroShare[d] = values.filter((value) => value === 0).length / values.length;
    own[d] = values.length === 0 ? 0 : own[d] / values.length;
  }
  const overall = count > 0 && all > 0 ? all / count : meanSize(net);
  return own.map((spread, d) => {
    const isQuiet = known[d] >= 8 && zeroShare[d] >= 0.9;
    const part = isQuiet ? 0.02 : 4 / (4 + known[d]) + 0.1;
    return Math.max(1e-9, spread + part * (overall - spread));
  });
}

function meanSize(values: Float64Array): number {
  let sum = 0;
  for (const value of values) if (!Number.isNaN(value)) sum += Math.abs(value);
  return sum / values.length;
}

/** The history's own residual paths, and those of the artifact for as much as they still count. */
function joinPaths(
  { paths }: CashflowArtifact,
  own: readonly Float64Array[],
  ownWeights: readonly number[],
  reach: number,
): ResidualPaths {
  const priors = paths.length / PATH_DAYS;
  const days = Math.max(reach, PATH_DAYS);
  const fill = (row: Float64Array) => {
    const out = new Float64Array(days).fill(Number.NaN);
    out.set(row);
    return out;
  };
  const rows = own.map(fill);
  for (let p = 0; p < priors; p++) rows.push(fill(paths.subarray(p * PATH_DAYS, (p + 1) * PATH_DAYS)));
  return {
    days,
    rows,
    weights: [...ownWeights, ...new Array<number>(priors).fill(PRIOR_PATHS_COUNT / Math.max(1, priors))],
  };
}

function simulateSums(
  paths: ResidualPaths,
  forecast: { net: Float64Array; sumLower: Float64Array; sumUpper: Float64Array },
  scales: Float64Array,
  start: number,
  level: number,
): Total {
  const { net, sumLower, sumUpper } = forecast;
  const horizon = net.length;
  const residuals = simulateResiduals(paths, horizon, PATHS_SIMULATED, PATHS_SEED);
  const sums = new Float64Array(PATHS_SIMULATED);
  const sorted = new Float64Array(PATHS_SIMULATED);
  let expected = 0;
  for (let h = 0; h < horizon; h++) {
    expected += net[h];
    const scale = scales[(start + h) % WEEK];
    for (let p = 0; p < PATHS_SIMULATED; p++) sums[p] += net[h] + residuals[p * horizon + h] * scale;
    sorted.set(sums);
    sorted.sort();
    sumLower[h] = Math.min(expected, quantileSorted(sorted, (1 - level) / 2));
    sumUpper[h] = Math.max(expected, quantileSorted(sorted, (1 + level) / 2));
  }
  return { value: expected, lower: sumLower[horizon - 1], upper: sumUpper[horizon - 1] };
}

function subtract(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]);
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) if (!Number.isNaN(value)) sum += value;
  return sum;
}
