import type { Bins } from '../kernels/tree/bins.ts';
import { growTree } from '../kernels/tree/grow.ts';
import { growRegressionTree, type RegressionTreeOptions } from '../kernels/tree/grow-regression.ts';
import type { Levels } from '../kernels/tree/levels.ts';
import type { TreeOptions } from '../kernels/tree/options.ts';
import type { RegressionTree, Tree } from '../kernels/tree/tree.ts';
import { deriveSeed } from '../lib/rng.ts';

/** One classification tree to grow; bins, labels and weights lie in shared memory. */
export interface TreeTask {
  readonly bins: Bins;
  readonly labels: Int32Array;
  readonly classCount: number;
  readonly options: TreeOptions;
  readonly seed: number;
  readonly tree: number;
}

/** One regression tree to grow; bins and target lie in shared memory. */
export interface RegressionTask {
  readonly bins: Bins;
  readonly target: Levels;
  readonly options: RegressionTreeOptions;
  readonly seed: number;
  readonly tree: number;
}

/** What a worker thread does: grow the tree of the given number, whose seed depends on that number alone. */
export function growTreeOfTask(task: TreeTask): Tree {
  return growTree(task.bins, task.labels, task.classCount, task.options, deriveSeed(task.seed, task.tree));
}

/** The same for a regression tree. */
export function growRegressionTreeOfTask(task: RegressionTask): RegressionTree {
  return growRegressionTree(task.bins, task.target, task.options, deriveSeed(task.seed, task.tree));
}
