import assert from 'node:assert/strict';
import { type Forest, joinTrees } from '../../src/kernels/forest/forest.ts';
import type { Bins } from '../../src/kernels/tree/bins.ts';
import { growTree } from '../../src/kernels/tree/grow.ts';
import { isMissingLeft, splitFeature, splitRank } from '../../src/kernels/tree/node.ts';
import type { ForestOptions } from '../../src/kernels/tree/options.ts';
import type { Tree } from '../../src/kernels/tree/tree.ts';
import { createRng, deriveSeed, nextInt } from '../../src/lib/rng.ts';

/** A table as tests write it: one array per row. */
export function toRows(table: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(table.flat());
}

export function growSmall(
  bins: Bins,
  labels: Uint16Array | Int32Array,
  classCount: number,
  options: ForestOptions = {},
): Forest {
  const trees = Array.from({ length: options.trees ?? 5 }, (_, tree) =>
    growTree(bins, labels, classCount, options, deriveSeed(options.seed ?? 0, tree)),
  );
  return joinTrees(trees, bins);
}

/** A seeded table with all that tables have: ties, constants, gaps, infinities. */
export function messyTable(
  rowCount: number,
  featureCount: number,
  classCount: number,
  seed: number,
): { rows: Float32Array; labels: Uint16Array } {
  const rng = createRng(seed);
  const rows = new Float32Array(rowCount * featureCount);
  const kinds = Array.from({ length: featureCount }, () => nextInt(rng, 5));
  for (let i = 0; i < rows.length; i++) {
    const kind = kinds[i % featureCount];
    const draw = rng();
    if (kind === 0) rows[i] = 3;
    else if (kind === 1) rows[i] = nextInt(rng, 4);
    else if (kind === 2) rows[i] = draw < 0.3 ? Number.NaN : rng();
    else if (kind === 3)
      rows[i] = draw < 0.05 ? Number.POSITIVE_INFINITY : draw < 0.1 ? -Infinity : rng() - 0.5;
    else rows[i] = rng() * 1e6;
  }
  const labels = Uint16Array.from({ length: rowCount }, () => nextInt(rng, classCount));
  return { rows, labels };
}

/** The walk as anyone would write it, over floats: the reference for the packed one. */
export function walkPlainly(
  nodes: Int32Array,
  edgeStart: Uint32Array,
  edges: Float32Array,
  row: Float32Array,
  start: number,
): number {
  let node = start;
  for (;;) {
    const [word, distance] = [nodes[2 * node], nodes[2 * node + 1]];
    if (distance < 0) return node;
    const value = row[splitFeature(word)];
    const threshold = edges[edgeStart[splitFeature(word)] + splitRank(word)];
    const left = Number.isNaN(value) ? isMissingLeft(word) : value <= threshold;
    node = left ? node + 1 : node + 1 + distance / 2;
  }
}

/** What holds for every grown tree, whatever it was grown on. */
export function checkTreeInvariants(tree: Tree, bins: Bins): void {
  const nodeCount = tree.nodes.length / 2;
  assert.equal(tree.cover.length, nodeCount);
  const parents = new Int32Array(nodeCount).fill(-1);
  const depthFirst: number[] = [];
  let entries = 0;
  for (let node = 0; node < nodeCount; node++) {
    const [word, distance] = [tree.nodes[2 * node], tree.nodes[2 * node + 1]];
    assert.ok(tree.cover[node] > 0, 'every node was reached by training weight');
    if (distance < 0) {
      const payload = -1 - distance;
      if (payload >= tree.classCount) entries++;
      assert.ok(payload < tree.classCount + tree.leafStart.length - 1);
      continue;
    }
    const [left, right] = [node + 1, node + 1 + distance / 2];
    assert.ok(right > left && right < nodeCount, 'children lie after their parent');
    assert.equal(parents[left], -1);
    assert.equal(parents[right], -1);
    parents[left] = parents[right] = node;
    assert.ok(splitFeature(word) < tree.featureCount);
    assert.ok(splitRank(word) < bins.binCount[splitFeature(word)]);
    const sum = tree.cover[left] + tree.cover[right];
    assert.ok(Math.abs(sum - tree.cover[node]) <= 1e-3 * sum, 'children share the weight of their parent');
    depthFirst.push(node);
  }
  assert.equal(depthFirst.length, (nodeCount - 1) / 2, 'a binary tree has one split less than leaves');
  for (let node = 1; node < nodeCount; node++) assert.ok(parents[node] >= 0, 'every node has a parent');
  assert.equal(entries, tree.leafStart.length - 1, 'every stored leaf is used once');
  for (let leaf = 0; leaf + 1 < tree.leafStart.length; leaf++) {
    const slice = [tree.leafStart[leaf], tree.leafStart[leaf + 1]] as const;
    const classes = [...tree.leafClass.subarray(...slice)];
    assert.ok(classes.length >= 2, 'pure leaves are not stored');
    assert.deepEqual(
      classes,
      [...new Set(classes)].sort((a, b) => a - b),
    );
    const sum = tree.leafProbability.subarray(...slice).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - 1) < 1e-5);
  }
  assert.ok(tree.gain.every((gain) => gain > -1e-9));
}
