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
