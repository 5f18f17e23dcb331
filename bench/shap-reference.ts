import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trees } from '../src/kernels/forest/trees.ts';
import type { IsolationForest } from '../src/kernels/isolation-forest/forest.ts';
import { isMissingLeft, NODE_WORDS, splitFeature, splitRank } from '../src/kernels/tree/node.ts';
import type { ExplainedLeaves } from '../src/kernels/tree/shapley.ts';

/** Trees as the shap package takes them: one entry a node, children numbered within their tree, -1 at leaves. */
export interface PlainTrees {
  readonly featureCount: number;
  readonly treeStart: Uint32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Where missing values go. */
  readonly missing: Int32Array;
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  /** What a leaf adds to the mean over the trees. */
  readonly value: Float64Array;
  readonly cover: Float64Array;
}

export interface ShapFigures {
  readonly shap: string;
  readonly numpy: string;
  readonly base: number;
  /** By row, then by feature. */
  readonly values: readonly (readonly number[])[];
  /** Of one row. */
  readonly median_ms: number;
}

function emptyTrees(
  {
    featureCount,
    treeCount,
    treeStart,
    cover,
  }: Pick<Trees, 'featureCount' | 'treeCount' | 'treeStart'> & {
    readonly cover: ArrayLike<number>;
  },
  leaves: ExplainedLeaves,
): PlainTrees {
  const count = cover.length;
  const value = new Float64Array(count);
  for (let i = 0; i < leaves.nodes.length; i++) value[leaves.nodes[i]] = leaves.values[i] / treeCount;
  return {
    featureCount,
    treeStart,
    left: new Int32Array(count).fill(-1),
    right: new Int32Array(count).fill(-1),
    missing: new Int32Array(count).fill(-1),
    feature: new Int32Array(count).fill(-2),
    threshold: new Float64Array(count).fill(-2),
    value,
    cover: Float64Array.from(cover),
  };
}

/** A forest whose leaves have these values; the others 0. */
export function plainForest(forest: Trees, leaves: ExplainedLeaves): PlainTrees {
  const plain = emptyTrees(forest, leaves);
  const { nodes, treeStart, thresholdStart, thresholds } = forest;
  for (let tree = 0; tree < forest.treeCount; tree++) {
    for (let node = treeStart[tree]; node < treeStart[tree + 1]; node++) {
      const [word, distance] = [nodes[node * NODE_WORDS], nodes[node * NODE_WORDS + 1]];
      if (distance < 0) continue;
      const feature = splitFeature(word);
      plain.left[node] = node + 1 - treeStart[tree];
      plain.right[node] = node + 1 + distance / NODE_WORDS - treeStart[tree];
      plain.missing[node] = isMissingLeft(word) ? plain.left[node] : plain.right[node];
      plain.feature[node] = feature;
      plain.threshold[node] = thresholds[thresholdStart[feature] + splitRank(word)];
    }
  }
  return plain;
}

/** An isolation forest with its path lengths. Missing values have no counterpart in the reference. */
export function plainIsolation(forest: IsolationForest): PlainTrees {
  const nodes = leafNodes(forest);
  const plain = emptyTrees(forest, { nodes, values: Float32Array.from(nodes, (n) => forest.threshold[n]) });
  for (let tree = 0; tree < forest.treeCount; tree++) {
    for (let node = forest.treeStart[tree]; node < forest.treeStart[tree + 1]; node++) {
      if (forest.feature[node] < 0) continue;
      plain.left[node] = node + 1 - forest.treeStart[tree];
      plain.right[node] = node + forest.right[node] - forest.treeStart[tree];
      plain.missing[node] = plain.left[node];
      plain.feature[node] = forest.feature[node];
      plain.threshold[node] = forest.threshold[node];
    }
  }
  return plain;
}

function leafNodes({ feature }: IsolationForest): Uint32Array {
  return Uint32Array.from(feature, (_, node) => node).filter((node) => feature[node] < 0);
}

/** A Python that can import the shap package, or undefined. */
export function findShap(wanted: string | undefined): string | undefined {
  const candidates = wanted === undefined ? ['python3', 'python'] : [wanted];
  return candidates.find((python) => spawnSync(python, ['-c', 'import shap']).status === 0);
}

/** The reference's contributions of rows (row-major), one row at a time. */
export function runShap(python: string, trees: PlainTrees, rows: Float32Array): ShapFigures {
  const folder = mkdtempSync(join(tmpdir(), 'titans-shap-'));
  try {
    const job = { features: trees.featureCount, tree_start: Array.from(trees.treeStart) };
    writeFileSync(join(folder, 'job.json'), JSON.stringify(job));
    writeFileSync(join(folder, 'left.i32'), trees.left);
    writeFileSync(join(folder, 'right.i32'), trees.right);
    writeFileSync(join(folder, 'default.i32'), trees.missing);
    writeFileSync(join(folder, 'feature.i32'), trees.feature);
    writeFileSync(join(folder, 'threshold.f64'), trees.threshold);
    writeFileSync(join(folder, 'value.f64'), trees.value);
    writeFileSync(join(folder, 'cover.f64'), trees.cover);
    writeFileSync(join(folder, 'rows.f32'), rows);
    const script = join(import.meta.dirname, 'shap_values.py');
    const run = spawnSync(python, [script, folder], { encoding: 'utf8', maxBuffer: 1 << 28 });
    if (run.status !== 0) throw new Error(`the reference failed:\n${run.stderr}`);
    return JSON.parse(run.stdout) as ShapFigures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
