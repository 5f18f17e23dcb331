import { acceptSplit, type BestSplit, clearBestSplit, createBestSplit } from './best-split.ts';
import { MISSING_CODE } from './bins.ts';
import { clearCounts, codeOfKey, createOrder, isCounted, type Order, sortKeys } from './order.ts';

/** What a classification node knows of its rows; reused for every node of a tree. */
export interface ClassNode {
  readonly classCount: number;
  readonly order: Order;
  /** Own class (see `classOf`) and weight of row i. */
  readonly label: Uint16Array;
  readonly rowWeight: Float64Array;
  /** The real class of each of the node's own, numbered in the order in which the node meets them. */
  readonly classOf: Int32Array;
  /** Weight of each own class in the node and left of a threshold. */
  readonly total: Float64Array;
  readonly left: Float64Array;
  /** Own number of a real class, -1 if it has not been met. */
  readonly own: Int32Array;
  readonly histogram: Float64Array;
  readonly best: BestSplit;
  size: number;
  classes: number;
  weight: number;
  /** Sum of the squared class weights. */
  squares: number;
}

/** A histogram pays where it has fewer cells than this many times the rows (measured). */
const HISTOGRAM_SHARE = 1;

export function createClassNode(size: number, classCount: number): ClassNode {
  const classesMax = Math.min(size, classCount);
  return {
    classCount,
    order: createOrder(size),
    label: new Uint16Array(size),
    rowWeight: new Float64Array(size),
    classOf: new Int32Array(classesMax),
    total: new Float64Array(classesMax),
    left: new Float64Array(classesMax),
    own: new Int32Array(classCount).fill(-1),
    histogram: new Float64Array(Math.min(256 * classesMax, Math.ceil(HISTOGRAM_SHARE * size))),
    best: createBestSplit(),
    size: 0,
    classes: 0,
    weight: 0,
    squares: 0,
  };
}

/** Reads classes and weights of the rows [start, end) and counts them. */
export function fillClassNode(
  node: ClassNode,
  rows: Int32Array,
  start: number,
  end: number,
  rowClass: Uint16Array,
  rowWeight: Float64Array,
): void {
  const size = end - start;
  const { label, rowWeight: weights, classOf, total, own } = node;
  let classes = 0;
  let weight = 0;
  for (let i = 0; i < size; i++) {
    const row = rows[start + i];
    const real = rowClass[row];
    const w = rowWeight[row];
    let mine = own[real];
    if (mine < 0) {
      mine = classes++;
      own[real] = mine;
      classOf[mine] = real;
      total[mine] = 0;
    }
    total[mine] += w;
    weight += w;
    label[i] = mine;
    weights[i] = w;
  }
  let squares = 0;
  for (let c = 0; c < classes; c++) {
    own[classOf[c]] = -1;
    squares += total[c] * total[c];
  }
  node.classes = classes;
  node.weight = weight;
  node.squares = squares;
  node.size = size;
  clearBestSplit(node.best);
}

/** Compares every threshold of one feature whose codes were gathered into `node.order`. */
export function scanFeature(
  node: ClassNode,
  feature: number,
  binCount: number,
  minSamplesLeaf: number,
): void {
  const { size, order } = node;
  if (isCounted(size) && (binCount + 1) * node.classes <= HISTOGRAM_SHARE * size) {
    fillHistogram(node, binCount);
    scanHistogram(node, feature, binCount, minSamplesLeaf, false);
    if (order.counts[MISSING_CODE] > 0) scanHistogram(node, feature, binCount, minSamplesLeaf, true);
    clearCounts(order, binCount);
    return;
  }
  const present = sortKeys(order, size, binCount);
  scanOrdered(node, feature, binCount, present, minSamplesLeaf, false);
  if (present < size) scanOrdered(node, feature, binCount, present, minSamplesLeaf, true);
}

/**
 * Walks the sorted rows and weighs every threshold between unequal neighbours. Each row costs the same however many
 * classes there are: the sums of squared class weights left and right follow from the class's weight so far.
 */
