import { LEAVES_MAX } from '../tree/node.ts';
import {
  checkSlices,
  checkTrees,
  isCount,
  type Say,
  sayInto,
  type TypedArray,
  takeTensor,
} from './check-trees.ts';
import type { Forest } from './forest.ts';
import { createScratch } from './trees.ts';

export interface ForestMeta {
  readonly classCount: number;
  readonly featureCount: number;
}

export type ForestResult = { ok: true; forest: Forest } | { ok: false; faults: string[] };

/** The arrays of a forest under the names of a model file; the forest's own memory, not a copy. */
export function forestTensors(forest: Forest): Record<string, TypedArray> {
  return {
    tree_start: forest.treeStart,
    nodes: forest.nodes,
    cover: forest.cover,
    threshold_start: forest.thresholdStart,
    thresholds: forest.thresholds,
    leaf_start: forest.leafStart,
    leaf_class: forest.leafClass,
    leaf_probability: forest.leafProbability,
    importance: forest.importance,
  };
}

/**
 * A forest over the given arrays (not copied), or every kind of fault they have. Whatever bytes come in, a forest
 * that is returned can be walked without leaving its arrays or looping.
 */
export function forestFromTensors(tensors: Record<string, TypedArray>, meta: ForestMeta): ForestResult {
  const faults: string[] = [];
  const say = sayInto(faults);
  const { classCount, featureCount } = meta;
  if (!isCount(classCount, 65_536)) say('class count is not between 1 and 65536');
  const treeStart = takeTensor(tensors, 'tree_start', Uint32Array, say);
  const forest: Omit<Forest, 'scratch'> = {
    classCount,
    featureCount,
    treeCount: Math.max(0, treeStart.length - 1),
    treeStart,
    nodes: takeTensor(tensors, 'nodes', Int32Array, say),
    cover: takeTensor(tensors, 'cover', Float32Array, say),
    thresholdStart: takeTensor(tensors, 'threshold_start', Uint32Array, say),
    thresholds: takeTensor(tensors, 'thresholds', Float32Array, say),
    leafStart: takeTensor(tensors, 'leaf_start', Uint32Array, say),
    leafClass: takeTensor(tensors, 'leaf_class', Uint16Array, say),
    leafProbability: takeTensor(tensors, 'leaf_probability', Float32Array, say),
    importance: takeTensor(tensors, 'importance', Float64Array, say),
  };
  if (faults.length === 0) {
    checkTrees(forest, classCount + forest.leafStart.length - 1, say);
    checkLeaves(forest, say);
  }
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, forest: { ...forest, scratch: createScratch(forest.treeCount, featureCount) } };
}

function checkLeaves(forest: Omit<Forest, 'scratch'>, say: Say): void {
  const { leafStart, leafClass, leafProbability, classCount } = forest;
  const slicesFine = checkSlices(leafStart, leafClass.length, 1, 'leaf_start', say);
  if (leafStart.length - 1 > LEAVES_MAX) say(`more than ${LEAVES_MAX} leaves are stored`);
  if (leafProbability.length !== leafClass.length) say('leaf_class and leaf_probability differ in length');
  if (!areBelow(leafClass, classCount)) say('leaf_class names a class that does not exist');
  if (!areProbabilities(leafProbability)) say('leaf_probability holds what is no probability');
  if (!slicesFine || leafProbability.length !== leafClass.length) return;
  for (let leaf = 0; leaf + 1 < leafStart.length; leaf++) {
    let sum = 0;
    for (let i = leafStart[leaf]; i < leafStart[leaf + 1]; i++) sum += leafProbability[i];
    if (!(Math.abs(sum - 1) < 1e-3)) {
      say(`the probabilities of leaf ${leaf} do not sum to 1`);
      return;
    }
  }
}

function areProbabilities(values: Float32Array): boolean {
  let fine = 0;
  for (let i = 0; i < values.length; i++) if (values[i] >= 0 && values[i] <= 1) fine++;
  return fine === values.length;
}

function areBelow(values: Uint16Array, bound: number): boolean {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]);
  return values.length === 0 || most < bound;
}
