import type { Transaction } from '../bank/transaction.ts';
import { createTextScratch, predictText } from '../kernels/text/model.ts';
import { addTextTokens, clearTokens, type Tokens } from '../kernels/text/tokens.ts';
import { likeliest } from '../models/category.ts';
import { fitTexts } from './fit-text.ts';
import { type CategoryScores, createVerdicts, scoreVerdicts, type Verdicts } from './score-category.ts';
import { tabulateTokens } from './token-table.ts';

/** A simple classifier a model must beat, with what it said of each test row. */
export interface Baseline {
  readonly scores: CategoryScores;
  readonly verdicts: Verdicts;
}

export interface Baselines {
  /** Always the most frequent category. */
  readonly majority: Baseline;
  /** The category this exact merchant text was given most often, else the most frequent one. */
  readonly merchant_lookup: Baseline;
  /** TF-IDF of words and character n-grams of description and merchant alone, logistic regression. */
  readonly text_alone: Baseline;
}

interface BaselineData {
  /** Time-ordered labelled rows; the first `trainCount` are learnt from, the rest judged. */
  readonly rows: readonly Transaction[];
  readonly trainCount: number;
  readonly labels: Int32Array;
  readonly classCount: number;
  /** Classes that occur among the rows learnt from: 0 up to this. */
  readonly trainClasses: number;
}

export interface BaselineOptions {
  readonly seed: number;
  readonly workers: number;
  readonly epochs: number;
  readonly signal?: AbortSignal;
}

/** Fits and judges every baseline on the same split. */
export async function judgeBaselines(data: BaselineData, options: BaselineOptions): Promise<Baselines> {
  return {
    majority: judgeWith(data, majority(data)),
    merchant_lookup: judgeWith(data, merchantLookup(data)),
    text_alone: judgeWith(data, await textAlone(data, options)),
  };
}

/** Fills `out` with class probabilities of row `index`. */
type Classifier = (index: number, out: Float64Array) => void;

function judgeWith(data: BaselineData, classifier: Classifier): Baseline {
  const { rows, trainCount, labels, classCount, trainClasses } = data;
  const verdicts = createVerdicts(rows.length - trainCount, classCount);
  const out = new Float64Array(trainClasses);
  for (let i = trainCount; i < rows.length; i++) {
    classifier(i, out);
    const at = i - trainCount;
    const best = likeliest(out);
    const truth = labels[i];
    verdicts.truth[at] = truth;
    verdicts.predicted[at] = best;
    verdicts.confidence[at] = out[best];
    verdicts.probability[at] = truth < trainClasses ? out[truth] : 0;
    let squares = truth < trainClasses ? 0 : 1;
    for (let k = 0; k < trainClasses; k++) squares += (out[k] - (k === truth ? 1 : 0)) ** 2;
    verdicts.squaredError[at] = squares;
  }
  return { scores: scoreVerdicts(verdicts, 0), verdicts };
}

function shares(data: BaselineData): Float64Array {
  const counts = new Float64Array(data.trainClasses);
  for (let i = 0; i < data.trainCount; i++) counts[data.labels[i]]++;
  return counts.map((count) => count / data.trainCount);
}

function majority(data: BaselineData): Classifier {
  const all = shares(data);
  return (_, out) => out.set(all);
}

function merchantLookup(data: BaselineData): Classifier {
  const all = shares(data);
  const byMerchant = new Map<string, Float64Array>();
  for (let i = 0; i < data.trainCount; i++) {
    const key = exactMerchant(data.rows[i]);
    let counts = byMerchant.get(key);
    if (counts === undefined) {
      counts = new Float64Array(data.trainClasses);
      byMerchant.set(key, counts);
    }
    counts[data.labels[i]]++;
  }
  for (const counts of byMerchant.values()) {
    const total = counts.reduce((sum, count) => sum + count, 0);
    for (let k = 0; k < counts.length; k++) counts[k] /= total;
  }
  return (i, out) => out.set(byMerchant.get(exactMerchant(data.rows[i])) ?? all);
}

function exactMerchant({ merchantName, description }: Transaction): string {
  return (merchantName || description).toLowerCase();
}

async function textAlone(data: BaselineData, options: BaselineOptions): Promise<Classifier> {
  const { rows, trainCount, labels, trainClasses } = data;
  const [model] = await fitTexts(
    [
      {
        table: tabulateTokens(trainCount, (i, tokens) => writeWords(rows[i], tokens)),
        labels,
        count: trainCount,
        classCount: trainClasses,
        rowWeights: new Float32Array(trainCount).fill(1),
        seed: options.seed,
        epochs: options.epochs,
        l2: 0.1,
      },
    ],
    options,
  );
  const scratch = createTextScratch(model);
  return (i, out) => {
    writeWords(rows[i], scratch.tokens);
    predictText(model, scratch, out);
  };
}

function writeWords({ description, merchantName }: Transaction, tokens: Tokens): void {
  clearTokens(tokens);
  if (description !== '') addTextTokens(tokens, 'text', description);
  if (merchantName !== '') addTextTokens(tokens, 'text', merchantName);
}
