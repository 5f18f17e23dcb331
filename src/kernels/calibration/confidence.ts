import { assert } from '../../lib/assert.ts';
import { applyBeta, fitBeta } from './beta.ts';
import { applyCurve, type Block, type Curve, curveThrough, poolAdjacent } from './isotonic.ts';

/** Rows from which the data may bend the curve freely; below, three parameters are all they can carry. */
const ISOTONIC_ROWS_MIN = 1000;
/** A block counts its own rows against this many of the smooth curve: no handful of rows promises certainty. */
const PRIOR_ROWS = 20;
const LOGIT_MAX = 13;
const KNOTS = 105;

/**
 * Learns how often the top label is right at each confidence: beta calibration, and from 1,000 rows on isotonic regression
 * whose blocks are shrunk towards it. `correct` holds 0 or 1. Without rows it changes nothing (to 1e-4).
 */
export function fitConfidence(confidence: ArrayLike<number>, correct: ArrayLike<number>): Curve {
  assert(confidence.length === correct.length, 'one outcome per confidence');
  const beta = fitBeta(confidence, correct);
  if (confidence.length < ISOTONIC_ROWS_MIN) {
    const x = Float64Array.from({ length: KNOTS }, (_, i) => {
      return 1 / (1 + Math.exp(-LOGIT_MAX * ((2 * i) / (KNOTS - 1) - 1)));
    });
    return { x, y: x.map((probability) => applyBeta(beta, probability)) };
  }
  const shrunk = poolAdjacent(confidence, correct).map((block): Block => {
    const weight = block.weight + PRIOR_ROWS;
    const y = (block.y * block.weight + applyBeta(beta, block.x) * PRIOR_ROWS) / weight;
    return { x: block.x, y, weight };
  });
  return curveThrough(
    poolAdjacent(
      shrunk.map((block) => block.x),
      shrunk.map((block) => block.y),
      shrunk.map((block) => block.weight),
    ),
  );
}

/** The calibrated confidence, in [0, 1], never falling where the raw one rises. */
export function applyConfidence(curve: Curve, confidence: number): number {
  return Math.min(1, Math.max(0, applyCurve(curve, confidence)));
}
