import { createServer } from 'node:net';
import { type Config, isLoopback } from '../config.ts';
import { AppError, type ErrorPlace } from '../errors.ts';

/**
 * Rejects with `config_invalid` when the address cannot be had: nobody should wait for a training only to hear that
 * the port is taken, and processes that share a port would otherwise share it with a stranger of their own kind.
 */
export async function requirePort(config: Config): Promise<void> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen(config.port, config.host, resolve);
    });
  } catch (error) {
    throw translateListenFailure(error, config);
  }
  await new Promise((resolve) => probe.close(resolve));
}

const LISTEN_FAULTS: Readonly<Record<string, (config: Config) => ErrorPlace>> = {
  EADDRINUSE: ({ port, host }) => ({
    pointer: 'TITANS_PORT',
    detail: `${port} on ${host} is already in use; stop the program that has it or choose another port`,
  }),
  EACCES: ({ port }) => ({ pointer: 'TITANS_PORT', detail: `${port} may not be opened by this user` }),
  EADDRNOTAVAIL: ({ host }) => ({ pointer: 'TITANS_HOST', detail: `${host} is no address of this machine` }),
  ENOTFOUND: ({ host }) => ({ pointer: 'TITANS_HOST', detail: `${host} is not known` }),
  EAI_AGAIN: ({ host }) => ({ pointer: 'TITANS_HOST', detail: `${host} cannot be looked up now` }),
};

/** What keeps an address from being opened, in the words of the settings; other errors stay what they are. */
export function translateListenFailure(error: unknown, config: Config): unknown {
  const fault = LISTEN_FAULTS[(error as NodeJS.ErrnoException).code ?? '']?.(config);
  if (fault === undefined) return error;
  return new AppError('config_invalid', `${fault.pointer} ${fault.detail}`, {
    errors: [fault],
    cause: error,
  });
}

/** Under which address a person on this machine reaches a server that listens on `host`. */
export function reachableUrl(host: string, port: number): string {
  const name =
    host === '0.0.0.0' || host === '::' || isLoopback(host)
      ? 'localhost'
      : host.includes(':')
        ? `[${host}]`
        : host;
  return `http://${name}:${port}`;
}
