import { isMissingLeft, NODE_WORDS, splitFeature, splitRank } from '../tree/node.ts';
import { type ExplainedLeaves, explainTrees } from '../tree/shapley.ts';
import { leavesByClass, leavesOfRegression } from './explained-leaves.ts';
import type { Forest } from './forest.ts';
import type { RegressionForest } from './regression.ts';
import type { Trees } from './trees.ts';
import { isMissingRank, writeRanks } from './walk.ts';

/**
 * Exact path-dependent TreeSHAP of the forest's probability of class `label` for the row at `rows[offset ...]`: writes
 * each feature's contribution to `out` and returns the base value, the probability in the trees' own samples; base +
 * contributions = what `predictForest` gives the class. Missing values go where the trees send them. The first call
 * indexes the forest's leaves by class.
 */
export function explainForest(
  forest: Forest,
  rows: Float32Array,
  offset: number,
  label: number,
  out: Float64Array,
): number {
  return explainMean(forest, rows, offset, leavesByClass(forest, label), out);
}

/** The same of a regression forest: base + contributions = what `predictMean` gives. */
export function explainRegression(
  forest: RegressionForest,
  rows: Float32Array,
  offset: number,
  out: Float64Array,
): number {
  return explainMean(forest, rows, offset, leavesOfRegression(forest), out);
}

function explainMean(
  forest: Trees,
  rows: Float32Array,
  offset: number,
  leaves: ExplainedLeaves,
  out: Float64Array,
): number {
  const { featureCount, treeCount, treeStart, cover, nodes } = forest;
  const { ranks } = forest.scratch;
  writeRanks(forest, rows, offset, 1, ranks);
  const base = explainTrees(
    {
      featureCount,
      treeCount,
      treeStart,
      cover,
      featureOf: (node) => (nodes[node * NODE_WORDS + 1] < 0 ? -1 : splitFeature(nodes[node * NODE_WORDS])),
      rightOf: (node) => node + 1 + nodes[node * NODE_WORDS + 1] / NODE_WORDS,
      sideOf(node) {
        const word = nodes[node * NODE_WORDS];
        const rank = ranks[splitFeature(word)];
        const isLeft = isMissingRank(rank) ? isMissingLeft(word) : rank <= splitRank(word);
        return isLeft ? 1 : 0;
      },
    },
    leaves,
    out,
  );
  for (let f = 0; f < featureCount; f++) out[f] /= treeCount;
  return base / treeCount;
}
