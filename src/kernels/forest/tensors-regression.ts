import { LEVELS_MAX } from '../tree/levels.ts';
import { LEAVES_MAX } from '../tree/node.ts';
import { checkSlices, checkTrees, type Say, sayInto, type TypedArray, takeTensor } from './check-trees.ts';
import { createPool, type RegressionForest } from './regression.ts';
import { createScratch } from './trees.ts';

export type RegressionResult = { ok: true; forest: RegressionForest } | { ok: false; faults: string[] };

/** The arrays of a forest under the names of a model file; the forest's own memory, not a copy. */
export function regressionTensors(forest: RegressionForest): Record<string, TypedArray> {
  return {
    tree_start: forest.treeStart,
    nodes: forest.nodes,
    cover: forest.cover,
    threshold_start: forest.thresholdStart,
    thresholds: forest.thresholds,
    levels: forest.levels,
    leaf_start: forest.leafStart,
    leaf_rank: forest.leafRank,
    importance: forest.importance,
  };
}

/**
 * A forest over the given arrays (not copied), or every kind of fault they have. Whatever bytes come in, a forest
 * that is returned can be walked and asked for quantiles without leaving its arrays or looping.
 */
export function regressionFromTensors(
  tensors: Readonly<Record<string, TypedArray>>,
  { featureCount }: { readonly featureCount: number },
): RegressionResult {
  const faults: string[] = [];
  const say = sayInto(faults);
  const treeStart = takeTensor(tensors, 'tree_start', Uint32Array, say);
  const forest: Omit<RegressionForest, 'scratch' | 'pool'> = {
    featureCount,
    treeCount: Math.max(0, treeStart.length - 1),
    treeStart,
    nodes: takeTensor(tensors, 'nodes', Int32Array, say),
    cover: takeTensor(tensors, 'cover', Float32Array, say),
    thresholdStart: takeTensor(tensors, 'threshold_start', Uint32Array, say),
    thresholds: takeTensor(tensors, 'thresholds', Float32Array, say),
    importance: takeTensor(tensors, 'importance', Float64Array, say),
    levels: takeTensor(tensors, 'levels', Float64Array, say),
    leafStart: takeTensor(tensors, 'leaf_start', Uint32Array, say),
    leafRank: takeTensor(tensors, 'leaf_rank', Uint16Array, say),
  };
  if (faults.length === 0) {
    checkTrees(forest, forest.leafStart.length - 1, say);
    checkLeaves(forest, say);
  }
  if (faults.length > 0) return { ok: false, faults };
  const scratch = createScratch(forest.treeCount, featureCount);
  return { ok: true, forest: { ...forest, scratch, pool: createPool() } };
}

function checkLeaves(
  { levels, leafStart, leafRank }: Omit<RegressionForest, 'scratch' | 'pool'>,
  say: Say,
): void {
  if (levels.length < 1 || levels.length > LEVELS_MAX) say(`levels does not hold 1 to ${LEVELS_MAX} values`);
  if (!levels.every((value, i) => Number.isFinite(value) && (i === 0 || value > levels[i - 1])))
    say('levels must ascend and be finite');
  if (leafStart.length - 1 > LEAVES_MAX) say(`more than ${LEAVES_MAX} leaves are stored`);
  const slicesFine = checkSlices(leafStart, leafRank.length, 1, 'leaf_start', say);
  let most = 0;
  for (let i = 0; i < leafRank.length; i++) most = Math.max(most, leafRank[i]);
  if (most >= levels.length) say('leaf_rank names a level that does not exist');
  if (!slicesFine) return;
  for (let leaf = 0; leaf + 1 < leafStart.length; leaf++) {
    for (let i = leafStart[leaf] + 1; i < leafStart[leaf + 1]; i++) {
      if (leafRank[i - 1] <= leafRank[i]) continue;
      say(`the ranks of leaf ${leaf} do not ascend`);
      return;
    }
  }
}
