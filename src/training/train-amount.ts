import type { Transaction } from '../bank/transaction.ts';
import { AppError } from '../errors.ts';
import { pairedBootstrap } from '../kernels/metrics/bootstrap.ts';
import type { AmountArtifact, AmountReader } from '../models/amount.ts';
import { AMOUNT_BASELINES, type AmountBaseline, predictBaselines } from './amount-baselines.ts';
import { type AmountFigures, collectAmountFigures } from './amount-figures.ts';
import { COMPARED_ROWS_MIN, compareScores, firstLaterRow } from './compare.ts';
import {
  type AmountEvaluation,
  type AmountScores,
  evaluateAmount,
  type IntervalScore,
  scoreAmounts,
} from './evaluate-amount.ts';
import {
  type AmountParameters,
  type AmountReading,
  type AmountStudy,
  type AmountTrial,
  assembleAmount,
  fitAmountReaders,
  growAmountsOn,
  type Misses,
  missOn,
  openAmountStudy,
  readAmountsForward,
  searchAmountParameters,
} from './fit-amount.ts';
import { nameImportance } from './name-importance.ts';
import { countOlder, orderByTime } from './split.ts';
import type { Comparison, TrainOptions } from './trainer.ts';

/** The active version, as far as a comparison needs it. */
export interface ActiveAmount {
  readonly version: string;
  readonly artifact: AmountArtifact;
  /** Instant of the newest row it has seen. */
  readonly trainedUntil: number;
  /** What its own summary says it was trained with; null when that is not known. */
  readonly parameters: AmountParameters | null;
}

export interface AmountTraining {
  /** Refitted on all rows; this one is served. */
  readonly artifact: AmountArtifact;
  readonly rowsUsed: number;
  readonly rowsSetAside: number;
  readonly trainedUntil: number;
  readonly parameters: AmountParameters;
  readonly trials: readonly AmountTrial[];
  readonly evaluation: {
    readonly train_rows: number;
    readonly test_rows: number;
    readonly test_from: number;
    /** Judged rows do not see the amounts of judged rows before them. */
    readonly scores: AmountScores;
    readonly intervals: readonly IntervalScore[];
    /** The same model when they do, as in serving. */
    readonly history_known: { readonly scores: AmountScores; readonly intervals: readonly IntervalScore[] };
    readonly baselines: Readonly<Record<AmountBaseline, AmountScores>>;
    /** Whether its error is below that of the best baseline with 95 % confidence, and which one that is. */
    readonly beats_baseline: boolean;
    readonly best_baseline: AmountBaseline;
    /** 95 % interval of the error (model minus best baseline), paired bootstrap. */
    readonly difference_to_baseline: readonly [number, number];
  };
  readonly comparison: Comparison | null;
  /** Mean decrease in squared error of each feature in the forest, by name, largest first. */
  readonly importance: Readonly<Record<string, number>>;
  readonly figures: AmountFigures;
}

const ROWS_MIN = 50;
const METRIC = 'mae_log';

/**
 * Trains the amount model: fits on the older four fifths with parameters found by forward validation, reports on the
 * newest fifth against baselines and the active version, then refits on all rows. Rows without an amount are set aside
 * and counted. Rejects with AppError `data_insufficient`.
 */
export async function trainAmount(
  allRows: readonly Transaction[],
  active: ActiveAmount | null,
  options: TrainOptions,
): Promise<AmountTraining> {
  const { study, parameters, trials, forward, judged, evaluation } = await fitAndJudge(allRows, options);
  const { rows } = study;
  const comparison =
    active === null ? null : await compare(study, forward.artifact, judged, parameters, active);
  const artifact = await forward.refit();
  return {
    artifact,
    rowsUsed: rows.length,
    rowsSetAside: allRows.length - rows.length,
    trainedUntil: rows[rows.length - 1].at,
    parameters,
    trials,
    evaluation,
    comparison,
    importance: nameImportance(artifact.forest),
    figures: drawFigures(study, judged, evaluation.best_baseline),
  };
}

