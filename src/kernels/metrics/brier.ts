import { assert } from '../../lib/assert.ts';

/** Multi-class Brier score (Brier, 1950): mean squared distance to the one-hot truth, in [0, 2]; NaN of no rows. */
export function brier(truth: ArrayLike<number>, probabilities: ArrayLike<number>, classes: number): number {
  assert(probabilities.length === truth.length * classes, 'probabilities are rows x classes');
  let sum = 0;
  for (let i = 0; i < truth.length; i++) {
    for (let k = 0; k < classes; k++) {
      const error = probabilities[i * classes + k] - (truth[i] === k ? 1 : 0);
      sum += error * error;
    }
  }
  return sum / truth.length;
}

/** Brier score of the top label: mean of `(confidence - correct)^2`, in [0, 1]; `correct` holds 0 or 1. */
export function topBrier(confidence: ArrayLike<number>, correct: ArrayLike<number>): number {
  assert(confidence.length === correct.length, 'one outcome per confidence');
  let sum = 0;
  for (let i = 0; i < confidence.length; i++) {
    const error = confidence[i] - correct[i];
    sum += error * error;
  }
  return sum / confidence.length;
}
