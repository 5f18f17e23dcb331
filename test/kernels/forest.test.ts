import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { makeClassification } from '../../bench/classification-data.ts';
import type { TypedArray } from '../../src/kernels/forest/check-trees.ts';
import { type Forest, joinTrees } from '../../src/kernels/forest/forest.ts';
import { featureImportance } from '../../src/kernels/forest/importance.ts';
import { outOfBagEstimate } from '../../src/kernels/forest/out-of-bag.ts';
import { predictForest, predictForestBatch } from '../../src/kernels/forest/predict.ts';
import { forestFromTensors, forestTensors } from '../../src/kernels/forest/tensors.ts';
import { drawBag } from '../../src/kernels/tree/bag.ts';
import { binFeatures } from '../../src/kernels/tree/bins.ts';
import { growTree } from '../../src/kernels/tree/grow.ts';
import { resolveTreeOptions } from '../../src/kernels/tree/options.ts';
import { createRng, deriveSeed } from '../../src/lib/rng.ts';
import { growSmall, messyTable, toRows, walkPlainly } from './forest-fixtures.ts';

function bestClass(probabilities: Float64Array, base: number, classCount: number): number {
  let best = 0;
  for (let c = 1; c < classCount; c++) if (probabilities[base + c] > probabilities[base + best]) best = c;
  return best;
}

function accuracyOf(forest: Forest, rows: Float32Array, labels: Uint16Array): number {
  const out = new Float64Array(labels.length * forest.classCount);
  predictForestBatch(forest, rows, labels.length, out);
  let right = 0;
  labels.forEach((label, i) => {
    if (bestClass(out, i * forest.classCount, forest.classCount) === label) right++;
  });
  return right / labels.length;
}

/** The distribution of one tree for one row, by the plain walk. */
function distribution(forest: Forest, tree: number, row: Float32Array): Float64Array {
  const { nodes, thresholdStart, thresholds, treeStart, classCount } = forest;
  const out = new Float64Array(classCount);
  const payload = -1 - nodes[2 * walkPlainly(nodes, thresholdStart, thresholds, row, treeStart[tree]) + 1];
  if (payload < classCount) out[payload] = 1;
  else {
    const leaf = payload - classCount;
    for (let i = forest.leafStart[leaf]; i < forest.leafStart[leaf + 1]; i++) {
      out[forest.leafClass[i]] = forest.leafProbability[i];
    }
  }
  return out;
}

const TABLE = fc.record({
  n: fc.integer({ min: 1, max: 300 }),
  features: fc.integer({ min: 1, max: 7 }),
  classes: fc.integer({ min: 1, max: 12 }),
  seed: fc.nat(),
  trees: fc.integer({ min: 1, max: 12 }),
  maxDepth: fc.constantFrom(1, 3, Infinity),
});

describe('prediction', () => {
  it('is the mean of the plainly walked trees, sums to 1, and a batch equals single rows bit for bit', () => {
    fc.assert(
      fc.property(TABLE, (c) => {
        const { rows, labels } = messyTable(c.n, c.features, c.classes, c.seed);
        const bins = binFeatures(rows, c.n, c.features);
        const forest = growSmall(bins, labels, c.classes, { trees: c.trees, maxDepth: c.maxDepth });
        const probes = messyTable(c.n + 1100, c.features, 1, c.seed + 1).rows;
        probes.fill(Number.NaN, 0, c.features);
        const before = probes.slice();
        const count = probes.length / c.features;
        const batch = new Float64Array(count * c.classes).fill(9);
        predictForestBatch(forest, probes, count, batch);
        const single = new Float64Array(c.classes).fill(9);
        for (let i = 0; i < count; i++) {
          predictForest(forest, probes, i * c.features, single);
          assert.deepEqual(single, batch.subarray(i * c.classes, (i + 1) * c.classes));
          assert.ok(Math.abs(single.reduce((a, b) => a + b, 0) - 1) < 1e-6);
          if (i > 20) continue;
          const sum = new Float64Array(c.classes);
          const row = probes.subarray(i * c.features, (i + 1) * c.features);
          for (let tree = 0; tree < c.trees; tree++) {
            distribution(forest, tree, row).forEach((p, k) => {
              sum[k] += p;
            });
          }
          assert.deepEqual(
            single,
            sum.map((value) => value / c.trees),
          );
        }
        assert.deepEqual(probes, before);
      }),
      { numRuns: 40 },
    );
  });

  it('knows a training set without contradictions by heart when every tree sees all of it', () => {
    const rng = createRng(5);
    const rows = Float32Array.from({ length: 900 }, () => Math.floor(rng() * 200));
    const labels = Uint16Array.from(
      { length: 300 },
      (_, i) => Math.abs(rows[3 * i] * 7 + rows[3 * i + 1]) % 5,
    );
    const forest = growSmall(binFeatures(rows, 300, 3), labels, 5, { bootstrap: false });
    assert.equal(accuracyOf(forest, rows, labels), 1);
  });

  it('gives duplicate rows with different labels the shares of their labels', () => {
    const bins = binFeatures(toRows([[1], [1], [1], [1], [7]]), 5, 1);
    const forest = growSmall(bins, Uint16Array.of(0, 0, 0, 2, 1), 3, { bootstrap: false });
    const out = new Float64Array(3);
    predictForest(forest, Float32Array.of(1), 0, out);
    assert.deepEqual([...out], [0.75, 0, 0.25]);
  });

  it('reads the row at its offset', () => {
    const forest = growSmall(binFeatures(toRows([[1], [9]]), 2, 1), Uint16Array.of(0, 1), 2, {
      bootstrap: false,
    });
    const out = new Float64Array(2);
    predictForest(forest, Float32Array.of(9, 9, 1), 2, out);
    assert.deepEqual([...out], [1, 0]);
  });

  it('is the same for the same seed, and another one for another seed', () => {
    const { rows, labels } = messyTable(80, 3, 4, 2);
    const bins = binFeatures(rows, 80, 3);
    const one = forestTensors(growSmall(bins, labels, 4, { seed: 9 }));
    const two = forestTensors(growSmall(bins, labels, 4, { seed: 9 }));
    const other = forestTensors(growSmall(bins, labels, 4, { seed: 10 }));
    assert.deepEqual(one, two);
    assert.notDeepEqual(one['nodes'], other['nodes']);
  });

  it('treats equal rows alike wherever they stand', () => {
    const { rows, labels } = messyTable(120, 4, 3, 6);
    const order = Array.from({ length: 120 }, (_, i) => (i * 47) % 120);
    const shuffled = Float32Array.from(order.flatMap((row) => [...rows.subarray(row * 4, row * 4 + 4)]));
    const options = { bootstrap: false, maxFeatures: 'all' as const, trees: 1 };
    const [a, b] = [
      growSmall(binFeatures(rows, 120, 4), labels, 3, options),
      growSmall(
        binFeatures(shuffled, 120, 4),
        Uint16Array.from(order, (row) => labels[row]),
        3,
        options,
      ),
    ];
    assert.deepEqual(a.nodes, b.nodes);
  });
});

