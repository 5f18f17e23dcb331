import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisPlace } from '../../setting-values.ts';

/** From opening a socket to its being open. */
const CONNECT_TIMEOUT_MS = 1000;
/** A connection that owes an answer and sends nothing for so long is given up and made anew. */
const SILENCE_TIMEOUT_MS = 2000;
const RETRY_MS_MAX = 500;

/** One server or a cluster: the commands used here are the same. */
export type RedisClient = Redis | Cluster;

/**
 * A client that connects by itself, again and again. What cannot be sent now fails now, unless `isPatient`, which
 * keeps commands until they can be sent. Failures of the connection are seen by those who use it, so they are not reported here.
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
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
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
  client.on('error', () => {});
  return client;
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
