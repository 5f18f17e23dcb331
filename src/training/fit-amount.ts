import type { Transaction } from '../bank/transaction.ts';
import { createReplay } from '../features/replay.ts';
import { fitStatistics, logAmount } from '../features/statistics.ts';
import { FEATURE_COUNT } from '../features/vector.ts';
import { conformalOffset, LEVELS } from '../kernels/calibration/conformal.ts';
import { predictQuantiles } from '../kernels/forest/predict-regression.ts';
import type { RegressionForest } from '../kernels/forest/regression.ts';
import type { TextRegression } from '../kernels/text/regression.ts';
import { createRng, deriveSeed, nextInt } from '../lib/rng.ts';
import {
  type AmountArtifact,
  type AmountReader,
  createAmountScratch,
  hideAmount,
  readForAmount,
} from '../models/amount.ts';
import { writeAmountTokens } from '../models/amount-tokens.ts';
import { fitScales, scaleRow, shiftOf } from '../models/currency-scales.ts';
import { breathe } from './breathe.ts';
import { forwardCuts } from './forward-cuts.ts';
import { growRegressionForest } from './grow-forest.ts';
import { runTasks } from './run-tasks.ts';
import { fitTextRegressionOfTask, type TextRegressionTask } from './text-worker.ts';
import { type TokenTable, tabulateTokens } from './token-table.ts';
import type { TrainOptions } from './trainer.ts';

/** What a search tries; everything else of the model follows from the data. */
export interface AmountParameters {
  /** Penalty of the text part. */
  readonly l2: number;
  readonly min_samples_leaf: number;
  /** Share of the features tried at a node. */
  readonly max_features: number;
}

/** One trial of the search: mean absolute error of log amounts on the block after its training rows. */
export interface AmountTrial extends AmountParameters {
  readonly mae_log: number;
}

const TREES = 100;
const TREES_SIMPLE = 20;
/** A tree draws at most so many rows, and a leaf keeps at most so many values: both bound the file. */
const DRAWS_MAX = 50_000;
const LEAF_SAMPLES_MAX = 32;
const LEAVES = [5, 20, 80, 320];
/** Few rows can afford leaves of two; of many they would make a large file for nothing. */
const LEAF_SMALL = 2;
const SMALL_ROWS = 20_000;
const L2 = 2;
const MAX_FEATURES = 0.34;
/** A whole one, as the rule has it, means leaves far too large for books of some hundred rows. */
const ERRORS_ALLOWED = 0.5;
const CALIBRATION_ROWS_MAX = 20_000;
const CALIBRATION_BLOCKS = 2;
const BREATHE_ROWS = 1024;

/** Rows in order of time, all with an amount, and what forward fits over prefixes of them share. */
export interface AmountStudy {
  readonly rows: readonly Transaction[];
  /** Rows of the older part; the rest is the newest part, which judges. */
  readonly trainCount: number;
  /** Log amount of each row. */
  readonly logs: Float64Array;
  readonly table: TokenTable;
  /** Ascending row numbers: starts of the forward blocks, then `trainCount`. */
  readonly cuts: readonly number[];
  readonly options: TrainOptions;
}

/** Opens a study of time-ordered rows with amounts. */
export function openAmountStudy(
  rows: readonly Transaction[],
  trainCount: number,
  options: TrainOptions,
): AmountStudy {
  return {
    rows,
    trainCount,
    logs: Float64Array.from(rows, logAmount),
    table: tabulateTokens(rows.length, (i, tokens) => writeAmountTokens(hideAmount(rows[i]), tokens)),
    cuts: forwardCuts(trainCount, options.isSimple),
    options,
  };
}

/** The parameters a search starts from. */
const STANDARD: AmountParameters = { l2: L2, min_samples_leaf: LEAVES[0], max_features: MAX_FEATURES };

/** Fits a reader on each prefix of the rows, the text parts in worker threads. */
export async function fitAmountReaders(
  study: AmountStudy,
  l2: number,
  counts: readonly number[],
): Promise<AmountReader[]> {
  const { rows, logs, table, options } = study;
  const scales = counts.map((count) => fitScales(rows.slice(0, count)));
  const tasks: TextRegressionTask[] = counts.map((count, i) => ({
    table,
    values: Float64Array.from(
      { length: count },
      (_, row) => logs[row] - shiftOf(scales[i], rows[row].currency),
    ),
    l2,
  }));
  const texts = await runTasks<TextRegressionTask, TextRegression>(
    'text-worker',
    fitTextRegressionOfTask.name,
    tasks,
    {
      workers: options.workers,
      signal: options.signal,
      onProgress: (done, total) => options.onProgress?.('fitting text parts', done, total),
    },
  );
  return counts.map((count, i) => ({
    scales: scales[i],
    statistics: fitStatistics(rows.slice(0, count).map((row) => scaleRow(scales[i], row))),
    text: texts[i],
  }));
}

