import type { Route } from '../route.ts';
import { PERFORMANCE_REPLY } from '../schemas/performance.ts';

const NOTHING = { count: 0, mean_ms: null, p50_ms: null, p95_ms: null, p99_ms: null, max_ms: null };
const SOME = { count: 240, mean_ms: 0.41, p50_ms: 0.38, p95_ms: 0.62, p99_ms: 1.21, max_ms: 3.4 };

/** GET /models/performance */
export const modelsPerformance: Route = {
  operationId: 'modelsPerformance',
  tag: 'models',
  summary: 'How fast answers are, and what they cost',
  description:
    'Quantiles of history, features, model and whole requests, the feature cache, memory (added up) and event loop (the slowest) of the processes at this port. Predictions in batches count with their model, their requests with their own route.',
  replies: {
    200: {
      description: 'The figures',
      schema: PERFORMANCE_REPLY,
      example: {
        success: true,
        uptime_seconds: 3600.5,
        processes: 1,
        window_seconds: 300,
        models: {
          category_prediction: {
            predictions: 240,
            failed: 0,
            history: NOTHING,
            features: { ...SOME, mean_ms: 0.04, p50_ms: 0.03, p95_ms: 0.06, p99_ms: 0.11, max_ms: 0.9 },
            model: { ...SOME, mean_ms: 0.03, p50_ms: 0.02, p95_ms: 0.05, p99_ms: 0.09, max_ms: 0.4 },
            request: SOME,
          },
        },
        requests: [{ method: 'POST', route: '/predict/category', ...SOME }],
        feature_cache: { entries: 120, entries_max: 6144, hits: 120, misses: 120, hit_ratio: 0.5 },
        memory: {
          rss_bytes: 120000000,
          heap_used_bytes: 30000000,
          heap_total_bytes: 45000000,
          external_bytes: 20000000,
        },
        event_loop_delay: { p50_ms: 0.1, p99_ms: 1.2, max_ms: 8.5 },
      },
    },
  },
  errors: [],
  bind: ({ models }) => ({ handle: async () => ({ success: true, ...(await models.performance()) }) }),
};
