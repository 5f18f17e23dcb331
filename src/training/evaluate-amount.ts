import type { Transaction } from '../bank/transaction.ts';
import { createReplay } from '../features/replay.ts';
import { logAmount } from '../features/statistics.ts';
import { type AmountArtifact, readForAmount, readQuantiles } from '../models/amount.ts';
import { breathe } from './breathe.ts';

export interface EvaluateAmountOptions {
  readonly timezone: string;
  /** Rows before those to be judged, in order of time: their accounts' history. */
  readonly before?: readonly Transaction[];
  /** Whether later judged rows see the amounts of earlier ones, as in serving. Default: they do not. */
  readonly isHistoryKnown?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Levels whose intervals are judged. */
export const JUDGED_LEVELS = [0.5, 0.8, 0.95] as const;

/** Scores of a predictor of amounts; logs are natural ones of 1 + |amount| in major units. */
export interface AmountScores {
  readonly rows: number;
  readonly mae_log: number;
  readonly rmse_log: number;
  /** Of amounts in major units. */
  readonly mae: number;
  readonly median_error: number;
}

/** How often intervals of a level held the truth, and how wide they were on the log scale. */
export interface IntervalScore {
  readonly level: number;
  readonly coverage: number;
  readonly mean_width_log: number;
}

/** How often intervals of a level held the truth. */
export type LevelCoverage = Pick<IntervalScore, 'level' | 'coverage'>;

export interface AmountEvaluation {
  readonly scores: AmountScores;
  readonly intervals: readonly IntervalScore[];
  /** What the model said of each row, as a log amount. */
  readonly predicted: Float64Array;
  /** Coverage at further levels, over a sample of the rows. */
  readonly curve: { readonly levels: readonly LevelCoverage[]; readonly levelRows: number };
}

/** Levels of the coverage curve; each costs as much as a prediction, so only a sample of rows is asked. */
const CURVE_LEVELS = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];
const CURVE_ROWS_MAX = 1000;
const BREATHE_ROWS = 512;

/** Scores predictions of log amounts. */
export function scoreAmounts(truth: Float64Array, predicted: Float64Array): AmountScores {
  const rows = truth.length;
  let absolute = 0;
  let squares = 0;
  const errors = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const difference = predicted[i] - truth[i];
    absolute += Math.abs(difference);
    squares += difference * difference;
    errors[i] = Math.abs(Math.expm1(predicted[i]) - Math.expm1(truth[i]));
  }
  const mae = errors.reduce((sum, error) => sum + error, 0) / rows;
  return {
    rows,
    mae_log: absolute / rows,
    rmse_log: Math.sqrt(squares / rows),
    mae,
    median_error: errors.sort()[rows >> 1],
  };
}

/**
 * Judges an amount model on rows with amounts, in order of time. Rows see earlier judged ones as history, but unless
 * asked otherwise not their amounts: nothing that is to be predicted helps to predict.
 */
export async function evaluateAmount(
  artifact: AmountArtifact,
  rows: readonly Transaction[],
  options: EvaluateAmountOptions,
): Promise<AmountEvaluation> {
  const truth = Float64Array.from(rows, logAmount);
  const predicted = new Float64Array(rows.length);
  const held = new Float64Array(JUDGED_LEVELS.length);
  const widths = new Float64Array(JUDGED_LEVELS.length);
  const { scratch } = artifact;
  const curveHeld = new Float64Array(CURVE_LEVELS.length);
  const curveStep = Math.max(1, Math.ceil(rows.length / CURVE_ROWS_MAX));
  let curveRows = 0;
  const replay = createReplay();
  for (const row of options.before ?? []) replay.remember(row, row.category);
  for (const [i, row] of rows.entries()) {
    const past = replay.past(row);
    const shift = readForAmount(artifact, row, past, options.timezone, scratch);
    for (const [l, level] of JUDGED_LEVELS.entries()) {
      const { median, lower, upper } = readQuantiles(artifact, scratch.vector, 0, level, scratch);
      predicted[i] = Math.max(0, median + shift);
      held[l] += truth[i] >= lower + shift && truth[i] <= upper + shift ? 1 : 0;
      widths[l] += upper - Math.max(-shift, lower);
    }
    if (i % curveStep === 0) {
      curveRows++;
      for (const [l, level] of CURVE_LEVELS.entries()) {
        const { lower, upper } = readQuantiles(artifact, scratch.vector, 0, level, scratch);
        curveHeld[l] += truth[i] >= lower + shift && truth[i] <= upper + shift ? 1 : 0;
      }
    }
    const known = options.isHistoryKnown ? row : { ...row, amountMinor: null };
    replay.remember(known, known.category);
    if (i % BREATHE_ROWS === 0) {
      options.onProgress?.(i, rows.length);
      await breathe(options.signal);
    }
  }
  options.onProgress?.(rows.length, rows.length);
  return {
    scores: scoreAmounts(truth, predicted),
    intervals: JUDGED_LEVELS.map((level, l) => ({
      level,
      coverage: held[l] / rows.length,
      mean_width_log: widths[l] / rows.length,
    })),
    predicted,
    curve: {
      levels: CURVE_LEVELS.map((level, l) => ({ level, coverage: curveHeld[l] / curveRows })),
      levelRows: curveRows,
    },
  };
}
