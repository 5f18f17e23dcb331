import { assert } from '../../lib/assert.ts';
import { createRng, nextInt } from '../../lib/rng.ts';

export interface BootstrapOptions {
  readonly seed: number;
  /** Default 2,000. */
  readonly resamples?: number;
  /** Share of resampled values inside the interval, default .95. */
  readonly level?: number;
}

/** A statistic with its percentile interval (Efron, 1979). */
export interface BootstrapInterval {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  /** Share of resampled values above 0, ties counting half. */
  readonly positive: number;
}

/**
 * Percentile interval of any statistic of `rows` rows. `statistic` is given row indices drawn with replacement (an array
 * that is reused) and first all rows in order; resamples in which it is NaN are left out.
 */
export function bootstrapStatistic(
  rows: number,
  statistic: (rows: Int32Array) => number,
  { seed, resamples = 2000, level = 0.95 }: BootstrapOptions,
): BootstrapInterval {
  assert(rows > 0 && resamples > 0 && level > 0 && level < 1, 'rows, resamples and a level inside (0, 1)');
  const rng = createRng(seed);
  const drawn = Int32Array.from({ length: rows }, (_, i) => i);
  const value = statistic(drawn);
  const found = new Float64Array(resamples);
  let kept = 0;
  let above = 0;
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < rows; i++) drawn[i] = nextInt(rng, rows);
    const resampled = statistic(drawn);
    if (Number.isNaN(resampled)) continue;
    found[kept++] = resampled;
    above += resampled > 0 ? 1 : resampled === 0 ? 0.5 : 0;
  }
  const sorted = found.subarray(0, kept).sort();
  return {
    value,
    lower: interpolate(sorted, (1 - level) / 2),
    upper: interpolate(sorted, (1 + level) / 2),
    positive: above / kept,
  };
}

/**
 * Paired bootstrap of the mean difference `a - b` of two per-row scores of the same rows: hits (0 or 1) for accuracies,
 * negative losses, and so on. Better by chance is unlikely where `lower > 0`.
 */
export function pairedBootstrap(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: BootstrapOptions,
): BootstrapInterval {
  assert(a.length === b.length, 'both scores are of the same rows');
  const differences = Float64Array.from({ length: a.length }, (_, i) => a[i] - b[i]);
  return bootstrapStatistic(
    a.length,
    (rows) => {
      let sum = 0;
      for (let i = 0; i < rows.length; i++) sum += differences[rows[i]];
      return sum / rows.length;
    },
    options,
  );
}

function interpolate(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}
