import { assert } from '../../lib/assert.ts';
import { minimise } from './minimise.ts';

/** One scale and one shift per class. */
export interface VectorScaling {
  readonly scales: Float64Array;
  readonly shifts: Float64Array;
}

/**
 * Vector scaling (Guo et al., 2017): minimises the log loss of `softmax(scale_k x logit_k + shift_k)` with a ridge towards
 * "change nothing" that weighs as much as `ridge` rows (default 10), so that classes with few rows stay as they are.
 * `logits` are finite, `rows x classes`; hand in log-probabilities or centred logits.
 */
export function fitVectorScaling(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  { ridge = 10 } = {},
): VectorScaling {
  const rows = labels.length;
  assert(logits.length === rows * classes, 'logits are rows x classes');
  const start = new Float64Array(2 * classes).fill(1, 0, classes);
  const scores = new Float64Array(classes);
  const found = minimise((point, gradient) => {
    gradient.fill(0);
    let loss = 0;
    for (let i = 0; i < rows; i++) {
      const at = i * classes;
      let highest = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < classes; k++) {
        scores[k] = point[k] * logits[at + k] + point[classes + k];
        if (scores[k] > highest) highest = scores[k];
      }
      let sum = 0;
      const truth = scores[labels[i]] - highest;
      for (let k = 0; k < classes; k++) sum += scores[k] = Math.exp(scores[k] - highest);
      loss += Math.log(sum) - truth;
      for (let k = 0; k < classes; k++) {
        const slope = scores[k] / sum - (k === labels[i] ? 1 : 0);
        gradient[k] += slope * logits[at + k];
        gradient[classes + k] += slope;
      }
    }
    for (let j = 0; j < point.length; j++) {
      const away = point[j] - start[j];
      loss += (ridge * away * away) / 2;
      gradient[j] = (gradient[j] + ridge * away) / Math.max(1, rows);
    }
    return loss / Math.max(1, rows);
  }, start);
  return { scales: found.slice(0, classes), shifts: found.slice(classes) };
}

/** Writes the corrected class probabilities of one row of logits to `out` (which may be `logits`). */
export function applyVectorScaling(
  { scales, shifts }: VectorScaling,
  logits: ArrayLike<number>,
  out: Float64Array,
): void {
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < scales.length; k++) {
    out[k] = scales[k] * logits[k] + shifts[k];
    highest = Math.max(highest, out[k]);
  }
  let sum = 0;
  for (let k = 0; k < scales.length; k++) sum += out[k] = Math.exp(out[k] - highest);
  for (let k = 0; k < scales.length; k++) out[k] /= sum;
}
