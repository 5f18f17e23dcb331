import { createHash } from 'node:crypto';
import type { Transaction } from '../bank/transaction.ts';
import { AppError } from '../errors.ts';
import { FEATURE_FINGERPRINT } from '../features/fingerprint.ts';
import type { Clock } from '../lib/clock.ts';
import type { ModelName } from '../models/model.ts';
import { REPORT_FILE, type Repository } from '../registry/repository.ts';
import { isLowerBetter } from './compare.ts';
import type { Figures } from './figures.ts';
import { orderByTime } from './split.ts';
import type { ActiveVersion, Comparison, Trained, Trainer, TrainOptions } from './trainer.ts';
import { TRAINERS } from './trainers.ts';

/** Which model to train, on what, and how hard to try. */
export interface TrainRequest extends TrainOptions {
  readonly model: ModelName;
  /** All rows, in any order, labelled or not; those without what the model learns are set aside and counted. */
  readonly rows: readonly Transaction[];
  /** Activate the new version even when it is worse than the active one. */
  readonly force: boolean;
}

export interface TrainDependencies {
  readonly repository: Repository;
  readonly clock: Clock;
  /** Draws the report, of which the version's id is only known when it is stored; HTML unless told otherwise. */
  readonly drawReport?: (summary: TrainingSummary, figures: Figures) => Promise<(version: string) => string>;
}

/** training_summary.json: what was trained on what, how it did, and against what it was compared. */
export interface TrainingSummary {
  readonly model: ModelName;
  readonly created_at: string;
  readonly seed: number;
  readonly node_version: string;
  /** Layout number of the model file, and what computed its features. */
  readonly format: number;
  readonly feature_fingerprint: string;
  /** Where the wall clock hung that hours and days were read from; serve with the same. */
  readonly timezone: string;
  readonly data: {
    /** SHA-256 of the rows in order of time, so that two trainings can be told to have seen the same. */
    readonly sha256: string;
    readonly rows: number;
    /** Rows the model learnt from. */
    readonly rows_used: number;
    /** Rows that the model did not learn from, and what they are, after "they". */
    readonly rows_set_aside: number;
    readonly set_aside_because: string;
    readonly from: string;
    readonly until: string;
  };
  readonly comparison: Comparison | null;
  readonly verdict: string;
  /** Why there is no report beside this summary; null when there is one. */
  readonly report_failure: string | null;
  readonly duration_seconds: number;
  /** The model's own part: parameters, trials, evaluation. */
  readonly [detail: string]: unknown;
}

/** What training came to. A version that was not activated is stored all the same. */
export interface TrainOutcome {
  readonly model: ModelName;
  readonly version: string;
  readonly isActivated: boolean;
  /** One sentence: why it was or was not activated. */
  readonly verdict: string;
  readonly summary: TrainingSummary;
  /** Path of the report, for people; null when it could not be drawn, which the summary gives the reason of. */
  readonly report: string | null;
}

/**
 * Trains one model, stores it as a new immutable version with its summary, and activates it unless it is worse than
 * the active one. A report that cannot be drawn does not cost the model. Rejects with AppError `data_insufficient` when
 * the rows do not suffice.
 */
export async function train(dependencies: TrainDependencies, request: TrainRequest): Promise<TrainOutcome> {
  const { repository, clock, drawReport = drawHtml } = dependencies;
  const { model, rows } = request;
  const trainer = TRAINERS.find((row) => row.model === model);
  if (trainer === undefined) throw new AppError('usage', `${model} cannot be trained yet`);
  const startedAt = clock();
  const { id, active, absence } = await readIncumbent(repository, model);
  const trained = await trainer.train(rows, active, request);
  const decided = decide(trained.comparison, active, absence, request.force);
  const { isActivated } = decided;
  const now = await activeId(repository, model);
  const verdict =
    isActivated && now !== null && now !== id
      ? `activated: not compared with ${now}, which was activated meanwhile`
      : decided.verdict;
  const done = summarise(trainer, trained, request, verdict, startedAt, clock());
  const drawn = await drawReport(done, trained.figures).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
  const isDrawn = !(drawn instanceof Error);
  const summary = isDrawn ? done : { ...done, report_failure: drawn.message };
  const { version } = await repository.save({
    model,
    format: trained.format,
    bytes: trained.bytes,
    facts: { ...trained.facts, seed: request.seed },
    summary,
    extraFiles: isDrawn ? (id) => ({ [REPORT_FILE]: drawn(id) }) : undefined,
  });
  if (isActivated) await repository.activate(model, version);
  const report = isDrawn ? repository.path(model, version, REPORT_FILE) : null;
  return { model, version, isActivated, verdict, summary, report };
}

