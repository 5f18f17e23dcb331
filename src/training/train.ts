import type { Transaction } from '../bank/transaction.ts';
import { AppError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { sha256 } from '../lib/hash.ts';
import type { ModelName } from '../models/model.ts';
import { CATEGORY_MODEL } from '../models/models.ts';
import type { Repository } from '../registry/repository.ts';
import type { CategoryParameters } from './fit-category.ts';
import { type ActiveCategory, type CategoryTraining, trainCategory } from './train-category.ts';

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

/** training_summary.json: what was trained on what, how it did, and against what it was compared. */
export interface TrainingSummary {
  readonly model: ModelName;
  readonly created_at: string;
  readonly seed: number;
  readonly node_version: string;
  readonly data: {
    /** SHA-256 of the rows in order of time, so that two trainings can be told to have seen the same. */
    readonly sha256: string;
    readonly rows: number;
    readonly labelled: number;
    /** Rows set aside because they have no category. */
    readonly unlabelled: number;
    readonly from: string;
    readonly until: string;
  };
  readonly parameters: CategoryParameters;
  readonly trials: CategoryTraining['trials'];
  readonly evaluation: CategoryTraining['evaluation'];
  readonly comparison: CategoryTraining['comparison'];
  readonly pool: CategoryTraining['pool'];
  readonly importance: CategoryTraining['importance'];
  readonly duration_seconds: number;
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
  const { repository, clock } = dependencies;
  const { model, rows, seed } = request;
  if (model !== CATEGORY_MODEL.name) throw new AppError('usage', `${model} cannot be trained yet`);
  const startedAt = clock();
  const active = await readActive(repository);
  const trained = await trainCategory(rows, active, request);
  const summary = summarise(trained, request, startedAt, clock());
  const { scores } = trained.evaluation;
  const { version } = await repository.save({
    model,
    format: CATEGORY_MODEL.format,
    bytes: CATEGORY_MODEL.encode(trained.artifact),
    facts: {
      trained_until: new Date(trained.trainedUntil).toISOString(),
      seed,
      rows: trained.rowsLabelled,
      metrics: {
        accuracy: scores.accuracy,
        macro_f1: scores.macro_f1,
        log_loss: scores.log_loss,
        ece: scores.ece,
        brier: scores.brier,
      },
      probes: CATEGORY_MODEL.probe(trained.artifact),
    },
    summary,
  });
  const { isActivated, verdict } = decide(trained, active, request.force);
  if (isActivated) await repository.activate(model, version);
  return { model, version, isActivated, verdict, summary };
}

/** The active version to compare with, or null when there is none this program can read. */
async function readActive(repository: Repository): Promise<ActiveCategory | null> {
  const version = await repository.active(CATEGORY_MODEL.name);
  if (version === null) return null;
  try {
    const { manifest, bytes } = await repository.readArtifact(CATEGORY_MODEL.name, version);
    const decoded = CATEGORY_MODEL.decode(bytes);
    if (!decoded.ok) return null;
    const summary = (await repository.readSummary(
      CATEGORY_MODEL.name,
      version,
    )) as Partial<TrainingSummary> | null;
    return {
      version,
      artifact: decoded.artifact,
      trainedUntil: Date.parse(manifest.trained_until),
      parameters: summary?.parameters ?? null,
    };
  } catch (error) {
    // A damaged or outdated version cannot serve either, so there is nothing to be worse than.
    if (error instanceof AppError) return null;
    throw error;
  }
}

function decide(
  { comparison }: CategoryTraining,
  active: ActiveCategory | null,
  force: boolean,
): Pick<TrainOutcome, 'isActivated' | 'verdict'> {
  if (active === null) return { isActivated: true, verdict: 'activated: no other version was serving' };
  if (comparison === null) {
    return {
      isActivated: true,
      verdict: `activated: ${active.version} cannot be compared on rows it has not seen`,
    };
  }
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const how = `accuracy ${percent(comparison.accuracy_new)} against ${percent(comparison.accuracy_active)} of ${comparison.version}`;
  const where =
    comparison.basis === 'later_rows'
      ? `on ${comparison.rows} rows neither had seen`
      : `on ${comparison.rows} rows, its recipe refitted on the same older part`;
  if (!comparison.is_worse) return { isActivated: true, verdict: `activated: ${how} ${where}` };
  if (force) return { isActivated: true, verdict: `activated by force although worse: ${how} ${where}` };
  return {
    isActivated: false,
    verdict: `not activated, it is worse: ${how} ${where}; --force activates it all the same`,
  };
}

function summarise(
  trained: CategoryTraining,
  { model, rows, seed }: TrainRequest,
  startedAt: number,
  endedAt: number,
): TrainingSummary {
  const ordered = rows.toSorted((a, b) => a.at - b.at);
  return {
    model,
    created_at: new Date(endedAt).toISOString(),
    seed,
    node_version: process.version,
    data: {
      sha256: sha256(ordered.map((row) => JSON.stringify(row)).join('\n')),
      rows: rows.length,
      labelled: trained.rowsLabelled,
      unlabelled: trained.rowsUnlabelled,
      from: new Date(ordered[0].at).toISOString(),
      until: new Date(trained.trainedUntil).toISOString(),
    },
    parameters: trained.parameters,
    trials: trained.trials,
    evaluation: trained.evaluation,
    comparison: trained.comparison,
    pool: trained.pool,
    importance: trained.importance,
    duration_seconds: (endedAt - startedAt) / 1000,
  };
}
