import { assert } from '../../lib/assert.ts';
import { createRng, type Rng } from '../../lib/rng.ts';
import { drawBag } from './bag.ts';
import type { Bins } from './bins.ts';
import { FEATURES_MAX, NODE_WORDS, packLeaf, packSplit } from './node.ts';
import { type ResolvedTreeOptions, resolveTreeOptions, type TreeOptions } from './options.ts';
import { gatherCodes } from './order.ts';
import { partition } from './partition.ts';
import { type ClassNode, createClassNode, fillClassNode, scanFeature } from './split-class.ts';
import type { Tree } from './tree.ts';

/** Words of one entry of the stack of nodes still to be split. */
const ENTRY = 5;

/** Everything a growing tree writes to. */
interface Growing {
  /** Codes of each feature. */
  readonly columns: readonly Uint8Array[];
  readonly rows: Int32Array;
  readonly spare: Int32Array;
  readonly rowClass: Uint16Array;
  readonly rowWeight: Float64Array;
  readonly node: ClassNode;
  readonly features: Uint16Array;
  readonly nodes: Int32Array;
  readonly cover: Float32Array;
  readonly gain: Float64Array;
  readonly leafStart: Uint32Array;
  readonly leafClass: Uint16Array;
  readonly leafProbability: Float32Array;
  nodeCount: number;
  leafCount: number;
  entryCount: number;
  constants: number;
}

/**
 * Grows one classification tree of a random forest (Breiman, 2001) with the Gini criterion on binned features.
 * Missing values are sent to the side that splits better; where a node saw none, to its heavier child.
 *
 * @param labels class of every row, 0 to classCount - 1; not modified
 * @param treeSeed decides the sample and the features tried; the same seed gives the same tree
 */
export function growTree(
  bins: Bins,
  labels: Uint16Array | Int32Array,
  classCount: number,
  options: TreeOptions,
  treeSeed: number,
): Tree {
  const { rowCount, featureCount } = bins;
  assert(featureCount <= FEATURES_MAX, 'more features than a node can name');
  assert(classCount >= 1 && classCount <= 65_536, 'classCount lies between 1 and 65,536');
  assert(labels.length >= rowCount, 'every row needs a label');
  const resolved = resolveTreeOptions(options, featureCount);
  const rng = createRng(treeSeed);
  const growing = startGrowing(bins, labels, classCount, options, resolved, rng);
  growNodes(growing, bins, resolved, rng);
  return {
    classCount,
    featureCount,
    nodes: growing.nodes.slice(0, growing.nodeCount * NODE_WORDS),
    cover: growing.cover.slice(0, growing.nodeCount),
    leafStart: growing.leafStart.slice(0, growing.leafCount + 1),
    leafClass: growing.leafClass.slice(0, growing.entryCount),
    leafProbability: growing.leafProbability.slice(0, growing.entryCount),
    gain: growing.gain,
  };
}

function startGrowing(
  bins: Bins,
  labels: Uint16Array | Int32Array,
  classCount: number,
  options: TreeOptions,
  resolved: ResolvedTreeOptions,
  rng: Rng,
): Growing {
  const { rowCount, featureCount } = bins;
  const { rowWeights, classWeights } = options;
  const bag = drawBag(rowCount, resolved, rng);
  const rowClass = new Uint16Array(rowCount);
  const rowWeight = new Float64Array(rowCount);
  const rows = new Int32Array(rowCount);
  let size = 0;
  for (let row = 0; row < rowCount; row++) {
    const label = labels[row];
    assert(label < classCount && label >= 0, 'a label is not below classCount');
    let weight = bag[row];
    if (rowWeights !== undefined) weight *= rowWeights[row];
    if (classWeights !== undefined) weight *= classWeights[label];
    rowClass[row] = label;
    rowWeight[row] = weight;
    if (weight > 0) rows[size++] = row;
  }
  // All drawn rows may weigh nothing; the tree is then grown on the sample as if it were not weighted.
  if (size === 0) {
    for (let row = 0; row < rowCount; row++) {
      rowWeight[row] = bag[row];
      if (bag[row] > 0) rows[size++] = row;
    }
  }
  const features = new Uint16Array(featureCount);
  for (let feature = 0; feature < featureCount; feature++) features[feature] = feature;
  const nodesMax = 2 * size - 1;
  return {
    columns: Array.from({ length: featureCount }, (_, f) =>
      bins.codes.subarray(f * rowCount, (f + 1) * rowCount),
    ),
    rows: rows.slice(0, size),
    spare: new Int32Array(size),
    rowClass,
    rowWeight,
    node: createClassNode(size, classCount),
    features,
    nodes: new Int32Array(nodesMax * NODE_WORDS),
    cover: new Float32Array(nodesMax),
    gain: new Float64Array(featureCount),
    leafStart: new Uint32Array(size + 1),
    leafClass: new Uint16Array(size),
    leafProbability: new Float32Array(size),
    nodeCount: 0,
    leafCount: 0,
    entryCount: 0,
    constants: 0,
  };
}

