import type { Transaction } from '../bank/transaction.ts';
import { createReplay } from '../features/replay.ts';
import { fitStatistics, orderCategories } from '../features/statistics.ts';
import { FEATURE_COUNT } from '../features/vector.ts';
import { fitConfidence } from '../kernels/calibration/confidence.ts';
import { applyPool, fitPool } from '../kernels/calibration/pool.ts';
import type { Forest } from '../kernels/forest/forest.ts';
import { predictForest } from '../kernels/forest/predict.ts';
import { createTextScratch, predictText, type TextModel } from '../kernels/text/model.ts';
import { createRng, deriveSeed, nextInt } from '../lib/rng.ts';
import {
  type CategoryArtifact,
  type CategoryReader,
  createCategoryScratch,
  likeliest,
  MEMBERS,
  readTransaction,
  takeLogs,
} from '../models/category.ts';
import { fitLookup, recencyWeight } from '../models/category-lookup.ts';
import { RECIPES, type Recipe, writeTokens } from '../models/category-tokens.ts';
import { breathe } from './breathe.ts';
import { fitTexts, type TextRequest } from './fit-text.ts';
import { forwardCuts } from './forward-cuts.ts';
import { growForest } from './grow-forest.ts';
import { readTokens, type TokenTable, tabulateTokens } from './token-table.ts';
import type { TrainOptions } from './trainer.ts';

/** What a search tries; everything else of the model follows from the data. */
export interface CategoryParameters {
  readonly recipe: Recipe;
  readonly epochs: number;
  readonly l2: number;
  readonly trees: number;
  readonly min_samples_leaf: number;
}

/** One trial of the search, judged by the text model's log loss on the block after its training rows. */
export interface CategoryTrial extends CategoryParameters {
  readonly log_loss: number;
}

const TREES = 100;
const TREES_SIMPLE = 20;
const POOL_ROWS_MAX = 20_000;
const CALIBRATION_BLOCKS = 2;
const SMALL_ROWS = 5000;
const BREATHE_ROWS = 1024;
const PROBABILITY_MIN = 1e-6;

/** Rows in order of time with everything that forward fits over prefixes of them share. */
export interface CategoryStudy {
  readonly rows: readonly Transaction[];
  /** Rows of the older part; the rest is the newest part, which judges. */
  readonly trainCount: number;
  /** Class names; those first met in the newest part come last, so that codes of older ones never move. */
  readonly categories: readonly string[];
  /** Number of classes the older part holds. */
  readonly trainCategories: number;
  /** Class of each row, in shared memory. */
  readonly labels: Int32Array;
  readonly tables: Map<Recipe, TokenTable>;
  /** Text models by parameters and number of rows: a trial's model is one of the readers' too. */
  readonly texts: Map<string, TextModel>;
  /** Ascending row numbers: starts of the forward blocks, then `trainCount`. */
  readonly cuts: readonly number[];
  readonly options: TrainOptions;
}

/** Opens a study of time-ordered, labelled rows. */
export function openStudy(
  rows: readonly Transaction[],
  trainCount: number,
  options: TrainOptions,
): CategoryStudy {
  const known = orderCategories(rows.slice(0, trainCount));
  const later = orderCategories(rows.slice(trainCount)).filter((name) => !known.includes(name));
  const categories = [...known, ...later];
  const codes = new Map(categories.map((name, code) => [name, code]));
  const labels = new Int32Array(new SharedArrayBuffer(4 * rows.length));
  for (let i = 0; i < rows.length; i++) labels[i] = codes.get(rows[i].category) as number;
  return {
    rows,
    trainCount,
    categories,
    trainCategories: known.length,
    labels,
    tables: new Map(),
    texts: new Map(),
    cuts: forwardCuts(trainCount, options.isSimple),
    options,
  };
}

function tableOf(study: CategoryStudy, recipe: Recipe): TokenTable {
  let table = study.tables.get(recipe);
  if (table === undefined) {
    table = tabulateTokens(study.rows.length, (i, tokens) => writeTokens(study.rows[i], recipe, tokens));
    study.tables.set(recipe, table);
  }
  return table;
}

function textRequest(
  study: CategoryStudy,
  table: TokenTable,
  count: number,
  parameters: CategoryParameters,
): TextRequest {
  const rowWeights = new Float32Array(count);
  const until = study.rows[count - 1].at;
  for (let i = 0; i < count; i++) rowWeights[i] = recencyWeight(study.rows[i].at, until);
  return {
    table,
    labels: study.labels,
    count,
    classCount: count > study.trainCount ? study.categories.length : study.trainCategories,
    rowWeights,
    seed: study.options.seed,
    epochs: parameters.epochs,
    l2: parameters.l2,
  };
}

/** Standard parameters for so many rows: little data takes more passes. */
export function standardParameters(rowCount: number, isSimple: boolean): CategoryParameters {
  const epochs = isSimple ? 4 : rowCount < SMALL_ROWS ? 12 : 8;
  const trees = isSimple ? TREES_SIMPLE : TREES;
  return { recipe: RECIPES[0], epochs, l2: 0.1, trees, min_samples_leaf: 2 };
}

