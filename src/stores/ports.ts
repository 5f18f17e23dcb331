import type { Transaction } from '../bank/transaction.ts';
import type { BucketPolicy } from '../lib/token-bucket.ts';

/** What became of each row of an append: the three always add up to the number of rows handed in. */
export interface AppendCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
}

/** Which rows to read; everything when left out. */
export interface HistoryRange {
  readonly accountId?: string;
  /** First instant wanted (inclusive). */
  readonly from?: number;
  /** First instant no longer wanted (exclusive). */
  readonly until?: number;
}

/**
 * The one durable history of transactions. Every method rejects with AppError `store_unavailable` when the store
 * cannot be reached or is damaged. Rows of the same instant keep the order in which they were first appended.
 */
export interface HistoryStore {
  /**
   * Remembers transactions; once it resolves they survive a crash of this process and of the machine.
   *
   * A transaction with an id is known by account and id: equal content leaves it unchanged, other content replaces
   * it. One without an id is known by account, content but for its category, and its occurrence number within this call, so that
   * appending a whole file twice adds nothing while two equal coffees in one file stay two rows: hand a file
   * over in one call. An interrupted append may have stored some of its rows; repeating it completes the rest.
   */
  append(transactions: readonly Transaction[]): Promise<AppendCounts>;
  /** The newest `limit` transactions of an account strictly before `at`, oldest first. */
  before(accountId: string, at: number, limit: number): Promise<Transaction[]>;
  /** Every transaction in order of time, read page by page; rows written meanwhile may or may not appear. */
  all(range?: HistoryRange): AsyncIterable<Transaction>;
  /** Number of transactions held. */
  count(): Promise<number>;
  /** Grows with every change made by any process, and with nothing else. */
  revision(): Promise<number>;
  /** Releases the store; further calls reject. Closing twice is allowed. */
  close(): Promise<void>;
}

/** One caller's use of an idempotency key. */
export interface IdempotencyClaim {
  readonly caller: string;
  readonly key: string;
  /** Names the content of the request; the same key may not come with another. */
  readonly fingerprint: string;
}

/**
 * What a key means to the request that brings it: it is to do the work (`begun`), the work is under way elsewhere
 * (`running`), it was done and this is the reply to repeat (`done`), or the key belongs to another request (`other`).
 * `since` is the instant of the first request of this content that began and was not answered: to work as of then makes
 * a second attempt do the same as the first.
 */
export type IdempotencyOutcome =
  | { readonly state: 'begun'; readonly since: number }
  | { readonly state: 'done'; readonly reply: string }
  | { readonly state: 'running' }
  | { readonly state: 'other' };

/**
 * Keys by which callers repeat a request without repeating its effect; they survive restarts. Every method rejects with
 * AppError `store_unavailable` when the store cannot be reached or is damaged.
 */
export interface IdempotencyStore {
  /**
   * Claims the key for the request at instant `at`; of several at once exactly one begins. A claim that is neither
   * completed nor released (its process died) is free again after a lease. Entries are forgotten after 24 hours, and a
   * caller's oldest when it has too many.
   */
  begin(claim: IdempotencyClaim, at: number): Promise<IdempotencyOutcome>;
  /** Keeps the reply of the work done, to be repeated. */
  complete(claim: IdempotencyClaim, reply: string): Promise<void>;
  /** Frees the key at once because the work failed: the next request with it begins. */
  release(claim: IdempotencyClaim): Promise<void>;
}

/** A managed API key, without any secret. Instants are milliseconds since the epoch. */
export interface ApiKeyRow {
  /** Public name of the key: the beginning of what its owner sends. */
  readonly prefix: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
  /** Secrets that were not ended when the row was read, newest first. */
  readonly secrets: readonly ApiKeySecretRow[];
}

/** One secret of a key; a rotated key has several for a while. */
export interface ApiKeySecretRow {
  readonly id: string;
  /** Lower-case hexadecimal SHA-256. */
  readonly hash: string;
  /** From when on it no longer works; null for the newest. */
  readonly endsAt: number | null;
}

/** Managed API keys. Rejects with AppError `store_unavailable` when the store cannot be reached or is damaged. */
export interface ApiKeyStore {
  /** Adds a key with its first secret. False, and nothing is changed, when the prefix is taken. */
  create(key: Omit<ApiKeyRow, 'revokedAt' | 'lastUsedAt' | 'secrets'>, secret: NewSecret): Promise<boolean>;
  /** Every key ever made, oldest first; secrets that ended by `now` are left out. */
  list(now: number): Promise<ApiKeyRow[]>;
  /**
   * Adds a secret and lets those before it end at `endsAt`, unless an earlier end was already set; with `endsAt` not
   * later than `now` all of them end at once. False when the key is unknown, revoked or expired.
   */
  rotate(prefix: string, secret: NewSecret, endsAt: number, now: number): Promise<boolean>;
  /** Ends a key for good. False when it is unknown; revoking twice keeps the first instant. */
  revoke(prefix: string, now: number): Promise<boolean>;
  /** Notes the latest use; is no change in the sense of {@link revision}. */
  touch(prefixes: readonly string[], now: number): Promise<void>;
  /** Grows with every change of a key made by any process. */
  revision(): Promise<number>;
}

