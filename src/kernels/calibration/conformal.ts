import { assert } from '../../lib/assert.ts';

/** Levels that are calibrated; between them corrections are interpolated. */
export const LEVELS: Float64Array = Float64Array.of(
  ...[0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 0.99],
);

/** How far both ends of an interval of each level move outward (inward where negative). */
export interface Correction {
  /** Ascending. */
  readonly levels: Float64Array;
  readonly offsets: Float64Array;
}

/**
 * The correction of one level in conformalised quantile regression (Romano, Patterson and Candes, 2019): how far the
 * values lay outside their intervals, negative inside, and of these the ceil((n + 1) x level)-th smallest. `outside` is
 * sorted in place. With too few values for the level the largest one stands for it; 0 without any.
 */
export function conformalOffset(outside: Float64Array, level: number): number {
  assert(level > 0 && level < 1, 'a level lies inside (0, 1)');
  if (outside.length === 0) return 0;
  outside.sort();
  const rank = Math.ceil((outside.length + 1) * level);
  return outside[Math.min(outside.length, rank) - 1];
}

/** The offset at a level, interpolated linearly; beyond the calibrated levels that of the nearest one. */
export function correctionAt({ levels, offsets }: Correction, level: number): number {
  const last = levels.length - 1;
  if (level <= levels[0]) return offsets[0];
  if (level >= levels[last]) return offsets[last];
  let i = 1;
  while (levels[i] < level) i++;
  const share = (level - levels[i - 1]) / (levels[i] - levels[i - 1]);
  return offsets[i - 1] + share * (offsets[i] - offsets[i - 1]);
}
