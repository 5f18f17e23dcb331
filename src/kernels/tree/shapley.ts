import { type Quadrature, quadratureOf } from './quadrature.ts';

/**
 * Trees as an explanation reads them. Nodes lie depth first: the left child of a node is the one after it. The walk asks
 * by number, so that every kind of tree keeps its own layout.
 */
export interface ExplainedTrees {
  readonly featureCount: number;
  readonly treeCount: number;
  /** First node of each tree; treeCount + 1 entries. */
  readonly treeStart: Uint32Array;
  /** Weight of the training sample that reached each node, above 0. */
  readonly cover: Float32Array | Uint16Array;
  /** Feature that is cut, or a negative number for a leaf. */
  readonly featureOf: (node: number) => number;
  readonly rightOf: (node: number) => number;
  /** Where the row goes: 1 left, 0 right, -1 both ways, by the children's cover. */
  readonly sideOf: (node: number) => number;
}

/** Those leaves that add something to the output, ascending by node, and what they add. */
export interface ExplainedLeaves {
  readonly nodes: Uint32Array;
  readonly values: Float32Array | Float64Array;
}

/** One stretch of a path, from one cut that changes what is known to the next; arrays hold one entry a point. */
interface Stretch {
  /** Product over the path's features of what each contributes when present with probability t. */
  readonly factor: Float64Array;
  /** Sum of value and factor over the leaves that lie beyond later stretches. */
  readonly sum: Float64Array;
  /** Of the feature that began the stretch and that the row passes: 1 / its part of the factor, and its gain. */
  readonly inverse: Float64Array;
  readonly gain: Float64Array;
  /** Value of the leaves that end on this stretch, each times what its factor still lacks. */
  mass: number;
}

/**
 * Exact path-dependent Shapley values of one row: those of TreeSHAP (Lundberg, Erion and Lee, 2018, algorithm 2), summed
 * over the trees. Writes each feature's contribution to `out` and returns the base value; together they are the sum of
 * the leaves the row reaches.
 *
 * They are reached otherwise than in algorithm 2, which spends a path's length squared on every leaf. The Shapley value
 * is the integral over t from 0 to 1 of what a feature adds when each other one is present with probability t (Owen,
 * 1972). Along a path that is a polynomial in t, which Gauss-Legendre quadrature integrates exactly with half as many
 * points as the path has features, and sums over leaves are shared by the paths that lead to them, as in Linear TreeSHAP
 * (Yu et al., 2022). All factors are positive, so nothing cancels, and a cut by a feature that failed above costs one
 * multiplication.
 */
