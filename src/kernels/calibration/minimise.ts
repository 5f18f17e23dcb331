/** Value of a function at `point`; its gradient is written to `gradient`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

const MEMORY = 8;
const ARMIJO = 1e-4;
const HALVINGS_MAX = 40;

/**
 * Minimises a smooth function from `start` by L-BFGS with backtracking (Nocedal and Wright, 2006, algorithm 7.4).
 * Stops when the gradient is small, nothing improves any more or after `steps_max` steps; never returns a worse point.
 */
export function minimise(
  objective: Objective,
  start: ArrayLike<number>,
  { steps_max = 100, gradient_min = 1e-9 } = {},
): Float64Array<ArrayBuffer> {
  let point = Float64Array.from(start);
  let gradient = new Float64Array(point.length);
  let value = objective(point, gradient);
  const pairs: { moved: Float64Array; turned: Float64Array; curvature: number }[] = [];
  for (let step = 0; step < steps_max; step++) {
    if (gradient.every((slope) => Math.abs(slope) < gradient_min)) break;
    const direction = gradient.map((slope) => -slope);
    const shares: number[] = [];
    for (let i = pairs.length - 1; i >= 0; i--) {
      shares[i] = dot(pairs[i].moved, direction) / pairs[i].curvature;
      addScaled(direction, pairs[i].turned, -shares[i]);
    }
    const last = pairs.at(-1);
    const scale = last
      ? last.curvature / dot(last.turned, last.turned)
      : Math.min(1, 1 / Math.sqrt(dot(gradient, gradient)));
    for (let i = 0; i < direction.length; i++) direction[i] *= scale;
    for (let i = 0; i < pairs.length; i++) {
      addScaled(direction, pairs[i].moved, shares[i] - dot(pairs[i].turned, direction) / pairs[i].curvature);
    }

    const slope = dot(gradient, direction);
    if (!(slope < 0)) break;
    const nextGradient = new Float64Array(point.length);
    let next = point;
    let nextValue = Number.POSITIVE_INFINITY;
    let length = 1;
    for (let halving = 0; halving < HALVINGS_MAX; halving++, length /= 2) {
      next = point.slice();
      addScaled(next, direction, length);
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + ARMIJO * length * slope) break;
    }
    if (!(nextValue < value)) break;
    const moved = next.map((x, i) => x - point[i]);
    const turned = nextGradient.map((x, i) => x - gradient[i]);
    const curvature = dot(moved, turned);
    if (curvature > 1e-300) {
      pairs.push({ moved, turned, curvature });
      if (pairs.length > MEMORY) pairs.shift();
    }
    point = next;
    gradient = nextGradient;
    value = nextValue;
  }
  return point;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addScaled(target: Float64Array, source: Float64Array, scale: number): void {
  for (let i = 0; i < target.length; i++) target[i] += scale * source[i];
}
