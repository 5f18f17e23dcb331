import { nextInt, type Rng } from '../../lib/rng.ts';
import type { ResolvedTreeOptions } from './options.ts';

/**
 * How often each row is in a tree's training sample (rowCount entries; 0 = out of bag). It is the first thing a
 * tree draws from its stream, so the out-of-bag estimate can draw it again instead of storing it.
 */
export function drawBag(
  rowCount: number,
  options: Pick<ResolvedTreeOptions, 'bootstrap' | 'maxSamples'>,
  rng: Rng,
): Uint16Array {
  const counts = new Uint16Array(rowCount);
  const draws = Math.max(1, Math.round(rowCount * options.maxSamples));
  if (options.bootstrap) {
    for (let i = 0; i < draws; i++) counts[nextInt(rng, rowCount)]++;
    return counts;
  }
  if (draws === rowCount) return counts.fill(1);
  // Selection sampling (Knuth, algorithm S): each row is kept with the chance that makes every subset equally likely.
  for (let row = 0, kept = 0; kept < draws; row++) {
    if (rng() * (rowCount - row) < draws - kept) {
      counts[row] = 1;
      kept++;
    }
  }
  return counts;
}
