import { NODE_WORDS } from '../tree/node.ts';
import { LANES, type Trees } from './trees.ts';

/** The rank of a missing value: far below any rank, with a sign bit to tell it by. */
const MISSING_RANK = -0x40000000;

export function isMissingRank(rank: number): boolean {
  return rank === MISSING_RANK;
}

/** Takes one row through every tree: the second words of its leaves are left in `scratch.leaf`. Allocates nothing. */
export function walkRow(forest: Trees, row: Float32Array, offset: number): void {
  const { ranks, root, base, leaf } = forest.scratch;
  const { treeCount, treeStart } = forest;
  writeRanks(forest, row, offset, 1, ranks);
  for (let tree = 0; tree < treeCount; tree++) {
    root[tree] = treeStart[tree] * NODE_WORDS;
    base[tree] = 0;
  }
  walkToLeaves(forest.nodes, ranks, root, base, leaf, treeCount);
}

/** For each value the number of its feature's thresholds below it, so that walks compare small integers. */
export function writeRanks(
  forest: Pick<Trees, 'featureCount' | 'thresholdStart' | 'thresholds'>,
  rows: Float32Array,
  offset: number,
  rowCount: number,
  ranks: Int32Array,
): void {
  const { featureCount, thresholdStart, thresholds } = forest;
  for (let i = 0; i < rowCount * featureCount; i += featureCount) {
    for (let feature = 0; feature < featureCount; feature++) {
      const value = rows[offset + i + feature];
      const first = thresholdStart[feature];
      let low = first;
      let high = thresholdStart[feature + 1];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (thresholds[middle] < value) low = middle + 1;
        else high = middle;
      }
      ranks[i + feature] = Number.isNaN(value) ? MISSING_RANK : low - first;
    }
  }
}

/**
 * Takes each walk from its root to its leaf, four at a time: reads of one walk overlap with those of the others, and
 * there is no branch to guess wrong but the last one. A walk that has arrived stays where it is.
 */
export function walkToLeaves(
  nodes: Int32Array,
  ranks: Int32Array,
  root: Int32Array,
  base: Int32Array,
  leaf: Int32Array,
  count: number,
): void {
  if (count === 0) return;
  // The last four are filled up with walks to where the last one goes; their leaves are never looked at.
  for (let i = count; i < count + LANES - 1; i++) {
    root[i] = root[count - 1];
    base[i] = base[count - 1];
  }
  for (let i = 0; i < count; i += LANES) {
    const [base0, base1, base2, base3] = [base[i], base[i + 1], base[i + 2], base[i + 3]];
    let [node0, node1, node2, node3] = [root[i], root[i + 1], root[i + 2], root[i + 3]];
    let distance0 = nodes[node0 + 1];
    let distance1 = nodes[node1 + 1];
    let distance2 = nodes[node2 + 1];
    let distance3 = nodes[node3 + 1];
    while ((distance0 & distance1 & distance2 & distance3) >= 0) {
      node0 += step(nodes[node0], distance0, ranks, base0);
      node1 += step(nodes[node1], distance1, ranks, base1);
      node2 += step(nodes[node2], distance2, ranks, base2);
      node3 += step(nodes[node3], distance3, ranks, base3);
      distance0 = nodes[node0 + 1];
      distance1 = nodes[node1 + 1];
      distance2 = nodes[node2 + 1];
      distance3 = nodes[node3 + 1];
    }
    leaf[i] = distance0;
    leaf[i + 1] = distance1;
    leaf[i + 2] = distance2;
    leaf[i + 3] = distance3;
  }
}

/** Words from a node to the child the row goes to; 0 from a leaf, whose distance is negative. */
function step(word: number, distance: number, ranks: Int32Array, base: number): number {
  const rank = ranks[base + ((word >>> 16) & 0x7fff)];
  // Negative where the value ranks above the threshold, or is missing and missing values go right.
  const right = (((word & 0xffff) - rank) | (word & rank)) >> 31;
  return (NODE_WORDS + (right & distance)) & ~(distance >> 31);
}
