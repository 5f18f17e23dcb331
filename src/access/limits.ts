import { type BucketPolicy, msUntil, msUntilFull, tokensOf } from '../lib/token-bucket.ts';
import type { BucketDecision, BucketStore, Degradable, LocalBucketStore } from '../stores/ports.ts';
import { networkOf } from './address-network.ts';

/** Failed authentications one address may cause before it is asked to wait. */
export const FAILURE_POLICY: BucketPolicy = { limit: 60, windowMs: 60_000 };

/** What a limit says to one request. */
export interface Verdict {
  /** Which limit it was; the name that `RateLimit-Policy` gives it. */
  readonly name: LimitName;
  readonly isAdmitted: boolean;
  readonly policy: BucketPolicy;
  /** Whole tokens left. */
  readonly remaining: number;
  /** Seconds, rounded up, until the bucket is full. */
  readonly fullSeconds: number;
  /** The second since the Unix epoch, rounded up, in which it is full. */
  readonly fullAt: number;
  /** Seconds, at least 1, until what was refused would be admitted; 0 when it was admitted. */
  readonly retrySeconds: number;
}

/** `default`: a caller's own, or that of an address nobody logged in from; `failures`: failed authentications. */
export type LimitName = 'default' | 'failures';

/** Who may do how much. Never throws and never rejects. Degraded: processes count each for itself. */
export interface Limits extends Degradable {
  /**
   * Charges a caller `cost` predictions, or nothing when they are not there. `wanted` is what the whole request
   * costs, when part of it was charged before: the time to wait is that for all of it.
   */
  charge(callerId: string, cost: number, wanted?: number): Verdict | Promise<Verdict>;
  /** Charges an address for a request without a caller. */
  chargeAddress(address: string | undefined, cost: number): Verdict;
  /** Counts a failed authentication of an address; others behind it who authenticate are not refused for it. */
  countFailure(address: string | undefined): Verdict;
}

export interface LimitStores {
  readonly callers: BucketStore;
  readonly addresses: LocalBucketStore;
  readonly failures: LocalBucketStore;
  /** What may be away of the buckets shared with other processes; by default nothing is. */
  readonly shared?: Degradable;
}

const NEVER_AWAY: Degradable = { isDegraded: () => false, observe() {} };

/** The limits over three sets of buckets: callers by id, addresses and their failures by network. */
export function createLimits({ callers, addresses, failures, shared = NEVER_AWAY }: LimitStores): Limits {
  return {
    isDegraded: () => shared.isDegraded(),
    observe: (observer) => shared.observe(observer),
    charge(callerId, cost, wanted = cost) {
      const decision = callers.take(callerId, cost);
      if (decision instanceof Promise) return decision.then((made) => verdictOf('default', made, wanted));
      return verdictOf('default', decision, wanted);
    },
    chargeAddress: (address, cost) => verdictOf('default', addresses.take(networkOf(address), cost), cost),
    countFailure: (address) => verdictOf('failures', failures.take(networkOf(address), 1), 1),
  };
}

function verdictOf(name: LimitName, decision: BucketDecision, wanted: number): Verdict {
  const { isAdmitted, policy, credit, at } = decision;
  const fullMs = msUntilFull(policy, credit);
  return {
    name,
    isAdmitted,
    policy,
    remaining: tokensOf(policy, credit),
    fullSeconds: Math.ceil(fullMs / 1000),
    fullAt: Math.ceil((at + fullMs) / 1000),
    retrySeconds: isAdmitted ? 0 : Math.max(1, Math.ceil(msUntil(policy, credit, wanted) / 1000)),
  };
}
