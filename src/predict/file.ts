import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Transaction } from '../bank/transaction.ts';
import { HISTORY_MAX } from '../features/past.ts';
import { createReplay } from '../features/replay.ts';
import { type AmountArtifact, type AmountReading, estimateAmount } from '../models/amount.ts';
import { type CategoryArtifact, type CategoryReading, classify } from '../models/category.ts';
import type { HistoryStore } from '../stores/ports.ts';

/** The models that are asked; what is not here is not answered. */
export interface FileModels {
  readonly category_prediction?: { readonly artifact: CategoryArtifact };
  readonly amount_prediction?: { readonly artifact: AmountArtifact };
}

/** What each model that was asked says of one row. */
export interface FileAnswer {
  readonly category: CategoryReading | null;
  /** With the interval of {@link AMOUNT_LEVEL}; the row's own amount was not looked at. */
  readonly amount: AmountReading | null;
}

/** Share of rows whose true amount the interval is to hold. */
const AMOUNT_LEVEL = 0.8;

export interface FileDependencies {
  readonly models: FileModels;
  readonly history: Pick<HistoryStore, 'before' | 'all'>;
  readonly timezone: string;
}

export interface FileRequest {
  /** Rows in file order; one without a transaction keeps its place and gets no answer. */
  readonly rows: readonly { readonly transaction: Transaction | null }[];
  /** How many of the likeliest categories to list. */
  readonly topK: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
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

/**
 * Asks models about every row of a file: one answer per row, in file order, null for a row without
 * transaction. The file is replayed in order of time on top of the stored history of its accounts, in memory: a row
 * sees earlier rows of its account, stored or in the file, with the categories those were given and never with
 * predicted ones; rows of one instant do not see each other. A row that is stored already counts once. Nothing is
 * written. Rejects with the signal's reason when aborted.
 */
export async function predictFile(
  dependencies: FileDependencies,
  request: FileRequest,
): Promise<(FileAnswer | null)[]> {
  const { models, timezone } = dependencies;
  const { category_prediction, amount_prediction } = models;
  const { rows, topK, onProgress, signal } = request;
  const moments = await lineUp(dependencies.history, rows, signal);
  const answers = new Array<FileAnswer | null>(rows.length).fill(null);
  const replay = createReplay();
  let sliceStart = performance.now();
  for (let done = 0; done < moments.length; done++) {
    const { transaction, index, category } = moments[done];
    if (index >= 0) {
      const past = replay.past(transaction);
      answers[index] = {
        category:
          category_prediction === undefined
            ? null
            : classify(category_prediction.artifact, transaction, past, timezone, topK),
        amount:
          amount_prediction === undefined
            ? null
            : estimateAmount(amount_prediction.artifact, transaction, past, timezone, AMOUNT_LEVEL),
      };
    }
    replay.remember(transaction, category);
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
