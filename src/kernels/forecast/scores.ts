/** Sum of absolute errors over sum of absolute values, days with a missing value left out; NaN when all are zero. */
export function wape(actual: ArrayLike<number>, forecast: ArrayLike<number>): number {
  let missed = 0;
  let sum = 0;
  for (let i = 0; i < actual.length; i++) {
    if (Number.isNaN(actual[i])) continue;
    missed += Math.abs(actual[i] - forecast[i]);
    sum += Math.abs(actual[i]);
  }
  return sum === 0 ? Number.NaN : missed / sum;
}

/** Interval score of one value (Winkler, 1972; Gneiting and Raftery, 2007): width plus what lies outside, dearly paid. */
export function winkler(actual: number, lower: number, upper: number, level: number): number {
  const alpha = 1 - level;
  const below = Math.max(0, lower - actual);
  const above = Math.max(0, actual - upper);
  return upper - lower + (2 / alpha) * (below + above);
}

/** Continuous ranked probability score of a sample as forecast (Gneiting and Raftery, 2007, equation 21). */
export function crps(actual: number, sample: Float64Array): number {
  const sorted = sample.toSorted();
  const n = sorted.length;
  let distance = 0;
  let spread = 0;
  for (let i = 0; i < n; i++) {
    distance += Math.abs(sorted[i] - actual);
    spread += (2 * i + 1 - n) * sorted[i];
  }
  return distance / n - spread / (n * n);
}
