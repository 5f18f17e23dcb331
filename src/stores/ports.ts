import type { Transaction } from '../bank/transaction.ts';

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
