import { assert } from '../../lib/assert.ts';

/** Leaves have this instead of a feature. */
export const LEAF = -1;
/** Larger samples make no better forest, and node distances of a tree stay within 16 bits. */
export const SAMPLES_MAX = 32_768;
export const FEATURES_MAX = 32_767;
/** No path is longer: growing stops at the log of the sample, and files with longer paths are refused. */
export const DEPTH_MAX = 32;

/** Trees depth first, the left child right after its parent. Entry i of every array is node i. */
export interface IsolationNodes {
  /** Feature that is cut, or {@link LEAF}. */
  readonly feature: Int16Array;
  /** Rows at or below go left. For a leaf: the path length of rows that end here, what is still uncut included. */
  readonly threshold: Float32Array;
  /** Distance to the right child, in nodes; 0 for a leaf. */
  readonly right: Uint16Array;
  /** Rows of the tree's sample that reached the node. */
  readonly cover: Uint16Array;
}

/** A grown isolation forest; tree t is nodes treeStart[t] up to treeStart[t + 1]. */
export interface IsolationForest extends IsolationNodes {
  readonly featureCount: number;
  readonly treeCount: number;
  /** Rows every tree was grown on. */
  readonly sampleCount: number;
  readonly treeStart: Uint32Array;
  /** Working memory of predictions; never part of a file. */
  readonly scratch: IsolationScratch;
}

/** The branches a row with unknown values still has to follow. */
export interface IsolationScratch {
  readonly node: Int32Array;
  readonly weight: Float64Array;
}

/** Working memory for one thread. */
export function createIsolationScratch(): IsolationScratch {
  return { node: new Int32Array(DEPTH_MAX + 1), weight: new Float64Array(DEPTH_MAX + 1) };
}

const EULER = 0.5772156649015329;

/**
 * Mean path length of an unsuccessful search in a binary search tree of `count` rows (equation 1 of Liu, Ting and
 * Zhou, 2008, with scikit-learn's values for up to two rows).
 */
export function averagePathLength(count: number): number {
  if (count <= 1) return 0;
  if (count === 2) return 1;
  return 2 * (Math.log(count - 1) + EULER) - (2 * (count - 1)) / count;
}

/** Joins trees grown on samples of one size into a forest. */
export function joinIsolationTrees(
  trees: readonly IsolationNodes[],
  featureCount: number,
  sampleCount: number,
): IsolationForest {
  assert(trees.length >= 1, 'a forest has at least one tree');
  const treeStart = new Uint32Array(trees.length + 1);
  for (const [t, { feature }] of trees.entries()) treeStart[t + 1] = treeStart[t] + feature.length;
  const nodeCount = treeStart[trees.length];
  const feature = new Int16Array(nodeCount);
  const threshold = new Float32Array(nodeCount);
  const right = new Uint16Array(nodeCount);
  const cover = new Uint16Array(nodeCount);
  for (const [t, tree] of trees.entries()) {
    feature.set(tree.feature, treeStart[t]);
    threshold.set(tree.threshold, treeStart[t]);
    right.set(tree.right, treeStart[t]);
    cover.set(tree.cover, treeStart[t]);
  }
  return {
    featureCount,
    treeCount: trees.length,
    sampleCount,
    treeStart,
    feature,
    threshold,
    right,
    cover,
    scratch: createIsolationScratch(),
  };
}