function growNodes(growing: Growing, bins: Bins, options: ResolvedTreeOptions, rng: Rng): void {
  const { rows, spare, rowClass, rowWeight, node, nodes, cover, gain } = growing;
  const { maxDepth, minSamplesLeaf } = options;
  const sizeMin = Math.max(options.minSamplesSplit, 2 * minSamplesLeaf);
  // One right sibling a level can be waiting, so the stack is never higher than the sample is large.
  const stack = new Int32Array((rows.length + 2) * ENTRY);
  let height = 0;
  const push = (start: number, end: number, parent: number, depth: number, constants: number): void => {
    stack[height] = start;
    stack[height + 1] = end;
    stack[height + 2] = parent;
    stack[height + 3] = depth;
    stack[height + 4] = constants;
    height += ENTRY;
  };
  push(0, rows.length, -1, 0, 0);
  let total = 0;
  while (height > 0) {
    height -= ENTRY;
    const start = stack[height];
    const end = stack[height + 1];
    const parent = stack[height + 2];
    const depth = stack[height + 3];
    const at = growing.nodeCount++;
    // The left child is the next node anyway; the right one is reached over a distance in words.
    if (parent >= 0) nodes[parent * NODE_WORDS + 1] = (at - parent - 1) * NODE_WORDS;
    fillClassNode(node, rows, start, end, rowClass, rowWeight);
    cover[at] = node.weight;
    if (parent < 0 && at === 0) total = node.weight;
    growing.constants = stack[height + 4];
    const size = end - start;
    const splittable = node.classes > 1 && size >= sizeMin && depth < maxDepth;
    if (!splittable || !findSplit(growing, bins, start, size, options, rng)) {
      nodes[at * NODE_WORDS + 1] = packLeaf(writeLeaf(growing));
      continue;
    }
    const { best } = node;
    const { feature, rank } = best;
    const middle = partition(
      rows,
      spare,
      start,
      end,
      bins.codes,
      feature * bins.rowCount,
      rank,
      best.missingLeft,
    );
    const missingLeft = best.sawMissing ? best.missingLeft : 2 * best.leftWeight > node.weight;
    nodes[at * NODE_WORDS] = packSplit(feature, rank, missingLeft);
    gain[feature] += (best.numerator / best.denominator - node.squares / node.weight) / total;
    push(middle, end, at, depth + 1, growing.constants);
    push(start, middle, -1, depth + 1, growing.constants);
  }
}

/** Tries random features until enough were looked at and one can split; the best one is left in `node.best`. */
function findSplit(
  growing: Growing,
  bins: Bins,
  start: number,
  size: number,
  options: ResolvedTreeOptions,
  rng: Rng,
): boolean {
  const { features, node, rows } = growing;
  const { binCount } = bins;
  const { maxFeatures, minSamplesLeaf } = options;
  // Features found constant in a node are constant below it: they wait in front, [0, constants).
  let constants = growing.constants;
  let open = features.length;
  let tried = 0;
  while (tried < maxFeatures && open > constants) {
    const drawn = constants + Math.floor(rng() * (open - constants));
    const feature = features[drawn];
    if (gatherCodes(node.order, rows, start, size, growing.columns[feature])) {
      features[drawn] = features[constants];
      features[constants] = feature;
      constants++;
      continue;
    }
    open--;
    features[drawn] = features[open];
    features[open] = feature;
    tried++;
    scanFeature(node, feature, binCount[feature], minSamplesLeaf);
  }
  growing.constants = constants;
  return node.best.feature >= 0;
}

/** Writes the node's distribution if it is impure; returns the payload of the leaf. */
function writeLeaf(growing: Growing): number {
  const { node, leafStart, leafClass, leafProbability } = growing;
  const { classes, classOf, total, weight, classCount } = node;
  if (classes === 1) return classOf[0];
  const order = Array.from(classOf.subarray(0, classes).keys()).sort((a, b) => classOf[a] - classOf[b]);
  for (const own of order) {
    leafClass[growing.entryCount] = classOf[own];
    leafProbability[growing.entryCount] = total[own] / weight;
    growing.entryCount++;
  }
  leafStart[++growing.leafCount] = growing.entryCount;
  return classCount + growing.leafCount - 1;
}
