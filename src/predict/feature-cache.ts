import { LRUCache } from 'lru-cache';
import type { Transaction } from '../bank/transaction.ts';
import { MODEL_NAMES, type ModelName } from '../models/model.ts';

/** Features kept of one model: at most so many, and so many bytes; the least recently used go first. */
export const CACHE_ENTRIES_MAX = 2048;
const CACHE_BYTES_MAX = 8 * 1024 * 1024;
/** Longer than a client retries, shorter than anybody would notice memory being held. */
export const CACHE_TTL_MS = 600_000;
/** Transactions with more text than this are not worth their memory. */
const KEY_LENGTH_MAX = 2048;
/** What an entry takes besides its numbers and its key, roughly. */
const ENTRY_BYTES = 1024;

/** What the feature step made of transactions, by {@link featureKey}, for one loaded artifact. */
export interface FeatureEntries {
  get(key: string): object | undefined;
  set(key: string, kept: object): void;
}

/** The features of recent transactions, in the memory of this process, with those of each model apart. */
export interface FeatureCache {
  /** Those of one artifact. Once another artifact of the model is asked for, the old one's are gone. */
  entries(model: ModelName, artifact: object): FeatureEntries;
  /** Forgets everything; returns how many entries there were. */
  clear(): number;
  /** Entries held now, at most {@link CACHE_ENTRIES_MAX} a model. */
  size(): number;
}

/** An empty cache; `now` gives milliseconds on any clock that only goes forward. */
export function createFeatureCache(now: () => number): FeatureCache {
  const slots = new Map<ModelName, { artifact: object; entries: LRUCache<string, object> }>();

  return {
    entries(model, artifact) {
      const slot = slots.get(model);
      if (slot?.artifact === artifact) return slot.entries;
      const entries = createEntries(now);
      slots.set(model, { artifact, entries });
      return entries;
    },
    clear() {
      const count = size();
      slots.clear();
      return count;
    },
    size,
  };

  function size(): number {
    return MODEL_NAMES.reduce((sum, name) => sum + (slots.get(name)?.entries.size ?? 0), 0);
  }
}

function createEntries(now: () => number): LRUCache<string, object> {
  return new LRUCache<string, object>({
    max: CACHE_ENTRIES_MAX,
    maxSize: CACHE_BYTES_MAX,
    sizeCalculation: (kept, key) => sizeOf(kept) + 2 * key.length,
    ttl: CACHE_TTL_MS,
    ttlResolution: 0,
    perf: { now },
  });
}

function sizeOf(kept: object): number {
  let bytes = ENTRY_BYTES;
  for (const part of Object.values(kept)) if (ArrayBuffer.isView(part)) bytes += part.byteLength;
  return bytes;
}

/**
 * Names everything that features may depend on besides artifact and time zone; null for a transaction that is not worth
 * keeping. `revision` is that of the history where an account is named. The transaction's own id is no part of it: no
 * feature looks at it.
 */
export function featureKey(transaction: Transaction, revision: number): string | null {
  const key = JSON.stringify([
    transaction.accountId === null ? null : [transaction.accountId, revision],
    transaction.at,
    transaction.timeKnown,
    transaction.amountMinor,
    transaction.currency,
    transaction.type,
    transaction.description,
    transaction.merchantName,
    transaction.category,
    transaction.paymentMethod,
    transaction.location,
    transaction.merchantCategoryCode,
    transaction.country,
    transaction.reference,
    transaction.tags,
    transaction.balanceAfterMinor,
  ]);
  return key.length > KEY_LENGTH_MAX ? null : key;
}