async function drawHtml(summary: TrainingSummary, figures: Figures): Promise<(version: string) => string> {
  // The drawing libraries are heavy, and nobody who serves needs them.
  const { drawReport } = await import('./report/report.ts');
  return drawReport(summary, figures);
}

/** The active version to compare with; or null, and why there is none that could serve. */
interface Incumbent {
  /** The id that was active, whether it can serve or not. */
  readonly id: string | null;
  readonly active: ActiveVersion | null;
  readonly absence: string;
}

async function readIncumbent(repository: Repository, model: ModelName): Promise<Incumbent> {
  let id: string | null = null;
  try {
    id = await repository.active(model);
    if (id === null) return { id, active: null, absence: 'no other version was serving' };
    const { manifest, bytes } = await repository.readArtifact(model, id);
    const summary = await readSummary(repository, model, id);
    return {
      id,
      active: { version: id, bytes, trainedUntil: Date.parse(manifest.trained_until), summary },
      absence: '',
    };
  } catch (error) {
    // A damaged or outdated version cannot serve either, so there is nothing to be worse than.
    if (error instanceof AppError)
      return { id, active: null, absence: `the active version cannot serve (${error.detail})` };
    throw error;
  }
}

/** The id that is active now; null where none is or its pointer is damaged. */
async function activeId(repository: Repository, model: ModelName): Promise<string | null> {
  return repository.active(model).catch((error: unknown) => {
    if (error instanceof AppError) return null;
    throw error;
  });
}

/** The summary beside a version; without it the version is compared all the same, but its recipe is not known. */
async function readSummary(
  repository: Repository,
  model: ModelName,
  version: string,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const summary = await repository.readSummary(model, version);
    return typeof summary === 'object' && summary !== null ? (summary as Record<string, unknown>) : {};
  } catch (error) {
    if (error instanceof AppError) return {};
    throw error;
  }
}

function decide(
  comparison: Comparison | null,
  active: ActiveVersion | null,
  absence: string,
  force: boolean,
): Pick<TrainOutcome, 'isActivated' | 'verdict'> {
  if (active === null) return { isActivated: true, verdict: `activated: ${absence}` };
  if (comparison === null) {
    return {
      isActivated: true,
      verdict: `activated: ${active.version} cannot be compared on rows it has not seen`,
    };
  }
  const { metric, value_new, value_active, version, rows, unit, basis } = comparison;
  const how = `${metric} ${value_new.toFixed(4)} against ${value_active.toFixed(4)} of ${version}`;
  const where =
    basis === 'later_rows'
      ? `on ${rows} ${unit} neither had seen`
      : `on ${rows} ${unit}, its recipe refitted on the same older part`;
  if (!comparison.is_worse) {
    const isBehind = isLowerBetter(metric) ? value_new > value_active : value_new < value_active;
    const sure = isBehind ? ', too close to call it worse' : '';
    return { isActivated: true, verdict: `activated: ${how} ${where}${sure}` };
  }
  if (force) return { isActivated: true, verdict: `activated by force although worse: ${how} ${where}` };
  return {
    isActivated: false,
    verdict: `not activated, it is worse: ${how} ${where}; --force activates it all the same`,
  };
}

function summarise(
  trainer: Trainer,
  trained: Trained,
  { model, rows, seed, timezone }: TrainRequest,
  verdict: string,
  startedAt: number,
  endedAt: number,
): TrainingSummary {
  const ordered = orderByTime(rows);
  return {
    model,
    created_at: new Date(endedAt).toISOString(),
    seed,
    node_version: process.version,
    format: trained.format,
    feature_fingerprint: FEATURE_FINGERPRINT,
    timezone,
    data: {
      sha256: hashRows(ordered),
      rows: rows.length,
      rows_used: trained.facts.rows,
      rows_set_aside: trained.rowsSetAside,
      set_aside_because: trainer.setsAside,
      from: new Date(ordered[0].at).toISOString(),
      until: new Date(ordered[ordered.length - 1].at).toISOString(),
    },
    ...trained.details,
    comparison: trained.comparison,
    verdict,
    report_failure: null,
    duration_seconds: (endedAt - startedAt) / 1000,
  };
}

/** Hashed row by row: the text of all rows together may be longer than a string can be. */
function hashRows(rows: readonly Transaction[]): string {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(JSON.stringify(row)).update('\n');
  return hash.digest('hex');
}
