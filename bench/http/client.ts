import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { watchTurns } from '../../src/http/plugins/loop-turns.ts';

/** What became of one request. */
export interface Reply {
  readonly status: number;
  /** When its last byte was there; what it then waited for this process to read it is no time of the server's. */
  readonly arrivedAt: number;
}

const waitedMs = watchTurns(() => performance.now());

/** One keep-alive connection that sends prepared requests one after the other; cheaper than any HTTP client. */
export interface Client {
  /** Resolves once the last byte of the reply is there. */
  send(request: Buffer): Promise<Reply>;
  close(): void;
}

export async function openClient(port: number): Promise<Client> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  let received = '';
  let settle: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | null = null;
  const fail = (error: Error) => settle?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));
  socket.on('data', (bytes) => {
    const arrivedAt = performance.now() - waitedMs();
    received += bytes.toString('latin1');
    const head = received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1]);
    if (received.length < head + 4 + length) return;
    const status = Number(received.slice(9, 12));
    received = '';
    settle?.resolve({ status, arrivedAt });
  });
  return {
    send(request) {
      return new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(request);
      });
    },
    close() {
      settle = null;
      socket.destroy();
    },
  };
}

/** A request as it goes over the wire. */
export function toBytes(method: string, path: string, key: string, body: unknown): Buffer {
  const json = JSON.stringify(body);
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
  );
}
