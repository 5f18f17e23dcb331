import { assert } from '../../lib/assert.ts';
import type { Bins } from '../tree/bins.ts';
import { FEATURES_MAX, NODE_WORDS, NODES_MAX, packLeaf, THRESHOLDS_MAX } from '../tree/node.ts';

/** What all forests are made of: nodes and thresholds as flat arrays; node.ts says how nodes are packed. */
export interface Trees {
  readonly featureCount: number;
  readonly treeCount: number;
  /** First node of each tree; treeCount + 1 entries. */
  readonly treeStart: Uint32Array;
  /** Two words a node, trees one after the other, each depth first. */
  readonly nodes: Int32Array;
  /** Weight of the training sample that reached each node, for explanations. */
  readonly cover: Float32Array;
  /** Feature f owns thresholds[thresholdStart[f]] up to thresholds[thresholdStart[f + 1]], ascending. */
  readonly thresholdStart: Uint32Array;
  readonly thresholds: Float32Array;
  /** Mean decrease of impurity by feature, summing to 1 (or all 0 where no tree split). */
  readonly importance: Float64Array;
  /** Working memory of predictions, so that they allocate nothing. */
  readonly scratch: Scratch;
}

export interface Scratch {
  readonly blockRows: number;
  /** Ranks of one row, or of a block of rows. */
  readonly ranks: Int32Array;
  /** Of each walk: where its tree starts (in words), where its row's ranks start, the second word of its leaf. */
  readonly root: Int32Array;
  readonly base: Int32Array;
  readonly leaf: Int32Array;
}

/** Rows a batch takes together through one tree, and the ranks that may need (measured: caches keep both). */
const BLOCK_ROWS_MAX = 1024;
const BLOCK_RANKS_MAX = 131_072;

/** Walks that advance together. */
export const LANES = 4;

export function createScratch(treeCount: number, featureCount: number): Scratch {
  const blockRows = Math.max(1, Math.min(BLOCK_ROWS_MAX, Math.floor(BLOCK_RANKS_MAX / featureCount)));
  const walks = Math.max(treeCount, blockRows) + LANES - 1;
  return {
    blockRows,
    ranks: new Int32Array(blockRows * featureCount),
    root: new Int32Array(walks),
    base: new Int32Array(walks),
    leaf: new Int32Array(walks),
  };
}

/** A grown tree as far as joining its nodes to others goes. */
interface GrownTree {
  readonly featureCount: number;
  readonly nodes: Int32Array;
  readonly cover: Float32Array;
  readonly leafStart: Uint32Array;
  readonly gain: Float64Array;
}

/**
 * Joins the nodes of trees grown on the same bins. Payloads of leaves from `stored` on are numbers of stored leaves and
 * are counted through all trees. Throws when the forest would exceed what its arrays can address.
 */
export function joinNodes(
  trees: readonly GrownTree[],
  bins: Pick<Bins, 'edgeStart' | 'edges'>,
  stored: number,
): Omit<Trees, 'scratch'> {
  assert(trees.length >= 1, 'a forest has at least one tree');
  const { featureCount } = trees[0];
  let nodeCount = 0;
  for (const tree of trees) {
    assert(tree.featureCount === featureCount, 'trees of one forest agree');
    nodeCount += tree.nodes.length / NODE_WORDS;
  }
  assert(nodeCount <= NODES_MAX, `a forest has at most ${NODES_MAX} nodes, this one would have ${nodeCount}`);
  assert(featureCount <= FEATURES_MAX, 'more features than a node can name');
  const treeStart = new Uint32Array(trees.length + 1);
  const nodes = new Int32Array(nodeCount * NODE_WORDS);
  const cover = new Float32Array(nodeCount);
  for (let f = 0; f < featureCount; f++) {
    assert(
      bins.edgeStart[f + 1] - bins.edgeStart[f] <= THRESHOLDS_MAX,
      'too many thresholds for one feature',
    );
  }
  let node = 0;
  let leaf = 0;
  trees.forEach((tree, t) => {
    nodes.set(tree.nodes, node * NODE_WORDS);
    cover.set(tree.cover, node);
    const end = node + tree.nodes.length / NODE_WORDS;
    moveLeaves(nodes, node * NODE_WORDS, end * NODE_WORDS, stored, leaf);
    node = end;
    leaf += tree.leafStart.length - 1;
    treeStart[t + 1] = node;
  });
  return {
    featureCount,
    treeCount: trees.length,
    treeStart,
    nodes,
    cover,
    thresholdStart: bins.edgeStart.slice(),
    thresholds: bins.edges.slice(),
    importance: meanGain(trees, featureCount),
  };
}

/** Renumbers the stored leaves of one tree by the leaves of the trees before it. */
function moveLeaves(nodes: Int32Array, from: number, to: number, stored: number, by: number): void {
  for (let i = from + 1; i < to; i += NODE_WORDS) {
    const payload = -1 - nodes[i];
    if (payload >= stored) nodes[i] = packLeaf(payload + by);
  }
}

/** Each tree's gains are made to sum to 1 before they are averaged, as in scikit-learn. */
function meanGain(trees: readonly GrownTree[], featureCount: number): Float64Array {
  const mean = new Float64Array(featureCount);
  for (const tree of trees) {
    const total = tree.gain.reduce((sum, gain) => sum + gain, 0);
    if (total > 0) for (let f = 0; f < featureCount; f++) mean[f] += tree.gain[f] / total;
  }
  const total = mean.reduce((sum, gain) => sum + gain, 0);
  return total > 0 ? mean.map((gain) => gain / total) : mean;
}
