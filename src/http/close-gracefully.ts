import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** What changes while the app runs: whether it is being closed. */
    readonly lifecycle: { isClosing: boolean };
  }
}

/** A connection whose request ends during the close turns idle and would be kept: looked for this often. */
const IDLE_CHECK_MS = 50;

/**
 * Stops taking connections, lets requests in flight finish, and cuts what is left after `timeoutMs`. Readiness
 * turns 503 at once; with `drainMs` new requests are still answered for that long, so that load balancers notice.
 */
export async function closeGracefully(app: FastifyInstance, timeoutMs: number, drainMs = 0): Promise<void> {
  app.lifecycle.isClosing = true;
  if (drainMs > 0) await new Promise((resolve) => setTimeout(resolve, drainMs));
  const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS);
  const cut = setTimeout(() => app.server.closeAllConnections(), timeoutMs);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(cut);
  }
}
