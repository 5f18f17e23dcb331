import { currencyDigits } from '../bank/money.ts';
import { MEMBERS } from '../kernels/forecast/members.ts';
import { relativeMisses } from '../kernels/forecast/scores.ts';
import {
  type CashflowArtifact,
  type CashflowForecast,
  type CashflowHistory,
  type FitMstl,
  forecastCashflow,
} from '../models/cashflow.ts';

/** Levels whose intervals a report shows. */
export const SKETCH_LEVELS = [0.5, 0.8, 0.95] as const;

/** One forecast beside what came of it, in major units a day; days are day numbers. */
export interface Fan {
  readonly firstPast: number;
  readonly past: readonly number[];
  readonly first: number;
  readonly actual: readonly number[];
  readonly net: readonly number[];
  /** Lower and upper bound by level, in the order of {@link SKETCH_LEVELS}. */
  readonly bounds: readonly { readonly lower: readonly number[]; readonly upper: readonly number[] }[];
}

/** What one origin adds to the figures; plain values, so that any thread may make it. */
export interface OriginSketch {
  readonly series: number;
  readonly fan: Fan;
  /** Days within the interval of each of {@link SKETCH_LEVELS}. */
  readonly inside: readonly number[];
  /** Sum of |net| of the days that came, and what it was before on average in as many days. */
  readonly flowed: number;
  readonly usual: number;
  /** What each cheap member alone would have missed of the net, by name; NaN while its history is too short. */
  readonly missed: Readonly<Record<string, number>>;
  readonly weights: Readonly<Record<string, number>>;
}

/** What the report of a cash-flow model draws. */
export interface CashflowFigures {
  /** The newest origin of a few accounts, the busiest first. */
  readonly fans: readonly Fan[];
  readonly levels: readonly { readonly level: number; readonly coverage: number }[];
  /** Each member: its WAPE alone (NaN when it is never asked alone) over how many origins, and its mean weight. */
  readonly members: readonly {
    readonly name: string;
    readonly wape: number;
    readonly origins: number;
    readonly weight: number;
  }[];
}

const FANS_MAX = 4;
const PAST_DAYS_SHOWN = 42;

/** Remembers what a fit answered, so that the same forecast at another level does not fit again. */
export function recordFits(fitMstl: FitMstl | null): {
  readonly record: FitMstl | null;
  readonly replay: () => FitMstl | null;
} {
  if (fitMstl === null) return { record: null, replay: () => null };
  const answers: (Float64Array | null)[] = [];
  return {
    record(values, horizon) {
      const answer = fitMstl(values, horizon);
      answers.push(answer === null ? null : answer.slice());
      return answer;
    },
    replay() {
      let next = 0;
      return () => answers[next++]?.slice() ?? null;
    },
  };
}

/** What came after an origin: the net of each day, in major units of a currency. */
interface Came {
  readonly series: number;
  readonly actual: Float64Array;
  readonly currency: string | null;
  readonly flowed: number;
  readonly usual: number;
}

/** Days whose net lies within its interval, bounds and all; both are told in minor units, so less than half of one is no miss. */
export function countInside(
  actual: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  currency: string | null,
): number {
  const tolerance = 0.5 * 10 ** -currencyDigits(currency);
  let inside = 0;
  for (let h = 0; h < actual.length; h++)
    if (actual[h] >= lower[h] - tolerance && actual[h] <= upper[h] + tolerance) inside++;
  return inside;
}

/** Adds to a forecast what the report shows: other levels, and the members alone. */
export function sketchForecast(
  artifact: CashflowArtifact,
  history: CashflowHistory,
  { series, actual, currency, flowed, usual }: Came,
  forecast: CashflowForecast,
  replayFits: () => FitMstl | null,
): OriginSketch {
  const horizon = actual.length;
  const days = history.income.length;
  const net = history.income.map((value, h) => value - history.expense[h]);
  const past = net.slice(-PAST_DAYS_SHOWN);
  const first = history.first + days;
  const missed: Record<string, number> = {};
  for (const { name, daysMin, forecast: ask } of MEMBERS) {
    const out = new Float64Array(horizon);
    ask({ values: net, end: days, monthDays: null }, out);
    missed[name] = days < daysMin ? Number.NaN : sumOf(actual.map((value, h) => Math.abs(value - out[h])));
  }
  const bounds = SKETCH_LEVELS.map((level) =>
    forecastCashflow(artifact, history, { horizon, level, gap: 0 }, replayFits()),
  );
  return {
    series,
    fan: {
      firstPast: first - past.length,
      past: [...past],
      first,
      actual: [...actual],
      net: [...forecast.net],
      bounds: bounds.map(({ lower, upper }) => ({ lower: [...lower], upper: [...upper] })),
    },
    inside: bounds.map(({ lower, upper }) => countInside(actual, lower, upper, currency)),
    flowed,
    usual,
    missed,
    weights: forecast.members,
  };
}

/** Adds up the sketches of all origins, those of the busiest account first. */
export function collectCashflowFigures(sketches: readonly OriginSketch[]): CashflowFigures {
  const newest = new Map(sketches.map(({ series, fan }) => [series, fan]));
  const days = sketches.reduce((sum, { fan }) => sum + fan.actual.length, 0);
  const names = new Set(
    sketches.flatMap(({ missed, weights }) => [...Object.keys(missed), ...Object.keys(weights)]),
  );
  return {
    fans: [...newest.values()].slice(0, FANS_MAX),
    levels: SKETCH_LEVELS.map((level, l) => ({
      level,
      coverage: sketches.reduce((sum, { inside }) => sum + inside[l], 0) / days,
    })),
    members: [...names].map((name) => {
      const asked = sketches.filter(({ missed }) => missed[name] >= 0);
      const relative = relativeMisses(asked.map((sketch) => ({ ...sketch, missed: sketch.missed[name] })));
      return {
        name,
        wape: sumOf(relative) / relative.length,
        origins: asked.length,
        weight: sketches.reduce((sum, { weights }) => sum + (weights[name] ?? 0), 0) / sketches.length,
      };
    }),
  };
}

function sumOf(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
