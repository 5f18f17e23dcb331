import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { conformalOffset, correctionAt } from '../../src/kernels/calibration/conformal.ts';
import { predictMean, predictQuantiles } from '../../src/kernels/forest/predict-regression.ts';
import type { RegressionForest } from '../../src/kernels/forest/regression.ts';
import { joinRegressionTrees } from '../../src/kernels/forest/regression.ts';
import { regressionFromTensors, regressionTensors } from '../../src/kernels/forest/tensors-regression.ts';
import { fitRidge } from '../../src/kernels/text/ridge.ts';
import { type Bins, binFeatures } from '../../src/kernels/tree/bins.ts';
import { growRegressionTree, type RegressionTreeOptions } from '../../src/kernels/tree/grow-regression.ts';
import { LEVELS_MAX, rankValues } from '../../src/kernels/tree/levels.ts';
import { createRng, deriveSeed } from '../../src/lib/rng.ts';
import { growRegressionForest } from '../../src/training/grow-forest.ts';
import { messyTable, walkPlainly } from './forest-fixtures.ts';

function grow(bins: Bins, values: Float64Array, trees: number, options: RegressionTreeOptions = {}) {
  const target = rankValues(values);
  const grown = Array.from({ length: trees }, (_, tree) =>
    growRegressionTree(bins, target, options, deriveSeed(0, tree)),
  );
  return joinRegressionTrees(grown, bins, target.levels);
}

/** The values of the leaf a row falls into, by the plain walk. */
function leafOf(forest: RegressionForest, tree: number, row: Float32Array): number[] {
  const { nodes, thresholdStart, thresholds, treeStart, leafStart, leafRank, levels } = forest;
  const leaf = -1 - nodes[2 * walkPlainly(nodes, thresholdStart, thresholds, row, treeStart[tree]) + 1];
  return Array.from(leafRank.subarray(leafStart[leaf], leafStart[leaf + 1]), (rank) => levels[rank]);
}

const TABLE = fc.record({
  n: fc.integer({ min: 1, max: 200 }),
  features: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat(),
  trees: fc.integer({ min: 1, max: 8 }),
  minSamplesLeaf: fc.constantFrom(1, 3, 20),
});

