import { AggregatorRegistry, collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import { MODEL_NAMES, type ModelName } from '../models/model.ts';
import { DURATION_BOUNDS, type DurationCounts } from './durations.ts';
import type { Monitor } from './monitor.ts';
import { OUTCOMES, PHASES } from './predictions.ts';

/** What the series are read from when they are asked for. */
export interface MetricSources {
  readonly version: string;
  readonly monitor: Monitor;
  /** Whether a model serves. */
  readonly isServing: (model: ModelName) => boolean;
  readonly cacheEntries: () => number;
  /** Whether processes count limits each for itself because Redis is away. */
  readonly isLimitDegraded: () => boolean;
}

type Labels = Readonly<Record<string, string | number>>;

/** One number of a series, or the durations of a histogram. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number | DurationCounts;
}

/** One row of METRICS. */
export interface MetricRow {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** What several processes say together; their sum by default. */
  readonly together?: 'first' | 'min' | 'max';
  readonly read: (sources: MetricSources) => Iterable<Sample>;
}

/** THE table of series of our own; those of the process and of Node.js are prom-client's. */
export const METRICS: readonly MetricRow[] = [
  {
    name: 'titans_build_info',
    type: 'gauge',
    help: 'Always 1; the version of the program is its label.',
    labels: ['version'],
    together: 'first',
    read: ({ version }) => [{ labels: { version }, value: 1 }],
  },
  {
    name: 'titans_http_request_duration_seconds',
    type: 'histogram',
    help: 'Time from a request being received to its reply being sent, by template of the route.',
    labels: ['method', 'route', 'status'],
    *read({ monitor }) {
      for (const { method, route, byStatus } of monitor.traffic.routes()) {
        for (const [status, value] of byStatus) yield { labels: { method, route, status }, value };
      }
    },
  },
  {
    name: 'titans_http_requests_in_flight',
    type: 'gauge',
    help: 'Requests being answered now.',
    labels: [],
    read: ({ monitor }) => [{ labels: {}, value: monitor.traffic.inFlight }],
  },
  {
    name: 'titans_prediction_duration_seconds',
    type: 'histogram',
    help: "Time a phase of a prediction took: reading the account's history, making the features, the model's answer.",
    labels: ['model', 'phase'],
    read: ({ monitor }) =>
      MODEL_NAMES.flatMap((model) =>
        PHASES.map((phase) => ({
          labels: { model, phase },
          value: monitor.predictions.of(model).phases[phase].durations,
        })),
      ),
  },
  {
    name: 'titans_predictions_total',
    type: 'counter',
    help: 'Predictions by how they ended: answered, abstained or flagged (answers too), failed.',
    labels: ['model', 'outcome'],
    read: ({ monitor }) =>
      MODEL_NAMES.flatMap((model) =>
        OUTCOMES.map((outcome) => ({
          labels: { model, outcome },
          value: monitor.predictions.of(model).outcomes[outcome],
        })),
      ),
  },
  {
    name: 'titans_feature_cache_hits_total',
    type: 'counter',
    help: 'Predictions whose features were in the cache.',
    labels: ['model'],
    read: ({ monitor }) => perModel((model) => monitor.predictions.of(model).cache.hits),
  },
  {
    name: 'titans_feature_cache_misses_total',
    type: 'counter',
    help: 'Predictions whose features had to be made.',
    labels: ['model'],
    read: ({ monitor }) => perModel((model) => monitor.predictions.of(model).cache.misses),
  },
  {
    name: 'titans_feature_cache_entries',
    type: 'gauge',
    help: 'Features in the cache, over all models.',
    labels: [],
    read: ({ cacheEntries }) => [{ labels: {}, value: cacheEntries() }],
  },
  {
    name: 'titans_models_ready',
    type: 'gauge',
    help: 'Models that serve.',
    labels: [],
    together: 'min',
    read: ({ isServing }) => [{ labels: {}, value: MODEL_NAMES.filter(isServing).length }],
  },
  {
    name: 'titans_model_ready',
    type: 'gauge',
    help: 'Whether a model serves: 1 or 0.',
    labels: ['model'],
    together: 'min',
    read: ({ isServing }) => perModel((model) => Number(isServing(model))),
  },
  {
    name: 'titans_rate_limit_degraded',
    type: 'gauge',
    help: 'Whether Redis is away, so that each process limits its share by itself: 1 or 0.',
    labels: [],
    read: ({ isLimitDegraded }) => [{ labels: {}, value: Number(isLimitDegraded()) }],
  },
  {
    name: 'titans_model_reloads_total',
    type: 'counter',
    help: 'Reloads asked for over HTTP by how they ended; after a refused one the old version serves on.',
    labels: ['model', 'outcome'],
    read: ({ monitor }) =>
      MODEL_NAMES.flatMap((model) => {
        const { reloaded, refused } = monitor.predictions.of(model).reloads;
        return [
          { labels: { model, outcome: 'reloaded' }, value: reloaded },
          { labels: { model, outcome: 'refused' }, value: refused },
        ];
      }),
  },
  {
    name: 'titans_access_failures_total',
    type: 'counter',
    help: 'Times that keys and revocations could not be read again (reload), or what is over not be deleted (upkeep).',
    labels: ['work'],
    read: ({ monitor }) =>
      Object.entries(monitor.access.failures).map(([work, value]) => ({ labels: { work }, value })),
  },
  {
    name: 'titans_refresh_replays_total',
    type: 'counter',
    help: 'Refresh tokens used again after their grace; each ended its family, because two parties held the token.',
    labels: [],
    read: ({ monitor }) => [{ labels: {}, value: monitor.access.replays }],
  },
];

function perModel(read: (model: ModelName) => number): Sample[] {
  return MODEL_NAMES.map((model) => ({ labels: { model }, value: read(model) }));
}

/** Media type of {@link createMetrics}' text: the Prometheus text format. */
export const METRICS_MEDIA_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** Every series of one process, as plain data. */
export type MetricsReading = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** Returns what reads every series of this process, prom-client's included. */
export function createMetrics(sources: MetricSources): () => Promise<MetricsReading> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const row of METRICS) registry.registerMetric(asMetric(row, sources));
  return () => registry.getMetricsAsJSON();
}

/** Writes the series of one process, or of several put together, in the Prometheus text format. */
export function writeMetrics(all: readonly MetricsReading[]): Promise<string> {
  const registry = new Registry();
  if (all.length > 1) return AggregatorRegistry.aggregate([...all]).metrics();
  for (const metric of all[0]) registry.registerMetric({ ...metric, get: async () => metric } as never);
  return registry.metrics();
}

/**
 * A row as prom-client's registry wants it, which asks a metric for its name and for `get()`. Values are read when they
 * are asked for, so that a request pays for adding to a number and not for labels.
 */
function asMetric({ name, type, help, together, read }: MetricRow, sources: MetricSources): Metric {
  const get = async () => ({
    name,
    help,
    type,
    aggregator: together ?? 'sum',
    values: Array.from(read(sources)).flatMap(({ labels, value }) =>
      typeof value === 'number' ? [{ labels, value }] : histogramLines(name, labels, value),
    ),
  });
  return { name, get } as unknown as Metric;
}

function histogramLines(name: string, labels: Labels, { buckets, sumSeconds }: DurationCounts) {
  let count = 0;
  const lines = Array.from(buckets, (found, bucket) => {
    count += found;
    return {
      metricName: `${name}_bucket`,
      labels: { ...labels, le: DURATION_BOUNDS[bucket] ?? '+Inf' },
      value: count,
    };
  });
  return [
    ...lines,
    { metricName: `${name}_sum`, labels, value: sumSeconds },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
