import { assert } from '../../lib/assert.ts';
import { createRng, deriveSeed } from '../../lib/rng.ts';
import { drawBag } from '../tree/bag.ts';
import { type Bins, writeBinnedRow } from '../tree/bins.ts';
import { type ForestOptions, resolveTreeOptions } from '../tree/options.ts';
import type { Forest } from './forest.ts';
import { addTrees } from './predict.ts';

/** What the trees that did not see a row say about it. */
export interface OutOfBag {
  /** rowCount x classCount; rows that no tree left out are NaN. */
  readonly probabilities: Float32Array;
  /** Most probable class of each row (the lowest of equals); meaningless where `treeCount` is 0. */
  readonly predicted: Uint16Array;
  /** Trees that left the row out. */
  readonly treeCount: Uint16Array;
  /** Share of right predictions among rows that some tree left out; NaN if there is none. */
  readonly accuracy: number;
}

/** Rows taken through the trees together. */
const CHUNK_ROWS = 4096;

/**
 * Out-of-bag estimate (Breiman, 1996). `bins`, `labels` and `options` (seed included) must be those the forest was grown with: each
 * tree's sample is drawn again from its seed. Sums run in tree order, so nothing depends on how the trees were grown.
 */
export function outOfBagEstimate(
  forest: Forest,
  bins: Bins,
  labels: Uint16Array | Int32Array,
  options: ForestOptions,
): OutOfBag {
  const { rowCount, featureCount } = bins;
  const { classCount, treeCount } = forest;
  assert(featureCount === forest.featureCount, 'forest and bins have the same features');
  const resolved = resolveTreeOptions(options, featureCount);
  const bags: Uint16Array[] = [];
  for (let tree = 0; tree < treeCount; tree++) {
    bags.push(drawBag(rowCount, resolved, createRng(deriveSeed(options.seed ?? 0, tree))));
  }
  const probabilities = new Float32Array(rowCount * classCount);
  const predicted = new Uint16Array(rowCount);
  const counts = new Uint16Array(rowCount);
  const rows = new Float32Array(CHUNK_ROWS * featureCount);
  const sums = new Float64Array(CHUNK_ROWS * classCount);
  let right = 0;
  let judged = 0;
  for (let start = 0; start < rowCount; start += CHUNK_ROWS) {
    const size = Math.min(CHUNK_ROWS, rowCount - start);
    for (let i = 0; i < size; i++) writeBinnedRow(bins, start + i, rows, i * featureCount);
    sums.fill(0);
    addTrees(forest, rows, size, sums, bags, start);
    for (let i = 0; i < size; i++) {
      const row = start + i;
      let count = 0;
      for (let tree = 0; tree < treeCount; tree++) if (bags[tree][row] === 0) count++;
      counts[row] = count;
      let best = 0;
      for (let c = 0; c < classCount; c++) {
        const sum = sums[i * classCount + c];
        if (sum > sums[i * classCount + best]) best = c;
        probabilities[row * classCount + c] = sum / count;
      }
      predicted[row] = best;
      if (count > 0) judged++;
      if (count > 0 && best === labels[row]) right++;
    }
  }
  return { probabilities, predicted, treeCount: counts, accuracy: judged > 0 ? right / judged : Number.NaN };
}
