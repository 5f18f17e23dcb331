import type { LatencySummary } from '../../monitoring/durations.ts';
import type { ModelPerformance, PerformanceReport, RoutePerformance } from '../../monitoring/performance.ts';
import { closedObject, type JsonSchema } from './json-schema.ts';
import type { Succeeded } from './models.ts';

const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
const AMOUNT: JsonSchema = { type: 'number', minimum: 0 };
const MS: JsonSchema = { type: ['number', 'null'], minimum: 0 };
const QUANTILE: JsonSchema = { ...MS, description: 'Within 2 %; null without requests' };

const LATENCY_PROPERTIES: Readonly<Record<keyof LatencySummary, JsonSchema>> = {
  count: COUNT,
  mean_ms: MS,
  p50_ms: QUANTILE,
  p95_ms: QUANTILE,
  p99_ms: QUANTILE,
  max_ms: MS,
};
const LATENCY = closedObject<LatencySummary>('Latency', LATENCY_PROPERTIES);

/** Reply of GET /models/performance. */
export const PERFORMANCE_REPLY = closedObject<Succeeded<PerformanceReport>>('Performance', {
  success: { type: 'boolean' },
  uptime_seconds: AMOUNT,
  processes: { ...COUNT, minimum: 1, description: 'Processes whose figures these are' },
  window_seconds: { ...AMOUNT, description: 'Latencies are those of the last one to two such windows' },
  models: {
    type: 'object',
    description: 'By registry name',
    additionalProperties: closedObject<ModelPerformance>('ModelPerformance', {
      predictions: COUNT,
      failed: COUNT,
      history: LATENCY,
      features: LATENCY,
      model: LATENCY,
      request: LATENCY,
    }),
  },
  requests: {
    type: 'array',
    description: 'Routes that were asked lately, from a request being received to its reply being sent',
    items: closedObject<RoutePerformance>('RoutePerformance', {
      method: { type: 'string' },
      route: { type: 'string', description: 'Its template' },
      ...LATENCY_PROPERTIES,
    }),
  },
  feature_cache: closedObject<PerformanceReport['feature_cache']>('FeatureCache', {
    entries: COUNT,
    entries_max: COUNT,
    hits: COUNT,
    misses: COUNT,
    hit_ratio: { type: ['number', 'null'], minimum: 0, maximum: 1, description: 'Since the start' },
  }),
  memory: closedObject<PerformanceReport['memory']>('Memory', {
    rss_bytes: COUNT,
    heap_used_bytes: COUNT,
    heap_total_bytes: COUNT,
    external_bytes: COUNT,
  }),
  event_loop_delay: closedObject<PerformanceReport['event_loop_delay']>('EventLoopDelay', {
    p50_ms: AMOUNT,
    p99_ms: AMOUNT,
    max_ms: AMOUNT,
  }),
});
