import { Server } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
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
 * How long kept connections are still read after the port was closed. What a client had sent by then lies in the
 * kernel and is not seen yet: closing such a connection as idle would lose its request.
 */
const LINGER_MS = 100;

/** Connections that can wait in the kernel to be taken: the default of Node.js. */
const WAITING_MAX = 511;
/** Turns of the event loop without a new connection after which none waits. */
const QUIET_TURNS = 2;

/** Every reply from now on asks its client to open no second request on the connection. */
export function addClosing(app: FastifyInstance): void {
  app.decorate('lifecycle', { isClosing: false });
  app.addHook('onRequest', (_request, reply, done) => {
    if (app.lifecycle.isClosing) reply.header('connection', 'close');
    done();
  });
}

/**
 * Stops taking connections, answers every request received until then, and cuts what is left after `timeoutMs`.
 * Readiness turns 503 at once; with `drainMs` new connections are still taken for that long, so that load balancers
 * notice.
 */
export async function closeGracefully(app: FastifyInstance, timeoutMs: number, drainMs = 0): Promise<void> {
  app.lifecycle.isClosing = true;
  if (drainMs > 0) await pause(drainMs);
  const cut = setTimeout(() => app.server.closeAllConnections(), timeoutMs);
  if (app.server.listening) await takeWaiting(app.server);
  // The close of an HTTP server also ends idle connections at once; that of its parent only closes the port.
  if (app.server.listening) Server.prototype.close.call(app.server);
  await pause(Math.min(LINGER_MS, timeoutMs));
  const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(cut);
  }
}

/**
 * Takes the connections that wait in the kernel: closing the port resets them, though their requests may have been
 * received. They are taken in the order of their arrival, one a turn, so as many as can wait are all that were there.
 */
async function takeWaiting(server: Server): Promise<void> {
  let taken = 0;
  let quietTurns = 0;
  const count = () => {
    taken++;
    quietTurns = 0;
  };
  server.on('connection', count);
  while (quietTurns < QUIET_TURNS && taken <= WAITING_MAX) {
    quietTurns++;
    await nextTurn();
  }
  server.off('connection', count);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