/** What forward reading gives: vector and target of every row from the first cut on. */
export interface AmountReading {
  /** Row number of the first vector. */
  readonly begin: number;
  readonly vectors: Float32Array;
  /** Log amounts on the scale of the reader that read the row. */
  readonly targets: Float64Array;
}

/**
 * Reads every row from the first cut on with the reader fitted on the rows before its block, replaying histories as
 * serving would have seen them.
 */
export async function readAmountsForward(
  study: AmountStudy,
  readers: readonly AmountReader[],
  starts: readonly number[],
  end: number,
): Promise<AmountReading> {
  const { rows, logs, options } = study;
  const begin = starts[0];
  const vectors = new Float32Array((end - begin) * FEATURE_COUNT);
  const targets = new Float64Array(end - begin);
  const replay = createReplay();
  for (let i = 0; i < begin; i++) replay.remember(rows[i], rows[i].category);
  for (const [block, reader] of readers.entries()) {
    const scratch = createAmountScratch(reader);
    for (let i = starts[block]; i < (starts[block + 1] ?? end); i++) {
      const shift = readForAmount(reader, rows[i], replay.past(rows[i]), options.timezone, scratch);
      vectors.set(scratch.vector, (i - begin) * FEATURE_COUNT);
      targets[i - begin] = logs[i] - shift;
      replay.remember(rows[i], rows[i].category);
      if (i % BREATHE_ROWS === 0) {
        options.onProgress?.('computing features', i - begin, end - begin);
        await breathe(options.signal);
      }
    }
  }
  options.onProgress?.('computing features', end - begin, end - begin);
  return { begin, vectors, targets };
}

/** Grows a forest on the forward vectors of rows up to `end`. */
export function growAmountsOn(
  study: AmountStudy,
  reading: AmountReading,
  end: number,
  parameters: AmountParameters,
  step: string,
): Promise<RegressionForest> {
  const { options } = study;
  const rowCount = end - reading.begin;
  return growRegressionForest({
    rows: reading.vectors.subarray(0, rowCount * FEATURE_COUNT),
    rowCount,
    featureCount: FEATURE_COUNT,
    values: reading.targets.subarray(0, rowCount),
    trees: options.isSimple ? TREES_SIMPLE : TREES,
    minSamplesLeaf: Math.max(1, Math.min(parameters.min_samples_leaf, rowCount >> 3)),
    maxFeatures: parameters.max_features,
    maxSamples: Math.min(1, DRAWS_MAX / rowCount),
    leafSamplesMax: LEAF_SAMPLES_MAX,
    seed: options.seed,
    workers: options.workers,
    signal: options.signal,
    onProgress: (done, total) => options.onProgress?.(step, done, total),
  });
}

/**
 * Tries leaf sizes and, beyond them, `search` random variations on the newest block of the older part, and returns the
 * parameters chosen with every trial: those of the largest leaves whose error is within {@link ERRORS_ALLOWED} standard
 * errors of the smallest one (Breiman, Friedman, Olshen and Stone, 1984), so that chance does not choose small leaves
 * where amounts follow from nothing.
 */
