/** Bounds of neighbouring buckets stand in this ratio; a value is then at most 2 % from the middle of its bucket. */
const GROWTH = 1.04;
const LOG_GROWTH = Math.log(GROWTH);
/** Smallest and largest value told apart from all below and above it. */
export const LOG_HISTOGRAM_MIN = 1e-3;
export const LOG_HISTOGRAM_MAX = 1e9;
const BUCKETS = Math.ceil(Math.log(LOG_HISTOGRAM_MAX / LOG_HISTOGRAM_MIN) / LOG_GROWTH) + 2;

/**
 * How often values fell into buckets of geometrically growing width (as in DDSketch: Masson, Rim and Lee, VLDB 2019):
 * constant memory whatever is counted, and quantiles with a relative error of at most 2 % from 0.001 to 1e9.
 */
export interface LogHistogram {
  /** Bucket 0 holds what is smaller than the smallest value, the last one what is larger than the largest. */
  readonly counts: Uint32Array;
  count: number;
  sum: number;
  /** Infinity and -Infinity while nothing is counted. */
  min: number;
  max: number;
}

/** A histogram without values. */
export function createLogHistogram(): LogHistogram {
  return {
    counts: new Uint32Array(BUCKETS),
    count: 0,
    sum: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
  };
}

/** Counts one finite value of at least 0. */
export function addToHistogram(histogram: LogHistogram, value: number): void {
  const bucket =
    value < LOG_HISTOGRAM_MIN ? 0 : 1 + Math.floor(Math.log(value / LOG_HISTOGRAM_MIN) / LOG_GROWTH);
  histogram.counts[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
  histogram.count++;
  histogram.sum += value;
  if (value < histogram.min) histogram.min = value;
  if (value > histogram.max) histogram.max = value;
}

/** Adds all values of `source` to `target`. */
export function mergeHistogram(target: LogHistogram, source: LogHistogram): void {
  for (let b = 0; b < BUCKETS; b++) target.counts[b] += source.counts[b];
  target.count += source.count;
  target.sum += source.sum;
  target.min = Math.min(target.min, source.min);
  target.max = Math.max(target.max, source.max);
}

/** Forgets everything. */
export function clearHistogram(histogram: LogHistogram): void {
  histogram.counts.fill(0);
  histogram.count = 0;
  histogram.sum = 0;
  histogram.min = Number.POSITIVE_INFINITY;
  histogram.max = Number.NEGATIVE_INFINITY;
}

/**
 * The value below or at which `share` (0..1) of the values lie: the ceil(share * count)-th smallest, read from the
 * middle of its bucket. NaN without values.
 */
export function histogramQuantile(histogram: LogHistogram, share: number): number {
  const { counts, count, min, max } = histogram;
  if (count === 0) return Number.NaN;
  const rank = Math.min(count, Math.max(1, Math.ceil(share * count)));
  let bucket = 0;
  let seen = counts[0];
  while (seen < rank) seen += counts[++bucket];
  if (bucket === 0) return min;
  if (bucket === BUCKETS - 1) return max;
  const middle = LOG_HISTOGRAM_MIN * GROWTH ** (bucket - 0.5);
  return Math.min(max, Math.max(min, middle));
}
