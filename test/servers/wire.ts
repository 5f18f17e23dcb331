import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP connection to somewhere else that can be cut or go silent, as networks do. */
export interface Wire {
  readonly port: number;
  /** Nothing passes any more, in either direction, and nobody is told; new connections are accepted and stay silent. */
  freeze(): void;
  /** Lets everything pass again, also what was held back. */
  thaw(): void;
  close(): Promise<void>;
}

/** Forwards connections on a free port of this machine to `port`. */
export async function openWire(port: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      sockets.add(from);
      from.on('data', (bytes) => to.write(bytes));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (isFrozen) from.pause();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    freeze() {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      isFrozen = false;
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
