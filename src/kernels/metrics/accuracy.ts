import { assert } from '../../lib/assert.ts';

/** Share of rows predicted rightly, in [0, 1]; NaN of no rows. */
export function accuracy(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  assert(truth.length === predicted.length, 'one prediction per truth');
  let hits = 0;
  for (let i = 0; i < truth.length; i++) if (truth[i] === predicted[i]) hits++;
  return hits / truth.length;
}

/** The most probable class of each row of a row-major `rows x classes` matrix; the lowest index among equals. */
export function topClasses(probabilities: ArrayLike<number>, classes: number): Int32Array {
  const rows = probabilities.length / classes;
  assert(Number.isInteger(rows), 'probabilities are rows x classes');
  const top = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    let best = 0;
    const at = i * classes;
    for (let k = 1; k < classes; k++) if (probabilities[at + k] > probabilities[at + best]) best = k;
    top[i] = best;
  }
  return top;
}