/** Only judges: fits on the older four fifths and reports on the newest fifth, as a training does before it refits. */
export async function judgeAmount(
  rows: readonly Transaction[],
  options: TrainOptions,
): Promise<Pick<AmountTraining, 'evaluation' | 'parameters' | 'trials'>> {
  const { evaluation, parameters, trials } = await fitAndJudge(rows, options);
  return { evaluation, parameters, trials };
}

async function fitAndJudge(allRows: readonly Transaction[], options: TrainOptions) {
  const rows = orderByTime(allRows.filter((row) => row.amountMinor !== null));
  if (rows.length < ROWS_MIN) {
    const have = `${rows.length} of ${allRows.length} rows have an amount`;
    throw new AppError('data_insufficient', `${have}; at least ${ROWS_MIN} are needed`);
  }
  const trainCount = countOlder(rows.length);
  const study = openAmountStudy(rows, trainCount, options);
  const fits = new Map<number, ReturnType<typeof readWith>>();
  // Reading the rows forward depends on the text part's penalty alone, so trials that share it share the reading.
  function readingOf(l2: number) {
    let fit = fits.get(l2);
    if (fit === undefined) {
      fit = readWith(study, l2);
      fits.set(l2, fit);
    }
    return fit;
  }
  const search = await searchAmountParameters(study, async (l2) => (await readingOf(l2)).reading);
  const parameters = search.best;
  const forward = await fitForward(study, parameters, await readingOf(parameters.l2));
  const judged = await evaluateOn(study, forward.artifact, 'judging the newest part', false);
  const served = await evaluateOn(study, forward.artifact, 'judging with known history', true);
  const evaluation = weigh(study, judged, served, options.seed);
  return { study, parameters, trials: search.trials, forward, judged, evaluation };
}

async function readWith(study: AmountStudy, l2: number) {
  const { cuts, rows } = study;
  const readers = await fitAmountReaders(study, l2, cuts);
  // Every cut begins a block; the last one, the newest part, is read by what was fitted on the whole older part.
  const reading = await readAmountsForward(study, readers, cuts, rows.length);
  return { reader: readers[readers.length - 1], reading };
}

/** A model fitted on the older part, and the way to refit it on everything without reading the older part again. */
interface ForwardFit {
  readonly artifact: AmountArtifact;
  readonly refit: () => Promise<AmountArtifact>;
}

async function fitForward(
  study: AmountStudy,
  parameters: AmountParameters,
  { reader, reading }: { readonly reader: AmountReader; readonly reading: AmountReading },
): Promise<ForwardFit> {
  const { cuts, trainCount, rows, options } = study;
  const misses: Misses[number][] = [];
  // The two newest blocks before the judged part, each asked of a forest that has not seen it.
  for (const [b, begin] of cuts.entries()) {
    if (b === 0 || b < cuts.length - 3 || begin === trainCount) continue;
    const step = `growing the forest of forward block ${b}`;
    const forest = await growAmountsOn(study, reading, begin, parameters, step);
    misses.push(...missOn(reading, forest, begin, cuts[b + 1]));
  }
  const forest = await growAmountsOn(study, reading, trainCount, parameters, 'growing the judged forest');
  return {
    artifact: assembleAmount(study, reader, forest, misses, trainCount),
    async refit() {
      misses.push(...missOn(reading, forest, trainCount, rows.length));
      const [refitted] = await fitAmountReaders(study, parameters.l2, [rows.length]);
      const served = await growAmountsOn(
        study,
        reading,
        rows.length,
        parameters,
        'growing the served forest',
      );
      options.onProgress?.('calibrating', 1, 1);
      return assembleAmount(study, refitted, served, misses, rows.length);
    },
  };
}

