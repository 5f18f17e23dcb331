import { assert } from '../../lib/assert.ts';

/** Probabilities below this count as this, so that one impossible truth costs much but not everything. */
export const PROBABILITY_MIN = Number.EPSILON;

/**
 * Mean negative log probability of the truth, in nats, of row-major `rows x classes` probabilities
 * (scikit-learn `log_loss`, which clips at the same epsilon); NaN of no rows.
 */
export function logLoss(truth: ArrayLike<number>, probabilities: ArrayLike<number>, classes: number): number {
  assert(probabilities.length === truth.length * classes, 'probabilities are rows x classes');
  let sum = 0;
  for (let i = 0; i < truth.length; i++) {
    assert(truth[i] >= 0 && truth[i] < classes, 'class range');
    const p = probabilities[i * classes + truth[i]];
    sum -= Math.log(Math.min(1 - PROBABILITY_MIN, Math.max(PROBABILITY_MIN, p)));
  }
  return sum / truth.length;
}
