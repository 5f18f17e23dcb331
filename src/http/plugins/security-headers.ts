import type { FastifyInstance } from 'fastify';

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

/** Sets {@link SECURITY_HEADERS}; a route may overwrite any of them. */
export function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(SECURITY_HEADERS);
    done();
  });
}
