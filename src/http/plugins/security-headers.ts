import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config.ts';

/** For a year a browser that was here by https comes by nothing else (RFC 6797). */
const TRANSPORT_SECURITY = 'max-age=31536000';

/**
 * What every reply carries. The policy allows nothing at all, because JSON needs nothing; a page replaces it by
 * {@link PAGE_POLICY}.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

const PAGE_RULES: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

function writePolicy(rules: Readonly<Record<string, string>>): string {
  return Object.entries(rules)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
}

/** Policy of a page made of files of this server only: no inline script or style, no other host. */
export const PAGE_POLICY = writePolicy(PAGE_RULES);

/** {@link PAGE_POLICY} for a page whose library writes styles as it runs and searches in a worker it makes itself. */
export const STYLED_PAGE_POLICY = writePolicy({
  ...PAGE_RULES,
  'style-src': "'self' 'unsafe-inline'",
  'worker-src': 'blob:',
});

/**
 * Sets {@link SECURITY_HEADERS}; a route may overwrite any of them. Behind a trusted proxy that was reached by https,
 * which alone can know, the reply also asks to be reached by https from now on.
 */
export function addSecurityHeaders(app: FastifyInstance, { trustedProxies }: Config): void {
  const hasProxies = trustedProxies.length > 0;
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(SECURITY_HEADERS);
    if (hasProxies && request.protocol === 'https') {
      reply.header('strict-transport-security', TRANSPORT_SECURITY);
    }
    done();
  });
}