describe('regression forest', () => {
  it('gives the mean and the quantiles of plainly pooled leaves, for missing values too', () => {
    fc.assert(
      fc.property(TABLE, ({ n, features, seed, trees, minSamplesLeaf }) => {
        const { rows } = messyTable(n, features, 1, seed);
        const rng = createRng(seed);
        const values = Float64Array.from({ length: n }, () => Math.floor(1000 * rng()) - 500);
        const bins = binFeatures(rows, n, features);
        const forest = grow(bins, values, trees, { minSamplesLeaf, maxFeatures: 'all' });
        const probes = messyTable(20, features, 1, seed + 1).rows.fill(Number.NaN, 0, features);
        const shares = [0.05, 0.5, 0.9];
        const out = new Float64Array(3);
        for (let i = 0; i < 20; i++) {
          const row = probes.subarray(i * features, (i + 1) * features);
          const leaves = Array.from({ length: trees }, (_, tree) => leafOf(forest, tree, row));
          const mean =
            leaves.reduce((sum, leaf) => sum + leaf.reduce((a, b) => a + b) / leaf.length, 0) / trees;
          assert.ok(Math.abs(predictMean(forest, probes, i * features) - mean) < 1e-9);
          const pooled = leaves
            .flatMap((leaf) => leaf.map((value) => ({ value, weight: 1 / leaf.length / trees })))
            .sort((a, b) => a.value - b.value);
          predictQuantiles(forest, probes, i * features, shares, out);
          for (const [s, share] of shares.entries()) {
            const below = (bound: (value: number) => boolean) =>
              pooled.reduce((sum, { value, weight }) => sum + (bound(value) ? weight : 0), 0);
            assert.ok(below((value) => value <= out[s]) >= share - 1e-6);
            assert.ok(below((value) => value < out[s]) <= share + 1e-6);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('splits where the squared error falls most', () => {
    const rows = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const values = Float64Array.of(1, 1, 1, 9, 9, 9, 9, 9);
    const forest = grow(binFeatures(rows, 8, 1), values, 1, { bootstrap: false });
    assert.equal(forest.nodes.length, 6);
    assert.equal(predictMean(forest, Float32Array.of(3.4), 0), 1);
    assert.equal(predictMean(forest, Float32Array.of(3.6), 0), 9);
  });

  it('learns the side of missing values, and keeps at least so many rows a leaf and at most so many values', () => {
    const rows = Float32Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? Number.NaN : i));
    const values = Float64Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? 500 + i / 1000 : i / 300));
    const bins = binFeatures(rows, 300, 1);
    const forest = grow(bins, values, 3, { minSamplesLeaf: 5, leafSamplesMax: 4 });
    assert.ok(predictMean(forest, Float32Array.of(Number.NaN), 0) > 499);
    assert.ok(predictMean(forest, Float32Array.of(100), 0) < 2);
    for (let leaf = 0; leaf + 1 < forest.leafStart.length; leaf++)
      assert.ok(forest.leafStart[leaf + 1] - forest.leafStart[leaf] <= 4);
    const whole = grow(bins, values, 3, { minSamplesLeaf: 60 });
    for (let leaf = 0; leaf + 1 < whole.leafStart.length; leaf++)
      assert.ok(whole.leafStart[leaf + 1] - whole.leafStart[leaf] >= 60);
  });

  it('keeps few values exact, and many to the nearest of 65,536 levels', () => {
    assert.deepEqual(rankValues([3, 1, 3, -0]).levels, Float64Array.of(-0, 1, 3));
    const rng = createRng(1);
    const many = Float64Array.from({ length: 80_000 }, () => rng());
    const { levels, ranks } = rankValues(many);
    assert.equal(levels.length, LEVELS_MAX);
    for (let i = 0; i < 1000; i++) assert.ok(Math.abs(levels[ranks[i]] - many[i]) < 1e-3);
    assert.throws(() => rankValues([]));
    assert.throws(() => rankValues([Number.NaN]));
  });

  it('has the same bytes with no, one and two workers, and comes back from its tensors', async () => {
    const { rows } = messyTable(4000, 6, 1, 3);
    const values = Float64Array.from({ length: 4000 }, (_, i) => (rows[6 * i] || 0) + (i % 7));
    const before = values.slice();
    const request = { rows, rowCount: 4000, featureCount: 6, values, trees: 7, minSamplesLeaf: 4 };
    const [one, two, none] = await Promise.all(
      [1, 2, 0].map((workers) => growRegressionForest({ ...request, workers })),
    );
    assert.deepEqual(regressionTensors(two), regressionTensors(one));
    assert.deepEqual(regressionTensors(none), regressionTensors(one));
    assert.deepEqual(values, before);
    const back = regressionFromTensors(regressionTensors(one), { featureCount: 6 });
    assert.ok(back.ok);
    assert.equal(predictMean(back.forest, rows, 0), predictMean(one, rows, 0));
    assert.equal(regressionFromTensors(regressionTensors(one), { featureCount: 7 }).ok, false);
  });

  it('is refused, or safe to ask, whatever is done to its arrays', () => {
    const { rows } = messyTable(60, 3, 1, 5);
    const forest = grow(
      binFeatures(rows, 60, 3),
      Float64Array.from({ length: 60 }, (_, i) => i % 9),
      2,
    );
    const names = Object.keys(regressionTensors(forest));
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), fc.integer(), (name, place, value) => {
        const tensors = structuredClone(regressionTensors(forest)) as Record<string, Int32Array>;
        const tensor = tensors[name];
        tensor[place % tensor.length] = value;
        const read = regressionFromTensors(tensors, { featureCount: 3 });
        if (!read.ok) return assert.ok(read.faults.length > 0);
        const out = new Float64Array(1);
        for (let i = 0; i < 60; i++) predictQuantiles(read.forest, rows, 3 * i, [0.5], out);
        return assert.ok(Number.isFinite(out[0]));
      }),
      { numRuns: 400 },
    );
  });
});

describe('ridge regression', () => {
  it('solves what two equations solve by hand', () => {
    // Columns x = (1, 0, 1), y = (0, 1, 1) and a bias: with hardly any penalty the fit is exact.
    const rows = {
      starts: Float64Array.of(0, 1, 2, 4, 4),
      columns: Uint32Array.of(0, 1, 0, 1),
      values: Float32Array.of(1, 1, 1, 1),
    };
    const { bias, weights } = fitRidge(rows, [3, 5, 7, 1], 2, { l2: 1e-6 });
    for (const [found, wanted] of [
      [bias, 1],
      [weights[0], 2],
      [weights[1], 4],
    ])
      assert.ok(Math.abs(found - wanted) < 1e-3, `${found}`);
    assert.ok(Math.abs(fitRidge(rows, [3, 5, 7, 1], 2, { l2: 10 }).weights[1]) < 1);
  });
});

describe('conformal correction', () => {
  it('takes the rank of Romano, Patterson and Candes, and interpolates between levels', () => {
    const outside = Float64Array.of(4, 1, 3, 2, 5, 9, 8, 7, 6);
    assert.equal(conformalOffset(outside, 0.8), 8);
    assert.equal(conformalOffset(Float64Array.of(1, 2), 0.99), 2);
    assert.equal(conformalOffset(new Float64Array(0), 0.8), 0);
    const correction = { levels: Float64Array.of(0.5, 0.7, 0.9), offsets: Float64Array.of(0, 1, 4) };
    const found = [0.4, 0.5, 0.6, 0.8, 0.9, 0.99].map((level) => correctionAt(correction, level));
    for (const [i, wanted] of [0, 0, 0.5, 2.5, 4, 4].entries()) assert.ok(Math.abs(found[i] - wanted) < 1e-9);
  });
});