function evaluateOn(
  study: AmountStudy,
  artifact: AmountArtifact,
  step: string,
  isHistoryKnown: boolean,
  from = study.trainCount,
): Promise<AmountEvaluation> {
  return evaluateAmount(artifact, study.rows.slice(from), {
    timezone: study.options.timezone,
    before: study.rows.slice(0, from),
    isHistoryKnown,
    onProgress: (done, total) => study.options.onProgress?.(step, done, total),
    signal: study.options.signal,
  });
}

function weigh(
  { rows, logs, trainCount }: AmountStudy,
  judged: AmountEvaluation,
  served: AmountEvaluation,
  seed: number,
): AmountTraining['evaluation'] {
  const truth = logs.subarray(trainCount);
  const predicted = predictBaselines(rows, logs, trainCount);
  const baselines = Object.fromEntries(
    AMOUNT_BASELINES.map((name) => [name, scoreAmounts(truth, predicted[name])]),
  ) as Record<AmountBaseline, AmountScores>;
  const best = AMOUNT_BASELINES.reduce((a, b) => (baselines[b].mae_log < baselines[a].mae_log ? b : a));
  const difference = pairedBootstrap(errors(truth, judged.predicted), errors(truth, predicted[best]), {
    seed,
  });
  return {
    train_rows: trainCount,
    test_rows: rows.length - trainCount,
    test_from: rows[trainCount].at,
    scores: judged.scores,
    intervals: judged.intervals,
    history_known: { scores: served.scores, intervals: served.intervals },
    baselines,
    beats_baseline: difference.upper < 0,
    best_baseline: best,
    difference_to_baseline: [difference.lower, difference.upper],
  };
}

function drawFigures(
  { rows, logs, trainCount }: AmountStudy,
  { predicted, curve }: AmountEvaluation,
  best: AmountBaseline,
): AmountFigures {
  const baseline = predictBaselines(rows, logs, trainCount)[best];
  return collectAmountFigures(rows.slice(trainCount), logs.subarray(trainCount), predicted, baseline, curve);
}

async function compare(
  study: AmountStudy,
  artifact: AmountArtifact,
  judged: AmountEvaluation,
  parameters: AmountParameters,
  active: ActiveAmount,
): Promise<Comparison | null> {
  const { rows, trainCount } = study;
  const from = firstLaterRow(rows, trainCount, active.trainedUntil);
  if (rows.length - from >= COMPARED_ROWS_MIN) {
    const ours =
      from === trainCount ? judged : await evaluateOn(study, artifact, 'judging later rows', false, from);
    const theirs = await evaluateOn(study, active.artifact, 'judging the active version', false, from);
    return comparison(study, active.version, 'later_rows', ours, theirs, from);
  }
  if (active.parameters === null) return null;
  const { l2, min_samples_leaf, max_features } = active.parameters;
  const isSame =
    l2 === parameters.l2 &&
    min_samples_leaf === parameters.min_samples_leaf &&
    max_features === parameters.max_features;
  // The same recipe on the same rows is the same model, byte for byte.
  const theirs = isSame
    ? judged
    : await evaluateOn(
        study,
        (await fitForward(study, active.parameters, await readWith(study, l2))).artifact,
        'judging the active recipe',
        false,
      );
  return comparison(study, active.version, 'refitted_recipe', judged, theirs, trainCount);
}

function comparison(
  { logs, options }: AmountStudy,
  version: string,
  basis: Comparison['basis'],
  ours: AmountEvaluation,
  theirs: AmountEvaluation,
  from: number,
): Comparison {
  const truth = logs.subarray(from);
  return compareScores(
    METRIC,
    { version, basis, seed: options.seed },
    errors(truth, ours.predicted),
    errors(truth, theirs.predicted),
  );
}

function errors(truth: Float64Array, predicted: Float64Array): Float64Array {
  return truth.map((value, i) => Math.abs(value - predicted[i]));
}
