import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { drawBag } from '../../src/kernels/tree/bag.ts';
import { binFeatures, MISSING_CODE, writeBinnedRow } from '../../src/kernels/tree/bins.ts';
import { growTree } from '../../src/kernels/tree/grow.ts';
import { isMissingLeft, packSplit, splitFeature, splitRank } from '../../src/kernels/tree/node.ts';
import { resolveTreeOptions, type TreeOptions } from '../../src/kernels/tree/options.ts';
import type { Tree } from '../../src/kernels/tree/tree.ts';
import { createRng } from '../../src/lib/rng.ts';
import { checkTreeInvariants, messyTable, toRows, walkPlainly } from './forest-fixtures.ts';

const PLAIN: TreeOptions = { bootstrap: false, maxFeatures: 'all' };

function depthOf(tree: Tree): number {
  const depth = new Int32Array(tree.nodes.length / 2);
  for (let node = 0; node < depth.length; node++) {
    const distance = tree.nodes[2 * node + 1];
    if (distance < 0) continue;
    depth[node + 1] = depth[node] + 1;
    depth[node + 1 + distance / 2] = depth[node] + 1;
  }
  return Math.max(...depth);
}

/** Distinct in-bag rows in each leaf. */
function leafSizes(
  tree: Tree,
  rows: Float32Array,
  bins: ReturnType<typeof binFeatures>,
): Map<number, number> {
  const sizes = new Map<number, number>();
  for (let row = 0; row < bins.rowCount; row++) {
    const features = rows.subarray(row * bins.featureCount, (row + 1) * bins.featureCount);
    const leaf = walkPlainly(tree.nodes, bins.edgeStart, bins.edges, features, 0);
    sizes.set(leaf, (sizes.get(leaf) ?? 0) + 1);
  }
  return sizes;
}

