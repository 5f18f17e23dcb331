import cluster from 'node:cluster';
import { createLimits, FAILURE_POLICY, type Limits } from '../access/limits.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import { isProcessMessage, type ProcessLine } from '../lib/process-message.ts';
import { shareOf } from '../lib/token-bucket.ts';
import { createMemoryBroadcast } from '../stores/memory/broadcast.ts';
import { createMemoryBuckets } from '../stores/memory/buckets.ts';
import { createMemoryPeers } from '../stores/memory/peers.ts';
import type { Broadcast, Peers } from '../stores/ports.ts';
import { createProcessBroadcast } from '../stores/process/broadcast.ts';
import { createProcessPeers } from '../stores/process/peers.ts';

/** How long the start waits for Redis; without it the first requests are counted here. */
const REDIS_READY_TIMEOUT_MS = 1000;

/** What processes share. */
export interface Shared {
  readonly limits: Limits;
  /** Reaches every process, by Redis on other machines too. */
  readonly broadcast: Broadcast;
  /** The processes at this port. */
  readonly peers: Peers;
  close(): Promise<void>;
}

/** What cannot be counted together is a share for each process. Redis code is imported only when there is a Redis. */
export async function openShared({ rateLimit, redis, workers }: Config, clock: Clock): Promise<Shared> {
  const share = shareOf(rateLimit, workers);
  const callers = createMemoryBuckets(share, clock);
  const local = {
    addresses: createMemoryBuckets(share, clock),
    failures: createMemoryBuckets(shareOf(FAILURE_POLICY, workers), clock),
  };
  const line = cluster.isWorker ? lineToParent() : null;
  const peers = line === null ? createMemoryPeers() : createProcessPeers(line);
  if (redis === null) {
    const broadcast = line === null ? createMemoryBroadcast() : createProcessBroadcast(line);
    return { limits: createLimits({ callers, ...local }), broadcast, peers, close: () => broadcast.close() };
  }
  const [{ connectRedis, waitUntilReady }, { createRedisBuckets }, { createRedisBroadcast }] =
    await Promise.all([
      import('../stores/redis/connect.ts'),
      import('../stores/redis/buckets.ts'),
      import('../stores/redis/broadcast.ts'),
    ]);
  const client = connectRedis(redis);
  const buckets = createRedisBuckets(client, { policy: rateLimit, local: callers, clock });
  const broadcast = createRedisBroadcast(client, connectRedis(redis, true));
  await waitUntilReady(client, REDIS_READY_TIMEOUT_MS);
  return {
    limits: createLimits({ callers: buckets, ...local, shared: buckets }),
    broadcast,
    peers,
    async close() {
      buckets.close();
      await broadcast.close();
      client.disconnect();
    },
  };
}

/** The line to the process that started this one and others beside it. */
function lineToParent(): ProcessLine {
  return {
    send: (message) => void process.send?.(message, undefined, undefined, () => {}),
    onMessage: (listener) =>
      process.on('message', (message) => {
        if (isProcessMessage(message)) listener(message);
      }),
  };
}
