import { assert } from '../../lib/assert.ts';

/** How one tree is grown; names and meanings are scikit-learn's unless said otherwise. */
export interface TreeOptions {
  /** Deepest level of a leaf; the root is level 0. Default: unlimited. */
  readonly maxDepth?: number;
  /** Distinct rows each child must keep. Default 1. */
  readonly minSamplesLeaf?: number;
  /** Distinct rows a node needs to be split. Default 2. */
  readonly minSamplesSplit?: number;
  /** Features tried at a node: a count (>= 1), a share (< 1), or a rule. Default `sqrt`. */
  readonly maxFeatures?: 'sqrt' | 'all' | number;
  /** Draw rows with replacement (Breiman); without, all rows or a subset are used. Default true. */
  readonly bootstrap?: boolean;
  /** Share of the row count that is drawn, in (0, 1]. Default 1. */
  readonly maxSamples?: number;
  /** Weight of every row, finite and >= 0. */
  readonly rowWeights?: Float32Array;
  /** Weight of every class, finite and >= 0 (classification only). */
  readonly classWeights?: Float32Array;
}

export interface ForestOptions extends TreeOptions {
  /** Number of trees. Default 100. */
  readonly trees?: number;
  readonly seed?: number;
}

export interface ResolvedTreeOptions {
  readonly maxDepth: number;
  readonly minSamplesLeaf: number;
  readonly minSamplesSplit: number;
  readonly maxFeatures: number;
  readonly bootstrap: boolean;
  readonly maxSamples: number;
}

export function resolveTreeOptions(options: TreeOptions, featureCount: number): ResolvedTreeOptions {
  const maxDepth = options.maxDepth ?? Number.POSITIVE_INFINITY;
  const minSamplesLeaf = options.minSamplesLeaf ?? 1;
  const minSamplesSplit = options.minSamplesSplit ?? 2;
  const maxSamples = options.maxSamples ?? 1;
  assert(maxDepth >= 0, 'maxDepth is not negative');
  assert(minSamplesLeaf >= 1, 'minSamplesLeaf is at least 1');
  assert(minSamplesSplit >= 2, 'minSamplesSplit is at least 2');
  assert(maxSamples > 0 && maxSamples <= 1, 'maxSamples lies in (0, 1]');
  return {
    maxDepth,
    minSamplesLeaf,
    minSamplesSplit,
    maxFeatures: resolveMaxFeatures(options.maxFeatures ?? 'sqrt', featureCount),
    bootstrap: options.bootstrap ?? true,
    maxSamples,
  };
}

function resolveMaxFeatures(rule: 'sqrt' | 'all' | number, featureCount: number): number {
  if (rule === 'all') return featureCount;
  if (rule === 'sqrt') return Math.max(1, Math.floor(Math.sqrt(featureCount)));
  assert(rule > 0, 'maxFeatures is positive');
  const wanted = rule < 1 ? Math.floor(rule * featureCount) : Math.floor(rule);
  return Math.min(featureCount, Math.max(1, wanted));
}
