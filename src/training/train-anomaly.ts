import type { Transaction } from '../bank/transaction.ts';
import { AppError } from '../errors.ts';
import { pairedBootstrap } from '../kernels/metrics/bootstrap.ts';
import { createRng, deriveSeed } from '../lib/rng.ts';
import type { AnomalyArtifact } from '../models/anomaly.ts';
import { type AnomalyFigures, collectAnomalyFigures } from './anomaly-figures.ts';
import { type AnomalyParameters, assembleAnomaly, fitJudge, fitReader, readForward } from './fit-anomaly.ts';
import {
  type AnomalyVerdicts,
  byModel,
  byPlainForest,
  judgeRows,
  rankPlanted,
  shareFrom,
} from './judge-anomaly.ts';
import { PLANTINGS } from './plant-anomalies.ts';
import { countOlder, orderByTime } from './split.ts';
import type { Comparison, TrainOptions } from './trainer.ts';

/** The active version, as far as a comparison needs it. */
export interface ActiveAnomaly {
  readonly version: string;
  readonly artifact: AnomalyArtifact;
  readonly trainedUntil: number;
  readonly parameters: AnomalyParameters | null;
}

/** How a detector without labels did on the newest part. */
export interface AnomalyEvaluation {
  readonly train_rows: number;
  readonly test_rows: number;
  readonly test_from: number;
  /** Share of the newest rows flagged at each sensitivity; all of them count, whatever incidents they hold. */
  readonly flagged: readonly { readonly sensitivity: number; readonly share: number }[];
  /** Chance that a row with something planted is found stranger than an ordinary one, beside the baseline's. */
  readonly planted: readonly {
    readonly kind: string;
    readonly rows: number;
    readonly auc: number;
    readonly baseline_auc: number;
    /** Share of the planted rows flagged at sensitivity .01. */
    readonly flagged: number;
  }[];
  readonly planted_auc: number;
  readonly baseline_auc: number;
  readonly beats_baseline: boolean;
  readonly difference_to_baseline: readonly [number, number];
  /** How much another seed changes: share of the rows flagged at .01 that both flag, of those either does. */
  readonly stability: number;
}

/** One trial of the search: how well planted rows of the newest block of the older part are told from the others. */
export interface AnomalyTrial {
  readonly parameters: AnomalyParameters;
  readonly planted_auc: number;
}

export interface AnomalyTraining {
  /** Refitted on all rows; this one is served. */
  readonly artifact: AnomalyArtifact;
  readonly rows: number;
  readonly trainedUntil: number;
  readonly parameters: AnomalyParameters;
  readonly trials: readonly AnomalyTrial[];
  readonly evaluation: AnomalyEvaluation;
  /** Share of calibration rows set aside as incidents, because they are no ordinary traffic. */
  readonly incident_share: number;
  readonly comparison: Comparison | null;
  readonly figures: AnomalyFigures;
}

const ROWS_MIN = 50;
const COMPARED_ROWS_MIN = 30;
/** Streams 0 and 1 of the seed grow the forests. */
const SEARCH_STREAM = 2;
export const SENSITIVITIES = [0.001, 0.01, 0.05];
const STABILITY_SENSITIVITY = 0.01;

/** Trees of an ordinary training and of a quick one. */
export function anomalyParameters({ isSimple }: Pick<TrainOptions, 'isSimple'>): AnomalyParameters {
  return { trees: isSimple ? 30 : 100, max_samples: 256 };
}

/**
 * Trains the anomaly model without labels: fits on the older four fifths, reports on the newest fifth, as it is and with
 * strangeness planted in it, against a plain isolation forest and the active version, then refits on all rows. Rejects
 * with AppError `data_insufficient`.
 */
export async function trainAnomaly(
  allRows: readonly Transaction[],
  active: ActiveAnomaly | null,
  options: TrainOptions,
): Promise<AnomalyTraining> {
  const rows = orderByTime(allRows);
  const { evaluation, verdicts, forward, trainCount, parameters, trials } = await judgeAnomaly(rows, options);
  const comparison =
    active === null ? null : await compare(rows, trainCount, forward, verdicts, parameters, active, options);
  const figures = await collectAnomalyFigures(rows, trainCount, forward, verdicts, options);
  const reading = await readForward(rows, options);
  const judge = await fitJudge(rows, reading, parameters, options);
  return {
    artifact: assembleAnomaly(fitReader(rows, options.timezone), judge),
    rows: rows.length,
    trainedUntil: rows[rows.length - 1].at,
    parameters,
    trials,
    evaluation,
    incident_share: judge.incidentShare,
    comparison,
    figures,
  };
}

