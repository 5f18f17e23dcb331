import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Transaction } from '../bank/transaction.ts';
import { HISTORY_MAX, type PastRow } from '../features/past.ts';
import { createReplay } from '../features/replay.ts';
import { type CategoryArtifact, type CategoryReading, classify } from '../models/category.ts';
import type { HistoryStore } from '../stores/ports.ts';

export interface FileDependencies {
  readonly model: { readonly artifact: CategoryArtifact };
  readonly history: Pick<HistoryStore, 'before' | 'all'>;
  readonly timezone: string;
}

export interface ReplayRequest {
  /** Rows in file order; one without a transaction keeps its place and gets no answer. */
  readonly rows: readonly { readonly transaction: Transaction | null }[];
  /** Whether later rows may see the category of this row of the file; default: whatever is known of it is seen. */
  readonly isConfirmed?: (transaction: Transaction) => boolean;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface FileRequest extends ReplayRequest {
  /** How many of the likeliest categories to list. */
  readonly topK: number;
}

/** How long the event loop is held before signals, timers and the progress bar have their turn. */
const SLICE_MS = 15;
const ROWS_PER_CHECK = 32;

/** One moment of the replay: a stored row, or row `index` of the file. */
interface Moment {
  readonly transaction: Transaction;
  readonly index: number;
  /** What is known of its category once it is past. */
  readonly category: string;
}

/** Predicts the category of every row of a file, as {@link replayFile} lets it see the past. */
export function predictFile(
  { model, history, timezone }: FileDependencies,
  request: FileRequest,
): Promise<(CategoryReading | null)[]> {
  return replayFile(history, request, (transaction, past) =>
    classify(model.artifact, transaction, past, timezone, request.topK),
  );
}

/**
 * Asks about every row of a file: one answer per row, in file order, null for a row without
 * transaction. The file is replayed in order of time on top of the stored history of its accounts, in memory: a row
 * sees earlier rows of its account, stored or in the file, with the categories those were given and never with
 * predicted ones; rows of one instant do not see each other. A row that is stored already counts once. Nothing is
 * written. Rejects with the signal's reason when aborted.
 */
export async function replayFile<Answer>(
  history: FileDependencies['history'],
  { rows, isConfirmed = () => true, onProgress, signal }: ReplayRequest,
  ask: (transaction: Transaction, past: readonly PastRow[]) => Answer,
): Promise<(Answer | null)[]> {
  const moments = await lineUp(history, rows, signal);
  const answers = new Array<Answer | null>(rows.length).fill(null);
  const replay = createReplay();
  let sliceStart = performance.now();
  for (let done = 0; done < moments.length; done++) {
    const { transaction, index, category } = moments[done];
    if (index >= 0) answers[index] = ask(transaction, replay.past(transaction));
    replay.remember(transaction, index < 0 || isConfirmed(transaction) ? category : '');
    if (done % ROWS_PER_CHECK === 0 && performance.now() - sliceStart > SLICE_MS) {
      onProgress?.(done, moments.length);
      await nextTurn();
      signal?.throwIfAborted();
      sliceStart = performance.now();
    }
  }
  onProgress?.(moments.length, moments.length);
  return answers;
}

/** Every row of the file and what is stored of their accounts, in order of time. */
async function lineUp(
  history: FileDependencies['history'],
  rows: FileRequest['rows'],
  signal: AbortSignal | undefined,
): Promise<Moment[]> {
  const accounts = new Map<string, number[]>();
  const moments: Moment[] = [];
  for (const [index, { transaction }] of rows.entries()) {
    if (transaction === null) continue;
    const { accountId, category } = transaction;
    moments.push({ transaction, index, category });
    if (accountId === null) continue;
    const own = accounts.get(accountId);
    if (own === undefined) accounts.set(accountId, [moments.length - 1]);
    else own.push(moments.length - 1);
  }
  for (const [accountId, own] of accounts) {
    signal?.throwIfAborted();
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (const place of own) {
      first = Math.min(first, moments[place].transaction.at);
      last = Math.max(last, moments[place].transaction.at);
    }
    const stored = await history.before(accountId, first, HISTORY_MAX);
    for await (const row of history.all({ accountId, from: first, until: last })) stored.push(row);
    if (stored.length > 0) mergeStored(moments, own, stored);
  }
  return moments.sort((a, b) => a.transaction.at - b.transaction.at);
}

/**
 * Adds the stored rows of one account that the file does not hold itself. Where it does, its row takes over the
 * category that is known in the store, unless it has one of its own.
 */
function mergeStored(moments: Moment[], own: readonly number[], stored: readonly Transaction[]): void {
  const places = new Map<string, number[]>();
  for (const place of own) {
    const key = identityOf(moments[place].transaction);
    const same = places.get(key);
    if (same === undefined) places.set(key, [place]);
    else same.push(place);
  }
  for (const transaction of stored) {
    const place = places.get(identityOf(transaction))?.shift();
    if (place === undefined) {
      moments.push({ transaction, index: -1, category: transaction.category });
    } else if (moments[place].category === '') {
      moments[place] = { ...moments[place], category: transaction.category };
    }
  }
}

/** Names a transaction within its account: its id, or else what it is about. */
export function identityOf({
  id,
  at,
  amountMinor,
  currency,
  description,
  merchantName,
}: Transaction): string {
  return id !== null ? `=${id}` : JSON.stringify([at, amountMinor, currency, description, merchantName]);
}
