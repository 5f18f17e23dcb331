import { assert } from '../../lib/assert.ts';
import type { Bins } from '../tree/bins.ts';
import { LEAVES_MAX } from '../tree/node.ts';
import type { RegressionTree } from '../tree/tree.ts';
import { createScratch, joinNodes, type Trees } from './trees.ts';

/**
 * A quantile regression forest (Meinshausen, 2006) as flat arrays: every leaf keeps the training values that fell into
 * it, as ranks into one list of levels.
 */
export interface RegressionForest extends Trees {
  /** Ascending values of the target. */
  readonly levels: Float64Array;
  /** Leaf i holds entries leafStart[i] up to leafStart[i + 1] of leafRank, ascending, at least one. */
  readonly leafStart: Uint32Array;
  readonly leafRank: Uint16Array;
  readonly pool: Pool;
}

/** Working memory of pooling leaves: weight by upper and by lower byte of a rank. */
export interface Pool {
  readonly coarse: Float64Array;
  readonly fine: Float64Array;
}

export function createPool(): Pool {
  return { coarse: new Float64Array(256), fine: new Float64Array(256) };
}

/** Joins trees grown on the same bins and levels; throws when the forest would exceed what its arrays can address. */
export function joinRegressionTrees(
  trees: readonly RegressionTree[],
  bins: Pick<Bins, 'edgeStart' | 'edges'>,
  levels: Float64Array,
): RegressionForest {
  let leafCount = 0;
  let entryCount = 0;
  for (const tree of trees) {
    leafCount += tree.leafStart.length - 1;
    entryCount += tree.leafRank.length;
  }
  assert(
    leafCount <= LEAVES_MAX,
    `a forest stores at most ${LEAVES_MAX} leaves, this one would ${leafCount}`,
  );
  const joined = joinNodes(trees, bins, 0);
  const leafStart = new Uint32Array(leafCount + 1);
  const leafRank = new Uint16Array(entryCount);
  let leaf = 0;
  let entry = 0;
  for (const tree of trees) {
    leafRank.set(tree.leafRank, entry);
    for (let i = 1; i < tree.leafStart.length; i++) leafStart[leaf + i] = entry + tree.leafStart[i];
    leaf += tree.leafStart.length - 1;
    entry += tree.leafRank.length;
  }
  return {
    ...joined,
    levels: levels.slice(),
    leafStart,
    leafRank,
    scratch: createScratch(trees.length, joined.featureCount),
    pool: createPool(),
  };
}
