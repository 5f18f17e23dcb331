import { FEATURES_MAX, NODE_WORDS, NODES_MAX, THRESHOLDS_MAX } from '../tree/node.ts';
import type { Trees } from './trees.ts';

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

const MOST_FAULTS = 20;

/** Collects faults, the first twenty of them. */
export type Say = (fault: string) => void;

export function sayInto(faults: string[]): Say {
  return (fault) => {
    if (faults.length < MOST_FAULTS) faults.push(fault);
  };
}

/** The tensor of that name if it has that type, else an empty one and a fault. */
export function takeTensor<T extends TypedArray>(
  tensors: Readonly<Record<string, TypedArray>>,
  name: string,
  type: { new (length: number): T; readonly name: string },
  say: Say,
): T {
  const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
  if (tensor instanceof type) return tensor;
  say(tensor === undefined ? `tensor ${name} is missing` : `tensor ${name} is not a ${type.name}`);
  return new type(0);
}

/** Whether a number is a whole one from 1 to `most`. */
export function isCount(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most;
}

/**
 * Says everything that would let a walk leave its arrays, loop, or end at a leaf whose payload is not below
 * `payloads`. False where the arrays do not fit together at all.
 */
export function checkTrees(forest: Omit<Trees, 'scratch'>, payloads: number, say: Say): boolean {
  const { nodes, cover, importance, featureCount, treeStart, thresholdStart, thresholds } = forest;
  if (!isCount(featureCount, FEATURES_MAX)) say(`feature count is not between 1 and ${FEATURES_MAX}`);
  const nodeCount = nodes.length / NODE_WORDS;
  if (!Number.isInteger(nodeCount) || nodeCount < 1 || nodeCount > NODES_MAX) {
    say(`nodes holds no whole number of nodes between 1 and ${NODES_MAX}`);
    return false;
  }
  if (cover.length !== nodeCount) say('cover and nodes differ in length');
  if (importance.length !== featureCount) say('importance does not have one entry per feature');
  if (!importance.every((gain) => Number.isFinite(gain))) say('importance holds a value that is not finite');
  if (!areWeights(cover)) say('cover holds a weight that is not positive and finite');
  const slicesFine = [
    checkSlices(treeStart, nodeCount, 1, 'tree_start', say),
    checkSlices(thresholdStart, thresholds.length, 1, 'threshold_start', say),
  ].every(Boolean);
  checkThresholds(forest, slicesFine, say);
  if (!slicesFine || thresholdStart.length !== featureCount + 1) return false;
  const waiting = new Int32Array(nodeCount);
  for (let tree = 0; tree < forest.treeCount; tree++) checkTree(forest, tree, payloads, waiting, say);
  return true;
}

/** Slices cover their array from 0 to the end, none shorter than `least`. */
export function checkSlices(start: Uint32Array, end: number, least: number, name: string, say: Say): boolean {
  let fine = start.length >= 1 && start[0] === 0 && start[start.length - 1] === end;
  for (let i = 1; fine && i < start.length; i++) fine = start[i] >= start[i - 1] + least;
  if (!fine) say(`${name} does not cut its array into consecutive slices`);
  return fine;
}

function checkThresholds(forest: Omit<Trees, 'scratch'>, slicesFine: boolean, say: Say): void {
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

/** Every node but the first is the child of exactly one earlier node, and every leaf names something that exists. */
function checkTree(
  forest: Omit<Trees, 'scratch'>,
  tree: number,
  payloads: number,
  waiting: Int32Array,
  say: Say,
): void {
  const { nodes, treeStart, featureCount, thresholdStart } = forest;
  const end = treeStart[tree + 1];
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
