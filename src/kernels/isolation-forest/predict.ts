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

/** Rows that are walked together: their values and sums stay near while tree after tree is walked. */
const BLOCK_ROWS = 128;
const LANES = 4;

/** Scores `rowCount` rows into `out`; bit for bit what {@link isolationScore} gives each. */
export function isolationScores(
  forest: IsolationForest,
  rows: Float32Array,
  rowCount: number,
  out: Float64Array,
): void {
  const { featureCount, treeCount } = forest;
  assert(rows.length >= rowCount * featureCount && out.length >= rowCount, 'room for every row');
  const offsets = new Int32Array(BLOCK_ROWS);
  const sums = new Float64Array(BLOCK_ROWS);
  let waiting = 0;
  for (let i = 0; i < rowCount; i++) {
    const offset = i * featureCount;
    if (hasUnknown(rows, offset, featureCount)) out[i] = isolationScore(forest, rows, offset);
    else offsets[waiting++] = offset;
    if (waiting < BLOCK_ROWS && i + 1 < rowCount) continue;
    addDepths(forest, rows, offsets, waiting, sums);
    for (let k = 0; k < waiting; k++) {
      out[offsets[k] / featureCount] = depthToScore(forest, sums[k] / treeCount);
    }
    waiting = 0;
  }
}

function hasUnknown(rows: Float32Array, offset: number, featureCount: number): boolean {
  for (let f = 0; f < featureCount; f++) if (Number.isNaN(rows[offset + f])) return true;
  return false;
}

/**
 * Sums the path lengths of complete rows, tree by tree, four rows at a time: reads of one walk overlap with those of the
 * others, and there is no branch to guess wrong but the last one of four walks.
 */
function addDepths(
  { treeCount, treeStart, words, floats }: IsolationForest,
  rows: Float32Array,
  offsets: Int32Array,
  count: number,
  sums: Float64Array,
): void {
  if (count === 0) return;
  // The last four are filled up with walks of the last row, which are counted for nobody.
  for (let i = count; i % LANES !== 0; i++) offsets[i] = offsets[count - 1];
  sums.fill(0);
  for (let tree = 0; tree < treeCount; tree++) {
    const root = 2 * treeStart[tree];
    for (let i = 0; i < count; i += LANES) {
      const [row0, row1, row2, row3] = [offsets[i], offsets[i + 1], offsets[i + 2], offsets[i + 3]];
      let [at0, at1, at2, at3] = [root, root, root, root];
      let word0 = words[root + 1];
      let [word1, word2, word3] = [word0, word0, word0];
      while ((word0 & word1 & word2 & word3) !== -1) {
        at0 += stepOf(word0, rows, row0, floats[at0]);
        at1 += stepOf(word1, rows, row1, floats[at1]);
        at2 += stepOf(word2, rows, row2, floats[at2]);
        at3 += stepOf(word3, rows, row3, floats[at3]);
        word0 = words[at0 + 1];
        word1 = words[at1 + 1];
        word2 = words[at2 + 1];
        word3 = words[at3 + 1];
      }
      sums[i] += floats[at0];
      sums[i + 1] += floats[at1];
      sums[i + 2] += floats[at2];
      sums[i + 3] += floats[at3];
    }
  }
}

/** Words from a node to the child a row goes to; 0 from a leaf, whose word is -1. */
function stepOf(word: number, rows: Float32Array, row: number, threshold: number): number {
  const isInner = -Number(word !== -1);
  const value = rows[row + (word & 0xffff & isInner)];
  const right = -Number(value > threshold);
  return (2 + (right & (((word >>> 16) << 1) - 2))) & isInner;
}
