import type { Rng } from '../../lib/rng.ts';
import type { BestSplit } from './best-split.ts';
import type { Bins } from './bins.ts';
import { NODE_WORDS, packLeaf, packSplit } from './node.ts';
import type { ResolvedTreeOptions } from './options.ts';
import { gatherCodes, type Order } from './order.ts';
import { partition } from './partition.ts';

/** What kind of tree is grown: how a node is read, how splits are scored and what a leaf keeps. */
export interface Criterion {
  readonly order: Order;
  /** The best split of the node that was read last. */
  readonly best: BestSplit;
  /** Reads the rows [start, end) of a node and forgets the one before. */
  readonly read: (rows: Int32Array, start: number, end: number) => void;
  readonly weight: () => number;
  /** Whether nothing in the node is left to tell apart. */
  readonly isPure: () => boolean;
  /** Compares every threshold of a feature whose codes were gathered into `order`. */
  readonly scan: (feature: number, binCount: number, minSamplesLeaf: number) => void;
  /** By how much the best split lowers the node's impurity times its weight. */
  readonly decrease: () => number;
  /** Stores the node, which holds the rows [start, end), as a leaf; returns its payload. */
  readonly writeLeaf: (rows: Int32Array, start: number, end: number) => number;
}

/** The part of a grown tree that every kind has; see node.ts for the words. */
export interface TreeNodes {
  readonly nodes: Int32Array;
  readonly cover: Float32Array;
  readonly gain: Float64Array;
}

/** Words of one entry of the stack of nodes still to be split. */
const ENTRY = 5;

/** Everything growing writes to. */
interface Growing {
  /** Codes of each feature. */
  readonly columns: readonly Uint8Array[];
  readonly rows: Int32Array;
  readonly spare: Int32Array;
  readonly features: Uint16Array;
  readonly nodes: Int32Array;
  readonly cover: Float32Array;
  readonly gain: Float64Array;
  nodeCount: number;
  constants: number;
}

/**
 * Grows the nodes of one tree over the given rows, depth first. Missing values are sent to the side that splits
 * better; where a node saw none, to its heavier child.
 *
 * @param rows numbers of the rows in the tree's sample; reordered
 */
export function growNodes(
  criterion: Criterion,
  bins: Bins,
  rows: Int32Array,
  options: ResolvedTreeOptions,
  rng: Rng,
): TreeNodes {
  const growing = startGrowing(bins, rows);
  const { spare, nodes, cover, gain } = growing;
  const { best } = criterion;
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
    criterion.read(rows, start, end);
    const weight = criterion.weight();
    cover[at] = weight;
    if (parent < 0 && at === 0) total = weight;
    growing.constants = stack[height + 4];
    const size = end - start;
    const splittable = !criterion.isPure() && size >= sizeMin && depth < maxDepth;
    if (!splittable || !findSplit(growing, criterion, bins, start, size, options, rng)) {
      nodes[at * NODE_WORDS + 1] = packLeaf(criterion.writeLeaf(rows, start, end));
      continue;
    }
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
    const missingLeft = best.sawMissing ? best.missingLeft : 2 * best.leftWeight > weight;
    nodes[at * NODE_WORDS] = packSplit(feature, rank, missingLeft);
    gain[feature] += criterion.decrease() / total;
    push(middle, end, at, depth + 1, growing.constants);
    push(start, middle, -1, depth + 1, growing.constants);
  }
  return {
    nodes: nodes.slice(0, growing.nodeCount * NODE_WORDS),
    cover: cover.slice(0, growing.nodeCount),
    gain,
  };
}

function startGrowing(bins: Bins, rows: Int32Array): Growing {
  const { rowCount, featureCount } = bins;
  const features = new Uint16Array(featureCount);
  for (let feature = 0; feature < featureCount; feature++) features[feature] = feature;
  const nodesMax = 2 * rows.length - 1;
  return {
    columns: Array.from({ length: featureCount }, (_, f) =>
      bins.codes.subarray(f * rowCount, (f + 1) * rowCount),
    ),
    rows,
    spare: new Int32Array(rows.length),
    features,
    nodes: new Int32Array(nodesMax * NODE_WORDS),
    cover: new Float32Array(nodesMax),
    gain: new Float64Array(featureCount),
    nodeCount: 0,
    constants: 0,
  };
}

/** Tries random features until enough were looked at and one can split; the best one is left in `criterion.best`. */
function findSplit(
  growing: Growing,
  criterion: Criterion,
  bins: Bins,
  start: number,
  size: number,
  options: ResolvedTreeOptions,
  rng: Rng,
): boolean {
  const { features, rows } = growing;
  const { order } = criterion;
  const { binCount } = bins;
  const { maxFeatures, minSamplesLeaf } = options;
  // Features found constant in a node are constant below it: they wait in front, [0, constants).
  let constants = growing.constants;
  let open = features.length;
  let tried = 0;
  while (tried < maxFeatures && open > constants) {
    const drawn = constants + Math.floor(rng() * (open - constants));
    const feature = features[drawn];
    if (gatherCodes(order, rows, start, size, growing.columns[feature])) {
      features[drawn] = features[constants];
      features[constants] = feature;
      constants++;
      continue;
    }
    open--;
    features[drawn] = features[open];
    features[open] = feature;
    tried++;
    criterion.scan(feature, binCount[feature], minSamplesLeaf);
  }
  growing.constants = constants;
  return criterion.best.feature >= 0;
}
