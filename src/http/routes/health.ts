import type { Route } from '../route.ts';
import { HEALTH_REPLY, type HealthReply } from '../schemas/health.ts';

/** GET /health */
export const health: Route = {
  operationId: 'health',
  tag: 'health',
  summary: 'Version, uptime and models',
  description:
    'Says that the process serves, since when, and which models it holds. See /readyz for readiness.',
  replies: {
    200: {
      description: 'The process serves',
      schema: HEALTH_REPLY,
      example: {
        status: 'healthy',
        version: '0.1.0',
        uptime_seconds: 12.5,
        models: { category_prediction: { status: 'ready', version: '1.0.0' } },
      },
    },
  },
  errors: [],
  isUnlimited: true,
  bind(services) {
    const startedAt = services.clock();
    return {
      handle: (): HealthReply => ({
        status: 'healthy',
        version: services.version,
        uptime_seconds: Math.max(0, services.clock() - startedAt) / 1000,
        models: services.health.models(),
      }),
    };
  },
};
