import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisPlace } from '../../setting-values.ts';

/** From opening a socket to its being open. */
const CONNECT_TIMEOUT_MS = 1000;
/** A connection that owes an answer and sends nothing for so long is given up and made anew. */
const SILENCE_TIMEOUT_MS = 2000;
const RETRY_MS_MAX = 500;

/** One server or a cluster: the commands used here are the same. */
export type RedisClient = Redis | Cluster;

/** What last kept a client from its server, in words of the server or the system; gone once it is connected. */
const failures = new WeakMap<RedisClient, string>();

/** What the driver says when a command could not be sent or answered, whatever the reason. */
const DRIVERS_WORDS =
  /^(Stream isn't writeable|Cluster isn't ready|Connection is closed|Reached the max retries|Failed to refresh)/;

/**
 * A client that connects by itself, again and again. What cannot be sent now fails now, unless `isPatient`, which
 * keeps commands until they can be sent. Failures of the connection are kept for those who use it ({@link explainFailure}).
 */
export function connectRedis(place: RedisPlace, isPatient = false): RedisClient {
  const options: RedisOptions = {
    username: place.username,
    password: place.password,
    ...(place.isTls && { tls: {} }),
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    maxRetriesPerRequest: isPatient ? null : 0,
    autoResendUnfulfilledCommands: false,
    // A server that was made a replica is left for the one the name now leads to.
    reconnectOnError(error) {
      const isReplica = error.message.startsWith('READONLY');
      if (isReplica) keep(error);
      return isReplica;
    },
  };
  const client = place.isCluster
    ? new Cluster([...place.nodes], {
        enableOfflineQueue: isPatient,
        clusterRetryStrategy: retryAfterMs,
        // No regular refresh: a node that sends a command on is what changes the slots, and in ioredis 6.0.0 a refresh
        // under way when the client is closed plans the next one for ever, which keeps the process alive.
        slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
        redisOptions: options,
      })
    : new Redis({
        ...options,
        ...place.nodes[0],
        db: place.db,
        enableOfflineQueue: isPatient,
        retryStrategy: retryAfterMs,
      });
  function keep(error: unknown): void {
    const words = wordsOf(error);
    if (words !== null) failures.set(client, words);
  }
  client.on('error', keep);
  // Of a cluster: what one node said.
  client.on('node error', keep);
  client.on('ready', () => failures.delete(client));
  return client;
}

/**
 * Why a command failed, as an error that may be logged. Where the driver only says that it could not send, the reason is
 * what the server or the system said of the connection. Only messages are taken: what hangs on the driver's errors,
 * such as the arguments of the command, holds the password.
 */
export function explainFailure(client: RedisClient, error: unknown): Error {
  return new Error(wordsOf(error) ?? failures.get(client) ?? 'not connected');
}

/** The words of an error, or null when they are only the driver's. */
function wordsOf(error: unknown): string | null {
  if (!(error instanceof Error)) return String(error);
  if ('lastNodeError' in error && error.lastNodeError !== undefined) return wordsOf(error.lastNodeError);
  // Of several addresses that were tried in vain there is a code and no message.
  const words = error.message || ('code' in error ? String(error.code) : error.name);
  return DRIVERS_WORDS.test(words) ? null : words;
}

/** Resolves when commands can be sent, or when `timeoutMs` are over; never rejects. */
export function waitUntilReady(client: RedisClient, timeoutMs: number): Promise<void> {
  if (client.status === 'ready') return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(finish, timeoutMs);
    function finish(): void {
      clearTimeout(timer);
      client.off('ready', finish);
      resolve();
    }
    client.once('ready', finish);
  });
}

function retryAfterMs(times: number): number {
  return Math.min(times * 50, RETRY_MS_MAX);
}
