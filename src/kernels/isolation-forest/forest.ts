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
  /**
   * The nodes again as a prediction walks them, two words each so that a step touches one line of memory: the bits of
   * the threshold, then the distance to the right child above 16 bits of feature (all ones for a leaf). Not in a file.
   */
  readonly words: Int32Array;
  /** The same memory read as floats. */
  readonly floats: Float32Array;
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

/** The nodes in the order of a walk. */
export function packNodes({
  feature,
  threshold,
  right,
}: IsolationNodes): Pick<IsolationForest, 'words' | 'floats'> {
  const words = new Int32Array(2 * feature.length);
  const floats = new Float32Array(words.buffer);
  for (let node = 0; node < feature.length; node++) {
    floats[2 * node] = threshold[node];
    words[2 * node + 1] = feature[node] < 0 ? -1 : (right[node] << 16) | feature[node];
  }
  return { words, floats };
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
    ...packNodes({ feature, threshold, right, cover }),
    scratch: createIsolationScratch(),
  };
}
