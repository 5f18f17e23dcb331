import { assert } from '../../lib/assert.ts';
import { createRng } from '../../lib/rng.ts';
import { drawBag } from './bag.ts';
import type { Bins } from './bins.ts';
import { type Criterion, growNodes } from './grow-nodes.ts';
import { FEATURES_MAX } from './node.ts';
import { resolveTreeOptions, type TreeOptions } from './options.ts';
import { createClassNode, fillClassNode, scanFeature } from './split-class.ts';
import type { Tree } from './tree.ts';

/** Rows of a tree's sample with the class and weight of every row. */
interface Sample {
  readonly rows: Int32Array;
  readonly rowClass: Uint16Array;
  readonly rowWeight: Float64Array;
}

/** Leaves as they are written. */
interface Leaves {
  readonly leafStart: Uint32Array;
  readonly leafClass: Uint16Array;
  readonly leafProbability: Float32Array;
  leafCount: number;
  entryCount: number;
}

/**
 * Grows one classification tree of a random forest (Breiman, 2001) with the Gini criterion on binned features.
 * Missing values are sent to the side that splits better; where a node saw none, to its heavier child.
 *
 * @param labels class of every row, 0 to classCount - 1; not modified
 * @param treeSeed decides the sample and the features tried; the same seed gives the same tree
 */
export function growTree(
  bins: Bins,
  labels: Uint16Array | Int32Array,
  classCount: number,
  options: TreeOptions,
  treeSeed: number,
): Tree {
  const { rowCount, featureCount } = bins;
  assert(featureCount <= FEATURES_MAX, 'more features than a node can name');
  assert(classCount >= 1 && classCount <= 65_536, 'classCount lies between 1 and 65,536');
  assert(labels.length >= rowCount, 'every row needs a label');
  const resolved = resolveTreeOptions(options, featureCount);
  const rng = createRng(treeSeed);
  const bag = drawBag(rowCount, resolved, rng);
  const sample = drawSample(bag, labels, classCount, options);
  const size = sample.rows.length;
  const leaves: Leaves = {
    leafStart: new Uint32Array(size + 1),
    leafClass: new Uint16Array(size),
    leafProbability: new Float32Array(size),
    leafCount: 0,
    entryCount: 0,
  };
  const criterion = giniCriterion(sample, classCount, leaves);
  const { nodes, cover, gain } = growNodes(criterion, bins, sample.rows, resolved, rng);
  return {
    classCount,
    featureCount,
    nodes,
    cover,
    leafStart: leaves.leafStart.slice(0, leaves.leafCount + 1),
    leafClass: leaves.leafClass.slice(0, leaves.entryCount),
    leafProbability: leaves.leafProbability.slice(0, leaves.entryCount),
    gain,
  };
}

function drawSample(
  bag: Uint16Array,
  labels: Uint16Array | Int32Array,
  classCount: number,
  { rowWeights, classWeights }: TreeOptions,
): Sample {
  const rowCount = bag.length;
  const rowClass = new Uint16Array(rowCount);
  const rowWeight = new Float64Array(rowCount);
  const rows = new Int32Array(rowCount);
  let size = 0;
  for (let row = 0; row < rowCount; row++) {
    const label = labels[row];
    assert(label < classCount && label >= 0, 'a label is not below classCount');
    let weight = bag[row];
    if (rowWeights !== undefined) weight *= rowWeights[row];
    if (classWeights !== undefined) weight *= classWeights[label];
    rowClass[row] = label;
    rowWeight[row] = weight;
    if (weight > 0) rows[size++] = row;
  }
  // All drawn rows may weigh nothing; the tree is then grown on the sample as if it were not weighted.
  if (size === 0) {
    for (let row = 0; row < rowCount; row++) {
      rowWeight[row] = bag[row];
      if (bag[row] > 0) rows[size++] = row;
    }
  }
  return { rows: rows.slice(0, size), rowClass, rowWeight };
}

function giniCriterion({ rows, rowClass, rowWeight }: Sample, classCount: number, leaves: Leaves): Criterion {
  const node = createClassNode(rows.length, classCount);
  const { order, best } = node;
  return {
    order,
    best,
    read: (of, start, end) => fillClassNode(node, of, start, end, rowClass, rowWeight),
    weight: () => node.weight,
    isPure: () => node.classes <= 1,
    scan: (feature, binCount, minSamplesLeaf) => scanFeature(node, feature, binCount, minSamplesLeaf),
    decrease: () => best.numerator / best.denominator - node.squares / node.weight,
    /** Writes the node's distribution if it is impure. */
    writeLeaf() {
      const { classes, classOf, total, weight } = node;
      if (classes === 1) return classOf[0];
      const own = Array.from(classOf.subarray(0, classes).keys()).sort((a, b) => classOf[a] - classOf[b]);
      for (const c of own) {
        leaves.leafClass[leaves.entryCount] = classOf[c];
        leaves.leafProbability[leaves.entryCount] = total[c] / weight;
        leaves.entryCount++;
      }
      leaves.leafStart[++leaves.leafCount] = leaves.entryCount;
      return classCount + leaves.leafCount - 1;
    },
  };
}
