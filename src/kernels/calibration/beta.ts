import { assert } from '../../lib/assert.ts';
import { minimise } from './minimise.ts';

/** `logit(p') = a ln p - b ln(1 - p) + c` with a, b > 0: rises with p. (1, 1, 0) changes nothing. */
export interface Beta {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const PROBABILITY_MIN = 1e-6;
const LOG_SLOPE_MAX = 5;

/**
 * Beta calibration (Kull, Silva Filho and Flach, 2017) of probabilities against 0/1 outcomes. The ridge pulls towards the
 * identity like a handful of rows, so that ten rows, or rows that all came true, change little.
 */
export function fitBeta(
  probabilities: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  { ridge = 3 } = {},
): Beta {
  assert(probabilities.length === outcomes.length, 'one outcome per probability');
  const rows = outcomes.length;
  const up = Float64Array.from({ length: rows }, (_, i) => Math.log(clip(probabilities[i])));
  const down = Float64Array.from({ length: rows }, (_, i) => -Math.log1p(-clip(probabilities[i])));
  // Slopes are exponentials: always positive, therefore the map is monotone whatever is found.
  const [logA, logB, c] = minimise(
    (point, gradient) => {
      const a = Math.exp(Math.max(-LOG_SLOPE_MAX, Math.min(LOG_SLOPE_MAX, point[0])));
      const b = Math.exp(Math.max(-LOG_SLOPE_MAX, Math.min(LOG_SLOPE_MAX, point[1])));
      let loss = 0;
      gradient.fill(0);
      for (let i = 0; i < rows; i++) {
        const score = a * up[i] + b * down[i] + point[2];
        const tail = Math.log1p(Math.exp(-Math.abs(score)));
        loss += Math.max(score, 0) - score * outcomes[i] + tail;
        const slope = 1 / (1 + Math.exp(-score)) - outcomes[i];
        gradient[0] += slope * a * up[i];
        gradient[1] += slope * b * down[i];
        gradient[2] += slope;
      }
      for (let j = 0; j < 3; j++) {
        loss += (ridge * point[j] * point[j]) / 2;
        gradient[j] = (gradient[j] + ridge * point[j]) / (rows + 1);
      }
      return loss / (rows + 1);
    },
    [0, 0, 0],
  );
  return {
    a: Math.exp(Math.max(-LOG_SLOPE_MAX, Math.min(LOG_SLOPE_MAX, logA))),
    b: Math.exp(Math.max(-LOG_SLOPE_MAX, Math.min(LOG_SLOPE_MAX, logB))),
    c,
  };
}

/** The corrected probability, in [0, 1]. */
export function applyBeta({ a, b, c }: Beta, probability: number): number {
  const p = clip(probability);
  return 1 / (1 + Math.exp(-(a * Math.log(p) - b * Math.log1p(-p) + c)));
}

function clip(probability: number): number {
  return Math.min(1 - PROBABILITY_MIN, Math.max(PROBABILITY_MIN, probability));
}
