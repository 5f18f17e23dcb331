import type { Transaction } from '../bank/transaction.ts';
import type { ModelName } from '../models/model.ts';
import type { Manifest } from '../registry/manifest.ts';
import type { Figures } from './figures.ts';

/** Tells how far a step has come: `done` of `total`, in the units the step is about (rows, trees, folds). */
export type OnProgress = (step: string, done: number, total: number) => void;

/** How to train; the same for every model. */
export interface TrainOptions {
  readonly timezone: string;
  readonly seed: number;
  /** Number of hyper-parameter trials beyond the standard ones. */
  readonly search: number;
  /** Seconds instead of minutes: small models, no search; for tests and first looks. */
  readonly isSimple: boolean;
  /** Worker threads; the model does not depend on it. */
  readonly workers: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** The version that serves now, as far as a comparison needs it; it can be decoded by this program. */
export interface ActiveVersion {
  readonly version: string;
  readonly bytes: Uint8Array;
  /** Instant of the newest row it has seen. */
  readonly trainedUntil: number;
  /** Its training_summary.json, as far as it could be read. */
  readonly summary: Readonly<Record<string, unknown>>;
}

/** How the new version did against the active one, on which rows. */
export interface Comparison {
  readonly version: string;
  /** `later_rows`: rows neither has seen. `refitted_recipe`: the active recipe refitted on the same older part. */
  readonly basis: 'later_rows' | 'refitted_recipe';
  readonly rows: number;
  /** What `rows` counts: a forecast of many days is one of its own. */
  readonly unit: 'rows' | 'forecasts';
  readonly metric: string;
  readonly value_new: number;
  readonly value_active: number;
  /** 95 % interval of the difference (new minus active), paired bootstrap. */
  readonly difference: readonly [number, number];
  readonly is_worse: boolean;
}

/** What a trainer hands over: the refitted model as bytes, and everything worth knowing about it. */
export interface Trained {
  readonly format: number;
  readonly bytes: Uint8Array;
  readonly facts: Pick<Manifest, 'trained_until' | 'rows' | 'metrics' | 'probes'>;
  /** Rows of the request that the model did not learn from. */
  readonly rowsSetAside: number;
  /** Null when there was no active version, or none it could be compared with on rows it has not seen. */
  readonly comparison: Comparison | null;
  /** The model's own part of training_summary.json: parameters, trials, evaluation. */
  readonly details: Readonly<Record<string, unknown>>;
  /** What the report draws. */
  readonly figures: Figures;
}

/** What a model has to be better than to be worth its while. */
export interface Yardstick {
  /** Name of the baseline, as in the training summary. */
  readonly baseline: string;
  /** Error of the model and of that baseline on the newest part, both on one scale, read from a training's details. */
  readonly errors: (details: Trained['details']) => readonly [number, number];
  /** Share of the baseline's error that a training on made-up accounts must at least be spared. */
  readonly margin: number;
}

/** One row of TRAINERS. Rejects with AppError `data_insufficient` when the rows do not suffice. */
export interface Trainer {
  readonly model: ModelName;
  readonly yardstick: Yardstick;
  /** Whether another seed gives another model; one that draws nothing by chance is the same whatever the seed. */
  readonly isSeeded: boolean;
  /** What rows are that it sets aside, after "they". */
  readonly setsAside: string;
  readonly train: (
    rows: readonly Transaction[],
    active: ActiveVersion | null,
    options: TrainOptions,
  ) => Promise<Trained>;
}
