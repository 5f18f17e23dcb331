import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** A connection on which a test writes what no HTTP client would. */
export interface RawSocket {
  readonly socket: Socket;
  /** All that came back so far. */
  text(): string;
  /** Resolves once the other side has closed. */
  readonly closed: Promise<unknown>;
}

/** Connects to an app that listens. */
export async function connectRaw(app: FastifyInstance): Promise<RawSocket> {
  const { port } = app.server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (piece) => {
    text += piece;
  });
  // A reset is a way to close, and not an error as it would be to `once`.
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  return { socket, text: () => text, closed };
}

/** Sends bytes and gives back all that is answered until the app closes the connection. */
export async function sendUntilClosed(app: FastifyInstance, bytes: string): Promise<string> {
  const raw = await connectRaw(app);
  raw.socket.write(bytes);
  await raw.closed;
  return raw.text();
}

/** Sends a piece now and then, until the app closes the connection, and gives back all that is answered. */
export async function drip(app: FastifyInstance, start: string, piece: string): Promise<string> {
  const raw = await connectRaw(app);
  raw.socket.write(start);
  const dripping = setInterval(() => raw.socket.write(piece), 10);
  await raw.closed;
  clearInterval(dripping);
  return raw.text();
}
