import type { Route } from '../route.ts';
import { MODEL_PARAM, RELOAD_REPLY } from '../schemas/models.ts';
import { NO_BODY_ERRORS, requireNoBody } from '../schemas/no-body.ts';

const HOW =
  'Loads the activated version beside the one that serves, verifies and warms it, and only then lets it serve: requests in flight keep theirs. A bad artifact is refused with 409 and a reason; the old version serves on.';

/** POST /models/{model}/reload */
export const modelsReload: Route = {
  operationId: 'modelsReload',
  tag: 'models',
  summary: 'Load the activated version of one model',
  description: HOW,
  params: { model: MODEL_PARAM },
  replies: {
    200: {
      description: 'The version that serves now',
      schema: RELOAD_REPLY,
      example: {
        success: true,
        reloaded: 1,
        missing: 0,
        models: {
          category_prediction: {
            status: 'ready',
            version: '1.1.0',
            previous_version: '1.0.0',
            reason: null,
          },
        },
      },
    },
  },
  errors: [...NO_BODY_ERRORS, 'model_not_found', 'model_not_loaded', 'artifact_invalid', 'store_unavailable'],
  bind: ({ models }) => ({
    handle: async (request) => {
      requireNoBody(request.body);
      const { model } = request.params as { model: string };
      return { success: true, ...(await models.reload(model)) };
    },
  }),
};

/** POST /models/reload-all */
export const modelsReloadAll: Route = {
  operationId: 'modelsReloadAll',
  tag: 'models',
  summary: 'Load the activated version of every model',
  description: `${HOW} Models that are sound are reloaded even when another is refused; \`errors\` then names each one that was.`,
  replies: {
    200: {
      description: 'The versions that serve now',
      schema: RELOAD_REPLY,
      example: {
        success: true,
        reloaded: 1,
        missing: 1,
        models: {
          category_prediction: {
            status: 'ready',
            version: '1.1.0',
            previous_version: '1.0.0',
            reason: null,
          },
          amount_prediction: {
            status: 'missing',
            version: null,
            previous_version: null,
            reason: 'No version of amount_prediction is active.',
          },
        },
      },
    },
  },
  errors: [...NO_BODY_ERRORS, 'artifact_invalid', 'store_unavailable'],
  bind: ({ models }) => ({
    handle: async (request) => {
      requireNoBody(request.body);
      return { success: true, ...(await models.reloadAll()) };
    },
  }),
};