describe('accuracy', () => {
  it('is that of scikit-learn within half a point', () => {
    // RandomForestClassifier(50) of scikit-learn 1.9.1 on these very rows: mean of 20 seeds .7776, deviation .0043.
    const data = makeClassification(4000, 20, 6, 11, 1.2);
    const bins = binFeatures(data.rows.subarray(0, 2000 * 20), 2000, 20);
    const [rows, labels] = [data.rows.subarray(2000 * 20), data.labels.subarray(2000)];
    let sum = 0;
    for (let seed = 0; seed < 5; seed++) {
      const forest = growSmall(bins, data.labels.subarray(0, 2000), 6, { trees: 50, seed });
      sum += accuracyOf(forest, rows, labels);
    }
    assert.ok(sum / 5 >= 0.7776 - 0.005, `accuracy ${sum / 5}`);
  });
});

describe('out-of-bag estimate', () => {
  const options = { trees: 15, seed: 4 };
  const { rows, labels } = messyTable(200, 5, 4, 12);
  const bins = binFeatures(rows, 200, 5);
  const forest = growSmall(bins, labels, 4, options);

  it('averages, in tree order, just the trees that left a row out', () => {
    const estimate = outOfBagEstimate(forest, bins, labels, options);
    const bags = Array.from({ length: 15 }, (_, tree) =>
      drawBag(200, resolveTreeOptions({}, 5), createRng(deriveSeed(4, tree))),
    );
    let right = 0;
    let judged = 0;
    for (let row = 0; row < 200; row++) {
      const out = new Float64Array(4);
      let count = 0;
      bags.forEach((bag, tree) => {
        if (bag[row] > 0) return;
        count++;
        distribution(forest, tree, rows.subarray(row * 5, row * 5 + 5)).forEach((p, c) => {
          out[c] += p;
        });
      });
      assert.equal(estimate.treeCount[row], count);
      const mean = Float32Array.from(out, (value) => value / count);
      assert.deepEqual(estimate.probabilities.subarray(row * 4, row * 4 + 4), mean);
      if (count === 0) continue;
      judged++;
      if (bestClass(out, 0, 4) === labels[row]) right++;
    }
    assert.equal(estimate.accuracy, right / judged);
  });

  it('is honest where training accuracy is not: random labels are guessed like random labels', () => {
    const { accuracy } = outOfBagEstimate(forest, bins, labels, options);
    assert.ok(accuracyOf(forest, rows, labels) > 0.8);
    assert.ok(accuracy < 0.45, `out of bag ${accuracy}`);
  });

  it('says so when no tree left a row out', () => {
    const all = { ...options, bootstrap: false };
    const estimate = outOfBagEstimate(growSmall(bins, labels, 4, all), bins, labels, all);
    assert.ok(Number.isNaN(estimate.accuracy));
    assert.ok(estimate.probabilities.every(Number.isNaN));
  });
});

