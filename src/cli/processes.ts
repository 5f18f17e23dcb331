import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { createLogger } from '../http/logger.ts';
import {
  createRelay,
  isProcessMessage,
  type ProcessLine,
  type ProcessMessage,
} from '../lib/process-message.ts';
import type { Io } from './io.ts';
import { reachableUrl, requirePort } from './require-port.ts';

/** Longer than a process gives its requests to finish. */
const STOP_TIMEOUT_MS = 15_000;
const RESTART_PAUSE_MIN_MS = 1000;
const RESTART_PAUSE_MAX_MS = 30_000;

/** Whether this process answers requests itself: it is the only one, or one of those that {@link runProcesses} started. */
export function isServing(config: Config): boolean {
  return config.workers === 1 || cluster.isWorker;
}

/**
 * How the processes share one port. On Linux each has a socket of its own and the kernel deals out connections, so a
 * process that closes answers what had reached it; elsewhere the first process deals them out.
 */
export function sharedPortOptions(): { readonly exclusive?: boolean; readonly reusePort?: boolean } {
  if (!cluster.isWorker || process.platform !== 'linux') return {};
  return { exclusive: true, reusePort: true };
}

/** Tells the first process, where there is one, that this one answers. */
export function tellListening(port: number): void {
  if (cluster.isWorker) process.send?.({ kind: 'listening', port } satisfies ProcessMessage);
}

/**
 * Runs `config.workers` processes of this same command line until `io.signal` is aborted, starting again any that
 * ends unasked. Resolves to the exit status: that of the first process when it cannot even start, 0 after a stop.
 */
export async function runProcesses(
  io: Io,
  config: Config,
  onListening: (url: string) => void = () => {},
): Promise<number> {
  await requirePort(config);
  const logger = createLogger(config.logLevel);
  const first = start(process.argv.slice(2));
  const ended = once(first, 'exit');
  const stopFirst = () => first.process.kill('SIGTERM');
  io.signal.addEventListener('abort', stopFirst, { once: true });
  const started = await Promise.race([waitForPort(first), ended]);
  io.signal.removeEventListener('abort', stopFirst);
  // It has said why on standard error, and the others would say the same.
  if (typeof started !== 'number') return (started[0] as number | null) ?? 1;
  // Where the system chose a port, the others take the same one.
  const args = [...process.argv.slice(2), '--port', String(started)];
  onListening(reachableUrl(config.host, started));
  const places = Array.from({ length: config.workers }, (_, index) =>
    keepRunning(index === 0 ? first : null, args, io.signal, logger),
  );
  await Promise.all(places);
  logger.info('all processes have ended');
  return 0;
}

const relay = createRelay();

function start(args: readonly string[]): Worker {
  // Messages hold typed arrays and maps, which JSON does not.
  cluster.setupPrimary({ args: [...args], serialization: 'advanced' });
  const worker = cluster.fork();
  const leave = relay.join(worker.id, lineTo(worker));
  worker.once('exit', leave);
  return worker;
}

/** The line to a process; what is sent to one that is ending is lost, which its senders expect. */
function lineTo(worker: Worker): ProcessLine {
  return {
    send: (message) => void (worker.isConnected() && worker.send(message, () => {})),
    onMessage: (listener) =>
      worker.on('message', (message) => {
        if (isProcessMessage(message)) listener(message);
      }),
  };
}

function waitForPort(worker: Worker): Promise<number> {
  return new Promise((resolve) => {
    lineTo(worker).onMessage((message) => {
      if (message.kind === 'listening') resolve(message.port);
    });
  });
}

/** Sees to it that one process runs until `signal`; waits longer each time it ends without having answered. */
async function keepRunning(
  running: Worker | null,
  args: readonly string[],
  signal: AbortSignal,
  logger: ReturnType<typeof createLogger>,
): Promise<void> {
  let worker = running ?? start(args);
  let wait = RESTART_PAUSE_MIN_MS;
  for (;;) {
    const current = worker;
    lineTo(current).onMessage((message) => {
      if (message.kind === 'listening') wait = RESTART_PAUSE_MIN_MS;
    });
    const [code, killedBy] = await untilEnded(current, signal);
    if (signal.aborted) return;
    logger.error(
      { pid: current.process.pid, code, signal: killedBy },
      'process ended unasked; starting another',
    );
    await pause(wait, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    wait = Math.min(2 * wait, RESTART_PAUSE_MAX_MS);
    worker = start(args);
  }
}

async function untilEnded(worker: Worker, signal: AbortSignal): Promise<[number | null, string | null]> {
  const ended = once(worker, 'exit') as Promise<[number | null, string | null]>;
  const stop = () => {
    worker.process.kill('SIGTERM');
    const force = setTimeout(() => worker.process.kill('SIGKILL'), STOP_TIMEOUT_MS);
    worker.once('exit', () => clearTimeout(force));
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  const result = await ended;
  signal.removeEventListener('abort', stop);
  return result;
}
