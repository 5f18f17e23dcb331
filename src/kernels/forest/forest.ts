import { assert } from '../../lib/assert.ts';
import type { Bins } from '../tree/bins.ts';
import { LEAVES_MAX } from '../tree/node.ts';
import type { Tree } from '../tree/tree.ts';
import { createScratch, joinNodes, type Trees } from './trees.ts';

/** A random forest classifier as flat arrays. */
export interface Forest extends Trees {
  readonly classCount: number;
  /** Distribution i of an impure leaf is entries leafStart[i] up to leafStart[i + 1]. */
  readonly leafStart: Uint32Array;
  readonly leafClass: Uint16Array;
  readonly leafProbability: Float32Array;
}

/** Joins trees grown on the same bins; throws when the forest would exceed what its arrays can address. */
export function joinTrees(trees: readonly Tree[], bins: Pick<Bins, 'edgeStart' | 'edges'>): Forest {
  assert(trees.length >= 1, 'a forest has at least one tree');
  const { classCount, featureCount } = trees[0];
  let leafCount = 0;
  let entryCount = 0;
  for (const tree of trees) {
    assert(tree.classCount === classCount, 'trees of one forest agree');
    leafCount += tree.leafStart.length - 1;
    entryCount += tree.leafClass.length;
  }
  assert(
    leafCount <= LEAVES_MAX,
    `a forest stores at most ${LEAVES_MAX} leaves, this one would ${leafCount}`,
  );
  const joined = joinNodes(trees, bins, classCount);
  const leafStart = new Uint32Array(leafCount + 1);
  const leafClass = new Uint16Array(entryCount);
  const leafProbability = new Float32Array(entryCount);
  let leaf = 0;
  let entry = 0;
  for (const tree of trees) {
    leafClass.set(tree.leafClass, entry);
    leafProbability.set(tree.leafProbability, entry);
    for (let i = 1; i < tree.leafStart.length; i++) leafStart[leaf + i] = entry + tree.leafStart[i];
    leaf += tree.leafStart.length - 1;
    entry += tree.leafClass.length;
  }
  return {
    classCount,
    ...joined,
    leafStart,
    leafClass,
    leafProbability,
    scratch: createScratch(trees.length, featureCount),
  };
}
