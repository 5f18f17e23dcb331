import { setImmediate } from 'node:timers/promises';
import { type Forest, joinTrees } from '../kernels/forest/forest.ts';
import { type Bins, binFeatures } from '../kernels/tree/bins.ts';
import type { ForestOptions, TreeOptions } from '../kernels/tree/options.ts';
import type { Tree } from '../kernels/tree/tree.ts';
import { assert } from '../lib/assert.ts';
import { growTreeOfTask, type TreeTask } from './forest-worker.ts';
import { type RunOptions, runTasks } from './run-tasks.ts';

export interface GrowForestRequest extends ForestOptions {
  /** Either binned features, or rows (row-major) with their `rowCount` and `featureCount` to be binned here. */
  readonly bins?: Bins;
  readonly rows?: Float32Array;
  readonly rowCount?: number;
  readonly featureCount?: number;
  /** Class of every row, 0 to classCount - 1. */
  readonly labels: Uint16Array | Int32Array;
  readonly classCount: number;
  /** Worker threads; 0 and 1 both mean one, so that the caller's event loop stays free. */
  readonly workers: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Rows times trees up to which starting a thread takes longer than the work. */
export const SMALL_WORK_MAX = 20_000;

/**
 * Grows a random forest in worker threads over shared memory. Each tree has its own seed, so the same bytes result
 * with any number of workers. Very small forests are grown here, with a pause after every tree. Rejects with the signal's reason (an AbortError) when aborted.
 */
export async function growForest(request: GrowForestRequest): Promise<Forest> {
  const { classCount } = request;
  request.signal?.throwIfAborted();
  const trees = request.trees ?? 100;
  assert(Number.isInteger(trees) && trees >= 1, 'a forest has at least one tree');
  const bins = sharedBins(request);
  const task: Task = {
    bins,
    labels: share(Int32Array.from(request.labels)),
    classCount,
    options: treeOptions(request),
    seed: request.seed ?? 0,
  };
  const grow = bins.rowCount * trees <= SMALL_WORK_MAX ? growHere : growInThreads;
  return joinTrees(await grow(task, trees, request), bins);
}

type Task = Omit<TreeTask, 'tree'>;
type Watcher = RunOptions;

async function growHere(task: Task, trees: number, { onProgress, signal }: Watcher): Promise<Tree[]> {
  const grown: Tree[] = [];
  while (grown.length < trees) {
    grown.push(growTreeOfTask({ ...task, tree: grown.length }));
    onProgress?.(grown.length, trees);
    await setImmediate();
    signal?.throwIfAborted();
  }
  return grown;
}

function growInThreads(task: Task, trees: number, watcher: Watcher): Promise<Tree[]> {
  const tasks = Array.from({ length: trees }, (_, tree) => ({ ...task, tree }));
  return runTasks('forest-worker', growTreeOfTask.name, tasks, watcher);
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

function sharedBins(request: GrowForestRequest): Bins {
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

type Shareable = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array;

/** The same values in memory all threads see; the array itself if it lies there already. */
function share<T extends Shareable>(values: T): T {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const type = values.constructor as new (buffer: SharedArrayBuffer) => T;
  const shared = new type(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