export function explainTrees(trees: ExplainedTrees, leaves: ExplainedLeaves, out: Float64Array): number {
  const { featureCount, treeCount, treeStart, cover, featureOf, rightOf, sideOf } = trees;
  const { nodes, values } = leaves;
  const widths = widthsOf(trees);
  out.fill(0);
  // Of each feature on the way: the share of its cuts that the row passed, since which stretch, whether it failed one.
  const passed = new Float64Array(featureCount).fill(1);
  const since = new Int32Array(featureCount);
  const failed = new Uint8Array(featureCount);
  const stretches: Stretch[] = [];
  let base = 0;
  let points = 0;
  let rule: Quadrature = quadratureOf(1);
  let first = 0;
  for (let tree = 0; tree < treeCount; tree++) {
    const end = indexFrom(treeStart[tree + 1], first, nodes.length);
    if (end > first) {
      points = Math.max(1, (widths[tree] + 1) >> 1);
      rule = quadratureOf(points);
      // Where every feature begins that no cut has asked for: present or absent, it makes no difference.
      const top = open(0);
      top.factor.fill(1, 0, points);
      top.inverse.fill(1, 0, points);
      top.gain.fill(0, 0, points);
      walk(treeStart[tree], first, end, 0, 1, 1);
    }
    first = end;
  }
  return base;

  /** The first place in [from, until) whose node is not before `node`. */
  function indexFrom(node: number, from: number, until: number): number {
    let low = from;
    let high = until;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (nodes[middle] < node) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function open(depth: number): Stretch {
    let opened = stretches[depth];
    if (opened === undefined || opened.factor.length < points) {
      opened = {
        factor: new Float64Array(points),
        sum: new Float64Array(points),
        inverse: new Float64Array(points),
        gain: new Float64Array(points),
        mass: 0,
      };
      stretches[depth] = opened;
    }
    opened.sum.fill(0, 0, points);
    opened.mass = 0;
    return opened;
  }

  /**
   * Walks what lies below a node: the leaves [from, until). `scale` is what the stretch's factor still lacks, `weight` the
   * share of the sample that comes here.
   */
  function walk(
    start: number,
    startFrom: number,
    startUntil: number,
    depth: number,
    startScale: number,
    startWeight: number,
  ): void {
    let node = start;
    let from = startFrom;
    const until = startUntil;
    let scale = startScale;
    let weight = startWeight;
    for (;;) {
      const feature = featureOf(node);
      if (feature < 0) {
        stretches[depth].mass += scale * values[from];
        base += weight * values[from];
        return;
      }
      const left = node + 1;
      const right = rightOf(node);
      const middle = indexFrom(right, from, until);
      const side = failed[feature] === 1 ? -1 : sideOf(node);
      if (side < 0) {
        if (middle === until) {
          const share = cover[left] / cover[node];
          node = left;
          scale *= share;
          weight *= share;
          continue;
        }
        if (middle > from) {
          const share = cover[left] / cover[node];
          walk(left, from, middle, depth, scale * share, weight * share);
        }
        const share = cover[right] / cover[node];
        node = right;
        from = middle;
        scale *= share;
        weight *= share;
        continue;
      }
      if (middle > from) {
        const share = cover[left] / cover[node];
        if (side === 1) pass(left, from, middle, feature, depth, scale, share, weight * share);
        else fail(left, from, middle, feature, depth, scale, share, weight * share);
      }
      if (until > middle) {
        const share = cover[right] / cover[node];
        if (side === 1) fail(right, middle, until, feature, depth, scale, share, weight * share);
        else pass(right, middle, until, feature, depth, scale, share, weight * share);
      }
      return;
    }
  }

  /** Goes where the row goes: the feature, when absent, would come here with its share. */
  function pass(
    node: number,
    from: number,
    until: number,
    feature: number,
    depth: number,
    scale: number,
    share: number,
    weight: number,
  ): void {
    const { at, weights } = rule;
    const { factor: factorAbove, sum: sumAbove } = stretches[depth];
    const before = passed[feature];
    const after = before * share;
    const rest = 1 - after;
    const began = since[feature];
    const { inverse: inverseBefore, gain: gainBefore } = stretches[began];
    let found = 0;
    if (featureOf(node) < 0) {
      const mass = scale * values[from];
      base += weight * values[from];
      for (let q = 0; q < points; q++) {
        const part = after + at[q] * rest;
        const total = mass * factorAbove[q] * inverseBefore[q] * part;
        sumAbove[q] += total;
        found += weights[q] * total * (rest / part - gainBefore[q]);
      }
      out[feature] += found;
      return;
    }
    const here = open(depth + 1);
    const { factor, sum, inverse, gain } = here;
    for (let q = 0; q < points; q++) {
      const part = after + at[q] * rest;
      const inverted = 1 / part;
      inverse[q] = inverted;
      gain[q] = rest * inverted;
      factor[q] = factorAbove[q] * scale * part * inverseBefore[q];
    }
    passed[feature] = after;
    since[feature] = depth + 1;
    walk(node, from, until, depth + 1, 1, weight);
    passed[feature] = before;
    since[feature] = began;
    const { mass } = here;
    for (let q = 0; q < points; q++) {
      const total = sum[q] + mass * factor[q];
      sumAbove[q] += total;
      found += weights[q] * total * (gain[q] - gainBefore[q]);
    }
    out[feature] += found;
  }

  /** Goes where the row does not go: only while the feature is absent. */
  function fail(
    node: number,
    from: number,
    until: number,
    feature: number,
    depth: number,
    scale: number,
    share: number,
    weight: number,
  ): void {
    const { absent, loss, weights } = rule;
    const { factor: factorAbove, sum: sumAbove } = stretches[depth];
    const { inverse, gain } = stretches[since[feature]];
    const scaled = scale * passed[feature] * share;
    let found = 0;
    if (featureOf(node) < 0) {
      const mass = scaled * values[from];
      base += weight * values[from];
      for (let q = 0; q < points; q++) {
        const total = mass * factorAbove[q] * inverse[q] * absent[q];
        sumAbove[q] += total;
        found -= weights[q] * total * (loss[q] + gain[q]);
      }
      out[feature] += found;
      return;
    }
    const here = open(depth + 1);
    const { factor, sum } = here;
    for (let q = 0; q < points; q++) factor[q] = factorAbove[q] * scaled * absent[q] * inverse[q];
    failed[feature] = 1;
    walk(node, from, until, depth + 1, 1, weight);
    failed[feature] = 0;
    const { mass } = here;
    for (let q = 0; q < points; q++) {
      const total = sum[q] + mass * factor[q];
      sumAbove[q] += total;
      found -= weights[q] * total * (loss[q] + gain[q]);
    }
    out[feature] += found;
  }
}

// Of trees by their cover, which never changes: no row and no class alters a path's width.
const known = new WeakMap<object, Uint16Array>();

/** Most different features that any path of each tree cuts. */
function widthsOf(trees: ExplainedTrees): Uint16Array {
  const { featureCount, treeCount, treeStart, cover, featureOf, rightOf } = trees;
  const found = known.get(cover);
  if (found !== undefined) return found;
  const widths = new Uint16Array(treeCount);
  const uses = new Uint8Array(featureCount);
  let widest = 0;
  for (let tree = 0; tree < treeCount; tree++) {
    widest = 0;
    measure(treeStart[tree], 0);
    widths[tree] = widest;
  }
  known.set(cover, widths);
  return widths;

  function measure(node: number, width: number): void {
    const feature = featureOf(node);
    if (feature < 0) {
      if (width > widest) widest = width;
      return;
    }
    const isNew = uses[feature] === 0;
    uses[feature] = 1;
    measure(node + 1, isNew ? width + 1 : width);
    measure(rightOf(node), isNew ? width + 1 : width);
    if (isNew) uses[feature] = 0;
  }
}
