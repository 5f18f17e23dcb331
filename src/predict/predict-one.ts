import { zoneOffset } from '../bank/calendar.ts';
import type { Transaction } from '../bank/transaction.ts';
import { AppError } from '../errors.ts';
import { HISTORY_MAX, type PastRow } from '../features/past.ts';
import type { ModelName, PredictionSteps } from '../models/model.ts';
import type { Monitor } from '../monitoring/monitor.ts';
import type { Outcome } from '../monitoring/predictions.ts';
import { type FeatureCache, featureKey } from './feature-cache.ts';
import { notServing } from './not-serving.ts';
import type { PastSource } from './stored-past.ts';

/** What a use case about one transaction needs; bound once at the composition root. */
export interface OneDependencies<Artifact> {
  /** The model that serves now, or null when none does. Read once a request, so that a request keeps its model. */
  readonly model: () => { readonly version: string; readonly artifact: Artifact } | null;
  readonly history: PastSource;
  readonly timezone: string;
  readonly newId: () => string;
  /** Where features are kept, under the revision of the history; without it they are made every time. */
  readonly cache?: { readonly features: FeatureCache; readonly revision: () => number | Promise<number> };
  /** Where durations and outcomes are counted; without it nothing is. */
  readonly monitor?: Monitor;
}

const NO_PAST: readonly PastRow[] = [];
const MINUTE_MS = 60_000;

/**
 * What every prediction about one transaction does: take the model that serves, find its features in the cache or make
 * them from the account's past, and let the model answer. An answer is the same, bit by bit, with and without a cache.
 * Rejects with AppError `model_not_loaded` when no model serves.
 */
export async function predictOne<Artifact extends object, Read, Kept extends object, Option, Reading>(
  name: ModelName,
  steps: PredictionSteps<Artifact, Read, Kept, Option, Reading>,
  dependencies: OneDependencies<Artifact>,
  given: Transaction,
  option: Option,
): Promise<{ readonly reading: Reading; readonly version: string }> {
  const { monitor, timezone } = dependencies;
  try {
    const model = dependencies.model();
    if (model === null) throw new AppError('model_not_loaded', notServing([name]));
    const { artifact, version } = model;
    const transaction = toMinute(given, timezone);
    // What is known already is not waited for: a turn of promises costs as much as many a feature.
    // The revision is read before the rows: they are then at least as new as the number they are kept under.
    const found = transaction.accountId === null ? 0 : (dependencies.cache?.revision() ?? 0);
    const revision = typeof found === 'number' ? found : await found;
    const look = lookUp(name, dependencies, artifact, transaction, revision);
    const rows = look.kept === undefined ? readPast(name, dependencies, transaction) : NO_PAST;
    const past = rows instanceof Promise ? await rows : rows;
    // From here to the answer nothing is awaited: the features lie in the artifact's working memory.
    const startedAt = monitor?.now() ?? 0;
    let read: Read;
    if (look.kept === undefined) {
      read = steps.read(artifact, transaction, past, timezone);
      look.keep?.(steps.keep(artifact, read));
    } else {
      read = steps.restore(artifact, look.kept as Kept);
    }
    const readAt = monitor?.now() ?? 0;
    const reading = steps.answer(artifact, transaction, read, option);
    if (monitor !== undefined) {
      monitor.predictions.observe(name, 'features', readAt - startedAt + look.ms);
      monitor.predictions.observe(name, 'model', monitor.now() - readAt);
    }
    return { reading, version };
  } catch (error) {
    countOutcome(monitor, name, 'failed');
    throw error;
  }
}

/** Counts how a prediction ended; answers are counted by the use case, which knows what they say. */
export function countOutcome(monitor: Monitor | undefined, name: ModelName, outcome: Outcome): void {
  if (monitor !== undefined) monitor.predictions.of(name).outcomes[outcome]++;
}

/**
 * Without an account nothing looks at the seconds of a known time, so they go before anything is made: transactions of
 * one minute share their features. With one they decide which earlier rows there are, and stay.
 */
function toMinute(transaction: Transaction, timezone: string): Transaction {
  const { accountId, at, timeKnown } = transaction;
  if (accountId !== null || !timeKnown) return transaction;
  const wall = at + zoneOffset(at, timezone);
  const seconds = wall - Math.floor(wall / MINUTE_MS) * MINUTE_MS;
  return seconds === 0 ? transaction : { ...transaction, at: at - seconds };
}

/** What the cache has to say about one transaction. */
interface Look {
  readonly kept: object | undefined;
  /** Null where there is no cache, or the transaction is not worth keeping. */
  readonly keep: ((kept: object) => void) | null;
  readonly ms: number;
}

const NOT_LOOKED: Look = { kept: undefined, keep: null, ms: 0 };

function lookUp(
  name: ModelName,
  { cache, monitor }: Pick<OneDependencies<object>, 'cache' | 'monitor'>,
  artifact: object,
  transaction: Transaction,
  revision: number,
): Look {
  if (cache === undefined) return NOT_LOOKED;
  const startedAt = monitor?.now() ?? 0;
  const key = featureKey(transaction, revision);
  const entries = key === null ? null : cache.features.entries(name, artifact);
  const kept = key === null ? undefined : entries?.get(key);
  const counts = monitor?.predictions.of(name).cache;
  if (counts !== undefined) {
    if (kept === undefined) counts.misses++;
    else counts.hits++;
  }
  return {
    kept,
    keep: key === null ? null : (made) => entries?.set(key, made),
    ms: (monitor?.now() ?? 0) - startedAt,
  };
}

function readPast(
  name: ModelName,
  { history, monitor }: Pick<OneDependencies<object>, 'history' | 'monitor'>,
  { accountId, at }: Transaction,
): readonly PastRow[] | Promise<readonly PastRow[]> {
  if (accountId === null) return NO_PAST;
  const startedAt = monitor?.now() ?? 0;
  const past = history.before(accountId, at, HISTORY_MAX);
  if (past instanceof Promise) return past.then(observed);
  return observed(past);

  function observed(rows: readonly PastRow[]): readonly PastRow[] {
    monitor?.predictions.observe(name, 'history', monitor.now() - startedAt);
    return rows;
  }
}
