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

/** What one forecast missed, and what flowed on its days, both in the unit of its series. */
export interface Missed {
  /** Which series it is of; any number of forecasts may be of one. */
  readonly series: number;
  readonly missed: number;
  readonly flowed: number;
}

/**
 * The miss of each forecast as a multiple of what flowed on average in the forecasts of its series, so that series of any
 * unit and size weigh alike. The mean over the forecasts of one series is its WAPE. Those of a series in which nothing
 * flowed have no such measure and are left out.
 */
export function relativeMisses(forecasts: readonly Missed[]): Float64Array {
  const flows = new Map<number, { sum: number; count: number }>();
  for (const { series, flowed } of forecasts) {
    const flow = flows.get(series) ?? { sum: 0, count: 0 };
    flow.sum += flowed;
    flow.count++;
    flows.set(series, flow);
  }
  const relative: number[] = [];
  for (const { series, missed } of forecasts) {
    const { sum, count } = flows.get(series) as { sum: number; count: number };
    if (sum > 0) relative.push((missed * count) / sum);
  }
  return Float64Array.from(relative);
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
