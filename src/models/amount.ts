import { AMOUNT_MAX, currencyDigits, toMajor, toMinor } from '../bank/money.ts';
import type { Transaction } from '../bank/transaction.ts';
import { buildContext } from '../features/context.ts';
import { type PastRow, visiblePast } from '../features/past.ts';
import type { Statistics } from '../features/statistics.ts';
import { FEATURE_COUNT, featurize } from '../features/vector.ts';
import { type Correction, correctionAt } from '../kernels/calibration/conformal.ts';
import { predictQuantiles } from '../kernels/forest/predict-regression.ts';
import type { RegressionForest } from '../kernels/forest/regression.ts';
import type { TextScratch } from '../kernels/text/model.ts';
import {
  createRegressionScratch,
  predictTextValue,
  type TextRegression,
} from '../kernels/text/regression.ts';
import { writeAmountTokens } from './amount-tokens.ts';
import { type CurrencyScales, scalePast, shiftOf } from './currency-scales.ts';
import type { PredictionSteps } from './model.ts';

/** What reads a transaction before the forest does; fitted on rows that all lie before those it reads in training. */
export interface AmountReader {
  readonly scales: CurrencyScales;
  /** Amounts in it are on the scale of the main currency. */
  readonly statistics: Statistics;
  /** The expected log amount, on that scale. */
  readonly text: TextRegression;
}

/** A trained amount model. */
export interface AmountArtifact extends AmountReader {
  /** Of log amounts (natural log of 1 + |amount| in major units) on the scale of the main currency. */
  readonly forest: RegressionForest;
  /** How much wider than the forest's own quantiles an interval must be to keep its promise. */
  readonly correction: Correction;
  /** Working memory of predictions; never part of the file. */
  readonly scratch: AmountScratch;
}

/** What one thread reuses from prediction to prediction. */
export interface AmountScratch {
  readonly text: TextScratch;
  readonly vector: Float32Array;
  readonly shares: Float64Array;
  readonly quantiles: Float64Array;
}

/** Log amounts: the median, and an interval around it. */
export interface LogAmountReading {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}

/** Amounts in major units, with the sign of the transaction's type; lower <= amount <= upper. */
export interface AmountReading {
  readonly amount: number;
  readonly lower: number;
  readonly upper: number;
}

/** Log of the largest amount there can be. */
const LOG_MAX = Math.log1p(AMOUNT_MAX);

export function createAmountScratch(reader: AmountReader): AmountScratch {
  return {
    text: createRegressionScratch(reader.text),
    vector: new Float32Array(FEATURE_COUNT),
    shares: new Float64Array(3),
    quantiles: new Float64Array(3),
  };
}

/**
 * The transaction without what is to be predicted: amount and balance are gone before anything is read, so nothing
 * derived from them can reach the model.
 */
export function hideAmount(transaction: Transaction): Transaction {
  return { ...transaction, amountMinor: null, balanceAfterMinor: null };
}

/**
 * Computes the feature vector the forest wants into the scratch; returns what was taken off log amounts of the
 * transaction's currency. Serving and training both come through here.
 */
export function readForAmount(
  reader: AmountReader,
  transaction: Transaction,
  past: readonly PastRow[],
  timezone: string,
  scratch: AmountScratch,
): number {
  const hidden = hideAmount(transaction);
  writeAmountTokens(hidden, scratch.text.tokens);
  const score = predictTextValue(reader.text, scratch.text);
  const visible = scalePast(reader.scales, visiblePast(past, hidden.at));
  const context = buildContext(hidden, visible, reader.statistics, { score }, timezone);
  featurize(context, 'amount_prediction', scratch.vector);
  return shiftOf(reader.scales, hidden.currency);
}

/** Median and interval of the log amount that a vector stands for; the interval holds the median. */
export function readQuantiles(
  { forest, correction }: Pick<AmountArtifact, 'forest' | 'correction'>,
  vector: Float32Array,
  offset: number,
  level: number,
  { shares, quantiles }: Pick<AmountScratch, 'shares' | 'quantiles'>,
): LogAmountReading {
  shares[0] = (1 - level) / 2;
  shares[1] = 0.5;
  shares[2] = (1 + level) / 2;
  predictQuantiles(forest, vector, offset, shares, quantiles);
  const wider = correctionAt(correction, level);
  const median = quantiles[1];
  return {
    median,
    lower: Math.min(median, quantiles[0] - wider),
    upper: Math.max(median, quantiles[2] + wider),
  };
}

/** Log amount (natural log of 1 + |amount| in major units of the transaction's currency) with its interval. */
export function estimateLog(
  artifact: AmountArtifact,
  transaction: Transaction,
  past: readonly PastRow[],
  timezone: string,
  level: number,
): LogAmountReading {
  const shift = readForAmount(artifact, transaction, past, timezone, artifact.scratch);
  return readLog(artifact, shift, level);
}

/** The forest's answer to the vector in the scratch, with `shift` put back on. */
function readLog(artifact: AmountArtifact, shift: number, level: number): LogAmountReading {
  const { scratch } = artifact;
  const { median, lower, upper } = readQuantiles(artifact, scratch.vector, 0, level, scratch);
  return { median: median + shift, lower: lower + shift, upper: upper + shift };
}

/**
 * Predicts the amount of a transaction. `past` holds the account's earlier rows in time order (later ones are
 * ignored); `level` is the share of cases in which the interval is to hold the true amount. Income is positive,
 * everything else negative, as money going out is.
 */
export function estimateAmount(
  artifact: AmountArtifact,
  transaction: Transaction,
  past: readonly PastRow[],
  timezone: string,
  level: number,
): AmountReading {
  const shift = AMOUNT_STEPS.read(artifact, transaction, past, timezone);
  return AMOUNT_STEPS.answer(artifact, transaction, shift, level);
}

/** What the feature step made of a transaction: the vector, and the shift of its currency. */
export interface AmountFeatures {
  readonly vector: Float32Array;
  readonly shift: number;
}

/** {@link estimateAmount} in two steps; the option is the level of the interval. */
export const AMOUNT_STEPS: PredictionSteps<AmountArtifact, number, AmountFeatures, number, AmountReading> = {
  read: (artifact, transaction, past, timezone) =>
    readForAmount(artifact, transaction, past, timezone, artifact.scratch),
  keep: ({ scratch }, shift) => ({ vector: scratch.vector.slice(), shift }),
  restore({ scratch }, { vector, shift }) {
    scratch.vector.set(vector);
    return shift;
  },
  answer: (artifact, transaction, shift, level) => toAmounts(transaction, readLog(artifact, shift, level)),
};

function toAmounts(transaction: Transaction, { median, lower, upper }: LogAmountReading): AmountReading {
  const digits = currencyDigits(transaction.currency);
  const sign = transaction.type === 'Income' ? 1 : -1;
  const signed = (log: number) =>
    toMajor(toMinor(sign * Math.expm1(Math.min(Math.max(0, log), LOG_MAX)), digits), digits);
  const [near, far] = [signed(lower), signed(upper)];
  return { amount: signed(median), lower: Math.min(near, far), upper: Math.max(near, far) };
}