describe('binning', () => {
  it('puts thresholds midway between distinct values, as scikit-learn does', () => {
    const bins = binFeatures(toRows([[1], [2], [4], [2], [Number.NaN]]), 5, 1);
    assert.deepEqual([...bins.edges], [1.5, 3, Number.POSITIVE_INFINITY]);
    assert.deepEqual([...bins.codes], [0, 1, 2, 1, MISSING_CODE]);
    assert.deepEqual([...bins.binCount], [3]);
  });

  it('keeps order, bounds and counts for any floats, with -0 equal to 0', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.float(), fc.constantFrom(0, -0, Infinity, -Infinity, NaN, 1, 2)), {
          minLength: 1,
        }),
        fc.integer({ min: 2, max: 20 }),
        (values, binsMax) => {
          const rows = Float32Array.from(values);
          const before = rows.slice();
          const bins = binFeatures(rows, rows.length, 1, { binsMax });
          assert.deepEqual(rows, before);
          assert.ok(bins.binCount[0] >= 1 && bins.binCount[0] <= binsMax);
          assert.equal(bins.edges.at(-1), Number.POSITIVE_INFINITY);
          const distinct = new Set([...rows].filter((v) => !Number.isNaN(v)).map((v) => v + 0)).size;
          if (distinct <= binsMax) assert.equal(bins.binCount[0], Math.max(1, distinct));
          rows.forEach((value, row) => {
            const code = bins.codes[row];
            assert.equal(code === MISSING_CODE, Number.isNaN(value));
            if (code === MISSING_CODE) return;
            assert.ok(value <= bins.edges[code], 'a value is at most the bound of its bin');
            if (code > 0) assert.ok(value > bins.edges[code - 1], 'and above that of the bin before');
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('cuts many values into bins of about equal counts and leaves a heavy value alone', () => {
    const rng = createRng(1);
    const rows = Float32Array.from({ length: 20_000 }, () => (rng() < 0.4 ? 0.5 : rng()));
    const bins = binFeatures(rows, rows.length, 1);
    const counts = new Int32Array(256);
    for (const code of bins.codes) counts[code]++;
    assert.ok(bins.binCount[0] >= 240);
    const light = [...counts.subarray(0, bins.binCount[0])].sort((a, b) => b - a).slice(1);
    assert.ok(light[0] < 150 && light.at(-1)! > 5, `bins hold ${light.at(-1)} to ${light[0]} rows`);
    const heavy = bins.codes[rows.indexOf(0.5)];
    assert.equal(counts[heavy], rows.filter((value) => value === 0.5).length);
  });

  it('separates neighbouring floats and extremes', () => {
    const next = 1 + 2 ** -23;
    const bins = binFeatures(toRows([[1], [next], [3.4e38], [Infinity], [-Infinity], [-3.4e38]]), 6, 1);
    assert.deepEqual([...bins.codes], [2, 3, 4, 5, 0, 1]);
  });

  it('writes shared memory when asked, with the same content', () => {
    const { rows } = messyTable(50, 4, 2, 3);
    const [plain, shared] = [binFeatures(rows, 50, 4), binFeatures(rows, 50, 4, { shared: true })];
    assert.ok(shared.codes.buffer instanceof SharedArrayBuffer);
    assert.deepEqual([...shared.codes], [...plain.codes]);
    assert.deepEqual([...shared.edges], [...plain.edges]);
  });

  it('refuses what cannot be binned', () => {
    assert.throws(() => binFeatures(new Float32Array(0), 0, 1));
    assert.throws(() => binFeatures(new Float32Array(3), 2, 2));
    assert.throws(() => binFeatures(new Float32Array(4), 2, 2, { binsMax: 256 }));
  });
});

describe('options and bag', () => {
  it('resolves the rules for the number of features', () => {
    const features = (maxFeatures: TreeOptions['maxFeatures']) =>
      resolveTreeOptions({ maxFeatures }, 52).maxFeatures;
    assert.deepEqual(
      [undefined, 'sqrt' as const, 'all' as const, 0.5, 10, 99, 0.001].map(features),
      [7, 7, 52, 26, 10, 52, 1],
    );
    assert.throws(() => features(0));
    assert.throws(() => resolveTreeOptions({ minSamplesLeaf: 0 }, 5));
    assert.throws(() => resolveTreeOptions({ minSamplesSplit: 1 }, 5));
    assert.throws(() => resolveTreeOptions({ maxSamples: 0 }, 5));
    assert.throws(() => resolveTreeOptions({ maxDepth: -1 }, 5));
  });

  it('draws the number of rows asked for, with or without replacement', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.boolean(),
        (n, share, bootstrap) => {
          const bag = drawBag(n, { bootstrap, maxSamples: share }, createRng(n));
          const sum = bag.reduce((a, b) => a + b, 0);
          assert.equal(sum, Math.max(1, Math.round(n * share)));
          if (!bootstrap) assert.ok(bag.every((count) => count <= 1));
        },
      ),
    );
  });
});

describe('packed nodes', () => {
  it('give back what was packed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 32_766 }),
        fc.integer({ min: 0, max: 65_535 }),
        fc.boolean(),
        (f, r, m) => {
          const word = packSplit(f, r, m);
          assert.deepEqual([splitFeature(word), splitRank(word), isMissingLeft(word)], [f, r, m]);
        },
      ),
    );
  });
});

