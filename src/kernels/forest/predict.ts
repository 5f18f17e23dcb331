import { NODE_WORDS } from '../tree/node.ts';
import type { Forest } from './forest.ts';
import { walkRow, walkToLeaves, writeRanks } from './walk.ts';

/**
 * Class probabilities of one row: the mean over the trees, summed in their order. Allocates nothing.
 *
 * @param row holds the features from `offset` on; NaN is missing
 * @param out classCount entries, overwritten
 */
export function predictForest(forest: Forest, row: Float32Array, offset: number, out: Float64Array): void {
  const { treeCount, classCount } = forest;
  const { leaf } = forest.scratch;
  walkRow(forest, row, offset);
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
  const { blockRows, ranks, root, base, leaf } = forest.scratch;
  const { nodes, treeCount, treeStart, classCount, featureCount } = forest;
  for (let start = 0; start < rowCount; start += blockRows) {
    const size = Math.min(blockRows, rowCount - start);
    writeRanks(forest, rows, start * featureCount, size, ranks);
    for (let tree = 0; tree < treeCount; tree++) {
      const bag = bags?.[tree];
      let count = 0;
      for (let i = 0; i < size; i++) {
        if (bag !== undefined && bag[firstRow + start + i] > 0) continue;
        root[count] = treeStart[tree] * NODE_WORDS;
        base[count] = i * featureCount;
        count++;
      }
      walkToLeaves(nodes, ranks, root, base, leaf, count);
      for (let i = 0, walk = 0; i < size; i++) {
        if (bag !== undefined && bag[firstRow + start + i] > 0) continue;
        addLeaf(forest, leaf[walk], out, (start + i) * classCount);
        walk++;
      }
    }
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
