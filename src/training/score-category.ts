import { accuracy } from '../kernels/metrics/accuracy.ts';
import { macroF1 } from '../kernels/metrics/confusion.ts';
import {
  expectedCalibrationError,
  type ReliabilityBin,
  reliabilityTable,
} from '../kernels/metrics/reliability.ts';

/** What a classifier said of each row. Classes that only the truth has are numbered after the classifier's own. */
export interface Verdicts {
  readonly truth: Int32Array;
  readonly predicted: Int32Array;
  readonly confidence: Float64Array;
  /** Probability given to the truth; 0 for a class the classifier does not know. */
  readonly probability: Float64Array;
  /** Squared errors summed over the classes. */
  readonly squaredError: Float64Array;
  readonly classCount: number;
}

/** Share of rows in a confidence band, and how many of them were right. */
export interface BandScore {
  readonly band: string;
  readonly from: number;
  readonly share: number;
  readonly precision: number;
}

/** Scores of a classifier; names are those of the training summary. */
export interface CategoryScores {
  readonly rows: number;
  readonly accuracy: number;
  readonly macro_f1: number;
  readonly log_loss: number;
  readonly ece: number;
  readonly brier: number;
  readonly abstained_share: number;
  readonly bands: readonly BandScore[];
  readonly reliability: readonly ReliabilityBin[];
}

const PROBABILITY_MIN = 1e-6;

const BANDS = [
  { band: 'VERY_HIGH', from: 0.98, until: Number.POSITIVE_INFINITY },
  { band: 'HIGH', from: 0.9, until: 0.98 },
  { band: 'MEDIUM', from: 0.7, until: 0.9 },
  { band: 'LOW', from: 0, until: 0.7 },
];

/** Room for the verdicts of `rows` rows. */
export function createVerdicts(rows: number, classCount: number): Verdicts {
  return {
    truth: new Int32Array(rows),
    predicted: new Int32Array(rows),
    confidence: new Float64Array(rows),
    probability: new Float64Array(rows),
    squaredError: new Float64Array(rows),
    classCount,
  };
}

/**
 * Scores verdicts: accuracy, macro-F1 over the classes that occur in truth or prediction (scikit-learn's), log loss,
 * expected calibration error of the top label (15 equal-width bins, abstentions included) and multi-class Brier score.
 */
export function scoreVerdicts(verdicts: Verdicts, abstainBelow: number): CategoryScores {
  const { truth, predicted, confidence, probability, squaredError, classCount } = verdicts;
  const rows = truth.length;
  const isRight = truth.map((label, i) => (label === predicted[i] ? 1 : 0));
  let loss = 0;
  let squares = 0;
  let abstained = 0;
  for (let i = 0; i < rows; i++) {
    loss -= Math.log(Math.max(probability[i], PROBABILITY_MIN));
    squares += squaredError[i];
    if (confidence[i] < abstainBelow) abstained++;
  }
  return {
    rows,
    accuracy: accuracy(truth, predicted),
    macro_f1: macroF1(truth, predicted, classCount),
    log_loss: loss / rows,
    ece: expectedCalibrationError(confidence, isRight),
    brier: squares / rows,
    abstained_share: abstained / rows,
    bands: BANDS.map(({ band, from, until }) => {
      let count = 0;
      let right = 0;
      for (let i = 0; i < rows; i++) {
        if (confidence[i] < from || confidence[i] >= until) continue;
        count++;
        right += isRight[i];
      }
      return { band, from, share: count / rows, precision: right / count };
    }),
    reliability: reliabilityTable(confidence, isRight),
  };
}
