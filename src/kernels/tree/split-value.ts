import { acceptSplit, type BestSplit, clearBestSplit, createBestSplit } from './best-split.ts';
import { MISSING_CODE } from './bins.ts';
import { clearCounts, codeOfKey, createOrder, isCounted, type Order, sortKeys } from './order.ts';

/** What a regression node knows of its rows; reused for every node of a tree. */
export interface ValueNode {
  readonly order: Order;
  /** Weight of row i, and that times its distance from the node's mean. */
  readonly rowWeight: Float64Array;
  readonly rowSum: Float64Array;
  /** Weights and sums by code. */
  readonly codeWeight: Float64Array;
  readonly codeSum: Float64Array;
  readonly best: BestSplit;
  size: number;
  weight: number;
  /** Whether all values are the same. */
  isConstant: boolean;
}

export function createValueNode(size: number): ValueNode {
  return {
    order: createOrder(size),
    rowWeight: new Float64Array(size),
    rowSum: new Float64Array(size),
    codeWeight: new Float64Array(256),
    codeSum: new Float64Array(256),
    best: createBestSplit(),
    size: 0,
    weight: 0,
    isConstant: true,
  };
}

/** Reads values and weights of the rows [start, end), less their mean, so that sums of large values lose nothing. */
export function fillValueNode(
  node: ValueNode,
  rows: Int32Array,
  start: number,
  end: number,
  values: Float64Array,
  weights: Float64Array,
): void {
  const { rowWeight, rowSum } = node;
  const size = end - start;
  const first = values[rows[start]];
  let isConstant = true;
  let weight = 0;
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const row = rows[start + i];
    const w = weights[row];
    const value = values[row];
    if (value !== first) isConstant = false;
    weight += w;
    sum += w * value;
    rowWeight[i] = w;
    rowSum[i] = value;
  }
  const mean = sum / weight;
  for (let i = 0; i < size; i++) rowSum[i] = rowWeight[i] * (rowSum[i] - mean);
  node.size = size;
  node.weight = weight;
  node.isConstant = isConstant;
  clearBestSplit(node.best);
}

/**
 * Compares every threshold of one feature whose codes were gathered into `node.order`: the sum of squares falls by
 * W L^2 / (l r), where L is the centred sum left of the threshold, l and r the weights of the sides and W = l + r.
 */
export function scanValues(node: ValueNode, feature: number, binCount: number, minSamplesLeaf: number): void {
  const { size, order } = node;
  if (isCounted(size)) {
    fillCodes(node);
    scanCodes(node, feature, binCount, minSamplesLeaf, false);
    if (order.counts[MISSING_CODE] > 0) scanCodes(node, feature, binCount, minSamplesLeaf, true);
    clearCounts(order, binCount);
    return;
  }
  const present = sortKeys(order, size, binCount);
  scanOrdered(node, feature, binCount, present, minSamplesLeaf, false);
  if (present < size) scanOrdered(node, feature, binCount, present, minSamplesLeaf, true);
}

function fillCodes(node: ValueNode): void {
  const { codeWeight, codeSum, rowWeight, rowSum, size } = node;
  const { codes } = node.order;
  codeWeight.fill(0);
  codeSum.fill(0);
  for (let i = 0; i < size; i++) {
    codeWeight[codes[i]] += rowWeight[i];
    codeSum[codes[i]] += rowSum[i];
  }
}

function scanCodes(
  node: ValueNode,
  feature: number,
  binCount: number,
  minSamplesLeaf: number,
  missingLeft: boolean,
): void {
  const { codeWeight, codeSum, size, weight, best } = node;
  const { counts } = node.order;
  const missing = counts[MISSING_CODE];
  let leftWeight = missingLeft ? codeWeight[MISSING_CODE] : 0;
  let leftSum = missingLeft ? codeSum[MISSING_CODE] : 0;
  let leftSize = missingLeft ? missing : 0;
  let previous = -1;
  // The missing values are the last bin when they go right.
  const last = missing > 0 && !missingLeft ? binCount : binCount - 1;
  for (let bin = 0; bin <= last; bin++) {
    const code = bin === binCount ? MISSING_CODE : bin;
    const count = counts[code];
    if (count === 0) continue;
    if (previous >= 0 && leftSize >= minSamplesLeaf && size - leftSize >= minSamplesLeaf) {
      const numerator = leftSum * leftSum;
      const denominator = leftWeight * (weight - leftWeight);
      if (numerator * best.denominator > best.numerator * denominator) {
        acceptSplit(
          best,
          feature,
          binCount,
          previous,
          code,
          missingLeft,
          missing > 0,
          leftWeight,
          numerator,
          denominator,
        );
      }
    }
    leftSize += count;
    leftWeight += codeWeight[code];
    leftSum += codeSum[code];
    previous = code;
  }
}

/** The same over sorted rows, which is cheaper where they are few. */
function scanOrdered(
  node: ValueNode,
  feature: number,
  binCount: number,
  present: number,
  minSamplesLeaf: number,
  missingLeft: boolean,
): void {
  const { rowWeight, rowSum, size, weight, best } = node;
  const { keys } = node.order;
  let leftWeight = 0;
  let leftSum = 0;
  let before = 1;
  let last = size - 1;
  if (missingLeft) {
    for (let place = present; place < size; place++) {
      const i = keys[place] & 0xffffff;
      leftWeight += rowWeight[i];
      leftSum += rowSum[i];
    }
    before += size - present;
    last = present - 1;
  }
  for (let place = 0; place < last; place++) {
    const key = keys[place];
    const i = key & 0xffffff;
    leftWeight += rowWeight[i];
    leftSum += rowSum[i];
    const next = keys[place + 1];
    const leftSize = place + before;
    if ((key ^ next) >>> 24 === 0 || leftSize < minSamplesLeaf || size - leftSize < minSamplesLeaf) continue;
    const numerator = leftSum * leftSum;
    const denominator = leftWeight * (weight - leftWeight);
    if (numerator * best.denominator > best.numerator * denominator) {
      acceptSplit(
        best,
        feature,
        binCount,
        codeOfKey(key),
        codeOfKey(next),
        missingLeft,
        present < size,
        leftWeight,
        numerator,
        denominator,
      );
    }
  }
}
