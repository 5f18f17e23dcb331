import { type ExplainedLeaves, explainTrees } from '../tree/shapley.ts';
import type { IsolationForest } from './forest.ts';

/**
 * Exact path-dependent TreeSHAP of the mean path length: writes each feature's contribution to `out` and returns the
 * base value; base + contributions = `isolationDepth`. A negative contribution shortened the path, which makes the row
 * stranger; an unknown value contributes 0.
 */
export function explainIsolation(
  forest: IsolationForest,
  rows: Float32Array,
  offset: number,
  out: Float64Array,
): number {
  const { featureCount, treeCount, treeStart, feature, threshold, right, cover } = forest;
  const base = explainTrees(
    {
      featureCount,
      treeCount,
      treeStart,
      cover,
      featureOf: (node) => feature[node],
      rightOf: (node) => node + right[node],
      sideOf(node) {
        const value = rows[offset + feature[node]];
        return Number.isNaN(value) ? -1 : value <= threshold[node] ? 1 : 0;
      },
    },
    leavesOf(forest),
    out,
  );
  for (let f = 0; f < out.length; f++) out[f] /= treeCount;
  return base / treeCount;
}

// Of leaves by their thresholds, which never change.
const known = new WeakMap<object, ExplainedLeaves>();

function leavesOf({ feature, threshold }: IsolationForest): ExplainedLeaves {
  let leaves = known.get(threshold);
  if (leaves !== undefined) return leaves;
  const nodes = Uint32Array.from(feature, (_, node) => node).filter((node) => feature[node] < 0);
  leaves = { nodes, values: Float32Array.from(nodes, (node) => threshold[node]) };
  known.set(threshold, leaves);
  return leaves;
}
