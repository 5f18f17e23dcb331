import type { Route } from '../route.ts';

/** GET /: a person who opens the address lands on the documentation. */
export const home: Route = {
  operationId: 'home',
  tag: 'documentation',
  summary: 'Redirect to the documentation',
  description: 'Leads to /docs.',
  replies: { 302: { description: 'See Location', headers: { Location: 'Where the documentation is' } } },
  errors: [],
  bind: () => ({ handle: (_request, reply) => reply.redirect('docs', 302) }),
};
