import type { Route } from '../route.ts';
import { MODELS_HEALTH_REPLY } from '../schemas/models.ts';

/** GET /models/health */
export const modelsHealth: Route = {
  operationId: 'modelsHealth',
  tag: 'models',
  summary: 'Whether each model serves, and why not',
  description: 'Always 200: `status` tells. /readyz is what a load balancer asks.',
  replies: {
    200: {
      description: 'Every model',
      schema: MODELS_HEALTH_REPLY,
      example: {
        success: true,
        status: 'degraded',
        ready: false,
        models: {
          category_prediction: { status: 'ready', version: '1.0.0', reason: null },
          amount_prediction: {
            status: 'broken',
            version: null,
            reason: 'amount_prediction 1.0.0 cannot be used: model.safetensors is missing.',
          },
        },
      },
    },
  },
  errors: [],
  bind: ({ models }) => ({ handle: () => ({ success: true, ...models.health() }) }),
};
