import { METRICS_MEDIA_TYPE } from '../../monitoring/metrics.ts';
import type { Route } from '../route.ts';

/** GET /metrics */
export const metrics: Route = {
  operationId: 'metrics',
  tag: 'monitoring',
  summary: 'Every figure for Prometheus',
  description:
    'The Prometheus text format: requests and predictions by duration, outcomes, the feature cache, models, the process. docs/metrics.md lists every series. Figures are those of all processes at this port together.',
  replies: { 200: { description: 'The series', mediaType: 'text/plain' } },
  errors: [],
  isUnlimited: true,
  bind: ({ metrics: write }) => ({
    handle: async (_request, reply) => {
      reply.type(METRICS_MEDIA_TYPE);
      return write();
    },
  }),
};
