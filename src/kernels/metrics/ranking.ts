import { assert } from '../../lib/assert.ts';

function orderByScore(score: ArrayLike<number>): Uint32Array {
  const order = new Uint32Array(score.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return order.sort((a, b) => score[b] - score[a] || a - b);
}

function countPositives(positive: ArrayLike<number>): number {
  let positives = 0;
  for (let i = 0; i < positive.length; i++) if (positive[i]) positives++;
  return positives;
}

/**
 * Area under the ROC curve: the chance that a positive row (`positive` 1) scores above a negative one (0), ties counting
 * half (scikit-learn `roc_auc_score`). NaN without rows of both kinds.
 */
export function rocAuc(positive: ArrayLike<number>, score: ArrayLike<number>): number {
  assert(positive.length === score.length, 'one score per row');
  const order = orderByScore(score);
  const positives = countPositives(positive);
  const negatives = order.length - positives;
  let above = 0;
  let positivesSeen = 0;
  for (let at = 0; at < order.length; ) {
    let hits = 0;
    let misses = 0;
    const value = score[order[at]];
    for (; at < order.length && score[order[at]] === value; at++) {
      if (positive[order[at]]) hits++;
      else misses++;
    }
    above += misses * (positivesSeen + hits / 2);
    positivesSeen += hits;
  }
  return above / (positives * negatives);
}

/**
 * Average precision: precision summed over the steps in recall, one step per distinct score (scikit-learn
 * `average_precision_score`). NaN without a positive row.
 */
export function averagePrecision(positive: ArrayLike<number>, score: ArrayLike<number>): number {
  assert(positive.length === score.length, 'one score per row');
  const order = orderByScore(score);
  const positives = countPositives(positive);
  let sum = 0;
  let hits = 0;
  for (let at = 0; at < order.length; ) {
    const hitsBefore = hits;
    const value = score[order[at]];
    for (; at < order.length && score[order[at]] === value; at++) if (positive[order[at]]) hits++;
    sum += ((hits - hitsBefore) * hits) / at;
  }
  return sum / positives;
}
