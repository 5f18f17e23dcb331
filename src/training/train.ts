import type { Transaction } from '../bank/transaction.ts';
import type { Clock } from '../lib/clock.ts';
import type { ModelName } from '../models/model.ts';
import type { Repository } from '../registry/repository.ts';
import { type TrainingSummary, trainCategory } from './train-category.ts';

/** Tells how far a step has come: `done` of `total`, in the units the step is about (rows, trees, folds). */
export type OnProgress = (step: string, done: number, total: number) => void;

/** Which model to train, on what, and how hard to try. */
export interface TrainRequest {
  readonly model: ModelName;
  /** All rows, in any order, labelled or not; those without what the model learns are set aside and counted. */
  readonly rows: readonly Transaction[];
  readonly timezone: string;
  readonly seed: number;
  /** Number of hyper-parameter trials; 0 takes the defaults. */
  readonly search: number;
  /** Seconds instead of minutes: few trees, no search; for tests and first looks. */
  readonly isSimple: boolean;
  /** Worker threads. */
  readonly workers: number;
  /** Activate the new version even when it is worse than the active one. */
  readonly force: boolean;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface TrainDependencies {
  readonly repository: Repository;
  readonly clock: Clock;
}

/** What training came to. A version that was not activated is stored all the same. */
export interface TrainOutcome {
  readonly model: ModelName;
  readonly version: string;
  readonly isActivated: boolean;
  /** One sentence: why it was or was not activated. */
  readonly verdict: string;
  readonly summary: TrainingSummary;
}

/**
 * Trains one model, stores it as a new immutable version with its summary, and activates it unless it is worse than
 * the active one. Rejects with AppError `data_insufficient` when the rows do not suffice.
 */
export async function train(dependencies: TrainDependencies, request: TrainRequest): Promise<TrainOutcome> {
  void trainCategory;
  void dependencies;
  throw new Error(`not there yet: ${request.model}`);
}
