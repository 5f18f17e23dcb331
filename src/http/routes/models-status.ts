import type { Route } from '../route.ts';
import { MODELS_STATUS_REPLY } from '../schemas/models.ts';

/** GET /models/status */
export const modelsStatus: Route = {
  operationId: 'modelsStatus',
  tag: 'models',
  summary: 'Which version of each model serves, and how it did in training',
  description:
    'Versions in memory and on disk. `activated_version` differs from `active_version` until the model is reloaded.',
  replies: {
    200: {
      description: 'Every model',
      schema: MODELS_STATUS_REPLY,
      example: {
        success: true,
        ready: true,
        models: {
          category_prediction: {
            status: 'ready',
            reason: null,
            active_version: '1.0.0',
            activated_version: '1.1.0',
            newest_version: '1.1.0',
            trained_at: '2025-01-06T09:00:00.000Z',
            trained_until: '2025-01-05T18:20:00.000Z',
            rows: 12000,
            metrics: { accuracy: 0.91, macro_f1: 0.84 },
          },
        },
      },
    },
  },
  errors: ['store_unavailable'],
  bind: ({ models }) => ({ handle: async () => ({ success: true, ...(await models.status()) }) }),
};
