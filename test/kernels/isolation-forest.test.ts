import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { explainIsolation } from '../../src/kernels/isolation-forest/explain.ts';
import { averagePathLength, type IsolationForest } from '../../src/kernels/isolation-forest/forest.ts';
import { growIsolationForest } from '../../src/kernels/isolation-forest/grow.ts';
import {
  depthToScore,
  isolationDepth,
  isolationScore,
  isolationScores,
} from '../../src/kernels/isolation-forest/predict.ts';
import { isolationFromTensors, isolationTensors } from '../../src/kernels/isolation-forest/tensors.ts';
import { rocAuc } from '../../src/kernels/metrics/ranking.ts';
import type { TypedArray } from '../../src/kernels/safetensors/dtypes.ts';
import { createRng, nextNormal } from '../../src/lib/rng.ts';

const FEATURES = 4;

/** A cloud of normal rows, the last tenth of them three times as far out; some values unknown where `missing` > 0. */
function cloud(rowCount: number, seed: number, missing = 0) {
  const rng = createRng(seed);
  const rows = new Float32Array(rowCount * FEATURES);
  const isFar = Float64Array.from({ length: rowCount }, (_, i) => (i >= rowCount * 0.9 ? 1 : 0));
  for (let i = 0; i < rowCount; i++) {
    for (let f = 0; f < FEATURES; f++) {
      const value = nextNormal(rng) * (isFar[i] ? 4 : 1);
      rows[i * FEATURES + f] = rng() < missing ? Number.NaN : value;
    }
  }
  return { rows, rowCount, featureCount: FEATURES, isFar };
}

describe('an isolation forest', () => {
  const data = cloud(1000, 1);
  const forest = growIsolationForest(data, { seed: 3, trees: 40 });

  it('finds rows far out stranger, all scores between 0 and 1', () => {
    const scores = new Float64Array(data.rowCount);
    isolationScores(forest, data.rows, data.rowCount, scores);
    assert.ok(rocAuc(data.isFar, scores) > 0.93);
    assert.ok(scores.every((score) => score > 0 && score <= 1));
  });

  it('gives a batch of any size bit for bit what it gives single rows, and leaves its inputs alone', () => {
    for (const { rows, rowCount } of [data, cloud(400, 2, 0.1), cloud(5, 3, 1)]) {
      const before = rows.slice();
      for (const count of [0, 1, 2, 3, 4, 5, 127, 128, 129, 300].filter((count) => count <= rowCount)) {
        const scores = new Float64Array(count + 1).fill(-1);
        isolationScores(forest, rows, count, scores);
        for (let i = 0; i < count; i++) assert.equal(scores[i], isolationScore(forest, rows, i * FEATURES));
        assert.equal(scores[count], -1);
      }
      assert.deepEqual(rows, before);
    }
  });

  it('is the same for the same seed and another for another', () => {
    const again = growIsolationForest(data, { seed: 3, trees: 40 });
    assert.deepEqual(isolationTensors(again), isolationTensors(forest));
    const other = growIsolationForest(data, { seed: 4, trees: 40 });
    assert.notDeepEqual(isolationTensors(other), isolationTensors(forest));
  });

  it('measures paths as the paper does: c(256) is 10.24, alike rows are never cut', () => {
    // 2 (ln 255 + 0.5772156649) - 2 * 255 / 256, as scikit-learn's _average_path_length gives it.
    assert.ok(Math.abs(averagePathLength(256) - 10.24477092) < 1e-8);
    assert.deepEqual([0, 1, 2].map(averagePathLength), [0, 0, 1]);
    const alike = growIsolationForest(
      { rows: new Float32Array(80).fill(7), rowCount: 20, featureCount: 4 },
      { seed: 1, trees: 3 },
    );
    assert.equal(alike.feature.length, 3);
    assert.ok(Math.abs(isolationScore(alike, new Float32Array(4)) - 0.5) < 1e-6);
    const single = growIsolationForest(
      { rows: new Float32Array(4), rowCount: 1, featureCount: 4 },
      { seed: 1 },
    );
    assert.equal(depthToScore(single, 0), 0.5);
  });

  it('survives constant, infinite and unknown columns', () => {
    const rows = new Float32Array(400);
    for (let i = 0; i < 100; i++) {
      rows[i * 4] = 1;
      rows[i * 4 + 1] = i % 10 === 0 ? Number.POSITIVE_INFINITY : i % 10 === 1 ? Number.NEGATIVE_INFINITY : i;
      rows[i * 4 + 2] = Number.NaN;
      rows[i * 4 + 3] = i;
    }
    const grown = growIsolationForest({ rows, rowCount: 100, featureCount: 4 }, { seed: 1, trees: 20 });
    const decoded = isolationFromTensors(isolationTensors(grown), 4);
    assert.deepEqual(decoded.ok ? [] : decoded.faults, []);
    for (let i = 0; i < 100; i++) assert.ok(isolationScore(grown, rows, i * 4) > 0);
  });

  it('holds an unknown value neither for strange nor for ordinary: it is the mean over what it might be', () => {
    const holes = cloud(600, 2, 0.2);
    const grown = growIsolationForest(holes, { seed: 5, trees: 50 });
    const unknown = new Float32Array(FEATURES).fill(Number.NaN);
    let base = 0;
    for (let t = 0; t < grown.treeCount; t++) {
      const [from, end] = [grown.treeStart[t], grown.treeStart[t + 1]];
      for (let node = from; node < end; node++)
        if (grown.feature[node] < 0) base += (grown.cover[node] / grown.cover[from]) * grown.threshold[node];
    }
    assert.ok(Math.abs(isolationDepth(grown, unknown) - base / grown.treeCount) < 1e-9);
    const scores = new Float64Array(holes.rowCount);
    isolationScores(grown, holes.rows, holes.rowCount, scores);
    assert.ok(rocAuc(holes.isFar, scores) > 0.85);
  });
});

