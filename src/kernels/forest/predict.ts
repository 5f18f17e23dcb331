import { NODE_WORDS } from '../tree/node.ts';
import { BLOCK_ROWS, type Forest } from './forest.ts';

/** The rank of a missing value: far below any rank, with a sign bit to tell it by. */
const MISSING_RANK = -0x40000000;

/**
 * Class probabilities of one row: the mean over the trees, summed in their order. Allocates nothing.
 *
 * @param row holds the features from `offset` on; NaN is missing
 * @param out classCount entries, overwritten
 */
export function predictForest(forest: Forest, row: Float32Array, offset: number, out: Float64Array): void {
  const { ranks, at, walk, leaf } = forest.scratch;
  const { treeCount, treeStart, classCount } = forest;
  writeRanks(forest, row, offset, 1, ranks);
  for (let tree = 0; tree < treeCount; tree++) {
    at[tree] = treeStart[tree] * NODE_WORDS;
    walk[tree] = tree;
  }
  walkTrees(forest.nodes, ranks, at, walk, leaf, treeCount);
  out.fill(0, 0, classCount);
  for (let tree = 0; tree < treeCount; tree++) addLeaf(forest, leaf[tree], out, 0);
  for (let c = 0; c < classCount; c++) out[c] /= treeCount;
}

/**
 * Class probabilities of many rows, bit for bit those of `predictForest`.
 *
 * @param rows row-major, rowCount x featureCount; NaN is missing
 * @param out rowCount x classCount, overwritten
 */
export function predictForestBatch(
  forest: Forest,
  rows: Float32Array,
  rowCount: number,
  out: Float64Array,
): void {
  const { treeCount, classCount } = forest;
  out.fill(0, 0, rowCount * classCount);
  addTrees(forest, rows, rowCount, out);
  for (let i = 0; i < rowCount * classCount; i++) out[i] /= treeCount;
}

/**
 * Adds to `out` (rowCount x classCount), in tree order, the distribution every tree gives every row; with `bags`
 * only where the row is not in the tree's sample (bags[tree][firstRow + i] is 0).
 */
export function addTrees(
  forest: Forest,
  rows: Float32Array,
  rowCount: number,
  out: Float64Array,
  bags?: readonly Uint16Array[],
  firstRow = 0,
): void {
  const { ranks, at, walk, leaf } = forest.scratch;
  const { nodes, treeCount, treeStart, classCount, featureCount } = forest;
  for (let start = 0; start < rowCount; start += BLOCK_ROWS) {
    const size = Math.min(BLOCK_ROWS, rowCount - start);
    writeRanks(forest, rows, start * featureCount, size, ranks);
    for (let tree = 0; tree < treeCount; tree++) {
      const root = treeStart[tree] * NODE_WORDS;
      const bag = bags?.[tree];
      let count = 0;
      for (let i = 0; i < size; i++) {
        if (bag !== undefined && bag[firstRow + start + i] > 0) continue;
        at[count] = root;
        walk[count] = i;
        count++;
      }
      walkRows(nodes, ranks, featureCount, at, walk, leaf, count);
      for (let i = 0; i < size; i++) {
        if (bag !== undefined && bag[firstRow + start + i] > 0) continue;
        addLeaf(forest, leaf[i], out, (start + i) * classCount);
      }
    }
  }
}

/** For each value the number of its feature's thresholds below it, so that walks compare small integers. */
function writeRanks(
  forest: Forest,
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
 * Takes all trees one level down at a time, dropping those that have reached a leaf. There is no branch to guess
 * wrong in the loop, and the reads of different trees overlap.
 */
function walkTrees(
  nodes: Int32Array,
  ranks: Int32Array,
  at: Int32Array,
  walk: Int32Array,
  leaf: Int32Array,
  count: number,
): void {
  let open = count;
  while (open > 0) {
    let kept = 0;
    for (let i = 0; i < open; i++) {
      const node = at[i];
      const tree = walk[i];
      const word = nodes[node];
      const distance = nodes[node + 1];
      const rank = ranks[(word >>> 16) & 0x7fff];
      // Negative where the value ranks above the threshold, or is missing and missing values go right.
      const right = (((word & 0xffff) - rank) | (word & rank)) >> 31;
      leaf[tree] = distance;
      at[kept] = node + 2 + (right & distance);
      walk[kept] = tree;
      kept += 1 + (distance >> 31);
    }
    open = kept;
  }
}

/** The same for many rows and one tree. */
function walkRows(
  nodes: Int32Array,
  ranks: Int32Array,
  featureCount: number,
  at: Int32Array,
  walk: Int32Array,
  leaf: Int32Array,
  count: number,
): void {
  let open = count;
  while (open > 0) {
    let kept = 0;
    for (let i = 0; i < open; i++) {
      const node = at[i];
      const row = walk[i];
      const word = nodes[node];
      const distance = nodes[node + 1];
      const rank = ranks[row * featureCount + ((word >>> 16) & 0x7fff)];
      const right = (((word & 0xffff) - rank) | (word & rank)) >> 31;
      leaf[row] = distance;
      at[kept] = node + 2 + (right & distance);
      walk[kept] = row;
      kept += 1 + (distance >> 31);
    }
    open = kept;
  }
}

function addLeaf(forest: Forest, word: number, out: Float64Array, base: number): void {
  const payload = -1 - word;
  const { classCount } = forest;
  if (payload < classCount) {
    out[base + payload] += 1;
    return;
  }
  const { leafStart, leafClass, leafProbability } = forest;
  const end = leafStart[payload - classCount + 1];
  for (let i = leafStart[payload - classCount]; i < end; i++) out[base + leafClass[i]] += leafProbability[i];
}
