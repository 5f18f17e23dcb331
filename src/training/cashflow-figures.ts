import { MEMBERS } from '../kernels/forecast/members.ts';
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
  readonly fan: Fan;
  /** Sum of |net| of the days that came. */
  readonly flowed: number;
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

/** Adds to a forecast what the report shows: other levels, and the members alone. */
export function sketchForecast(
  artifact: CashflowArtifact,
  history: CashflowHistory,
  actual: Float64Array,
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
  return {
    fan: {
      firstPast: first - past.length,
      past: [...past],
      first,
      actual: [...actual],
      net: [...forecast.net],
      bounds: SKETCH_LEVELS.map((level) => {
        const { lower, upper } = forecastCashflow(
          artifact,
          history,
          { horizon, level, gap: 0 },
          replayFits(),
        );
        return { lower: [...lower], upper: [...upper] };
      }),
    },
    flowed: sumOf(actual.map(Math.abs)),
    missed,
    weights: forecast.members,
  };
}

/** Adds up the sketches of all origins; `series` tells which account each is of, those with most rows first. */
export function collectCashflowFigures(
  sketches: readonly OriginSketch[],
  series: readonly unknown[],
): CashflowFigures {
  const newest = new Map(sketches.map((sketch, i) => [series[i], sketch.fan]));
  const names = new Set(
    sketches.flatMap(({ missed, weights }) => [...Object.keys(missed), ...Object.keys(weights)]),
  );
  return {
    fans: [...newest.values()].slice(0, FANS_MAX),
    levels: SKETCH_LEVELS.map((level, l) => {
      let inside = 0;
      let days = 0;
      for (const { fan } of sketches) {
        const { lower, upper } = fan.bounds[l];
        for (const [h, value] of fan.actual.entries())
          if (value >= lower[h] - 1e-9 && value <= upper[h] + 1e-9) inside++;
        days += fan.actual.length;
      }
      return { level, coverage: inside / days };
    }),
    members: [...names].map((name) => {
      const asked = sketches.filter(({ missed }) => missed[name] >= 0);
      const flowed = asked.reduce((sum, sketch) => sum + sketch.flowed, 0);
      return {
        name,
        wape: asked.reduce((sum, { missed }) => sum + missed[name], 0) / flowed,
        origins: asked.length,
        weight: sketches.reduce((sum, { weights }) => sum + (weights[name] ?? 0), 0) / sketches.length,
      };
    }),
  };
}

function sumOf(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
