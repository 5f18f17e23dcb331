import type { Transaction } from '../bank/transaction.ts';
import { AppError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { AppendCounts, HistoryStore, IdempotencyStore } from '../stores/ports.ts';

/** What the use case needs; bound once at the composition root. */
export interface RememberDependencies {
  readonly history: Pick<HistoryStore, 'append'>;
  readonly idempotency: IdempotencyStore;
  readonly clock: Clock;
}

export interface RememberRequest {
  /** Who asks; keys are the caller's own. */
  readonly caller: string;
  /** By which the request may be repeated without repeating its effect; null: none. */
  readonly key: string | null;
  /** Names the content of the request; looked at only where there is a key. */
  readonly fingerprint: () => string;
  /** The transactions, of which those without a date are of the instant `now`; rejects with AppError `invalid`. */
  readonly read: (now: number) => Promise<readonly Transaction[]>;
}

export interface RememberAnswer extends AppendCounts {
  readonly received: number;
}

/** The counts, and whether they are those of an earlier request with the same key. */
export interface Remembered {
  readonly answer: RememberAnswer;
  readonly isReplayed: boolean;
}

/**
 * Stores transactions in the history, all of them or (when one is not valid) none. With a key, a request of the same
 * content gets the first one's answer and stores nothing. Rejects with AppError `invalid`, `idempotency_key_reused`
 * (the key came with another content), `idempotency_key_in_use` (the first is still at work) or `store_unavailable`.
 */
export async function remember(
  { history, idempotency, clock }: RememberDependencies,
  { caller, key, fingerprint, read }: RememberRequest,
): Promise<Remembered> {
  const now = clock();
  const transactions = await read(now);
  if (key === null) return { answer: await append(history, transactions), isReplayed: false };
  const claim = { caller, key, fingerprint: fingerprint() };
  const outcome = await idempotency.begin(claim, now);
  switch (outcome.state) {
    case 'done':
      return { answer: JSON.parse(outcome.reply), isReplayed: true };
    case 'running':
      throw new AppError('idempotency_key_in_use', 'A request with this Idempotency-Key is still at work.');
    case 'other':
      throw new AppError('idempotency_key_reused', 'This Idempotency-Key came with another body before.');
  }
  try {
    // An attempt that died may have stored these already: as of the same instant they are the same transactions.
    const rows = outcome.since === now ? transactions : await read(outcome.since);
    const answer = await append(history, rows);
    await idempotency.complete(claim, JSON.stringify(answer));
    return { answer, isReplayed: false };
  } catch (error) {
    // What failed is what the caller must hear of; a key that cannot be freed now is free when its lease is over.
    await idempotency.release(claim).catch(() => {});
    throw error;
  }
}

async function append(
  history: Pick<HistoryStore, 'append'>,
  transactions: readonly Transaction[],
): Promise<RememberAnswer> {
  const { inserted, updated, unchanged } = await history.append(transactions);
  return { received: transactions.length, inserted, updated, unchanged };
}
