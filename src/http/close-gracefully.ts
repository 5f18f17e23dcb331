import { Server } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** What changes while the app runs. */
    readonly lifecycle: Lifecycle;
  }
}

/** Whether the app is being closed, and what requests have to wait for before they are looked at, if anything. */
interface Lifecycle {
  isClosing: boolean;
  portClosing: Promise<void> | null;
}

/** A connection whose request ends during the close turns idle and would be kept: looked for this often. */
const IDLE_CHECK_MS = 50;

/**
 * How long kept connections are still read after the port was closed. What a client had sent by then lies in the
 * kernel and is not seen yet: closing such a connection as idle would lose its request.
 */
const LINGER_MS = 100;

/** After that long without a new connection none waits: a client that was answered just before has come back by then. */
const QUIET_MS = 25;
const QUIET_CHECK_MS = 5;
/** Connections may come faster than they are taken; the port is closed all the same. */
const TAKING_MS_MAX = 1000;

/**
 * Every reply from the close on asks its client to open no second request on the connection. Register it before what
 * takes time.
 */
export function addClosing(app: FastifyInstance): void {
  const lifecycle: Lifecycle = { isClosing: false, portClosing: null };
  app.decorate('lifecycle', lifecycle);
  app.addHook('onRequest', (_request, reply, done) => {
    if (lifecycle.isClosing) reply.header('connection', 'close');
    if (lifecycle.portClosing === null) done();
    else void lifecycle.portClosing.then(() => done());
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
  if (app.server.listening) await closePort(app);
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
 * Closes the port once no connection waits in the kernel to be taken: closing resets those, though their requests may
 * have been received. They are taken one a turn, and clients who are answered come back with new ones; so nobody is
 * answered until the port is closed, some milliseconds later.
 */
async function closePort(app: FastifyInstance): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  app.lifecycle.portClosing = promise;
  try {
    await untilNoneWaits(app.server);
    // The close of an HTTP server also ends idle connections at once; that of its parent only closes the port.
    Server.prototype.close.call(app.server);
  } finally {
    app.lifecycle.portClosing = null;
    resolve();
  }
}

async function untilNoneWaits(server: Server): Promise<void> {
  const startedAt = performance.now();
  let latestAt = startedAt;
  const note = () => {
    latestAt = performance.now();
  };
  server.on('connection', note);
  let now = startedAt;
  while (now - latestAt < QUIET_MS && now - startedAt < TAKING_MS_MAX) {
    await pause(QUIET_CHECK_MS);
    // A process that could not run for a while sees its timers before the connections that came meanwhile.
    await nextTurn();
    now = performance.now();
  }
  server.off('connection', note);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