/**
 * Tries both token recipes and, beyond them, `search` random variations on the newest block of the older part, and
 * returns the best parameters with every trial.
 */
export async function searchParameters(
  study: CategoryStudy,
): Promise<{ readonly best: CategoryParameters; readonly trials: readonly CategoryTrial[] }> {
  const { options, cuts } = study;
  const standard = standardParameters(study.trainCount, options.isSimple);
  if (options.isSimple || cuts.length < 2) return { best: standard, trials: [] };
  const candidates: CategoryParameters[] = RECIPES.map((recipe) => ({ ...standard, recipe }));
  const rng = createRng(deriveSeed(options.seed, 7));
  for (let i = 0; i < options.search; i++) {
    candidates.push({
      ...standard,
      recipe: RECIPES[nextInt(rng, RECIPES.length)],
      epochs: [6, 8, 12, 16][nextInt(rng, 4)],
      l2: [0.03, 0.1, 0.2, 0.4][nextInt(rng, 4)],
    });
  }
  const begin = cuts[cuts.length - 2];
  const texts = await fitPrefixes(
    study,
    candidates.map((parameters) => ({ parameters, count: begin })),
    'choosing parameters',
  );
  const trials = candidates.map((parameters, i) => ({
    ...parameters,
    log_loss: textLogLoss(study, tableOf(study, parameters.recipe), texts[i], begin, study.trainCount),
  }));
  const best = trials.reduce((a, b) => (b.log_loss < a.log_loss ? b : a));
  const { log_loss: _, ...parameters } = best;
  return { best: parameters, trials };
}

function textLogLoss(
  study: CategoryStudy,
  table: TokenTable,
  text: TextModel,
  begin: number,
  end: number,
): number {
  const scratch = createTextScratch(text);
  const out = new Float64Array(text.classes);
  let sum = 0;
  for (let i = begin; i < end; i++) {
    readTokens(table, i, scratch.tokens);
    predictText(text, scratch, out);
    sum -= Math.log(Math.max(out[study.labels[i]] ?? 0, PROBABILITY_MIN));
  }
  return sum / (end - begin);
}

/** Fits a text model on each prefix wanted, but none twice. */
async function fitPrefixes(
  study: CategoryStudy,
  wanted: readonly { readonly parameters: CategoryParameters; readonly count: number }[],
  step: string,
): Promise<TextModel[]> {
  const { options, texts } = study;
  const keys = wanted.map(({ parameters: { recipe, epochs, l2 }, count }) =>
    [recipe, epochs, l2, count].join(),
  );
  const missing = keys.flatMap((key, i) => (texts.has(key) || keys.indexOf(key) < i ? [] : [i]));
  const requests = missing.map((i) => {
    const { parameters, count } = wanted[i];
    return textRequest(study, tableOf(study, parameters.recipe), count, parameters);
  });
  const fitted = await fitTexts(requests, {
    workers: options.workers,
    signal: options.signal,
    onProgress: (done, total) => options.onProgress?.(step, done, total),
  });
  for (const [place, i] of missing.entries()) texts.set(keys[i], fitted[place]);
  return keys.map((key) => texts.get(key) as TextModel);
}

/** Fits a reader on each prefix of the rows, the text models in worker threads. */
export async function fitReaders(
  study: CategoryStudy,
  parameters: CategoryParameters,
  counts: readonly number[],
): Promise<CategoryReader[]> {
  const texts = await fitPrefixes(
    study,
    counts.map((count) => ({ parameters, count })),
    'fitting text models',
  );
  return counts.map((count, i) => {
    const prefix = study.rows.slice(0, count);
    const categories = study.categories.slice(0, texts[i].classes);
    return {
      recipe: parameters.recipe,
      statistics: fitStatistics(prefix, categories),
      text: texts[i],
      lookup: fitLookup(prefix, study.labels, count, categories.length, prefix[count - 1].at),
    };
  });
}

/** What forward reading gives: a feature vector for every row from the first cut on, and members of a sample of them. */
export interface ForwardReading {
  /** Row number of the first vector. */
  readonly begin: number;
  readonly vectors: Float32Array;
  /** Ascending row numbers of the sampled rows. */
  readonly sample: readonly number[];
  /** Text and lookup probabilities of the sampled rows, row-major; the forest's are filled in when it is grown. */
  readonly members: readonly Float64Array[];
}

/**
 * Reads every row from the first cut on with the reader fitted on the rows before its block, replaying histories in
 * which the categories of a block's own rows are not yet known. `ends[b]` is where block b ends.
 */
