import { explainForest, explainRegression } from '../kernels/forest/explain.ts';
import type { Forest } from '../kernels/forest/forest.ts';
import { createPool, type RegressionForest } from '../kernels/forest/regression.ts';
import { createScratch } from '../kernels/forest/trees.ts';
import { explainIsolation } from '../kernels/isolation-forest/explain.ts';
import { createIsolationScratch, type IsolationForest } from '../kernels/isolation-forest/forest.ts';

/** A forest of one of the three kinds, without working memory, its arrays in shared memory. */
export type SharedForest =
  | { readonly kind: 'classes'; readonly trees: Omit<Forest, 'scratch'> }
  | { readonly kind: 'values'; readonly trees: Omit<RegressionForest, 'scratch' | 'pool'> }
  | { readonly kind: 'isolation'; readonly trees: Omit<IsolationForest, 'scratch'> };

/** One row to explain. */
export interface ExplainTask {
  readonly forest: SharedForest;
  /** Names the forest, so that what is prepared for it is prepared once a thread. */
  readonly key: string;
  readonly row: Float32Array;
  /** Class whose probability is explained; not looked at by other kinds. */
  readonly label: number;
}

/** Contributions by feature; with `base` they add up to what the forest says. */
export interface ForestContributions {
  readonly base: number;
  readonly contributions: Float64Array;
}

type Explain = (row: Float32Array, label: number, out: Float64Array) => number;

/** Forests a thread keeps prepared: the three models, and those of versions that are being replaced. */
const HELD_MAX = 6;
const held = new Map<string, Explain>();

/** What a worker thread does: prepare the forest once, then explain. */
export function explainForestTask({ forest, key, row, label }: ExplainTask): ForestContributions {
  let explain = held.get(key);
  if (explain === undefined) {
    const [oldest] = held.keys();
    if (held.size >= HELD_MAX) held.delete(oldest);
    explain = prepare(forest);
  }
  // Those used last come last.
  held.delete(key);
  held.set(key, explain);
  const contributions = new Float64Array(row.length);
  return { base: explain(row, label, contributions), contributions };
}

function prepare(shared: SharedForest): Explain {
  const { treeCount, featureCount } = shared.trees;
  switch (shared.kind) {
    case 'classes': {
      const forest = { ...shared.trees, scratch: createScratch(treeCount, featureCount) };
      return (row, label, out) => explainForest(forest, row, 0, label, out);
    }
    case 'values': {
      const scratch = createScratch(treeCount, featureCount);
      const forest = { ...shared.trees, scratch, pool: createPool() };
      return (row, _, out) => explainRegression(forest, row, 0, out);
    }
    case 'isolation': {
      const forest = { ...shared.trees, scratch: createIsolationScratch() };
      return (row, _, out) => explainIsolation(forest, row, 0, out);
    }
  }
}
