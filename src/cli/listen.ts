import { setTimeout as pause } from 'node:timers/promises';
import { warnOfKeys } from '../access/api-keys.ts';
import { AppError } from '../errors.ts';
import { buildApp } from '../http/app.ts';
import { closeGracefully } from '../http/close-gracefully.ts';
import { createLogger } from '../http/logger.ts';
import type { Services } from '../services.ts';
import type { Io } from './io.ts';
import { isServing, runProcesses, sharedPortOptions, tellListening } from './processes.ts';
import { reachableUrl, translateListenFailure } from './require-port.ts';
import { readVersion } from './version.ts';

/** How long requests in flight may take to finish once the server was told to stop. */
const CLOSE_TIMEOUT_MS = 10_000;
const WATCH_PAUSE_MS = 1000;

export interface ListenOptions {
  /** Follow activations done by other processes. */
  readonly isWatching: boolean;
  /** Whether the registry was loaded already. */
  readonly isLoaded?: boolean;
  /** Called once requests are answered, with the address to reach the server under. */
  readonly onListening?: (url: string) => void;
}

/**
 * Serves the API until `io.signal` is aborted, in this process or in as many as the settings ask for, then closes
 * gracefully. Resolves to the exit status. Rejects with `config_invalid` when the address cannot be had.
 */
export async function listenUntilStopped(
  io: Io,
  services: Services,
  options: ListenOptions,
): Promise<number> {
  if (!isServing(services.config)) return runProcesses(io, services.config, options.onListening);
  await listen(io, services, options);
  return 0;
}

/** Models are loaded and warm before the port opens. */
async function listen(io: Io, services: Services, options: ListenOptions): Promise<void> {
  const { config, registry } = services;
  const logger = createLogger(config.logLevel);
  for (const warning of warnOfKeys(config)) logger.warn(warning);
  if (!options.isLoaded) await registry.load();
  for (const [model, { status, reason }] of Object.entries(registry.status())) {
    if (status !== 'ready') logger.warn({ model, reason }, 'model does not serve');
  }
  const app = buildApp({ ...(await services.http(readVersion())), logger });
  try {
    await app.listen({ host: config.host, port: config.port, ...sharedPortOptions() });
  } catch (error) {
    await app.close();
    throw translateListenFailure(error, config);
  }
  const stopped = new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    else io.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  // Of several processes one is told to load a model; the others find out by looking.
  const watching =
    options.isWatching || config.workers > 1 || config.redis !== null
      ? followActivations(services, io.signal, logger)
      : null;
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  tellListening(port);
  options.onListening?.(reachableUrl(config.host, port));
  await stopped;
  logger.info('closing');
  await closeGracefully(app, CLOSE_TIMEOUT_MS);
  await watching;
  logger.info('closed');
}

type Log = Pick<ReturnType<typeof createLogger>, 'info' | 'warn'>;

/** Reloads each model whose active version is not the one that serves; a bad one is told once and leaves the old. */
async function followActivations(services: Services, signal: AbortSignal, logger: Log): Promise<void> {
  const { registry, repository } = services;
  const names = Object.keys(registry.status()) as Parameters<typeof registry.get>[0][];
  const refused = new Map<string, string>();
  while (!signal.aborted) {
    await pause(WATCH_PAUSE_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    for (const name of names) {
      try {
        const active = await repository.active(name);
        if (active === null || active === refused.get(name) || active === registry.get(name)?.version)
          continue;
        refused.set(name, active);
        const { version } = await registry.reload(name);
        refused.delete(name);
        logger.info({ model: name, version }, 'model reloaded');
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        logger.warn({ model: name, reason: error.detail }, 'model not reloaded');
      }
    }
  }
}
