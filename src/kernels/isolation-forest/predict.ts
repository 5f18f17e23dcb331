import { assert } from '../../lib/assert.ts';
import { averagePathLength, type IsolationForest } from './forest.ts';

/**
 * Mean path length of the row at `rows[offset ...]` over the trees. Unknown values (NaN) are averaged over: both sides
 * of the cut count, weighted by the sample's shares. Allocates nothing.
 */
export function isolationDepth(forest: IsolationForest, rows: Float32Array, offset = 0): number {
  const { featureCount, treeCount, treeStart, words, floats } = forest;
  let isComplete = true;
  for (let f = 0; f < featureCount; f++) if (Number.isNaN(rows[offset + f])) isComplete = false;
  if (!isComplete) return averagedDepth(forest, rows, offset);
  let sum = 0;
  for (let tree = 0; tree < treeCount; tree++) {
    let at = 2 * treeStart[tree];
    let word = words[at + 1];
    while (word !== -1) {
      at += rows[offset + (word & 0xffff)] <= floats[at] ? 2 : (word >>> 16) << 1;
      word = words[at + 1];
    }
    sum += floats[at];
  }
  return sum / treeCount;
}

function averagedDepth(forest: IsolationForest, rows: Float32Array, offset: number): number {
  const { treeCount, treeStart, feature, threshold, right, cover, scratch } = forest;
  let sum = 0;
  for (let tree = 0; tree < treeCount; tree++) {
    let waiting = 0;
    let node = treeStart[tree];
    let weight = 1;
    for (;;) {
      const by = feature[node];
      if (by < 0) {
        sum += weight * threshold[node];
        if (waiting === 0) break;
        node = scratch.node[--waiting];
        weight = scratch.weight[waiting];
        continue;
      }
      const value = rows[offset + by];
      if (Number.isNaN(value)) {
        const other = node + right[node];
        scratch.node[waiting] = other;
        scratch.weight[waiting++] = (weight * cover[other]) / cover[node];
        weight = (weight * cover[node + 1]) / cover[node];
        node++;
      } else {
        node += value <= threshold[node] ? 1 : right[node];
      }
    }
  }
  return sum / treeCount;
}

/** Turns a mean path length into a score: near 1 set apart at once, about .5 like the others, near 0 deep among them. */
export function depthToScore({ sampleCount }: IsolationForest, depth: number): number {
  const usual = averagePathLength(sampleCount);
  return usual === 0 ? 0.5 : 2 ** (-depth / usual);
}

/** Anomaly score in (0, 1] of one row: 2^(-E[h] / c(sample)) (equation 2 of the paper; scikit-learn's, negated). */
export function isolationScore(forest: IsolationForest, rows: Float32Array, offset = 0): number {
  return depthToScore(forest, isolationDepth(forest, rows, offset));
}

/** Scores `rowCount` rows into `out`; bit for bit what {@link isolationScore} gives each. */
export function isolationScores(
  forest: IsolationForest,
  rows: Float32Array,
  rowCount: number,
  out: Float64Array,
): void {
  assert(rows.length >= rowCount * forest.featureCount && out.length >= rowCount, 'room for every row');
  for (let i = 0; i < rowCount; i++) out[i] = isolationScore(forest, rows, i * forest.featureCount);
}
