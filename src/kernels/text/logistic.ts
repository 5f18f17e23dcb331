import { assert } from '../../lib/assert.ts';
import { createRng, shuffle } from '../../lib/rng.ts';
import type { SparseRows } from './rows.ts';

export interface LogisticOptions {
  readonly seed: number;
  /** Passes over the rows, default 8. */
  readonly epochs?: number;
  /** First step size; it falls linearly to 0. Default 1. */
  readonly rate?: number;
  /** Strength of the L2 penalty over one epoch, default .1. */
  readonly l2?: number;
  /** Exponent of inverse class frequency in a row's weight: 0 none, 1 fully balanced; default .15. */
  readonly class_balance?: number;
  /** Weight per row (recency, trust), default 1. */
  readonly rowWeights?: ArrayLike<number>;
  /** Told after every epoch. */
  readonly onEpoch?: (done: number, epochs: number) => void;
}

/** Linear scores: class `k` of a row scores `bias[k]` + sum of value x `weights[column * classes + k]`. */
export interface LogisticWeights {
  readonly classes: number;
  readonly bias: Float64Array;
  readonly weights: Float32Array;
}

/** Gradients smaller than this move nothing: most classes are long ruled out, and skipping them makes training fast. */
const GRADIENT_MIN = 1e-4;
const ADAGRAD_START = 1e-8;
/** A column that was not met for long is not shrunk by more than this at once. */
const SHRINK_MAX = 0.1;

/**
 * Multinomial logistic regression by AdaGrad (Duchi, Hazan and Singer, 2011), one row at a time in a seeded order that
 * is drawn anew each epoch, with an L2 penalty applied when a column is met. `labels` are classes in `[0, classes)`.
 */
export function fitLogistic(
  rows: SparseRows,
  labels: ArrayLike<number>,
  classes: number,
  columns: number,
  options: LogisticOptions,
): LogisticWeights {
  const { epochs = 8, rate = 1, l2 = 0.1 } = options;
  const { starts, columns: columnOf, values } = rows;
  const count = labels.length;
  assert(starts.length === count + 1, 'one label per row');
  const trust = weighRows(labels, classes, options);
  const weights = new Float32Array(columns * classes);
  const squares = new Float32Array(columns * classes).fill(ADAGRAD_START);
  const bias = new Float64Array(classes);
  const biasSquares = new Float64Array(classes).fill(ADAGRAD_START);
  const met = new Float64Array(columns);
  const scores = new Float64Array(classes);
  const active = new Int32Array(classes);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const rng = createRng(options.seed);
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, rng);
    for (let r = 0; r < count; r++) {
      const i = order[r];
      const label = labels[i];
      const from = starts[i];
      const to = starts[i + 1];
      const pace = rate * (1 - step / (count * epochs));
      step++;

      scores.set(bias);
      for (let j = from; j < to; j++) {
        const at = columnOf[j] * classes;
        const value = values[j];
        for (let k = 0; k < classes; k++) scores[k] += value * weights[at + k];
      }
      softmax(scores, classes);
      let moving = 0;
      for (let k = 0; k < classes; k++) {
        const gradient = trust[i] * (scores[k] - (k === label ? 1 : 0));
        scores[k] = gradient;
        if (gradient > GRADIENT_MIN || gradient < -GRADIENT_MIN) active[moving++] = k;
      }

      for (let q = 0; q < moving; q++) {
        const k = active[q];
        biasSquares[k] += scores[k] * scores[k];
        bias[k] -= (pace * scores[k]) / Math.sqrt(biasSquares[k]);
      }
      for (let j = from; j < to; j++) {
        const column = columnOf[j];
        const at = column * classes;
        const value = values[j];
        const shrink = Math.min(SHRINK_MAX, ((step - met[column]) * l2) / count);
        met[column] = step;
        for (let q = 0; q < moving; q++) {
          const place = at + active[q];
          const gradient = scores[active[q]] * value + shrink * weights[place];
          const square = squares[place] + gradient * gradient;
          squares[place] = square;
          weights[place] -= (pace * gradient) / Math.sqrt(square);
        }
      }
    }
    options.onEpoch?.(epoch + 1, epochs);
  }
  return { classes, bias, weights };
}

function weighRows(labels: ArrayLike<number>, classes: number, options: LogisticOptions): Float64Array {
  const { class_balance = 0.15, rowWeights } = options;
  assert(rowWeights === undefined || rowWeights.length === labels.length, 'one weight per row');
  const counts = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) {
    assert(labels[i] >= 0 && labels[i] < classes, 'class range');
    counts[labels[i]]++;
  }
  return Float64Array.from({ length: labels.length }, (_, i) => {
    const balance = (labels.length / classes / counts[labels[i]]) ** class_balance;
    return balance * (rowWeights === undefined ? 1 : rowWeights[i]);
  });
}

/** Turns the first `classes` scores into probabilities, in place. */
export function softmax(scores: Float64Array, classes: number): void {
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) if (scores[k] > highest) highest = scores[k];
  let sum = 0;
  for (let k = 0; k < classes; k++) {
    const power = Math.exp(scores[k] - highest);
    scores[k] = power;
    sum += power;
  }
  for (let k = 0; k < classes; k++) scores[k] /= sum;
}
