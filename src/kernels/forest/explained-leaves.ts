import { NODE_WORDS } from '../tree/node.ts';
import type { ExplainedLeaves } from '../tree/shapley.ts';
import type { Forest } from './forest.ts';
import type { RegressionForest } from './regression.ts';

/** The leaves of all classes: those of class k are entries start[k] up to start[k + 1]. */
interface ClassLeaves extends ExplainedLeaves {
  readonly start: Uint32Array;
}

// By an array of the forest, because a forest never changes: eight bytes for every class of every leaf.
const byClass = new WeakMap<object, ClassLeaves>();
const byRank = new WeakMap<object, ExplainedLeaves>();

/** The leaves that hold a class, with its probability in them. */
export function leavesByClass(forest: Forest, label: number): ExplainedLeaves {
  let found = byClass.get(forest.nodes);
  if (found === undefined) {
    found = indexClasses(forest);
    byClass.set(forest.nodes, found);
  }
  const [from, until] = [found.start[label], found.start[label + 1]];
  return { nodes: found.nodes.subarray(from, until), values: found.values.subarray(from, until) };
}

function indexClasses({ nodes, classCount, leafStart, leafClass, leafProbability }: Forest): ClassLeaves {
  const start = new Uint32Array(classCount + 1);
  forEachLeaf(nodes, (_, payload) => {
    if (payload < classCount) {
      start[payload + 1]++;
      return;
    }
    const end = leafStart[payload - classCount + 1];
    for (let i = leafStart[payload - classCount]; i < end; i++) start[leafClass[i] + 1]++;
  });
  for (let k = 0; k < classCount; k++) start[k + 1] += start[k];
  const next = start.slice();
  const leaves = new Uint32Array(start[classCount]);
  const values = new Float32Array(start[classCount]);
  forEachLeaf(nodes, (node, payload) => {
    if (payload < classCount) {
      values[next[payload]] = 1;
      leaves[next[payload]++] = node;
      return;
    }
    const end = leafStart[payload - classCount + 1];
    for (let i = leafStart[payload - classCount]; i < end; i++) {
      const place = next[leafClass[i]]++;
      values[place] = leafProbability[i];
      leaves[place] = node;
    }
  });
  return { start, nodes: leaves, values };
}

/** All leaves of a regression forest with their means. */
export function leavesOfRegression(forest: RegressionForest): ExplainedLeaves {
  const { nodes, leafStart, leafRank, levels } = forest;
  let found = byRank.get(nodes);
  if (found !== undefined) return found;
  let count = 0;
  forEachLeaf(nodes, () => count++);
  const leaves = new Uint32Array(count);
  const values = new Float64Array(count);
  let at = 0;
  forEachLeaf(nodes, (node, payload) => {
    let sum = 0;
    for (let i = leafStart[payload]; i < leafStart[payload + 1]; i++) sum += levels[leafRank[i]];
    leaves[at] = node;
    values[at++] = sum / (leafStart[payload + 1] - leafStart[payload]);
  });
  found = { nodes: leaves, values };
  byRank.set(nodes, found);
  return found;
}

function forEachLeaf(nodes: Int32Array, visit: (node: number, payload: number) => void): void {
  for (let word = 1; word < nodes.length; word += NODE_WORDS) {
    if (nodes[word] < 0) visit((word - 1) / NODE_WORDS, -1 - nodes[word]);
  }
}