/** Fits on the first `trainCount` of time-ordered rows as a training does; what it learnt lies all before the others. */
export async function fitAnomaly(
  rows: readonly Transaction[],
  parameters: AnomalyParameters,
  options: TrainOptions,
): Promise<AnomalyArtifact> {
  const judge = await fitJudge(rows, await readForward(rows, options), parameters, options);
  return assembleAnomaly(fitReader(rows, options.timezone), judge);
}

async function judgeAnomaly(rows: readonly Transaction[], options: TrainOptions) {
  if (rows.length < ROWS_MIN) {
    throw new AppError(
      'data_insufficient',
      `${rows.length} rows; at least ${ROWS_MIN} are needed to say what is ordinary`,
    );
  }
  const trainCount = countOlder(rows.length);
  const older = rows.slice(0, trainCount);
  const { parameters, trials } = await searchAnomaly(older, options);
  const reading = await readForward(older, options);
  const reader = fitReader(older, options.timezone);
  const forward = assembleAnomaly(reader, await fitJudge(older, reading, parameters, options));
  const verdicts = await judgeRows(rows, trainCount, byModel(forward, options.timezone), options);
  const plain = await judgeRows(
    rows,
    trainCount,
    byPlainForest(older, options),
    options,
    'judging the baseline',
  );
  const reseeded = { ...options, seed: deriveSeed(options.seed, 1) };
  const other = assembleAnomaly(reader, await fitJudge(older, reading, parameters, reseeded));
  const again = await judgeRows(
    rows,
    trainCount,
    byModel(other, options.timezone),
    options,
    'judging another seed',
  );
  return {
    evaluation: report(rows, trainCount, verdicts, plain, again, options.seed),
    verdicts,
    forward,
    trainCount,
    parameters,
    trials,
  };
}

/** Trees and sample sizes a search draws from, evenly in their logarithm. */
const TREES_TRIED = [50, 300] as const;
const SAMPLES_TRIED = [64, 1024] as const;

/**
 * Tries `search` random variations beside the standard one: each is fitted on the older four fifths of these rows and
 * judged on their newest fifth, so that the part the model is reported on is not looked at. The best is kept, the
 * standard one among equals.
 */
async function searchAnomaly(
  older: readonly Transaction[],
  options: TrainOptions,
): Promise<{ readonly parameters: AnomalyParameters; readonly trials: readonly AnomalyTrial[] }> {
  const standard = anomalyParameters(options);
  if (options.search < 1) return { parameters: standard, trials: [] };
  const rng = createRng(deriveSeed(options.seed, SEARCH_STREAM));
  const between = ([low, high]: readonly [number, number]) => Math.round(low * (high / low) ** rng());
  const list = [standard];
  while (list.length <= options.search)
    list.push({ trees: between(TREES_TRIED), max_samples: between(SAMPLES_TRIED) });
  const count = countOlder(older.length);
  const rows = older.slice(0, count);
  const reader = fitReader(rows, options.timezone);
  // What is read of the rows depends on no parameter, so all trials share it.
  const reading = await readForward(rows, options);
  const trials: AnomalyTrial[] = [];
  for (const [i, parameters] of list.entries()) {
    const artifact = assembleAnomaly(reader, await fitJudge(rows, reading, parameters, options));
    const step = `trial ${i + 1} of ${list.length}`;
    const verdicts = await judgeRows(older, count, byModel(artifact, options.timezone), options, step);
    trials.push({ parameters, planted_auc: mean(joined(rankPlanted(verdicts))) });
  }
  const best = trials.reduce((a, b) => (b.planted_auc > a.planted_auc ? b : a));
  return { parameters: best.parameters, trials };
}

