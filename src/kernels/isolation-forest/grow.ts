import { assert } from '../../lib/assert.ts';
import { createRng, deriveSeed, nextInt, type Rng } from '../../lib/rng.ts';
import {
  averagePathLength,
  FEATURES_MAX,
  type IsolationForest,
  type IsolationNodes,
  joinIsolationTrees,
  LEAF,
  SAMPLES_MAX,
} from './forest.ts';

export interface IsolationOptions {
  /** Default 100. */
  readonly trees?: number;
  /** Rows drawn without replacement for each tree; default 256, never more than there are. */
  readonly maxSamples?: number;
  readonly seed: number;
}

/** Rows, row-major; NaN is an unknown value. */
export interface IsolationRows {
  readonly rows: Float32Array;
  readonly rowCount: number;
  readonly featureCount: number;
}

/** Rows of each tree's sample. */
export function sampleSize({ rowCount }: IsolationRows, maxSamples = 256): number {
  return Math.min(rowCount, maxSamples, SAMPLES_MAX);
}

/** Grows an isolation forest (Liu, Ting and Zhou, 2008); the same rows and seed give the same forest. */
export function growIsolationForest(data: IsolationRows, options: IsolationOptions): IsolationForest {
  const trees = Array.from({ length: options.trees ?? 100 }, (_, tree) =>
    growIsolationTree(data, tree, options),
  );
  return joinIsolationTrees(trees, data.featureCount, sampleSize(data, options.maxSamples));
}

/**
 * Grows the tree of the given number: a feature at random among those that still vary, a cut at random between its
 * extremes, until rows are alone, alike, or the depth is the log of the sample.
 */
export function growIsolationTree(
  data: IsolationRows,
  tree: number,
  { maxSamples, seed }: IsolationOptions,
): IsolationNodes {
  const { rows, rowCount, featureCount } = data;
  assert(rowCount >= 1 && featureCount >= 1 && featureCount <= FEATURES_MAX, 'rows have features');
  assert(rows.length >= rowCount * featureCount, 'rows are complete');
  const rng = createRng(deriveSeed(seed, tree));
  const sample = drawSample(rowCount, sampleSize(data, maxSamples), rng);
  const depthMax = Math.ceil(Math.log2(Math.max(sample.length, 2)));
  const features = Int32Array.from({ length: featureCount }, (_, f) => f);
  const nodesMax = 2 * sample.length - 1;
  const feature = new Int16Array(nodesMax);
  const threshold = new Float32Array(nodesMax);
  const right = new Uint16Array(nodesMax);
  const cover = new Uint16Array(nodesMax);
  let count = 0;
  grow(0, sample.length, 0);
  return {
    feature: feature.slice(0, count),
    threshold: threshold.slice(0, count),
    right: right.slice(0, count),
    cover: cover.slice(0, count),
  };

  function grow(begin: number, end: number, depth: number): void {
    const node = count++;
    cover[node] = end - begin;
    const cut = depth < depthMax && end - begin > 1 ? chooseCut(begin, end) : null;
    if (cut === null) {
      feature[node] = LEAF;
      threshold[node] = depth + averagePathLength(end - begin);
      return;
    }
    feature[node] = cut.feature;
    threshold[node] = cut.at;
    const middle = partition(begin, end, cut);
    grow(begin, middle, depth + 1);
    right[node] = count - node;
    grow(middle, end, depth + 1);
  }

  /** Tries the features in random order until one varies among the known values of these rows. */
  function chooseCut(begin: number, end: number): Cut | null {
    for (let tried = 0; tried < featureCount; tried++) {
      const pick = tried + nextInt(rng, featureCount - tried);
      const chosen = features[pick];
      features[pick] = features[tried];
      features[tried] = chosen;
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (let i = begin; i < end; i++) {
        const value = rows[sample[i] * featureCount + chosen];
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (!(low < high)) continue;
      // An infinite extreme leaves no cut to draw between; the finite one sets it apart.
      const drawn = Math.fround(low + rng() * (high - low));
      return { feature: chosen, at: drawn >= low && drawn < high ? drawn : low };
    }
    return null;
  }

  function partition(begin: number, end: number, { feature: by, at }: Cut): number {
    let below = 0;
    let above = 0;
    for (let i = begin; i < end; i++) {
      const value = rows[sample[i] * featureCount + by];
      if (value <= at) below++;
      else if (value > at) above++;
    }
    const share = below / (below + above);
    let middle = begin;
    for (let i = begin; i < end; i++) {
      const value = rows[sample[i] * featureCount + by];
      const isLeft = Number.isNaN(value) ? rng() < share : value <= at;
      if (!isLeft) continue;
      const held = sample[i];
      sample[i] = sample[middle];
      sample[middle++] = held;
    }
    return middle;
  }
}

interface Cut {
  readonly feature: number;
  readonly at: number;
}

/** Distinct row numbers: the first `size` of a shuffle, of which only that much is carried out. */
function drawSample(rowCount: number, size: number, rng: Rng): Int32Array {
  const sample = new Int32Array(size);
  if (size === rowCount) return sample.map((_, i) => i);
  const moved = new Map<number, number>();
  for (let i = 0; i < size; i++) {
    const j = i + nextInt(rng, rowCount - i);
    sample[i] = moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
  }
  return sample;
}
