import type { LogHistogram } from '../kernels/stats/log-histogram.ts';
import { MODEL_NAMES, type ModelName } from '../models/model.ts';
import { type LatencySummary, summariseLatency, WINDOW_SECONDS } from './durations.ts';
import type { Monitor } from './monitor.ts';
import type { Outcome, Phase } from './predictions.ts';
import type { RuntimeReading } from './runtime.ts';

/** How one model did lately. */
export interface ModelPerformance {
  readonly predictions: number;
  readonly failed: number;
  /** Reading the account's past, where it was read. */
  readonly history: LatencySummary;
  readonly features: LatencySummary;
  readonly model: LatencySummary;
  /** Requests of the model's own route, from received to sent. */
  readonly request: LatencySummary;
}

/** How one route did lately. */
export interface RoutePerformance extends LatencySummary {
  readonly method: string;
  readonly route: string;
}

/** How fast answers are, and what they need. */
export interface PerformanceReport extends RuntimeReading {
  /** Quantiles describe the requests of the last one to two windows. */
  readonly window_seconds: number;
  /** Processes whose figures these are. */
  readonly processes: number;
  readonly models: Readonly<Record<ModelName, ModelPerformance>>;
  /** Routes that were asked within the window. */
  readonly requests: readonly RoutePerformance[];
  readonly feature_cache: {
    readonly entries: number;
    readonly entries_max: number;
    readonly hits: number;
    readonly misses: number;
    /** Since the start; null before the first prediction. */
    readonly hit_ratio: number | null;
  };
}

/** The figures of one process, as plain data: they can be sent to another and added up there. */
export interface PerformanceReading {
  readonly runtime: RuntimeReading;
  readonly cache: { readonly entries: number; readonly entries_max: number };
  readonly models: Readonly<
    Record<
      ModelName,
      {
        readonly outcomes: Readonly<Record<Outcome, number>>;
        readonly cache: { readonly hits: number; readonly misses: number };
        readonly phases: Readonly<Record<Phase, LogHistogram>>;
      }
    >
  >;
  readonly routes: readonly {
    readonly method: string;
    readonly route: string;
    readonly model: string | null;
    readonly latency: LogHistogram;
  }[];
}

/** Reads the figures of this process. */
export function readPerformance(
  { traffic, predictions }: Monitor,
  runtime: RuntimeReading,
  cache: PerformanceReading['cache'],
): PerformanceReading {
  const models = MODEL_NAMES.map((name) => {
    const { phases, outcomes, cache: counts } = predictions.of(name);
    const { history, features, model } = phases;
    const read = {
      history: history.latency.read(),
      features: features.latency.read(),
      model: model.latency.read(),
    };
    return [name, { outcomes, cache: counts, phases: read }];
  });
  return {
    runtime,
    cache,
    models: Object.fromEntries(models),
    routes: [...traffic.routes()].map(({ method, route, model, latency }) => ({
      method,
      route,
      model,
      latency: latency.read(),
    })),
  };
}

/** Puts the figures of one process or several together. */
export function reportPerformance(all: readonly PerformanceReading[]): PerformanceReport {
  const routes = all[0].routes.map(({ method, route, model }) => {
    const windows = all.flatMap((one) =>
      one.routes.filter((row) => row.method === method && row.route === route).map(({ latency }) => latency),
    );
    return { method, route, model, summary: summariseLatency(windows) };
  });
  const models = MODEL_NAMES.map((name): [ModelName, ModelPerformance] => {
    const counts = all.map((one) => one.models[name]);
    const phase = (of: Phase) => summariseLatency(counts.map(({ phases }) => phases[of]));
    return [
      name,
      {
        predictions: sum(
          counts,
          ({ outcomes: { answered, abstained, flagged } }) => answered + abstained + flagged,
        ),
        failed: sum(counts, ({ outcomes }) => outcomes.failed),
        history: phase('history'),
        features: phase('features'),
        model: phase('model'),
        request: routes.find((row) => row.model === name)?.summary ?? summariseLatency([]),
      },
    ];
  });
  const perModel = all.flatMap((one) => MODEL_NAMES.map((name) => one.models[name].cache));
  const hits = sum(perModel, (counts) => counts.hits);
  const misses = sum(perModel, (counts) => counts.misses);
  return {
    ...addUpRuntimes(all.map(({ runtime }) => runtime)),
    processes: all.length,
    window_seconds: WINDOW_SECONDS,
    models: Object.fromEntries(models) as Record<ModelName, ModelPerformance>,
    requests: routes
      .filter(({ summary }) => summary.count > 0)
      .map(({ method, route, summary }) => ({ method, route, ...summary })),
    feature_cache: {
      entries: sum(all, ({ cache }) => cache.entries),
      entries_max: sum(all, ({ cache }) => cache.entries_max),
      hits,
      misses,
      hit_ratio: hits + misses === 0 ? null : hits / (hits + misses),
    },
  };
}

/** Memory adds up; of times the longest is told. */
function addUpRuntimes(all: readonly RuntimeReading[]): RuntimeReading {
  const longest = (pick: (one: RuntimeReading) => number) => Math.max(...all.map(pick));
  return {
    uptime_seconds: longest((one) => one.uptime_seconds),
    memory: {
      rss_bytes: sum(all, ({ memory }) => memory.rss_bytes),
      heap_used_bytes: sum(all, ({ memory }) => memory.heap_used_bytes),
      heap_total_bytes: sum(all, ({ memory }) => memory.heap_total_bytes),
      external_bytes: sum(all, ({ memory }) => memory.external_bytes),
    },
    event_loop_delay: {
      p50_ms: longest((one) => one.event_loop_delay.p50_ms),
      p99_ms: longest((one) => one.event_loop_delay.p99_ms),
      max_ms: longest((one) => one.event_loop_delay.max_ms),
    },
  };
}

function sum<Item>(items: readonly Item[], pick: (item: Item) => number): number {
  return items.reduce((total, item) => total + pick(item), 0);
}