describe('growing a tree', () => {
  it('holds its invariants on any table, options and weights, and touches none of its inputs', () => {
    fc.assert(
      fc.property(
        fc.record({
          n: fc.integer({ min: 1, max: 400 }),
          features: fc.integer({ min: 1, max: 8 }),
          classes: fc.integer({ min: 1, max: 9 }),
          seed: fc.nat(),
          binsMax: fc.constantFrom(2, 5, 255),
          minSamplesLeaf: fc.integer({ min: 1, max: 6 }),
          maxDepth: fc.constantFrom(0, 1, 3, Infinity),
          bootstrap: fc.boolean(),
          weighted: fc.boolean(),
        }),
        (c) => {
          const { rows, labels } = messyTable(c.n, c.features, c.classes, c.seed);
          const bins = binFeatures(rows, c.n, c.features, { binsMax: c.binsMax });
          const rng = createRng(c.seed);
          const options: TreeOptions = {
            minSamplesLeaf: c.minSamplesLeaf,
            maxDepth: c.maxDepth,
            bootstrap: c.bootstrap,
            ...(c.weighted && {
              rowWeights: Float32Array.from({ length: c.n }, () => (rng() < 0.2 ? 0 : rng() + 0.01)),
              classWeights: Float32Array.from({ length: c.classes }, () => rng() + 0.1),
            }),
          };
          const before = [bins.codes.slice(), labels.slice(), bins.edges.slice()];
          const tree = growTree(bins, labels, c.classes, options, c.seed);
          assert.deepEqual([bins.codes, labels, bins.edges], before);
          checkTreeInvariants(tree, bins);
          assert.ok(depthOf(tree) <= c.maxDepth);
          assert.deepEqual(growTree(bins, Int32Array.from(labels), c.classes, options, c.seed), tree);
          if (!c.bootstrap && !c.weighted) {
            for (const size of leafSizes(tree, rows, bins).values()) {
              assert.ok(size >= Math.min(c.minSamplesLeaf, c.n), `a leaf of ${size} rows`);
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('finds the best split there is (checked against trying them all)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 120 }),
        fc.integer({ min: 2, max: 5 }),
        fc.nat(),
        (n, classes, seed) => {
          const rng = createRng(seed);
          const rows = Float32Array.from({ length: n * 2 }, () =>
            rng() < 0.15 ? Number.NaN : Math.floor(rng() * 12),
          );
          const labels = Uint16Array.from({ length: n }, () => Math.floor(rng() * classes));
          const bins = binFeatures(rows, n, 2);
          const tree = growTree(bins, labels, classes, { ...PLAIN, maxDepth: 1 }, seed);
          const best = bestGainByBruteForce(rows, labels, n, 2);
          const gain = tree.gain[0] + tree.gain[1];
          if (best < 0) assert.equal(tree.nodes.length, 2);
          else assert.ok(Math.abs(gain - best) < 1e-9, `gain ${gain}, best ${best}`);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('uses the histogram and the sorted scan alike: large tables find the best split too', () => {
    for (const values of [2, 6, 250]) {
      const rng = createRng(values);
      const n = 3000;
      const rows = Float32Array.from({ length: n }, () =>
        rng() < 0.1 ? Number.NaN : Math.floor(rng() * values),
      );
      const labels = Uint16Array.from({ length: n }, (_, i) =>
        Number.isNaN(rows[i]) || rng() < 0.2 ? 1 + Math.floor(rng() * 2) : rows[i] < values / 2 ? 0 : 2,
      );
      const bins = binFeatures(rows, n, 1);
      const tree = growTree(bins, labels, 3, { ...PLAIN, maxDepth: 1 }, 1);
      assert.ok(Math.abs(tree.gain[0] - bestGainByBruteForce(rows, labels, n, 1)) < 1e-9);
    }
  });

  it('weights count as repeated rows do', () => {
    const { rows, labels } = messyTable(60, 4, 3, 8);
    const weights = Float32Array.from({ length: 60 }, (_, i) => 1 + (i % 3));
    const repeated: number[] = [];
    weights.forEach((weight, row) => {
      for (let i = 0; i < weight; i++) repeated.push(row);
    });
    const long = Float32Array.from(repeated.flatMap((row) => [...rows.subarray(row * 4, row * 4 + 4)]));
    const longLabels = Uint16Array.from(repeated, (row) => labels[row]);
    const a = growTree(binFeatures(rows, 60, 4), labels, 3, { ...PLAIN, rowWeights: weights }, 1);
    const b = growTree(binFeatures(long, repeated.length, 4), longLabels, 3, PLAIN, 1);
    assert.deepEqual(a.nodes, b.nodes);
    assert.deepEqual(a.cover, b.cover);
  });

  it('answers when everything drawn weighs nothing', () => {
    const bins = binFeatures(toRows([[1], [2]]), 2, 1);
    const tree = growTree(bins, Uint16Array.of(0, 1), 2, { ...PLAIN, rowWeights: new Float32Array(2) }, 1);
    checkTreeInvariants(tree, bins);
    assert.equal(tree.nodes.length, 6);
  });

  it('sends missing values to the side where they belong', () => {
    for (const missingClass of [0, 1]) {
      const table = [[1], [2], [3], [11], [12], [13], [NaN], [NaN], [NaN]];
      const labels = Uint16Array.from([0, 0, 0, 1, 1, 1, missingClass, missingClass, missingClass]);
      const bins = binFeatures(toRows(table), 9, 1);
      const tree = growTree(bins, labels, 2, PLAIN, 1);
      assert.equal(tree.nodes.length, 6, 'one split is enough');
      assert.equal(isMissingLeft(tree.nodes[0]), missingClass === 0);
    }
  });

  it('can split on being missing, and new extremes stay with the known values', () => {
    const bins = binFeatures(toRows([[1], [2], [NaN], [NaN]]), 4, 1);
    const tree = growTree(bins, Uint16Array.of(0, 0, 1, 1), 2, PLAIN, 1);
    const leafOf = (value: number) => {
      const leaf = walkPlainly(tree.nodes, bins.edgeStart, bins.edges, Float32Array.of(value), 0);
      return -1 - tree.nodes[2 * leaf + 1];
    };
    assert.deepEqual([1, 99, Infinity, -Infinity, NaN].map(leafOf), [0, 0, 0, 0, 1]);
  });

  it('sends missing values it never saw to the heavier child', () => {
    const bins = binFeatures(toRows([[1], [2], [3], [9]]), 4, 1);
    const left = growTree(bins, Uint16Array.of(0, 0, 0, 1), 2, PLAIN, 1);
    const right = growTree(bins, Uint16Array.of(0, 1, 1, 1), 2, PLAIN, 1);
    assert.deepEqual([isMissingLeft(left.nodes[0]), isMissingLeft(right.nodes[0])], [true, false]);
  });

  it('makes one leaf of constant columns, of one row, of one class', () => {
    const constant = binFeatures(
      toRows([
        [5, NaN],
        [5, NaN],
        [5, NaN],
      ]),
      3,
      2,
    );
    const tree = growTree(constant, Uint16Array.of(0, 2, 2), 3, PLAIN, 1);
    assert.equal(tree.nodes.length, 2);
    assert.deepEqual([...tree.leafClass], [0, 2]);
    const one = growTree(binFeatures(toRows([[1]]), 1, 1), Uint16Array.of(0), 1, {}, 1);
    assert.deepEqual([...one.nodes], [0, -1]);
  });

  it('refuses labels out of range and too few of them', () => {
    const bins = binFeatures(toRows([[1], [2]]), 2, 1);
    assert.throws(() => growTree(bins, Uint16Array.of(0, 2), 2, {}, 1));
    assert.throws(() => growTree(bins, Int32Array.of(0, -1), 2, {}, 1));
    assert.throws(() => growTree(bins, Uint16Array.of(0), 2, {}, 1));
    assert.throws(() => growTree(bins, Uint16Array.of(0, 0), 0, {}, 1));
  });

  it('codes stand for the values they were made of', () => {
    const { rows, labels } = messyTable(200, 6, 4, 21);
    const bins = binFeatures(rows, 200, 6);
    const tree = growTree(bins, labels, 4, PLAIN, 3);
    const binned = new Float32Array(6);
    for (let row = 0; row < 200; row++) {
      writeBinnedRow(bins, row, binned, 0);
      const walk = (features: Float32Array) =>
        walkPlainly(tree.nodes, bins.edgeStart, bins.edges, features, 0);
      assert.equal(walk(binned), walk(rows.subarray(row * 6, row * 6 + 6)));
    }
  });
});

/** The largest decrease of Gini impurity of one split with missing values on either side; -1 without any split. */
function bestGainByBruteForce(rows: Float32Array, labels: Uint16Array, n: number, features: number): number {
  const gini = (picked: number[]): number => {
    const counts = new Map<number, number>();
    for (const row of picked) counts.set(labels[row], (counts.get(labels[row]) ?? 0) + 1);
    let sum = 1;
    for (const count of counts.values()) sum -= (count / picked.length) ** 2;
    return sum;
  };
  const all = Array.from({ length: n }, (_, row) => row);
  const impurity = gini(all);
  let best = -1;
  if (impurity === 0) return best;
  for (let feature = 0; feature < features; feature++) {
    const value = (row: number) => rows[row * features + feature];
    for (const threshold of new Set(all.map(value).filter((v) => !Number.isNaN(v)))) {
      for (const missingLeft of [false, true]) {
        const goesLeft = (row: number) => (Number.isNaN(value(row)) ? missingLeft : value(row) <= threshold);
        const left = all.filter(goesLeft);
        const right = all.filter((row) => !goesLeft(row));
        if (left.length === 0 || right.length === 0) continue;
        best = Math.max(best, impurity - (left.length * gini(left) + right.length * gini(right)) / n);
      }
    }
  }
  return best;
}
