/** Points and weights that integrate a polynomial from 0 to 1 exactly, up to degree 2 x points - 1. */
export interface Quadrature {
  readonly at: Float64Array;
  /** 1 - at, without its rounding. */
  readonly absent: Float64Array;
  /** 1 / absent. */
  readonly loss: Float64Array;
  readonly weights: Float64Array;
}

const known = new Map<number, Quadrature>();

/** Gauss-Legendre quadrature with `points` points, at least 1: zeros of the Legendre polynomial by Newton's method. */
export function quadratureOf(points: number): Quadrature {
  let found = known.get(points);
  if (found === undefined) {
    found = compute(points);
    known.set(points, found);
  }
  return found;
}

function compute(points: number): Quadrature {
  const at = new Float64Array(points);
  const absent = new Float64Array(points);
  const weights = new Float64Array(points);
  for (let i = 0; i < points; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (points + 0.5));
    let slope = 1;
    for (let round = 0; round < 100; round++) {
      const { value, derivative } = legendre(points, x);
      slope = derivative;
      const step = value / derivative;
      x -= step;
      if (Math.abs(step) < 1e-16) break;
    }
    at[i] = (1 - x) / 2;
    absent[i] = (1 + x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { at, absent, loss: absent.map((share) => 1 / share), weights };
}

function legendre(degree: number, x: number): { readonly value: number; readonly derivative: number } {
  let before = 1;
  let value = x;
  for (let n = 2; n <= degree; n++) {
    const next = ((2 * n - 1) * x * value - (n - 1) * before) / n;
    before = value;
    value = next;
  }
  return { value, derivative: (degree * (x * value - before)) / (x * x - 1) };
}
