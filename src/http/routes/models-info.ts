import type { Route } from '../route.ts';
import { MODEL_INFO_REPLY, MODEL_PARAM } from '../schemas/models.ts';

/** GET /models/{model}/info */
export const modelsInfo: Route = {
  operationId: 'modelsInfo',
  tag: 'models',
  summary: 'What is known of the version that serves',
  description:
    'When it was trained, on what, how it did against its baselines, with which parameters and features, and its file.',
  params: { model: MODEL_PARAM },
  replies: {
    200: {
      description: 'The version that serves',
      schema: MODEL_INFO_REPLY,
      example: {
        success: true,
        model: 'category_prediction',
        version: '1.0.0',
        format: 1,
        trained_at: '2025-01-06T09:00:00.000Z',
        trained_until: '2025-01-05T18:20:00.000Z',
        rows: 12000,
        seed: 1,
        metrics: { accuracy: 0.91, macro_f1: 0.84 },
        baselines: { majority: { accuracy: 0.21 }, text_alone: { accuracy: 0.88 } },
        beats_baseline: true,
        parameters: { trees: 100, min_samples_leaf: 2 },
        features: ['hour', 'amount_log'],
        features_hidden: [],
        classes: 16,
        bytes: 8123456,
        sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        node_version: 'v24.0.0',
      },
    },
  },
  errors: ['model_not_found', 'model_not_loaded'],
  bind: ({ models }) => ({
    handle: async (request) => {
      const { model } = request.params as { model: string };
      return { success: true, ...(await models.info(model)) };
    },
  }),
};
