import { FEATURES_MAX, LEAVES_MAX, NODE_WORDS, NODES_MAX, THRESHOLDS_MAX } from '../tree/node.ts';
import { createScratch, type Forest } from './forest.ts';

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

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

const MOST_FAULTS = 20;

/**
 * A forest over the given arrays (not copied), or every kind of fault they have. Whatever bytes come in, a forest
 * that is returned can be walked without leaving its arrays or looping.
 */
export function forestFromTensors(tensors: Record<string, TypedArray>, meta: ForestMeta): ForestResult {
  const faults: string[] = [];
  const say = (fault: string): void => {
    if (faults.length < MOST_FAULTS) faults.push(fault);
  };
  const take = <T extends TypedArray>(
    name: string,
    type: { new (length: number): T; readonly name: string },
  ): T => {
    const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (tensor instanceof type) return tensor;
    say(tensor === undefined ? `tensor ${name} is missing` : `tensor ${name} is not a ${type.name}`);
    return new type(0);
  };
  const { classCount, featureCount } = meta;
  if (!isCount(classCount, 65_536)) say('class count is not between 1 and 65536');
  if (!isCount(featureCount, FEATURES_MAX)) say(`feature count is not between 1 and ${FEATURES_MAX}`);
  const treeStart = take('tree_start', Uint32Array);
  const forest: Forest = {
    classCount,
    featureCount,
    treeCount: Math.max(0, treeStart.length - 1),
    treeStart,
    nodes: take('nodes', Int32Array),
    cover: take('cover', Float32Array),
    thresholdStart: take('threshold_start', Uint32Array),
    thresholds: take('thresholds', Float32Array),
    leafStart: take('leaf_start', Uint32Array),
    leafClass: take('leaf_class', Uint16Array),
    leafProbability: take('leaf_probability', Float32Array),
    importance: take('importance', Float64Array),
    scratch: createScratch(1, 1),
  };
  if (faults.length === 0) checkForest(forest, say);
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, forest: { ...forest, scratch: createScratch(forest.treeCount, featureCount) } };
}

function isCount(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most;
}

type Say = (fault: string) => void;

function checkForest(forest: Forest, say: Say): void {
  const { nodes, cover, importance, featureCount } = forest;
  const nodeCount = nodes.length / NODE_WORDS;
  if (!Number.isInteger(nodeCount) || nodeCount < 1 || nodeCount > NODES_MAX) {
    say(`nodes holds no whole number of nodes between 1 and ${NODES_MAX}`);
    return;
  }
  if (cover.length !== nodeCount) say('cover and nodes differ in length');
  if (importance.length !== featureCount) say('importance does not have one entry per feature');
  if (!importance.every((gain) => Number.isFinite(gain))) say('importance holds a value that is not finite');
  if (!areWeights(cover)) say('cover holds a weight that is not positive and finite');
  const slicesFine = [
    checkSlices(forest.treeStart, nodeCount, 1, 'tree_start', say),
    checkSlices(forest.thresholdStart, forest.thresholds.length, 1, 'threshold_start', say),
    checkSlices(forest.leafStart, forest.leafClass.length, 1, 'leaf_start', say),
  ].every(Boolean);
  checkThresholds(forest, slicesFine, say);
  checkLeaves(forest, slicesFine, say);
  if (!slicesFine || forest.thresholdStart.length !== featureCount + 1) return;
  const waiting = new Int32Array(nodeCount);
  for (let tree = 0; tree < forest.treeCount; tree++) checkTree(forest, tree, waiting, say);
}

/** Slices cover their array from 0 to the end, none shorter than `least`. */
function checkSlices(start: Uint32Array, end: number, least: number, name: string, say: Say): boolean {
  let fine = start.length >= 1 && start[0] === 0 && start[start.length - 1] === end;
  for (let i = 1; fine && i < start.length; i++) fine = start[i] >= start[i - 1] + least;
  if (!fine) say(`${name} does not cut its array into consecutive slices`);
  return fine;
}

function checkThresholds(forest: Forest, slicesFine: boolean, say: Say): void {
  const { thresholdStart, thresholds, featureCount } = forest;
  if (thresholdStart.length !== featureCount + 1) say('threshold_start does not have one slice per feature');
  if (!slicesFine) return;
  for (let feature = 0; feature + 1 < thresholdStart.length; feature++) {
    const end = thresholdStart[feature + 1];
    if (end - thresholdStart[feature] > THRESHOLDS_MAX) say(`feature ${feature} has too many thresholds`);
    if (thresholds[end - 1] !== Number.POSITIVE_INFINITY) {
      say(`the last threshold of feature ${feature} is not +Infinity`);
    }
    for (let i = thresholdStart[feature] + 1; i < end; i++) {
      if (!(thresholds[i - 1] < thresholds[i])) {
        say(`the thresholds of feature ${feature} do not ascend`);
        break;
      }
    }
  }
}

function checkLeaves(forest: Forest, slicesFine: boolean, say: Say): void {
  const { leafStart, leafClass, leafProbability, classCount } = forest;
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

/** Every node but the first is the child of exactly one earlier node, and every leaf names something that exists. */
function checkTree(forest: Forest, tree: number, waiting: Int32Array, say: Say): void {
  const { nodes, treeStart, classCount, featureCount, thresholdStart, leafStart } = forest;
  const end = treeStart[tree + 1];
  const payloads = classCount + leafStart.length - 1;
  // Depth first, the node after a leaf is the right child of the innermost open split; after the last leaf, the end.
  let open = 0;
  let expected = end;
  for (let node = treeStart[tree]; node < end; node++) {
    const word = nodes[node * NODE_WORDS];
    const distance = nodes[node * NODE_WORDS + 1];
    if (distance < 0) {
      if (-1 - distance >= payloads) {
        say(`node ${node} names a leaf that does not exist`);
        return;
      }
      if (expected !== node + 1) {
        say(`tree ${tree} is not in depth-first order at node ${node}`);
        return;
      }
      if (open > 0) expected = waiting[--open];
      continue;
    }
    const feature = (word >>> 16) & 0x7fff;
    if (feature >= featureCount || (word & 0xffff) >= thresholdStart[feature + 1] - thresholdStart[feature]) {
      say(`node ${node} splits on a threshold that does not exist`);
      return;
    }
    const right = node + 1 + distance / NODE_WORDS;
    if ((distance & 1) !== 0 || right < node + 2 || right >= expected) {
      say(`the right child of node ${node} lies outside its place`);
      return;
    }
    waiting[open++] = expected;
    expected = right;
  }
}

function areWeights(values: Float32Array): boolean {
  let fine = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > 0 && values[i] < Number.POSITIVE_INFINITY) fine++;
  return fine === values.length;
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
