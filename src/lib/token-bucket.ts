/**
 * A token bucket that refills continuously: it holds at most `limit` tokens and gains `limit` tokens every
 * `windowMs`. One formula for every place that keeps such buckets.
 *
 * Credit is counted in units of which one token costs `windowMs` and one millisecond gains `limit`. So every
 * quantity is an integer, and as long as `limit x windowMs` is at most {@link BUCKET_UNITS_MAX} doubles hold it
 * exactly: JavaScript and Lua admit the same requests to the last token.
 */
export interface BucketPolicy {
  /** Tokens of a full bucket, and tokens gained in `windowMs`; an integer of at least 1. */
  readonly limit: number;
  /** Milliseconds in which an empty bucket fills; an integer of at least 1. */
  readonly windowMs: number;
}

/** Largest `limit x windowMs`: credit plus what is gained, at most twice this, is then below 2^53. */
export const BUCKET_UNITS_MAX = 2 ** 52;

/** The units of credit that `tokens` cost. */
export function unitsOf(policy: BucketPolicy, tokens: number): number {
  return tokens * policy.windowMs;
}

/** Credit of a full bucket. */
export function fullCredit(policy: BucketPolicy): number {
  return policy.limit * policy.windowMs;
}

/** Credit `elapsedMs` (an integer) later. A clock that went backwards gives nothing and takes nothing. */
export function refill(policy: BucketPolicy, credit: number, elapsedMs: number): number {
  if (elapsedMs <= 0) return credit;
  const full = fullCredit(policy);
  if (elapsedMs >= policy.windowMs) return full;
  return Math.min(full, credit + elapsedMs * policy.limit);
}

/** Whole tokens that `credit` pays for. */
export function tokensOf(policy: BucketPolicy, credit: number): number {
  return Math.floor(credit / policy.windowMs);
}

/** Milliseconds, rounded up, until `credit` has grown to the price of `tokens`; 0 when it pays for them now. */
export function msUntil(policy: BucketPolicy, credit: number, tokens: number): number {
  return Math.max(0, Math.ceil((unitsOf(policy, tokens) - credit) / policy.limit));
}

/** Milliseconds, rounded up, until the bucket is full. */
export function msUntilFull(policy: BucketPolicy, credit: number): number {
  return msUntil(policy, credit, policy.limit);
}

/**
 * The part of `policy` that each of `count` processes may give out when they cannot count together: together they
 * never refill faster than the whole. Below one token a process, each keeps one that takes longer to come back.
 */
export function shareOf(policy: BucketPolicy, count: number): BucketPolicy {
  const limit = Math.floor(policy.limit / count);
  if (limit >= 1) return { limit, windowMs: policy.windowMs };
  return { limit: 1, windowMs: Math.ceil((policy.windowMs * count) / policy.limit) };
}