describe('the explanation of a path length', () => {
  /** Mean path length when only the features of `known` are known, by following both sides of every other cut. */
  function expected(forest: IsolationForest, row: Float32Array, known: number): number {
    const masked = row.map((value, f) => ((known >> f) & 1 ? value : Number.NaN));
    return isolationDepth(forest, masked);
  }

  it('is the Shapley value over all subsets of features, and adds up to the path length', () => {
    const data = cloud(200, 9, 0.1);
    const forest = growIsolationForest(data, { seed: 2, trees: 8, maxSamples: 64 });
    const found = new Float64Array(FEATURES);
    const factorial = [1, 1, 2, 6, 24];
    for (let i = 150; i < 200; i++) {
      const row = data.rows.slice(i * FEATURES, (i + 1) * FEATURES);
      const base = explainIsolation(forest, row, 0, found);
      for (let f = 0; f < FEATURES; f++) {
        let value = 0;
        for (let subset = 0; subset < 1 << FEATURES; subset++) {
          if ((subset >> f) & 1) continue;
          let size = 0;
          for (let g = 0; g < FEATURES; g++) size += (subset >> g) & 1;
          const weight = (factorial[size] * factorial[FEATURES - size - 1]) / factorial[FEATURES];
          value += weight * (expected(forest, row, subset | (1 << f)) - expected(forest, row, subset));
        }
        assert.ok(Math.abs(found[f] - value) < 1e-9, `row ${i} feature ${f}`);
        if (Number.isNaN(row[f])) assert.ok(Math.abs(found[f]) < 1e-12);
      }
      const sum = found.reduce((total, value) => total + value, base);
      assert.ok(Math.abs(sum - isolationDepth(forest, row)) < 1e-9);
    }
  });
});

describe('the arrays of an isolation forest', () => {
  const data = cloud(300, 4, 0.05);
  const forest = growIsolationForest(data, { seed: 6, trees: 10 });

  it('come back as they went', () => {
    const decoded = isolationFromTensors(isolationTensors(forest), FEATURES);
    assert.ok(decoded.ok);
    assert.deepEqual(isolationTensors(decoded.forest), isolationTensors(forest));
    assert.equal(decoded.forest.sampleCount, forest.sampleCount);
    assert.equal(isolationScore(decoded.forest, data.rows), isolationScore(forest, data.rows));
  });

  it('are refused when one is missing, of another type, too short, or for fewer features', () => {
    const tensors = isolationTensors(forest);
    for (const name of Object.keys(tensors)) {
      const { [name]: gone, ...rest } = tensors;
      assert.ok(!isolationFromTensors(rest, FEATURES).ok, `${name} missing`);
      assert.ok(!isolationFromTensors({ ...rest, [name]: new Float64Array(gone.length) }, FEATURES).ok);
      assert.ok(!isolationFromTensors({ ...rest, [name]: gone.slice(0, -1) as TypedArray }, FEATURES).ok);
    }
    assert.ok(!isolationFromTensors(tensors, 1).ok);
    assert.ok(!isolationFromTensors(tensors, 0).ok);
    const spine = 40;
    const deep = {
      tree_start: Uint32Array.of(0, 2 * spine + 1),
      feature: Int16Array.from({ length: 2 * spine + 1 }, (_, i) => (i % 2 === 0 && i < 2 * spine ? 0 : -1)),
      threshold: new Float32Array(2 * spine + 1),
      right: Uint16Array.from({ length: 2 * spine + 1 }, (_, i) => (i % 2 === 0 && i < 2 * spine ? 2 : 0)),
      cover: Uint16Array.from({ length: 2 * spine + 1 }, (_, i) => (i % 2 === 0 ? spine + 1 - i / 2 : 1)),
    };
    const refused = isolationFromTensors(deep, FEATURES);
    assert.ok(!refused.ok);
    assert.match(refused.faults[0], /deeper than 32/);
  });

  it('never make a prediction run wild, whatever single value is damaged: refused, or still a number', () => {
    const names = ['tree_start', 'feature', 'threshold', 'right', 'cover'];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.nat(),
        fc.integer({ min: -70_000, max: 70_000 }),
        (name, at, value) => {
          const tensors = structuredClone(isolationTensors(forest));
          const damaged = tensors[name] as Float32Array;
          damaged[at % damaged.length] = value;
          const decoded = isolationFromTensors(tensors, FEATURES);
          if (!decoded.ok) return decoded.faults.length > 0;
          return isolationScore(decoded.forest, data.rows) >= 0;
        },
      ),
      { numRuns: 300 },
    );
  });
});