export async function searchAmountParameters(
  study: AmountStudy,
  readingOf: (l2: number) => Promise<AmountReading>,
): Promise<{ readonly best: AmountParameters; readonly trials: readonly AmountTrial[] }> {
  const { options, cuts, trainCount } = study;
  if (options.isSimple || cuts.length < 3) return { best: STANDARD, trials: [] };
  const leaves = trainCount < SMALL_ROWS ? [LEAF_SMALL, ...LEAVES] : LEAVES;
  const candidates: AmountParameters[] = leaves.map((min_samples_leaf) => ({
    ...STANDARD,
    min_samples_leaf,
  }));
  const rng = createRng(deriveSeed(options.seed, 11));
  for (let i = 0; i < options.search; i++) {
    candidates.push({
      l2: [1, 3, 10][nextInt(rng, 3)],
      min_samples_leaf: [3, 5, 10, 20, 40, 80, 160][nextInt(rng, 7)],
      max_features: [0.15, 0.34, 0.6][nextInt(rng, 3)],
    });
  }
  const begin = cuts[cuts.length - 2];
  const trials: AmountTrial[] = [];
  const errors: Float64Array[] = [];
  for (const parameters of candidates) {
    const reading = await readingOf(parameters.l2);
    const step = `trying parameters ${trials.length + 1} of ${candidates.length}`;
    const forest = await growAmountsOn(study, reading, begin, parameters, step);
    const of = medianErrors(forest, reading, begin, trainCount);
    errors.push(of);
    trials.push({ ...parameters, mae_log: of.reduce((sum, error) => sum + error, 0) / of.length });
  }
  return { best: candidates[chooseTrial(trials, errors)], trials };
}

function chooseTrial(trials: readonly AmountTrial[], errors: readonly Float64Array[]): number {
  let least = 0;
  for (let t = 1; t < trials.length; t++) if (trials[t].mae_log < trials[least].mae_log) least = t;
  let chosen = least;
  for (let t = 0; t < trials.length; t++) {
    const more = trials[t].mae_log - trials[least].mae_log;
    const isLarger = trials[t].min_samples_leaf > trials[chosen].min_samples_leaf;
    if (isLarger && more <= ERRORS_ALLOWED * standardError(errors[t], errors[least])) chosen = t;
  }
  return chosen;
}

/** Standard error of the mean difference between two errors of the same rows. */
function standardError(a: Float64Array, b: Float64Array): number {
  const differences = a.map((error, i) => error - b[i]);
  const mean = differences.reduce((sum, difference) => sum + difference, 0) / a.length;
  const squares = differences.reduce((sum, difference) => sum + (difference - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, a.length - 1) / a.length);
}

function medianErrors(
  forest: RegressionForest,
  reading: AmountReading,
  begin: number,
  end: number,
): Float64Array {
  const out = new Float64Array(1);
  return Float64Array.from({ length: end - begin }, (_, i) => {
    const at = begin + i - reading.begin;
    predictQuantiles(forest, reading.vectors, at * FEATURE_COUNT, [0.5], out);
    return Math.abs(out[0] - reading.targets[at]);
  });
}

/** How far rows lay outside the intervals of each level, by level. */
export type Misses = readonly { readonly row: number; readonly outside: Float64Array }[];

/** Asks a forest about a sample of later rows it has not seen. */
export function missOn(reading: AmountReading, forest: RegressionForest, begin: number, end: number): Misses {
  const shares = new Float64Array(2 * LEVELS.length);
  // Ascending: the lower ends from the widest level on, then the upper ends.
  for (const [l, level] of LEVELS.entries()) {
    shares[LEVELS.length - 1 - l] = (1 - level) / 2;
    shares[LEVELS.length + l] = (1 + level) / 2;
  }
  const quantiles = new Float64Array(shares.length);
  const stride = Math.max(1, Math.ceil((end - begin) / (CALIBRATION_ROWS_MAX / CALIBRATION_BLOCKS)));
  const misses: { row: number; outside: Float64Array }[] = [];
  for (let row = begin; row < end; row += stride) {
    const at = row - reading.begin;
    predictQuantiles(forest, reading.vectors, at * FEATURE_COUNT, shares, quantiles);
    const outside = LEVELS.map((_, l) =>
      Math.max(
        quantiles[LEVELS.length - 1 - l] - reading.targets[at],
        reading.targets[at] - quantiles[LEVELS.length + l],
      ),
    );
    misses.push({ row, outside });
  }
  return misses;
}

/** Assembles the artifact, its intervals corrected by the misses of the newest blocks before `end`. */
export function assembleAmount(
  study: AmountStudy,
  reader: AmountReader,
  forest: RegressionForest,
  misses: Misses,
  end: number,
): AmountArtifact {
  const from = study.cuts.filter((cut) => cut < end).at(-CALIBRATION_BLOCKS) ?? 0;
  const used = misses.filter(({ row }) => row >= from && row < end);
  return {
    ...reader,
    forest,
    correction: {
      levels: LEVELS.slice(),
      offsets: LEVELS.map((level, l) =>
        conformalOffset(
          Float64Array.from(used, ({ outside }) => outside[l]),
          level,
        ),
      ),
    },
    scratch: createAmountScratch(reader),
  };
}
