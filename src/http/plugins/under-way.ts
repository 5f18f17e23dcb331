import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Traffic } from '../../monitoring/traffic.ts';
import type { ConnectionLimits } from '../connection-limits.ts';

/** Requests of one connection that wait for their replies. */
interface Waiting {
  count: number;
}

/**
 * Keeps count of the requests that are being answered, and bounds those of one connection. Node.js hands over every
 * request of a connection as it is read, long before those ahead of it are answered, and keeps all their replies: some
 * megabytes of small requests would become gigabytes. Register it before what may refuse a request. What never becomes a
 * request of ours, such as a path that cannot be decoded, is answered as it is read and needs no bound.
 */
export function addUnderWay(
  app: FastifyInstance,
  traffic: Traffic,
  { unansweredMax }: Pick<ConnectionLimits, 'unansweredMax'>,
): void {
  const connections = new WeakMap<Socket, Waiting>();

  function waitingOn(socket: Socket): Waiting {
    const known = connections.get(socket);
    if (known !== undefined) return known;
    const made: Waiting = { count: 0 };
    connections.set(socket, made);
    // Replies to a connection that is gone never end.
    socket.once('close', () => {
      traffic.inFlight -= made.count;
      made.count = 0;
    });
    return made;
  }

  app.addHook('onRequest', ({ raw: { socket } }, _reply, done) => {
    // Nobody waits for an answer any more, and nothing would say when the request ends.
    if (socket.destroyed) return;
    const waiting = waitingOn(socket);
    waiting.count++;
    traffic.inFlight++;
    if (waiting.count > unansweredMax) socket.destroy();
    else done();
  });
  app.addHook('onResponse', ({ raw: { socket } }, _reply, done) => {
    const waiting = connections.get(socket);
    if (waiting !== undefined && waiting.count > 0) {
      waiting.count--;
      traffic.inFlight--;
    }
    done();
  });
}
