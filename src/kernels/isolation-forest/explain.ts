import { DEPTH_MAX, type IsolationForest } from './forest.ts';

/** The features on the way to a node, with the share of all orders in which they are known. */
interface Path {
  readonly feature: Int32Array;
  readonly zero: Float64Array;
  readonly one: Float64Array;
  readonly weight: Float64Array;
}

const WIDTH = DEPTH_MAX + 2;

/**
 * Exact path-dependent TreeSHAP (Lundberg, Erion and Lee, 2018, algorithm 2) of the mean path length: writes each
 * feature's contribution to `out` and returns the base value; base + contributions = `isolationDepth`. A negative
 * contribution shortened the path, which makes the row stranger; an unknown value contributes 0.
 */
export function explainIsolation(
  forest: IsolationForest,
  rows: Float32Array,
  offset: number,
  out: Float64Array,
): number {
  const { treeCount, treeStart } = forest;
  out.fill(0);
  const paths = Array.from({ length: WIDTH }, createPath);
  let base = 0;
  for (let tree = 0; tree < treeCount; tree++) {
    const root = treeStart[tree];
    base += expectedDepth(forest, root, treeStart[tree + 1]);
    walk(root, 0, 0, 1, 1, -1);
  }
  for (let f = 0; f < out.length; f++) out[f] /= treeCount;
  return base / treeCount;

  function walk(node: number, level: number, length: number, zero: number, one: number, by: number): void {
    const path = paths[level];
    extend(path, length, zero, one, by);
    const last = length;
    const cut = forest.feature[node];
    if (cut < 0) {
      for (let i = 1; i <= last; i++) {
        const share = unwoundSum(path, last, i);
        out[path.feature[i]] += share * (path.one[i] - path.zero[i]) * forest.threshold[node];
      }
      return;
    }
    const value = rows[offset + cut];
    const left = node + 1;
    const right = node + forest.right[node];
    const leftShare = forest.cover[left] / forest.cover[node];
    const rightShare = forest.cover[right] / forest.cover[node];
    const isUnknown = Number.isNaN(value);
    let zeroBefore = 1;
    let oneBefore = 1;
    let next = last + 1;
    for (let i = 1; i <= last; i++) {
      if (path.feature[i] !== cut) continue;
      zeroBefore = path.zero[i];
      oneBefore = path.one[i];
      unwind(path, last, i);
      next--;
      break;
    }
    const goesLeft = value <= forest.threshold[node];
    const oneLeft = isUnknown ? leftShare : goesLeft ? 1 : 0;
    const oneRight = isUnknown ? rightShare : goesLeft ? 0 : 1;
    copy(path, paths[level + 1], next);
    walk(left, level + 1, next, leftShare * zeroBefore, oneLeft * oneBefore, cut);
    copy(path, paths[level + 1], next);
    walk(right, level + 1, next, rightShare * zeroBefore, oneRight * oneBefore, cut);
  }
}

function createPath(): Path {
  return {
    feature: new Int32Array(WIDTH),
    zero: new Float64Array(WIDTH),
    one: new Float64Array(WIDTH),
    weight: new Float64Array(WIDTH),
  };
}

function copy(from: Path, to: Path, length: number): void {
  for (let i = 0; i < length; i++) {
    to.feature[i] = from.feature[i];
    to.zero[i] = from.zero[i];
    to.one[i] = from.one[i];
    to.weight[i] = from.weight[i];
  }
}

function extend(path: Path, length: number, zero: number, one: number, by: number): void {
  path.feature[length] = by;
  path.zero[length] = zero;
  path.one[length] = one;
  path.weight[length] = length === 0 ? 1 : 0;
  for (let i = length - 1; i >= 0; i--) {
    path.weight[i + 1] += (one * path.weight[i] * (i + 1)) / (length + 1);
    path.weight[i] = (zero * path.weight[i] * (length - i)) / (length + 1);
  }
}

function unwind(path: Path, last: number, index: number): void {
  const { zero, one, weight, feature } = path;
  let next = weight[last];
  for (let i = last - 1; i >= 0; i--) {
    if (one[index] !== 0) {
      const held = weight[i];
      weight[i] = (next * (last + 1)) / ((i + 1) * one[index]);
      next = held - (weight[i] * zero[index] * (last - i)) / (last + 1);
    } else {
      weight[i] = (weight[i] * (last + 1)) / (zero[index] * (last - i));
    }
  }
  for (let i = index; i < last; i++) {
    feature[i] = feature[i + 1];
    zero[i] = zero[i + 1];
    one[i] = one[i + 1];
  }
}

/** Sum of the weights of the path without entry `index`, without changing it. */
function unwoundSum({ zero, one, weight }: Path, last: number, index: number): number {
  let next = weight[last];
  let sum = 0;
  for (let i = last - 1; i >= 0; i--) {
    if (one[index] !== 0) {
      const share = (next * (last + 1)) / ((i + 1) * one[index]);
      sum += share;
      next = weight[i] - (share * zero[index] * (last - i)) / (last + 1);
    } else {
      sum += (weight[i] * (last + 1)) / (zero[index] * (last - i));
    }
  }
  return sum;
}

function expectedDepth({ feature, threshold, cover }: IsolationForest, begin: number, end: number): number {
  let sum = 0;
  for (let node = begin; node < end; node++) if (feature[node] < 0) sum += cover[node] * threshold[node];
  return sum / cover[begin];
}
