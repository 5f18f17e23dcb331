import { assert } from '../../lib/assert.ts';

/** A non-decreasing curve through knots: `x` ascends, `y` never falls; linear between, constant beyond. */
export interface Curve {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** A run of points that share one level: mean `x`, mean `y`, total weight. */
export interface Block {
  x: number;
  y: number;
  weight: number;
}

/**
 * Isotonic regression by pooling adjacent violators (Barlow et al., 1972). Rows are ordered by `x`, equal ones merged;
 * the blocks come back in order with strictly rising levels.
 */
export function poolAdjacent(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Block[] {
  assert(x.length === y.length, 'one outcome per score');
  const order = Uint32Array.from({ length: x.length }, (_, i) => i).sort((a, b) => x[a] - x[b] || a - b);
  const blocks: Block[] = [];
  for (let at = 0; at < order.length; ) {
    const block: Block = { x: 0, y: 0, weight: 0 };
    const value = x[order[at]];
    for (; at < order.length && x[order[at]] === value; at++) {
      merge(block, { x: value, y: y[order[at]], weight: weights === undefined ? 1 : weights[order[at]] });
    }
    // A mean of equal numbers may be off by rounding; ties must stay exactly together.
    block.x = value;
    blocks.push(block);
    while (blocks.length > 1 && blocks[blocks.length - 2].y >= blocks[blocks.length - 1].y) {
      const later = blocks.pop() as Block;
      merge(blocks[blocks.length - 1], later);
    }
  }
  return blocks;
}

function merge(into: Block, other: Block): void {
  const weight = into.weight + other.weight;
  if (weight === 0) {
    into.x = other.x;
    into.y = other.y;
    return;
  }
  into.x += ((other.x - into.x) * other.weight) / weight;
  into.y += ((other.y - into.y) * other.weight) / weight;
  into.weight = weight;
}

/** Isotonic regression of outcomes on scores as a curve through the centres of its blocks (centred, so it has no steps). */
export function fitIsotonic(x: ArrayLike<number>, y: ArrayLike<number>, weights?: ArrayLike<number>): Curve {
  return curveThrough(poolAdjacent(x, y, weights));
}

/** The curve through blocks in order. */
export function curveThrough(blocks: readonly Block[]): Curve {
  return {
    x: Float64Array.from(blocks, (block) => block.x),
    y: Float64Array.from(blocks, (block) => block.y),
  };
}

/** The level of a curve at `x`, between its lowest and highest; NaN of a curve without knots. */
export function applyCurve(curve: Curve, x: number): number {
  const last = curve.x.length - 1;
  if (last < 0) return Number.NaN;
  if (!(x > curve.x[0])) return curve.y[0];
  if (x >= curve.x[last]) return curve.y[last];
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (curve.x[middle] <= x) low = middle;
    else high = middle;
  }
  const share = (x - curve.x[low]) / (curve.x[high] - curve.x[low]);
  // Rounding must not carry a point past its knots: monotone means monotone.
  return Math.min(curve.y[high], curve.y[low] + share * (curve.y[high] - curve.y[low]));
}
