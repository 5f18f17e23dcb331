import { setImmediate } from 'node:timers/promises';
import { type Forest, joinTrees } from '../kernels/forest/forest.ts';
import { joinRegressionTrees, type RegressionForest } from '../kernels/forest/regression.ts';
import { type Bins, binFeatures } from '../kernels/tree/bins.ts';
import type { RegressionTreeOptions } from '../kernels/tree/grow-regression.ts';
import { rankValues } from '../kernels/tree/levels.ts';
import type { ForestOptions, TreeOptions } from '../kernels/tree/options.ts';
import { assert } from '../lib/assert.ts';
import {
  growRegressionTreeOfTask,
  growTreeOfTask,
  type RegressionTask,
  type TreeTask,
} from './forest-worker.ts';
import { type RunOptions, runTasks } from './run-tasks.ts';

/** The rows a forest is grown on, and how it is watched. */
interface GrowRequest extends RunOptions {
  /** Either binned features, or rows (row-major) with their `rowCount` and `featureCount` to be binned here. */
  readonly bins?: Bins;
  readonly rows?: Float32Array;
  readonly rowCount?: number;
  readonly featureCount?: number;
}

export interface GrowForestRequest extends ForestOptions, GrowRequest {
  /** Class of every row, 0 to classCount - 1. */
  readonly labels: Uint16Array | Int32Array;
  readonly classCount: number;
}

export interface GrowRegressionRequest extends RegressionTreeOptions, GrowRequest {
  /** Value of every row, finite. */
  readonly values: Float64Array;
  /** Number of trees. Default 100. */
  readonly trees?: number;
  readonly seed?: number;
}

/** Rows times trees up to which starting a thread takes longer than the work. */
export const SMALL_WORK_MAX = 20_000;

const TREES = 100;

/**
 * Grows a random forest in worker threads over shared memory. Each tree has its own seed, so the same bytes result
 * with any number of workers. Very small forests are grown here, with a pause after every tree. Rejects with the signal's reason (an AbortError) when aborted.
 */
export async function growForest(request: GrowForestRequest): Promise<Forest> {
  request.signal?.throwIfAborted();
  const bins = sharedBins(request);
  const task: Omit<TreeTask, 'tree'> = {
    bins,
    labels: share(Int32Array.from(request.labels)),
    classCount: request.classCount,
    options: treeOptions(request),
    seed: request.seed ?? 0,
  };
  return joinTrees(await growTrees(growTreeOfTask, task, request.trees ?? TREES, request), bins);
}

/** Grows a quantile regression forest, with the guarantees of {@link growForest}. */
export async function growRegressionForest(request: GrowRegressionRequest): Promise<RegressionForest> {
  request.signal?.throwIfAborted();
  const bins = sharedBins(request);
  const { levels, ranks } = rankValues(request.values.subarray(0, bins.rowCount));
  const { maxDepth, minSamplesLeaf, minSamplesSplit, maxFeatures, bootstrap, maxSamples, leafSamplesMax } =
    request;
  const task: Omit<RegressionTask, 'tree'> = {
    bins,
    target: { levels: share(levels), ranks: share(ranks) },
    options: {
      maxDepth,
      minSamplesLeaf,
      minSamplesSplit,
      maxFeatures,
      bootstrap,
      maxSamples,
      leafSamplesMax,
    },
    seed: request.seed ?? 0,
  };
  const trees = await growTrees(growRegressionTreeOfTask, task, request.trees ?? TREES, request);
  return joinRegressionTrees(trees, bins, levels);
}

/** Grows `trees` trees here where that is little work, else in threads. */
async function growTrees<Task extends { readonly bins: Bins; readonly tree: number }, Grown>(
  grow: (task: Task) => Grown,
  shared: Omit<Task, 'tree'>,
  trees: number,
  { workers, onProgress, signal }: RunOptions,
): Promise<Grown[]> {
  assert(Number.isInteger(trees) && trees >= 1, 'a forest has at least one tree');
  const tasks = Array.from({ length: trees }, (_, tree) => ({ ...shared, tree }) as Task);
  if (tasks[0].bins.rowCount * trees > SMALL_WORK_MAX) {
    return runTasks('forest-worker', grow.name, tasks, { workers, onProgress, signal });
  }
  const grown: Grown[] = [];
  for (const task of tasks) {
    grown.push(grow(task));
    onProgress?.(grown.length, trees);
    await setImmediate();
    signal?.throwIfAborted();
  }
  return grown;
}

/** The options a tree needs, with the weights in shared memory. */
function treeOptions(request: GrowForestRequest): TreeOptions {
  const { maxDepth, minSamplesLeaf, minSamplesSplit, maxFeatures, bootstrap, maxSamples } = request;
  const { rowWeights, classWeights } = request;
  return {
    maxDepth,
    minSamplesLeaf,
    minSamplesSplit,
    maxFeatures,
    bootstrap,
    maxSamples,
    rowWeights: rowWeights && share(rowWeights),
    classWeights: classWeights && share(classWeights),
  };
}

function sharedBins(request: GrowRequest): Bins {
  const { bins, rows, rowCount, featureCount } = request;
  if (bins === undefined) {
    assert(rows !== undefined && rowCount !== undefined && featureCount !== undefined, 'give bins or rows');
    return binFeatures(rows, rowCount, featureCount, { shared: true });
  }
  return {
    rowCount: bins.rowCount,
    featureCount: bins.featureCount,
    codes: share(bins.codes),
    binCount: share(bins.binCount),
    edgeStart: share(bins.edgeStart),
    edges: share(bins.edges),
  };
}

type Shareable = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** The same values in memory all threads see; the array itself if it lies there already. */
function share<T extends Shareable>(values: T): T {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const type = values.constructor as new (buffer: SharedArrayBuffer) => T;
  const shared = new type(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