/** A secret to be stored: only its hash. */
export type NewSecret = Pick<ApiKeySecretRow, 'id' | 'hash'>;

/** One exchange of a refresh token that still lies within the grace. */
export interface Rotation {
  /** The generation that was handed in. */
  readonly generation: number;
  /** Which signing secret its successor is derived from. */
  readonly kid: string;
  readonly at: number;
}

/** All refresh tokens that descend from one POST /auth/token. No token and no secret is stored. */
export interface RefreshFamily {
  readonly id: string;
  /** The key secret it was issued to; see access/key-ring.ts. */
  readonly keyRef: string;
  readonly scopes: readonly string[];
  /** Generation of the newest refresh token, from 0. */
  readonly generation: number;
  readonly rotations: readonly Rotation[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
}

/** What an exchange changes. */
export type FamilyChange = Pick<RefreshFamily, 'keyRef' | 'generation' | 'rotations' | 'expiresAt'>;

/** A family (`family:ID`) or a token (`token:ID`) that is refused until it would have expired anyway. */
export interface Revocation {
  readonly id: string;
  readonly until: number;
}

/** Refresh families and revocations. Rejects with AppError `store_unavailable` like the other stores. */
export interface TokenStore {
  createFamily(family: RefreshFamily): Promise<void>;
  family(id: string): Promise<RefreshFamily | null>;
  /** Compare and set: false, and nothing is changed, unless the family is of `generation` and not revoked. */
  rotate(id: string, generation: number, change: FamilyChange): Promise<boolean>;
  /** Ends a family, known or not, and until `until` the access tokens made from it. Twice is like once; the later `until` counts. */
  revokeFamily(id: string, now: number, until: number): Promise<void>;
  /** Refuses the access tokens of an id until `until`, or until the latest of several that were given. */
  revokeToken(id: string, until: number): Promise<void>;
  /** What was revoked by any process after `revision`, which is 0 at first, and the revision to ask from next. */
  revokedSince(
    revision: number,
  ): Promise<{ readonly revision: number; readonly revoked: readonly Revocation[] }>;
  /**
   * Forgets revocations and families that are over, and of a key secret's families the least recently used beyond
   * `familiesMax`. Returns how many rows went.
   */
  purge(now: number, familiesMax: number): Promise<number>;
}

/** What became of asking a bucket for tokens. */
export interface BucketDecision {
  /** Whether the tokens were there and have been taken; a refusal takes nothing. */
  readonly isAdmitted: boolean;
  /** The bucket that decided: a share of the configured one when processes cannot count together. */
  readonly policy: BucketPolicy;
  /** What is left, in the units of lib/token-bucket.ts. */
  readonly credit: number;
  /** The instant of the decision, by the clock that decided. */
  readonly at: number;
}

/**
 * Token buckets, one a key, all of one policy; a key never seen has a full one. Never rejects and never waits long: an adapter
 * that cannot reach its server decides by other means.
 */
export interface BucketStore {
  /** Takes `cost` tokens (an integer >= 0) at once, or none; 0 only looks. */
  take(key: string, cost: number): BucketDecision | Promise<BucketDecision>;
}

/** Buckets that decide at once, in this process. */
export interface LocalBucketStore extends BucketStore {
  take(key: string, cost: number): BucketDecision;
}

/** Told when what is shared between processes cannot be reached, and when it can again. */
export interface DegradedObserver {
  degraded(reason: string): void;
  recovered(afterMs: number): void;
}

/** Something that goes on in a lesser way while its server is away. */
export interface Degradable {
  isDegraded(): boolean;
  /** Tells of every change from now on, and at once when degraded. */
  observe(observer: DegradedObserver): void;
}

/** What processes tell each other: that something changed, and should be looked at again. */
export const BROADCAST_TOPICS = ['models', 'cache', 'history', 'access'] as const;
export type BroadcastTopic = (typeof BROADCAST_TOPICS)[number];

export type BroadcastListener = (payload: string) => void;

/**
 * Tells every process, this one included, in no promised order. A hint, not a promise: a process that is not connected
 * never hears it, so whoever listens also looks for itself once a second. Never rejects.
 */
export interface Broadcast {
  /** Resolves when it was handed over, or could not be; listeners are called later. */
  publish(topic: BroadcastTopic, payload: string): Promise<void>;
  /** Gives a function that ends the subscription. */
  subscribe(topic: BroadcastTopic, listener: BroadcastListener): () => void;
  close(): Promise<void>;
}

/** The processes that share this one's port, itself included. */
export interface Peers {
  /** What this process says when any asks `question`; the value must survive being cloned. */
  answer(question: string, answer: () => unknown): void;
  /** The answers of all, in no order; one that does not answer in time is left out. Never rejects. */
  ask(question: string): Promise<unknown[]>;
}
