import { assert } from '../../lib/assert.ts';
import { createRng } from '../../lib/rng.ts';
import { drawBag } from './bag.ts';
import type { Bins } from './bins.ts';
import { type Criterion, growNodes } from './grow-nodes.ts';
import type { Levels } from './levels.ts';
import { FEATURES_MAX } from './node.ts';
import { resolveTreeOptions, type TreeOptions } from './options.ts';
import { createValueNode, fillValueNode, scanValues } from './split-value.ts';
import type { RegressionTree } from './tree.ts';

/** How a regression tree is grown: weights of rows and classes have no meaning here. */
export interface RegressionTreeOptions extends Omit<TreeOptions, 'rowWeights' | 'classWeights'> {
  /** Most values a leaf keeps; a larger leaf keeps evenly spaced quantiles of its own. Default: all. */
  readonly leafSamplesMax?: number;
}

/** Leaves as they are written. */
interface Leaves {
  readonly leafStart: Uint32Array;
  readonly leafRank: Uint16Array;
  readonly samplesMax: number;
  leafCount: number;
  entryCount: number;
}

/**
 * Grows one regression tree of a random forest (Breiman, 2001) with the squared-error criterion on binned features.
 * Its leaves keep the values of their training sample, a row drawn twice twice, for quantile regression (Meinshausen,
 * 2006).
 *
 * @param target level of every row's value; not modified
 * @param treeSeed decides the sample and the features tried; the same seed gives the same tree
 */
export function growRegressionTree(
  bins: Bins,
  target: Levels,
  options: RegressionTreeOptions,
  treeSeed: number,
): RegressionTree {
  const { rowCount, featureCount } = bins;
  const { levels, ranks } = target;
  const samplesMax = options.leafSamplesMax ?? Number.POSITIVE_INFINITY;
  assert(featureCount <= FEATURES_MAX, 'more features than a node can name');
  assert(ranks.length >= rowCount, 'every row needs a value');
  assert(samplesMax >= 1, 'a leaf keeps at least one value');
  const resolved = resolveTreeOptions(options, featureCount);
  const rng = createRng(treeSeed);
  const bag = drawBag(rowCount, resolved, rng);
  const values = new Float64Array(rowCount);
  const weights = new Float64Array(rowCount);
  const sample = new Int32Array(rowCount);
  let size = 0;
  let draws = 0;
  for (let row = 0; row < rowCount; row++) {
    values[row] = levels[ranks[row]];
    weights[row] = bag[row];
    draws += bag[row];
    if (bag[row] > 0) sample[size++] = row;
  }
  const leaves: Leaves = {
    leafStart: new Uint32Array(size + 1),
    leafRank: new Uint16Array(draws),
    samplesMax,
    leafCount: 0,
    entryCount: 0,
  };
  const rows = sample.slice(0, size);
  const node = createValueNode(size);
  const { order, best } = node;
  const criterion: Criterion = {
    order,
    best,
    read: (of, start, end) => fillValueNode(node, of, start, end, values, weights),
    weight: () => node.weight,
    isPure: () => node.isConstant,
    scan: (feature, binCount, minSamplesLeaf) => scanValues(node, feature, binCount, minSamplesLeaf),
    decrease: () => (node.weight * best.numerator) / best.denominator,
    writeLeaf: (of, start, end) => writeLeaf(leaves, of, start, end, ranks, bag),
  };
  const { nodes, cover, gain } = growNodes(criterion, bins, rows, resolved, rng);
  return {
    featureCount,
    nodes,
    cover,
    leafStart: leaves.leafStart.slice(0, leaves.leafCount + 1),
    leafRank: leaves.leafRank.slice(0, leaves.entryCount),
    gain,
  };
}

function writeLeaf(
  leaves: Leaves,
  rows: Int32Array,
  start: number,
  end: number,
  ranks: Uint16Array,
  bag: Uint16Array,
): number {
  const { leafStart, leafRank, samplesMax, entryCount } = leaves;
  let last = entryCount;
  for (let i = start; i < end; i++) {
    for (let copy = 0; copy < bag[rows[i]]; copy++) leafRank[last++] = ranks[rows[i]];
  }
  const own = leafRank.subarray(entryCount, last).sort();
  const kept = Math.min(own.length, samplesMax);
  // Position i never lies before i, so the values may be moved to the front in place.
  if (kept < own.length) {
    for (let i = 0; i < kept; i++) own[i] = own[Math.floor(((i + 0.5) * own.length) / kept)];
  }
  leaves.entryCount += kept;
  leafStart[++leaves.leafCount] = leaves.entryCount;
  return leaves.leafCount - 1;
}
