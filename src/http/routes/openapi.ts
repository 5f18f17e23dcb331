import { describeApi } from '../openapi.ts';
import type { Route } from '../route.ts';

/** GET /openapi.json: made once, from the table of routes, when it is first asked for. */
export const openapi: Route = {
  operationId: 'openapi',
  tag: 'documentation',
  summary: 'This document',
  description: 'OpenAPI 3.1.',
  replies: { 200: { description: 'The document', mediaType: 'application/json' } },
  errors: [],
  bind(services, routes) {
    let text: string | null = null;
    return {
      handle(_request, reply) {
        text ??= JSON.stringify(describeApi(routes, services.version));
        return reply.type('application/json; charset=utf-8').send(text);
      },
    };
  },
};