export async function readForward(
  study: CategoryStudy,
  readers: readonly CategoryReader[],
  starts: readonly number[],
  end: number,
): Promise<ForwardReading> {
  const { rows, options } = study;
  const begin = starts[0];
  const vectors = new Float32Array((end - begin) * FEATURE_COUNT);
  const sampleFrom = starts[Math.min(options.isSimple ? 1 : 2, starts.length - 1)];
  const stride = Math.max(1, Math.ceil((end - sampleFrom) / POOL_ROWS_MAX));
  const sample: number[] = [];
  for (let i = sampleFrom; i < end; i += stride) sample.push(i);
  const classCount = study.trainCategories;
  const members = MEMBERS.map(() => new Float64Array(sample.length * classCount));
  const replay = createReplay();
  for (let i = 0; i < begin; i++) replay.remember(rows[i], rows[i].category);
  let sampled = 0;
  for (const [block, reader] of readers.entries()) {
    const blockEnd = starts[block + 1] ?? end;
    const scratch = createCategoryScratch(reader);
    replay.confirm();
    for (let i = starts[block]; i < blockEnd; i++) {
      readTransaction(reader, rows[i], replay.past(rows[i]), options.timezone, scratch);
      vectors.set(scratch.vector, (i - begin) * FEATURE_COUNT);
      if (sample[sampled] === i) {
        for (const member of [0, 2]) members[member].set(scratch.members[member], sampled * classCount);
        sampled++;
      }
      replay.remember(rows[i], '');
      if (i % BREATHE_ROWS === 0) {
        options.onProgress?.('computing features', i - begin, end - begin);
        await breathe(options.signal);
      }
    }
  }
  options.onProgress?.('computing features', end - begin, end - begin);
  return { begin, vectors, sample, members };
}

/** Grows a forest on the forward vectors of rows up to `end`. */
export async function growOn(
  study: CategoryStudy,
  reading: ForwardReading,
  end: number,
  classCount: number,
  parameters: CategoryParameters,
  step: string,
): Promise<Forest> {
  const { options } = study;
  const rowCount = end - reading.begin;
  return growForest({
    rows: reading.vectors.subarray(0, rowCount * FEATURE_COUNT),
    rowCount,
    featureCount: FEATURE_COUNT,
    labels: study.labels.subarray(reading.begin, end),
    classCount,
    trees: parameters.trees,
    minSamplesLeaf: parameters.min_samples_leaf,
    seed: options.seed,
    workers: options.workers,
    signal: options.signal,
    onProgress: (done, total) => options.onProgress?.(step, done, total),
  });
}

/** Fills in the forest's probabilities of the sampled rows in `[begin, end)`. */
export function readForest(
  study: CategoryStudy,
  reading: ForwardReading,
  forest: Forest,
  begin: number,
  end: number,
): void {
  const out = new Float64Array(forest.classCount);
  for (const [s, row] of reading.sample.entries()) {
    if (row < begin || row >= end) continue;
    predictForest(forest, reading.vectors, (row - reading.begin) * FEATURE_COUNT, out);
    reading.members[1].set(out, s * study.trainCategories);
  }
}

/**
 * Assembles the artifact: the pool's weights are learnt from the sampled rows before `end`, the calibration from those
 * of the two newest blocks among them, which are nearest to what the model will meet.
 */
export function assemble(
  study: CategoryStudy,
  reading: ForwardReading,
  reader: CategoryReader,
  forest: Forest,
  end: number,
): CategoryArtifact {
  const classCount = study.trainCategories;
  const before = reading.sample.flatMap((row, s) => (row < end ? [{ row, s }] : []));
  // A category first met after the older part has no column in the members: its rows cannot weigh them, but they are
  // errors that the calibration must know of.
  const known = before.filter(({ row }) => study.labels[row] < classCount);
  const used = [...known, ...before.filter(({ row }) => study.labels[row] >= classCount)];
  const members = reading.members.map((member, m) => {
    const rows = new Float64Array(used.length * classCount);
    for (const [i, { s }] of used.entries()) {
      rows.set(member.subarray(s * classCount, (s + 1) * classCount), i * classCount);
    }
    takeLogs(rows, MEMBERS[m].floor);
    return rows;
  });
  const pool = fitPool(
    members.map((member) => member.subarray(0, known.length * classCount)),
    Int32Array.from(known, ({ row }) => study.labels[row]),
    classCount,
  );
  const calibratedFrom = study.cuts.filter((cut) => cut < end).at(-CALIBRATION_BLOCKS) ?? 0;
  const joint = new Float64Array(classCount);
  const confidence: number[] = [];
  const isRight: number[] = [];
  for (const [i, { row }] of used.entries()) {
    if (row < calibratedFrom) continue;
    applyPool(
      pool,
      members.map((member) => member.subarray(i * classCount, (i + 1) * classCount)),
      joint,
    );
    const best = likeliest(joint);
    confidence.push(joint[best]);
    isRight.push(best === study.labels[row] ? 1 : 0);
  }
  return {
    ...reader,
    forest,
    pool,
    confidence: fitConfidence(confidence, isRight),
    scratch: createCategoryScratch(reader),
  };
}