function report(
  rows: readonly Transaction[],
  trainCount: number,
  verdicts: AnomalyVerdicts,
  plain: AnomalyVerdicts,
  again: AnomalyVerdicts,
  seed: number,
): AnomalyEvaluation {
  const ranks = rankPlanted(verdicts);
  const plainRanks = rankPlanted(plain);
  const difference = pairedBootstrap(joined(ranks), joined(plainRanks), { seed, resamples: 500 });
  return {
    train_rows: trainCount,
    test_rows: rows.length - trainCount,
    test_from: rows[trainCount].at,
    flagged: SENSITIVITIES.map((sensitivity) => ({
      sensitivity,
      share: shareFrom(verdicts.strangeness, -sensitivity),
    })),
    planted: PLANTINGS.flatMap(({ kind }, p) =>
      ranks[p].length === 0
        ? []
        : [
            {
              kind,
              rows: ranks[p].length,
              auc: mean(ranks[p]),
              baseline_auc: mean(plainRanks[p]),
              flagged: shareFrom(verdicts.planted[p], -STABILITY_SENSITIVITY),
            },
          ],
    ),
    planted_auc: mean(joined(ranks)),
    baseline_auc: mean(joined(plainRanks)),
    beats_baseline: difference.lower > 0,
    difference_to_baseline: [difference.lower, difference.upper],
    stability: overlap(verdicts.strangeness, again.strangeness),
  };
}

function overlap(a: Float64Array, b: Float64Array): number {
  let both = 0;
  let either = 0;
  for (let i = 0; i < a.length; i++) {
    const hits = Number(a[i] >= -STABILITY_SENSITIVITY) + Number(b[i] >= -STABILITY_SENSITIVITY);
    if (hits === 2) both++;
    if (hits > 0) either++;
  }
  return either === 0 ? 1 : both / either;
}

/**
 * Compares by the rank of planted rows among ordinary ones, paired row by row: on rows later than both versions have
 * seen, or else with the active version's parameters refitted on the same older part.
 */
async function compare(
  rows: readonly Transaction[],
  trainCount: number,
  forward: AnomalyArtifact,
  verdicts: AnomalyVerdicts,
  parameters: AnomalyParameters,
  active: ActiveAnomaly,
  options: TrainOptions,
): Promise<Comparison | null> {
  const { timezone } = options;
  let from = trainCount;
  while (from < rows.length && rows[from].at <= active.trainedUntil) from++;
  if (rows.length - from >= COMPARED_ROWS_MIN) {
    const ours =
      from === trainCount
        ? verdicts
        : await judgeRows(rows, from, byModel(forward, timezone), options, 'judging later rows');
    const step = 'judging the active version';
    const theirs = await judgeRows(rows, from, byModel(active.artifact, timezone), options, step);
    return comparison(active.version, 'later_rows', ours, theirs, options.seed);
  }
  if (active.parameters === null) return null;
  const { trees, max_samples } = active.parameters;
  // The same recipe on the same rows is the same model, byte for byte.
  if (trees === parameters.trees && max_samples === parameters.max_samples)
    return comparison(active.version, 'refitted_recipe', verdicts, verdicts, options.seed);
  const refitted = await fitAnomaly(rows.slice(0, trainCount), active.parameters, options);
  const step = 'judging the active recipe';
  const theirs = await judgeRows(rows, trainCount, byModel(refitted, timezone), options, step);
  return comparison(active.version, 'refitted_recipe', verdicts, theirs, options.seed);
}

function comparison(
  version: string,
  basis: Comparison['basis'],
  ours: AnomalyVerdicts,
  theirs: AnomalyVerdicts,
  seed: number,
): Comparison {
  const mine = joined(rankPlanted(ours));
  const other = joined(rankPlanted(theirs));
  const difference = pairedBootstrap(mine, other, { seed, resamples: 500 });
  return {
    version,
    basis,
    rows: ours.strangeness.length,
    metric: 'planted_auc',
    value_new: mean(mine),
    value_active: mean(other),
    difference: [difference.lower, difference.upper],
    is_worse: difference.upper < 0,
  };
}

function joined(lists: readonly Float64Array[]): Float64Array {
  return Float64Array.from(lists.flatMap((list) => [...list]));
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
