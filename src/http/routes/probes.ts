import { AppError } from '../../errors.ts';
import type { Route } from '../route.ts';
import { PROBE_REPLY } from '../schemas/health.ts';

const NOT_READY = 'No model serves yet, or an active one cannot be read; /models/health says which.';

/** GET /livez: restart the process when this fails. */
export const live: Route = {
  operationId: 'live',
  tag: 'health',
  summary: 'Whether the process answers',
  description: 'Answers as long as the event loop turns; depends on nothing else.',
  replies: { 200: { description: 'It does', schema: PROBE_REPLY, example: { status: 'alive' } } },
  errors: [],
  isHostFree: true,
  isUnlimited: true,
  bind: () => ({ handle: () => ({ status: 'alive' }) }),
};

/** GET /readyz: send no traffic when this fails. */
export const ready: Route = {
  operationId: 'ready',
  tag: 'health',
  summary: 'Whether to send traffic here',
  description:
    'Ready when there is a model and every active one is warm; not ready once the process is told to stop.',
  replies: { 200: { description: 'Ready', schema: PROBE_REPLY, example: { status: 'ready' } } },
  errors: ['not_ready'],
  isHostFree: true,
  isUnlimited: true,
  bind: (services) => ({
    handle(request) {
      if (request.server.lifecycle.isClosing) throw new AppError('not_ready', 'The server is closing.');
      if (!services.health.isReady()) throw new AppError('not_ready', NOT_READY);
      return { status: 'ready' };
    },
  }),
};
