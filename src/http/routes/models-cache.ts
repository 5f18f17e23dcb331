import type { Route } from '../route.ts';
import { CACHE_REPLY } from '../schemas/models.ts';
import { NO_BODY_ERRORS, requireNoBody } from '../schemas/no-body.ts';

/** DELETE /models/cache */
export const modelsCache: Route = {
  operationId: 'modelsCacheClear',
  tag: 'models',
  summary: 'Drop all kept features',
  description:
    'The next prediction makes its features anew. Answers never depend on the cache; this frees its memory and makes measurements start from nothing.',
  replies: {
    200: { description: 'The cache is empty', schema: CACHE_REPLY, example: { success: true, cleared: 128 } },
  },
  errors: [...NO_BODY_ERRORS],
  bind: ({ models }) => ({
    handle: async (request) => {
      requireNoBody(request.body);
      return { success: true, ...(await models.clearCache()) };
    },
  }),
};