describe('importance', () => {
  it('finds the feature that decides, sums to 1, and is 0 without splits', () => {
    const rng = createRng(3);
    const rows = Float32Array.from({ length: 1500 }, () => rng());
    const labels = Uint16Array.from({ length: 500 }, (_, i) => (rows[3 * i + 1] > 0.5 ? 1 : 0));
    const importance = featureImportance(growSmall(binFeatures(rows, 500, 3), labels, 2, { trees: 20 }));
    assert.ok(importance[1] > 0.6);
    assert.ok(Math.abs(importance.reduce((a, b) => a + b, 0) - 1) < 1e-12);
    const none = growSmall(binFeatures(rows, 500, 3), new Uint16Array(500), 1);
    assert.deepEqual([...featureImportance(none)], [0, 0, 0]);
  });
});

describe('joining trees', () => {
  it('refuses none, strangers, and more than the arrays can address', () => {
    const bins = binFeatures(toRows([[1], [2]]), 2, 1);
    const tree = growTree(bins, Uint16Array.of(0, 1), 2, {}, 1);
    assert.throws(() => joinTrees([], bins));
    assert.throws(() => joinTrees([tree, { ...tree, classCount: 3 }], bins));
    const wide = { ...tree, nodes: { length: 2 * 16_777_216 } as Int32Array };
    assert.throws(() => joinTrees([tree, wide], bins), /at most 16777216 nodes/);
    const leafy = { ...tree, leafStart: { length: 4_194_306 } as Uint32Array };
    assert.throws(() => joinTrees([leafy], bins), /at most 4194304 leaves/);
  });
});

describe('tensors', () => {
  const { rows, labels } = messyTable(150, 4, 5, 1);
  const forest = growSmall(binFeatures(rows, 150, 4), labels, 5, { trees: 4, maxDepth: 5 });
  const meta = { classCount: 5, featureCount: 4 };

  function copyTensors(): Record<string, TypedArray> {
    return Object.fromEntries(
      Object.entries(forestTensors(forest)).map(([name, tensor]) => [name, tensor.slice()]),
    );
  }

  function faultsOf(change: (tensors: Record<string, TypedArray>) => void): string[] {
    const tensors = copyTensors();
    change(tensors);
    const result = forestFromTensors(tensors, meta);
    return result.ok ? [] : result.faults;
  }

  it('give back a forest that predicts the same', () => {
    const result = forestFromTensors(copyTensors(), meta);
    assert.ok(result.ok);
    assert.deepEqual(result.forest, forest);
  });

  it('name what is missing, of another type, or of another length', () => {
    assert.match(faultsOf((t) => delete t['nodes']).join(), /nodes is missing/);
    assert.match(faultsOf((t) => (t['cover'] = new Float64Array(3))).join(), /cover is not a Float32Array/);
    for (const name of Object.keys(forestTensors(forest))) {
      assert.notDeepEqual(
        faultsOf((t) => (t[name] = t[name].slice(1))),
        [],
        `${name} cut in front`,
      );
      assert.notDeepEqual(
        faultsOf((t) => (t[name] = t[name].slice(0, -1))),
        [],
        `${name} cut at the end`,
      );
      assert.notDeepEqual(
        faultsOf((t) => (t[name] = t[name].slice(0, 0))),
        [],
        `${name} emptied`,
      );
    }
    const bad = { classCount: 0, featureCount: 1e9 };
    assert.equal(forestFromTensors(copyTensors(), bad).ok, false);
  });

  it('refuse what is no probability, weight, threshold or gain', () => {
    const put = (name: string, index: number, value: number) =>
      faultsOf((t) => {
        (t[name] as Float32Array)[index] = value;
      }).join();
    assert.match(put('leaf_probability', 0, Number.NaN), /no probability/);
    assert.match(put('leaf_probability', 0, 0), /do not sum to 1/);
    assert.match(put('leaf_class', 0, 5), /class that does not exist/);
    assert.match(put('cover', 1, 0), /not positive/);
    assert.match(put('thresholds', 0, Number.NaN), /ascend|Infinity/);
    assert.match(put('thresholds', forest.thresholds.length - 1, 1), /Infinity/);
    assert.match(put('importance', 0, Infinity), /not finite/);
    assert.match(put('nodes', 1, 1), /right child/);
    assert.match(put('nodes', 1, -1_000_000), /leaf that does not exist/);
    assert.match(put('nodes', 1, -1), /depth-first/);
    assert.match(put('nodes', 0, 0x7fff0000), /threshold that does not exist/);
  });

  it('never crash or loop, whatever bytes are damaged: refused, or a forest that answers', () => {
    const names = Object.keys(forestTensors(forest));
    const out = new Float64Array(3 * 5);
    let refused = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (damage) => {
          const tensors = copyTensors();
          for (const [name, at, byte] of damage) {
            const tensor = tensors[name];
            const bytes = new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength);
            bytes[at % bytes.length] = byte;
          }
          const result = forestFromTensors(tensors, meta);
          if (!result.ok) {
            assert.ok(result.faults.length > 0 && result.faults.length <= 20);
            refused++;
            return;
          }
          predictForestBatch(result.forest, rows, 3, out);
          assert.ok(out.every((p) => p >= 0 && p <= 1.001));
        },
      ),
      { numRuns: 2000 },
    );
    assert.ok(refused > 200, `only ${refused} of 2000 were refused`);
  });
});
