import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import type { BucketPolicy } from '../../lib/token-bucket.ts';
import type { MemoryBuckets } from '../memory/buckets.ts';
import type { BucketDecision, BucketStore, Degradable } from '../ports.ts';
import { createBreaker } from './breaker.ts';
import { explainFailure, type RedisClient } from './connect.ts';
import { withDeadline } from './deadline.ts';

/** How long a request waits for Redis before this process decides by itself. */
const DEADLINE_MS = 50;
/** How long a bucket is kept beyond the moment it is full, in milliseconds. */
const KEPT_MS = 60_000;

/**
 * The formula of lib/token-bucket.ts in Lua, on the clock of the server unless an instant is handed in. All numbers are
 * integers below 2^53, so that they are the same in both; `%.0f` because Lua's own way to write them rounds. A
 * bucket that was never drawn from has no key; one that is full again loses its key.
 */
const SCRIPT = `
local limit, window, cost, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if now == nil then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local full = limit * window
local kept = redis.call('GET', KEYS[1])
local credit, at = string.match(kept or '', '^(%d+) (%-?%d+)$')
credit, at = tonumber(credit) or full, tonumber(at) or now
local elapsed = now - at
if elapsed >= window then
  credit = full
elseif elapsed > 0 then
  credit = math.min(full, credit + elapsed * limit)
end
local price = cost * window
local admitted = 0
if credit >= price then
  admitted = 1
  credit = credit - price
end
if kept or credit < full then
  local expiry = math.ceil((full - credit) / limit) + ${KEPT_MS}
  redis.call('SET', KEYS[1], string.format('%.0f %.0f', credit, now), 'PX', string.format('%.0f', expiry))
end
return { admitted, credit, now }
`;
const SCRIPT_SHA = createHash('sha1').update(SCRIPT).digest('hex');

export interface RedisBucketOptions {
  readonly policy: BucketPolicy;
  /** What decides while Redis does not: it is charged with everything, so that an outage is no second bucket. */
  readonly local: MemoryBuckets;
  /** Times outages. */
  readonly clock: Clock;
  /** Begins the name of every key. */
  readonly namespace?: string;
  /** Decide by this clock and not by the server's; for tests. */
  readonly decidingClock?: Clock;
  /** How long a request waits for Redis. */
  readonly deadlineMs?: number;
}

/**
 * Token buckets in Redis: one script call decides, so that any number of processes count as one. When there is no
 * answer in time the local buckets decide, and go on deciding until a probe in the background is answered.
 */
export function createRedisBuckets(
  client: RedisClient,
  { policy, local, clock, namespace = 'titans', decidingClock, deadlineMs = DEADLINE_MS }: RedisBucketOptions,
): BucketStore & Degradable & { close(): void } {
  const breaker = createBreaker(clock);
  const limit = String(policy.limit);
  const windowMs = String(policy.windowMs);
  // A bucket counts in units of its policy, so another policy has other buckets.
  const prefix = `${namespace}:limit:${limit}/${windowMs}:`;

  async function decide(name: string, cost: number): Promise<BucketDecision> {
    const now = decidingClock === undefined ? '' : String(decidingClock());
    const [admitted, credit, at] = (await runScript([name, limit, windowMs, String(cost), now])) as number[];
    return { isAdmitted: admitted === 1, policy, credit, at };
  }

  /** By its digest; the text is only sent to a server that has not seen it, such as one just started. */
  async function runScript(args: [key: string, ...rest: string[]]): Promise<unknown> {
    try {
      return await client.evalsha(SCRIPT_SHA, 1, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.eval(SCRIPT, 1, ...args);
    }
  }

  async function take(key: string, cost: number): Promise<BucketDecision> {
    const slot = slotOf(key);
    try {
      const decision = await withDeadline(decide(prefix + slot, cost), deadlineMs);
      if (decision.isAdmitted && cost > 0) local.spend(key, cost);
      return decision;
    } catch (error) {
      breaker.trip(error, () => probe(slot));
      return local.take(key, cost);
    }
  }

  /**
   * Takes from a bucket that is nobody's, so that what is wrong with one caller's is no outage for all; in the same
   * slot, so that it asks the node of the cluster that failed.
   */
  async function probe(slot: string): Promise<void> {
    try {
      // It takes, because a server that cannot write would answer a look.
      await withDeadline(decide(`${prefix}${slot}:probe`, 1), deadlineMs);
    } catch (error) {
      throw explainFailure(client, error);
    }
  }

  return {
    take: (key, cost) => (breaker.isOpen() ? local.take(key, cost) : take(key, cost)),
    isDegraded: breaker.isDegraded,
    observe: breaker.observe,
    close: breaker.close,
  };
}

/**
 * The part of a key that chooses the slot of a cluster: the caller alone, between braces; encoded, because braces in
 * it would end them. What is no well-formed text, and cannot be encoded, shares a bucket with what looks like it.
 */
function slotOf(key: string): string {
  return `{${encodeURIComponent(key.toWellFormed())}}`;
}
