import { assert } from '../../lib/assert.ts';

const LOG_TEMPERATURE_MAX = 4;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The temperature in [e^-4, e^4] that minimises the log loss of `softmax(logits / temperature)` (Guo et al., 2017), by
 * golden-section search; 1 without rows. `logits` are `rows x classes`; logarithms of probabilities serve as well.
 */
export function fitTemperature(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number {
  assert(logits.length === labels.length * classes, 'logits are rows x classes');
  if (labels.length === 0) return 1;
  let low = -LOG_TEMPERATURE_MAX;
  let high = LOG_TEMPERATURE_MAX;
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let leftLoss = lossAt(logits, labels, classes, left);
  let rightLoss = lossAt(logits, labels, classes, right);
  while (high - low > 1e-4) {
    if (leftLoss <= rightLoss) {
      high = right;
      right = left;
      rightLoss = leftLoss;
      left = high - GOLDEN * (high - low);
      leftLoss = lossAt(logits, labels, classes, left);
    } else {
      low = left;
      left = right;
      leftLoss = rightLoss;
      right = low + GOLDEN * (high - low);
      rightLoss = lossAt(logits, labels, classes, right);
    }
  }
  return Math.exp((low + high) / 2);
}

/** Writes `softmax(logits / temperature)` of one row to `out` (which may be `logits`). */
export function applyTemperature(temperature: number, logits: ArrayLike<number>, out: Float64Array): void {
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < out.length; k++) highest = Math.max(highest, logits[k]);
  let sum = 0;
  for (let k = 0; k < out.length; k++) sum += out[k] = Math.exp((logits[k] - highest) / temperature);
  for (let k = 0; k < out.length; k++) out[k] /= sum;
}

function lossAt(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  logTemperature: number,
): number {
  const inverse = Math.exp(-logTemperature);
  let loss = 0;
  for (let i = 0; i < labels.length; i++) {
    const at = i * classes;
    let highest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) highest = Math.max(highest, logits[at + k]);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp((logits[at + k] - highest) * inverse);
    loss += Math.log(sum) - (logits[at + labels[i]] - highest) * inverse;
  }
  return loss;
}
