import type { TypedArray } from '../safetensors/dtypes.ts';
import {
  createIsolationScratch,
  DEPTH_MAX,
  FEATURES_MAX,
  type IsolationForest,
  packNodes,
  SAMPLES_MAX,
} from './forest.ts';

/** A decoded forest, or what is wrong with its tensors. */
export type DecodedIsolationForest =
  | { readonly ok: true; readonly forest: IsolationForest }
  | { readonly ok: false; readonly faults: readonly string[] };

/** The arrays of a forest, by the names they have in a file. */
export function isolationTensors(forest: IsolationForest): Record<string, TypedArray> {
  const { treeStart, feature, threshold, right, cover } = forest;
  return { tree_start: treeStart, feature, threshold, right, cover };
}

/** Inverse of {@link isolationTensors}; never throws, whatever the tensors. The arrays are used as they are. */
export function isolationFromTensors(
  tensors: Readonly<Record<string, TypedArray>>,
  featureCount: number,
): DecodedIsolationForest {
  const faults: string[] = [];
  const take = <T extends TypedArray>(
    name: string,
    type: { new (length: number): T; readonly name: string },
  ): T => {
    const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (tensor instanceof type) return tensor;
    faults.push(tensor === undefined ? `tensor ${name} is missing` : `tensor ${name} is not a ${type.name}`);
    return new type(0);
  };
  const treeStart = take('tree_start', Uint32Array);
  const nodes = {
    feature: take('feature', Int16Array),
    threshold: take('threshold', Float32Array),
    right: take('right', Uint16Array),
    cover: take('cover', Uint16Array),
  };
  if (!(featureCount >= 1 && featureCount <= FEATURES_MAX)) faults.push(`${featureCount} features`);
  const nodeCount = nodes.feature.length;
  for (const [name, { length }] of Object.entries(nodes))
    if (length !== nodeCount) faults.push(`${name} has ${length} entries for ${nodeCount} nodes`);
  let areSlices = treeStart.length >= 2 && treeStart[0] === 0 && treeStart.at(-1) === nodeCount;
  for (let t = 1; areSlices && t < treeStart.length; t++) areSlices = treeStart[t] > treeStart[t - 1];
  if (!areSlices) faults.push('tree_start does not cut the nodes into trees');
  if (faults.length > 0) return { ok: false, faults };
  const forest: IsolationForest = {
    featureCount,
    treeCount: treeStart.length - 1,
    sampleCount: nodes.cover[0],
    treeStart,
    ...nodes,
    ...packNodes(nodes),
    scratch: createIsolationScratch(),
  };
  if (forest.sampleCount < 1 || forest.sampleCount > SAMPLES_MAX)
    faults.push(`samples of ${forest.sampleCount} rows`);
  for (let tree = 0; tree < forest.treeCount && faults.length === 0; tree++) {
    const fault = checkTree(forest, tree);
    if (fault !== null) faults.push(`tree ${tree}: ${fault}`);
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, forest };
}

/** Every node but the first is the child of exactly one earlier node, and rows divide without remainder. */
function checkTree(forest: IsolationForest, tree: number): string | null {
  const { treeStart, feature, threshold, right, cover, featureCount, sampleCount } = forest;
  const end = treeStart[tree + 1];
  if (cover[treeStart[tree]] !== sampleCount) return 'was grown on a sample of another size';
  const waiting = new Int32Array(DEPTH_MAX);
  const depths = new Int32Array(DEPTH_MAX);
  let open = 0;
  let depth = 0;
  let expected = end;
  for (let node = treeStart[tree]; node < end; node++) {
    if (Number.isNaN(threshold[node])) return `node ${node} has no threshold`;
    if (feature[node] < 0) {
      if (!(threshold[node] >= 0 && threshold[node] < Number.POSITIVE_INFINITY))
        return `leaf ${node} has no length`;
      if (expected !== node + 1) return `is not in depth-first order at node ${node}`;
      if (open > 0) {
        expected = waiting[--open];
        depth = depths[open];
      }
      continue;
    }
    if (feature[node] >= featureCount) return `node ${node} cuts a feature that does not exist`;
    const other = node + right[node];
    if (other < node + 2 || other >= expected)
      return `the right child of node ${node} lies outside its place`;
    if (cover[node + 1] < 1 || cover[other] < 1 || cover[node + 1] + cover[other] !== cover[node])
      return `the rows of node ${node} do not divide`;
    if (depth === DEPTH_MAX) return `is deeper than ${DEPTH_MAX}`;
    depth++;
    waiting[open] = expected;
    depths[open++] = depth;
    expected = other;
  }
  return null;
}
