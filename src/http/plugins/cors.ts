import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Config } from '../../config.ts';
import { RATE_LIMIT_HEADERS } from './rate-limit.ts';

const EXPOSED = [
  'X-Request-ID',
  'X-Process-Time',
  'Retry-After',
  'WWW-Authenticate',
  'Idempotency-Replayed',
  ...Object.keys(RATE_LIMIT_HEADERS),
].join(', ');
const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Type',
  'X-API-Key',
  'X-Request-ID',
  'Idempotency-Key',
  'traceparent',
].join(', ');
const ALLOWED_METHODS = 'GET, HEAD, POST, DELETE';
const MAX_AGE_SECONDS = '600';

/**
 * Lets pages of the configured origins call the API (Fetch standard). Credentials travel in headers, never in
 * cookies, so `*` is safe and no origin is ever allowed to send cookies.
 */
export function addCors(app: FastifyInstance, config: Config): void {
  const origins = new Set(config.corsOrigins);
  if (origins.size === 0) return;
  const isAny = origins.has('*');
  app.addHook('onRequest', (request, reply, done) => {
    if (!isAny) reply.header('vary', 'Origin');
    const origin = request.headers.origin;
    if (origin === undefined || !(isAny || origins.has(origin))) return done();
    reply.header('access-control-allow-origin', isAny ? '*' : origin);
    reply.header('access-control-expose-headers', EXPOSED);
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
      return done();
    }
    answerPreflight(reply);
  });
}

function answerPreflight(reply: FastifyReply): void {
  reply
    .code(204)
    .header('access-control-allow-methods', ALLOWED_METHODS)
    .header('access-control-allow-headers', ALLOWED_HEADERS)
    .header('access-control-max-age', MAX_AGE_SECONDS)
    .send();
}
