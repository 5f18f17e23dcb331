import type { Transaction } from '../bank/transaction.ts';
import { AppError } from '../errors.ts';
import { pairedBootstrap } from '../kernels/metrics/bootstrap.ts';
import { type CategoryArtifact, MEMBERS } from '../models/category.ts';
import { type Baseline, judgeBaselines } from './baselines.ts';
import { type CategoryFigures, collectCategoryFigures } from './category-figures.ts';
import { COMPARED_ROWS_MIN, compareScores, firstLaterRow } from './compare.ts';
import { type Evaluation, evaluateCategory } from './evaluate.ts';
import {
  assemble,
  type CategoryParameters,
  type CategoryStudy,
  type CategoryTrial,
  fitReaders,
  growOn,
  openStudy,
  readForest,
  readForward,
  searchParameters,
} from './fit-category.ts';
import { nameImportance } from './name-importance.ts';
import type { CategoryScores, Verdicts } from './score-category.ts';
import { countOlder, orderByTime } from './split.ts';
import type { Comparison, TrainOptions } from './trainer.ts';

/** The active version, as far as a comparison needs it. */
export interface ActiveCategory {
  readonly version: string;
  readonly artifact: CategoryArtifact;
  /** Instant of the newest row it has seen. */
  readonly trainedUntil: number;
  /** What its own summary says it was trained with; null when that is not known. */
  readonly parameters: CategoryParameters | null;
}

export interface CategoryTraining {
  /** Refitted on all rows; this one is served. */
  readonly artifact: CategoryArtifact;
  readonly rowsLabelled: number;
  readonly rowsUnlabelled: number;
  readonly trainedUntil: number;
  readonly parameters: CategoryParameters;
  readonly trials: readonly CategoryTrial[];
  readonly evaluation: {
    readonly train_rows: number;
    readonly test_rows: number;
    readonly test_from: number;
    readonly scores: CategoryScores;
    readonly baselines: Readonly<Record<'majority' | 'merchant_lookup' | 'text_alone', CategoryScores>>;
    /** Whether it is surely more accurate than text alone: the whole 95 % interval of the difference is above 0. */
    readonly beats_baseline: boolean;
    readonly difference_to_text: readonly [number, number];
  };
  readonly comparison: Comparison | null;
  readonly pool: Readonly<Record<string, number>>;
  /** Mean decrease in impurity of each feature in the forest, by name, largest first. */
  readonly importance: Readonly<Record<string, number>>;
  readonly figures: CategoryFigures;
}

const ROWS_MIN = 30;
const CATEGORIES_MIN = 2;
const METRIC = 'accuracy';

/**
 * Trains the category model: fits on the older four fifths with parameters found by forward validation, reports on the
 * newest fifth against baselines and the active version, then refits on all rows. Rows without a category are set
 * aside and counted. Rejects with AppError `data_insufficient`.
 */
export async function trainCategory(
  allRows: readonly Transaction[],
  active: ActiveCategory | null,
  options: TrainOptions,
): Promise<CategoryTraining> {
  const { study, parameters, trials, forward, judged, evaluation } = await fitAndJudge(allRows, options);
  const { rows } = study;
  const comparison =
    active === null ? null : await compare(study, forward.artifact, judged, parameters, active);
  const artifact = await forward.refit();
  return {
    artifact,
    rowsLabelled: rows.length,
    rowsUnlabelled: allRows.length - rows.length,
    trainedUntil: rows[rows.length - 1].at,
    parameters,
    trials,
    evaluation,
    comparison,
    pool: Object.fromEntries(MEMBERS.map(({ name }, m) => [name, artifact.pool.weights[m]])),
    importance: nameImportance(artifact.forest),
    figures: collectCategoryFigures(judged.verdicts, judged.names),
  };
}

/** Only judges: fits on the older four fifths and reports on the newest fifth, as a training does before it refits. */
export async function judgeCategory(
  rows: readonly Transaction[],
  options: TrainOptions,
): Promise<CategoryTraining['evaluation']> {
  return (await fitAndJudge(rows, options)).evaluation;
}

/** Fits on the older four fifths and judges on the newest; what it returns can be refitted on everything. */
export async function fitAndJudge(allRows: readonly Transaction[], options: TrainOptions) {
  const rows = orderByTime(allRows.filter((row) => row.category !== ''));
  refuseTooLittle(rows, allRows.length);
  const trainCount = countOlder(rows.length);
  const study = openStudy(rows, trainCount, options);
  const { best: parameters, trials } = await searchParameters(study);
  const forward = await fitForward(study, parameters);
  const judged = await evaluateOn(study, forward.artifact, 'judging the newest part');
  const baselines = await judgeBaselines(
    {
      rows,
      trainCount,
      labels: study.labels,
      classCount: study.categories.length,
      trainClasses: study.trainCategories,
    },
    { seed: options.seed, workers: options.workers, epochs: parameters.epochs, signal: options.signal },
  );
  const difference = differenceOf(judged.verdicts, baselines.text_alone.verdicts, options.seed);
  const evaluation: CategoryTraining['evaluation'] = {
    train_rows: trainCount,
    test_rows: rows.length - trainCount,
    test_from: rows[trainCount].at,
    scores: judged.scores,
    baselines: {
      majority: baselines.majority.scores,
      merchant_lookup: baselines.merchant_lookup.scores,
      text_alone: baselines.text_alone.scores,
    },
    beats_baseline: difference.lower > 0,
    difference_to_text: [difference.lower, difference.upper],
  };
  return { study, parameters, trials, forward, judged, evaluation };
}

