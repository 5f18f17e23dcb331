import type { RegressionForest } from './regression.ts';
import { walkRow } from './walk.ts';

/**
 * Mean of one row: each tree's mean of its leaf, averaged in their order. Allocates nothing.
 *
 * @param row holds the features from `offset` on; NaN is missing
 */
export function predictMean(forest: RegressionForest, row: Float32Array, offset: number): number {
  const { treeCount, leafStart, leafRank, levels } = forest;
  const { leaf } = forest.scratch;
  walkRow(forest, row, offset);
  let mean = 0;
  for (let tree = 0; tree < treeCount; tree++) {
    const number = -1 - leaf[tree];
    const begin = leafStart[number];
    const end = leafStart[number + 1];
    let sum = 0;
    for (let i = begin; i < end; i++) sum += levels[leafRank[i]];
    mean += sum / (end - begin);
  }
  return mean / treeCount;
}

/**
 * Quantiles of one row (Meinshausen, 2006): of the values in its leaves, pooled so that every tree weighs the same,
 * the smallest one that the wanted share does not exceed. Allocates nothing.
 *
 * @param row holds the features from `offset` on; NaN is missing
 * @param shares ascending, in (0, 1)
 * @param out one quantile for each share, ascending
 */
export function predictQuantiles(
  forest: RegressionForest,
  row: Float32Array,
  offset: number,
  shares: ArrayLike<number>,
  out: Float64Array,
): void {
  const { treeCount, leafStart, leafRank, levels } = forest;
  const { leaf } = forest.scratch;
  const { coarse, fine } = forest.pool;
  walkRow(forest, row, offset);
  coarse.fill(0);
  for (let tree = 0; tree < treeCount; tree++) {
    const number = -1 - leaf[tree];
    const begin = leafStart[number];
    const end = leafStart[number + 1];
    const weight = 1 / (end - begin);
    for (let i = begin; i < end; i++) coarse[leafRank[i] >>> 8] += weight;
  }
  let upper = 0;
  let below = 0;
  let opened = -1;
  for (let s = 0; s < shares.length; s++) {
    // Sums of weights carry rounding errors; a share they reach but for those counts as reached.
    const wanted = shares[s] * treeCount - 1e-9 * treeCount;
    while (upper < 255 && below + coarse[upper] < wanted) below += coarse[upper++];
    if (opened !== upper) {
      openBucket(forest, upper, fine);
      opened = upper;
    }
    let lower = 0;
    let sum = below;
    let last = 0;
    for (; lower < 256; lower++) {
      if (fine[lower] === 0) continue;
      last = lower;
      sum += fine[lower];
      if (sum >= wanted) break;
    }
    out[s] = levels[upper * 256 + last];
  }
}

/** Weighs the values of the walked leaves whose rank has the given upper byte. */
function openBucket(forest: RegressionForest, upper: number, fine: Float64Array): void {
  const { treeCount, leafStart, leafRank } = forest;
  const { leaf } = forest.scratch;
  fine.fill(0);
  for (let tree = 0; tree < treeCount; tree++) {
    const number = -1 - leaf[tree];
    const begin = leafStart[number];
    const end = leafStart[number + 1];
    const weight = 1 / (end - begin);
    for (let i = begin; i < end; i++) {
      const rank = leafRank[i];
      if (rank >>> 8 === upper) fine[rank & 255] += weight;
    }
  }
}