function scanOrdered(
  node: ClassNode,
  feature: number,
  binCount: number,
  present: number,
  minSamplesLeaf: number,
  missingLeft: boolean,
): void {
  const { label, rowWeight, left, total, size, classes, weight, squares, best } = node;
  const { keys } = node.order;
  for (let c = 0; c < classes; c++) left[c] = 0;
  let bestNumerator = best.numerator;
  let bestDenominator = best.denominator;
  let bestWeight = 0;
  let bestPlace = -1;
  let leftWeight = 0;
  // Sum of left^2, and of left x total: right^2 sums to squares - 2 cross + leftSquares.
  let leftSquares = 0;
  let cross = 0;
  let before = 1;
  let last = size - 1;
  if (missingLeft) {
    for (let place = present; place < size; place++) {
      const i = keys[place] & 0xffffff;
      const c = label[i];
      const w = rowWeight[i];
      const held = left[c];
      left[c] = held + w;
      leftSquares += w * (2 * held + w);
      cross += w * total[c];
      leftWeight += w;
    }
    before += size - present;
    last = present - 1;
  }
  for (let place = 0; place < last; place++) {
    const key = keys[place];
    const i = key & 0xffffff;
    const c = label[i];
    const w = rowWeight[i];
    const held = left[c];
    left[c] = held + w;
    leftSquares += w * (2 * held + w);
    cross += w * total[c];
    leftWeight += w;
    const rightWeight = weight - leftWeight;
    const numerator = leftSquares * rightWeight + (squares - 2 * cross + leftSquares) * leftWeight;
    const denominator = leftWeight * rightWeight;
    // Fractions are compared without dividing; that a split is better is rarer, so cheaper to ask, than that codes differ.
    if (numerator * bestDenominator > bestNumerator * denominator) {
      const next = keys[place + 1];
      const leftSize = place + before;
      if ((key ^ next) >>> 24 !== 0 && leftSize >= minSamplesLeaf && size - leftSize >= minSamplesLeaf) {
        bestNumerator = numerator;
        bestDenominator = denominator;
        bestWeight = leftWeight;
        bestPlace = place;
      }
    }
  }
  if (bestPlace < 0) return;
  acceptSplit(
    best,
    feature,
    binCount,
    codeOfKey(keys[bestPlace]),
    codeOfKey(keys[bestPlace + 1]),
    missingLeft,
    present < size,
    bestWeight,
    bestNumerator,
    bestDenominator,
  );
}

/** The same over a histogram of bins and classes, which is cheaper where the rows are many and the bins few. */
function scanHistogram(
  node: ClassNode,
  feature: number,
  binCount: number,
  minSamplesLeaf: number,
  missingLeft: boolean,
): void {
  const { histogram, left, total, size, classes, weight, squares, best } = node;
  const { counts } = node.order;
  const missing = counts[MISSING_CODE];
  for (let c = 0; c < classes; c++) left[c] = 0;
  let leftWeight = 0;
  let leftSquares = 0;
  let cross = 0;
  let leftSize = 0;
  let previous = -1;
  // The missing values are the first bin when they go left and the last one otherwise.
  const first = missingLeft ? -1 : 0;
  const last = missingLeft ? binCount - 1 : binCount;
  for (let step = first; step <= last; step++) {
    const bin = step < 0 ? binCount : step;
    const count = bin === binCount ? missing : counts[bin];
    if (count === 0) continue;
    if (previous >= 0 && leftSize >= minSamplesLeaf && size - leftSize >= minSamplesLeaf) {
      const rightWeight = weight - leftWeight;
      const numerator = leftSquares * rightWeight + (squares - 2 * cross + leftSquares) * leftWeight;
      const denominator = leftWeight * rightWeight;
      if (numerator * best.denominator > best.numerator * denominator) {
        const next = bin === binCount ? MISSING_CODE : bin;
        acceptSplit(
          best,
          feature,
          binCount,
          previous,
          next,
          missingLeft,
          missing > 0,
          leftWeight,
          numerator,
          denominator,
        );
      }
    }
    leftSize += count;
    const base = bin * classes;
    for (let c = 0; c < classes; c++) {
      const w = histogram[base + c];
      const held = left[c];
      left[c] = held + w;
      leftSquares += w * (2 * held + w);
      cross += w * total[c];
      leftWeight += w;
    }
    if (step >= 0) previous = bin;
  }
}

function fillHistogram(node: ClassNode, binCount: number): void {
  const { histogram, label, rowWeight, size, classes } = node;
  const { codes } = node.order;
  histogram.fill(0, 0, (binCount + 1) * classes);
  for (let i = 0; i < size; i++) {
    histogram[Math.min(codes[i], binCount) * classes + label[i]] += rowWeight[i];
  }
}
