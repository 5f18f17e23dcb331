import { assert } from '../../lib/assert.ts';

/** Most levels: leaves name them in two bytes. */
export const LEVELS_MAX = 65_536;

/** The values of a regression target as ranks into one ascending list, so that leaves may keep them in two bytes. */
export interface Levels {
  /** Ascending, finite, no two the same. */
  readonly levels: Float64Array;
  /** Level of each row's value. */
  readonly ranks: Uint16Array;
}

/**
 * Ranks a target. Up to 65,536 different values stay exact; more are gathered into so many groups of neighbours of
 * about equal counts, each of which stands as its middle value (a quantile is then off by less than 1 / 65,536).
 */
export function rankValues(values: ArrayLike<number>): Levels {
  const sorted = Float64Array.from(values).sort();
  assert(sorted.length > 0 && sorted.every(Number.isFinite), 'a target is finite and not empty');
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  const levels =
    distinct.length <= LEVELS_MAX
      ? distinct
      : Float64Array.from(
          { length: LEVELS_MAX },
          (_, i) => distinct[Math.floor(((i + 0.5) * distinct.length) / LEVELS_MAX)],
        );
  const ranks = new Uint16Array(values.length);
  for (let i = 0; i < ranks.length; i++) ranks[i] = nearest(levels, values[i]);
  return { levels, ranks };
}

function nearest(levels: Float64Array, value: number): number {
  let low = 0;
  let high = levels.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (levels[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low > 0 && value - levels[low - 1] < levels[low] - value ? low - 1 : low;
}