function refuseTooLittle(rows: readonly Transaction[], total: number): void {
  const categories = new Set(rows.map((row) => row.category)).size;
  if (rows.length >= ROWS_MIN && categories >= CATEGORIES_MIN) return;
  const have = `${rows.length} of ${total} rows have a category, of ${categories} different ones`;
  throw new AppError(
    'data_insufficient',
    `${have}; at least ${ROWS_MIN} labelled rows of at least ${CATEGORIES_MIN} categories are needed`,
  );
}

/** A model fitted on the older part, and the way to refit it on everything without reading the older part again. */
interface ForwardFit {
  readonly artifact: CategoryArtifact;
  readonly refit: () => Promise<CategoryArtifact>;
}

async function fitForward(study: CategoryStudy, parameters: CategoryParameters): Promise<ForwardFit> {
  const { cuts, trainCount, trainCategories, rows, options } = study;
  const readers = await fitReaders(study, parameters, cuts);
  // Every cut begins a block; the last one, the newest part, is read by what was fitted on the whole older part.
  const reading = await readForward(study, readers, cuts, rows.length);
  const sampleFrom = reading.sample[0];
  for (const [b, begin] of cuts.entries()) {
    if (begin < sampleFrom || begin === trainCount) continue;
    const step = `growing the forest of forward block ${b}`;
    const forest = await growOn(study, reading, begin, trainCategories, parameters, step);
    readForest(study, reading, forest, begin, cuts[b + 1]);
  }
  const forest = await growOn(
    study,
    reading,
    trainCount,
    trainCategories,
    parameters,
    'growing the judged forest',
  );
  readForest(study, reading, forest, trainCount, rows.length);
  return {
    artifact: assemble(study, reading, readers[readers.length - 1], forest, trainCount),
    async refit() {
      const [reader] = await fitReaders(study, parameters, [rows.length]);
      const classCount = study.categories.length;
      const refitted = await growOn(
        study,
        reading,
        rows.length,
        classCount,
        parameters,
        'growing the served forest',
      );
      options.onProgress?.('calibrating', 1, 1);
      return assemble(study, reading, reader, refitted, rows.length);
    },
  };
}

function evaluateOn(
  study: CategoryStudy,
  artifact: CategoryArtifact,
  step: string,
  from = study.trainCount,
): Promise<Evaluation> {
  return evaluateCategory(artifact, study.rows.slice(from), {
    timezone: study.options.timezone,
    before: study.rows.slice(0, from),
    onProgress: (done, total) => study.options.onProgress?.(step, done, total),
    signal: study.options.signal,
  });
}

async function compare(
  study: CategoryStudy,
  artifact: CategoryArtifact,
  judged: Evaluation,
  parameters: CategoryParameters,
  active: ActiveCategory,
): Promise<Comparison | null> {
  const { rows, trainCount } = study;
  const from = firstLaterRow(rows, trainCount, active.trainedUntil);
  if (rows.length - from >= COMPARED_ROWS_MIN) {
    const ours = from === trainCount ? judged : await evaluateOn(study, artifact, 'judging later rows', from);
    const theirs = await evaluateOn(study, active.artifact, 'judging the active version', from);
    return comparison(active.version, 'later_rows', ours.verdicts, theirs.verdicts, study.options.seed);
  }
  if (active.parameters === null) return null;
  const isSame = (Object.keys(parameters) as (keyof CategoryParameters)[]).every(
    (name) => parameters[name] === active.parameters?.[name],
  );
  // The same recipe on the same rows is the same model, byte for byte.
  const theirs = isSame
    ? judged
    : await evaluateOn(
        study,
        (await fitForward(study, active.parameters)).artifact,
        'judging the active recipe',
      );
  return comparison(active.version, 'refitted_recipe', judged.verdicts, theirs.verdicts, study.options.seed);
}

function comparison(
  version: string,
  basis: Comparison['basis'],
  ours: Verdicts,
  theirs: Verdicts,
  seed: number,
): Comparison {
  return compareScores(METRIC, { version, basis, seed }, rightness(ours), rightness(theirs));
}

function differenceOf(ours: Verdicts, theirs: Baseline['verdicts'], seed: number) {
  return pairedBootstrap(rightness(ours), rightness(theirs), { seed });
}

function rightness({ truth, predicted }: Verdicts): Uint8Array {
  return Uint8Array.from(truth, (label, i) => (label === predicted[i] ? 1 : 0));
}
