import type { Clock } from '../../lib/clock.ts';
import { type BucketPolicy, fullCredit, refill, unitsOf } from '../../lib/token-bucket.ts';
import type { LocalBucketStore } from '../ports.ts';

/** Buckets kept at once; some 2 MB of memory. */
const KEYS_MAX = 16_384;
/** How many of the oldest buckets are looked at to make room for a new one. */
const VICTIMS_LOOKED_AT = 16;

interface Bucket {
  credit: number;
  at: number;
}

/** Buckets in the memory of this process. */
export interface MemoryBuckets extends LocalBucketStore {
  /** Takes `cost` tokens, or what there is: for what was admitted elsewhere. */
  spend(key: string, cost: number): void;
  /** Buckets held. */
  readonly size: () => number;
}

/**
 * Token buckets in memory. A full bucket is the same as none, so full ones make room first; when `keysMax` buckets
 * are all in use the fullest of some old ones is forgotten, which is the one that held its caller back least.
 */
export function createMemoryBuckets(
  policy: BucketPolicy,
  clock: Clock,
  keysMax: number = KEYS_MAX,
): MemoryBuckets {
  const buckets = new Map<string, Bucket>();
  const full = fullCredit(policy);

  function makeRoom(now: number): void {
    let looked = 0;
    let fullest = '';
    let most = -1;
    for (const [key, bucket] of buckets) {
      const credit = refill(policy, bucket.credit, now - bucket.at);
      if (credit === full) buckets.delete(key);
      else if (credit > most) [most, fullest] = [credit, key];
      looked += 1;
      if (looked === VICTIMS_LOOKED_AT) break;
    }
    if (buckets.size >= keysMax) buckets.delete(fullest);
  }

  function bucketOf(key: string, now: number): Bucket {
    const known = buckets.get(key);
    if (known !== undefined) {
      known.credit = refill(policy, known.credit, now - known.at);
      known.at = now;
      return known;
    }
    if (buckets.size >= keysMax) makeRoom(now);
    const bucket = { credit: full, at: now };
    buckets.set(key, bucket);
    return bucket;
  }

  return {
    take(key, cost) {
      const now = clock();
      // Looking at a bucket nobody drew from needs none.
      if (cost === 0 && !buckets.has(key)) return { isAdmitted: true, policy, credit: full, at: now };
      const bucket = bucketOf(key, now);
      const price = unitsOf(policy, cost);
      const isAdmitted = bucket.credit >= price;
      if (isAdmitted) bucket.credit -= price;
      return { isAdmitted, policy, credit: bucket.credit, at: now };
    },
    spend(key, cost) {
      const bucket = bucketOf(key, clock());
      bucket.credit = Math.max(0, bucket.credit - unitsOf(policy, cost));
    },
    size: () => buckets.size,
  };
}
