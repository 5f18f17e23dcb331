import { assert } from '../../lib/assert.ts';
import { minimise } from './minimise.ts';

/** How members are joined: `p_k` is proportional to `exp(sum of weight x log p_k(member) / temperature)`. */
export interface Pool {
  /** One per member, not negative, adding up to 1. */
  readonly weights: Float64Array;
  readonly temperature: number;
  /** Log-probabilities below this count as this: one member's "never" must not silence the others. */
  readonly floor: number;
}

/** ln 1e-6, about. */
const FLOOR = -14;

/**
 * Fits a log-opinion pool (Genest and Zidek, 1986) by minimising the log loss over the rows, with a ridge towards equal
 * weights of temperature 1. Members give log-probabilities, `rows x classes` row-major; `labels` are classes.
 * `ridge` (default 1e-3) is in nats of mean log loss per unit of squared weight.
 */
export function fitPool(
  members: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  classes: number,
  { ridge = 1e-3, floor = FLOOR } = {},
): Pool {
  const rows = labels.length;
  const count = members.length;
  assert(count > 0, 'a pool has members');
  for (const member of members) assert(member.length === rows * classes, 'members are rows x classes');
  const scores = new Float64Array(classes);
  const weights = new Float64Array(count);
  // Weights are exponentials, so none can turn against its member.
  const found = minimise(
    (point, gradient) => {
      for (let m = 0; m < count; m++) weights[m] = Math.exp(Math.min(10, point[m]));
      gradient.fill(0);
      let loss = 0;
      for (let i = 0; i < rows; i++) {
        const at = i * classes;
        scores.fill(0);
        for (let m = 0; m < count; m++) {
          const member = members[m];
          const weight = weights[m];
          for (let k = 0; k < classes; k++) scores[k] += weight * Math.max(floor, member[at + k]);
        }
        let highest = Number.NEGATIVE_INFINITY;
        for (let k = 0; k < classes; k++) if (scores[k] > highest) highest = scores[k];
        const truth = scores[labels[i]] - highest;
        let sum = 0;
        for (let k = 0; k < classes; k++) sum += scores[k] = Math.exp(scores[k] - highest);
        loss += Math.log(sum) - truth;
        for (let m = 0; m < count; m++) {
          const member = members[m];
          let expected = 0;
          for (let k = 0; k < classes; k++) expected += scores[k] * Math.max(floor, member[at + k]);
          gradient[m] += expected / sum - Math.max(floor, member[at + labels[i]]);
        }
      }
      loss /= Math.max(1, rows);
      for (let m = 0; m < count; m++) {
        const away = weights[m] - 1 / count;
        loss += (ridge * away * away) / 2;
        gradient[m] = weights[m] * (gradient[m] / Math.max(1, rows) + ridge * away);
      }
      return loss;
    },
    new Float64Array(count).fill(-Math.log(count)),
  );
  const raw = found.map((value) => Math.exp(Math.min(10, value)));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return { weights: raw.map((weight) => weight / total), temperature: 1 / total, floor };
}

/** Writes the pool's class probabilities of one row to `out`; each member gives that row's `classes` log-probabilities. */
export function applyPool(pool: Pool, members: readonly ArrayLike<number>[], out: Float64Array): void {
  const { weights, temperature, floor } = pool;
  out.fill(0);
  for (let m = 0; m < weights.length; m++) {
    const weight = weights[m] / temperature;
    const member = members[m];
    for (let k = 0; k < out.length; k++) out[k] += weight * Math.max(floor, member[k]);
  }
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < out.length; k++) if (out[k] > highest) highest = out[k];
  let sum = 0;
  for (let k = 0; k < out.length; k++) sum += out[k] = Math.exp(out[k] - highest);
  for (let k = 0; k < out.length; k++) out[k] /= sum;
}
