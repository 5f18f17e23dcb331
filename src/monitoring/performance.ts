import { MODEL_NAMES, type ModelName } from '../models/model.ts';
import { type LatencySummary, WINDOW_SECONDS } from './durations.ts';
import type { Monitor } from './monitor.ts';
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

/** How fast this process answers, and what it needs for it. */
export interface PerformanceReport extends RuntimeReading {
  /** Quantiles describe the requests of the last one to two windows. */
  readonly window_seconds: number;
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

/** Puts the figures of one process together. */
export function reportPerformance(
  { traffic, predictions }: Monitor,
  runtime: RuntimeReading,
  cache: { readonly entries: number; readonly entries_max: number },
): PerformanceReport {
  const routes = [...traffic.routes()].map((row) => ({ ...row, summary: row.latency.summarise() }));
  let hits = 0;
  let misses = 0;
  const models = MODEL_NAMES.map((name): [ModelName, ModelPerformance] => {
    const { phases, outcomes, cache: counts } = predictions.of(name);
    hits += counts.hits;
    misses += counts.misses;
    const route = routes.find((row) => row.model === name);
    return [
      name,
      {
        predictions: outcomes.answered + outcomes.abstained + outcomes.flagged,
        failed: outcomes.failed,
        history: phases.history.latency.summarise(),
        features: phases.features.latency.summarise(),
        model: phases.model.latency.summarise(),
        request: route?.summary ?? NOTHING,
      },
    ];
  });
  return {
    ...runtime,
    window_seconds: WINDOW_SECONDS,
    models: Object.fromEntries(models) as Record<ModelName, ModelPerformance>,
    requests: routes
      .filter(({ summary }) => summary.count > 0)
      .map(({ method, route, summary }) => ({ method, route, ...summary })),
    feature_cache: { ...cache, hits, misses, hit_ratio: hits + misses === 0 ? null : hits / (hits + misses) },
  };
}

const NOTHING: LatencySummary = {
  count: 0,
  mean_ms: null,
  p50_ms: null,
  p95_ms: null,
  p99_ms: null,
  max_ms: null,
};
