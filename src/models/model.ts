import type { Transaction } from '../bank/transaction.ts';
import type { PastRow } from '../features/past.ts';

/** Registry names of the models, in documentation order. */
export const MODEL_NAMES = [
  'category_prediction',
  'amount_prediction',
  'anomaly_detection',
  'cashflow_forecasting',
] as const;
export type ModelName = (typeof MODEL_NAMES)[number];

/** A decoded artifact, or everything that is wrong with its bytes. */
export type Decoded<Artifact> =
  | { readonly ok: true; readonly artifact: Artifact }
  | { readonly ok: false; readonly faults: readonly string[] };

/**
 * A prediction about one transaction in two steps, so that they can be timed apart and the features be kept. `read` makes
 * the features in the artifact's working memory, where they last until the next call of any of these; `keep` copies them
 * out and `restore` puts them back. `answer` changes no kept features, and says the same after `read` and `restore`.
 */
export interface PredictionSteps<Artifact, Read, Kept, Option, Reading> {
  /** `past` holds the account's earlier rows in time order; later ones are ignored. */
  read(artifact: Artifact, transaction: Transaction, past: readonly PastRow[], timezone: string): Read;
  keep(artifact: Artifact, read: Read): Kept;
  restore(artifact: Artifact, kept: Kept): Read;
  answer(artifact: Artifact, transaction: Transaction, read: Read, option: Option): Reading;
}

/** What every model offers to training and serving besides its own `fit` and `predict`. */
export interface Model<Artifact> {
  readonly name: ModelName;
  /** Layout number of the bytes; raised whenever older code could not read them or would answer otherwise. */
  readonly format: number;
  /** A complete safetensors file; equal artifacts give equal bytes. */
  encode(artifact: Artifact): Uint8Array;
  /** Reads what `encode` wrote; never throws, whatever the bytes. The artifact may be a view of them. */
  decode(bytes: Uint8Array): Decoded<Artifact>;
  /** Answers to the model's built-in probe transactions: the same numbers for the same artifact, always. */
  probe(artifact: Artifact): readonly number[];
  /** What it answers to one transaction and its account's past, as numbers; none where it has nothing to say. */
  ask(artifact: Artifact, transaction: Transaction, past: readonly PastRow[]): readonly number[];
  /** Fields of the transaction asked about that change none of its answers. */
  readonly hidden: readonly (keyof Transaction)[];
}
