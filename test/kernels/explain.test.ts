import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { explainForest, explainRegression } from '../../src/kernels/forest/explain.ts';
import type { Forest } from '../../src/kernels/forest/forest.ts';
import { predictForest } from '../../src/kernels/forest/predict.ts';
import { predictMean } from '../../src/kernels/forest/predict-regression.ts';
import { joinRegressionTrees, type RegressionForest } from '../../src/kernels/forest/regression.ts';
import { createScratch, type Trees } from '../../src/kernels/forest/trees.ts';
import { explainIsolation } from '../../src/kernels/isolation-forest/explain.ts';
import type { IsolationForest } from '../../src/kernels/isolation-forest/forest.ts';
import { binFeatures } from '../../src/kernels/tree/bins.ts';
import { growRegressionTree } from '../../src/kernels/tree/grow-regression.ts';
import { rankValues } from '../../src/kernels/tree/levels.ts';
import { isMissingLeft, splitFeature, splitRank } from '../../src/kernels/tree/node.ts';
import { quadratureOf } from '../../src/kernels/tree/quadrature.ts';
import { createRng, deriveSeed } from '../../src/lib/rng.ts';
import { growSmall, messyTable } from './forest-fixtures.ts';

const TABLE = fc.record({
  n: fc.integer({ min: 1, max: 200 }),
  features: fc.integer({ min: 1, max: 6 }),
  classes: fc.integer({ min: 1, max: 7 }),
  seed: fc.nat(),
  trees: fc.integer({ min: 1, max: 6 }),
  maxDepth: fc.constantFrom(1, 4, Infinity),
});
type Table = typeof TABLE extends fc.Arbitrary<infer T> ? T : never;

function classForest({ n, features, classes, seed, trees, maxDepth }: Table): Forest {
  const { rows, labels } = messyTable(n, features, classes, seed);
  return growSmall(binFeatures(rows, n, features), labels, classes, { trees, maxDepth });
}

function valueForest({ n, features, seed, trees, maxDepth }: Table): RegressionForest {
  const { rows } = messyTable(n, features, 1, seed);
  const rng = createRng(seed);
  const bins = binFeatures(rows, n, features);
  const target = rankValues(Float64Array.from({ length: n }, () => 10 * rng()));
  const grown = Array.from({ length: trees }, (_, tree) =>
    growRegressionTree(bins, target, { maxDepth, maxFeatures: 'all' }, deriveSeed(0, tree)),
  );
  return joinRegressionTrees(grown, bins, target.levels);
}

/** Rows that the trees were not grown on, the first of them all missing. */
function probesOf({ features, seed }: Table): Float32Array {
  return messyTable(8, features, 1, seed + 1).rows.fill(Number.NaN, 0, features);
}

/** What a forest is expected to say when only the features of `known` are: other cuts are averaged by cover. */
function expected(forest: Trees, row: Float32Array, known: number, leafValue: (payload: number) => number) {
  const { nodes, cover, thresholdStart, thresholds, treeStart, treeCount } = forest;
  function walk(node: number): number {
    const [word, distance] = [nodes[2 * node], nodes[2 * node + 1]];
    if (distance < 0) return leafValue(-1 - distance);
    const [left, right] = [node + 1, node + 1 + distance / 2];
    const feature = splitFeature(word);
    if (((known >> feature) & 1) === 0) {
      return (cover[left] * walk(left) + cover[right] * walk(right)) / cover[node];
    }
    const value = row[feature];
    const isLeft = Number.isNaN(value)
      ? isMissingLeft(word)
      : value <= thresholds[thresholdStart[feature] + splitRank(word)];
    return walk(isLeft ? left : right);
  }
  let sum = 0;
  for (let tree = 0; tree < treeCount; tree++) sum += walk(treeStart[tree]);
  return sum / treeCount;
}

/** Shapley values by their definition, over all subsets of features. */
function shapley(features: number, game: (known: number) => number): number[] {
  const factorial = [1];
  for (let n = 1; n <= features; n++) factorial[n] = n * factorial[n - 1];
  const worth = Array.from({ length: 1 << features }, (_, known) => game(known));
  return Array.from({ length: features }, (_, f) => {
    let value = 0;
    for (let subset = 0; subset < worth.length; subset++) {
      if ((subset >> f) & 1) continue;
      let size = 0;
      for (let g = 0; g < features; g++) size += (subset >> g) & 1;
      const weight = (factorial[size] * factorial[features - size - 1]) / factorial[features];
      value += weight * (worth[subset | (1 << f)] - worth[subset]);
    }
    return value;
  });
}

function assertClose(found: ArrayLike<number>, wanted: ArrayLike<number>, bound: number): void {
  assert.equal(found.length, wanted.length);
  for (let i = 0; i < found.length; i++) {
    assert.ok(Math.abs(found[i] - wanted[i]) <= bound, `${i}: ${found[i]} is not ${wanted[i]}`);
  }
}

describe('an explanation of a forest', () => {
  it('is the Shapley value by its definition, for every class and for missing and infinite values too', () => {
    fc.assert(
      fc.property(TABLE, (table) => {
        const forest = classForest(table);
        const { features, classes } = table;
        const probes = probesOf(table);
        const found = new Float64Array(features).fill(9);
        for (let i = 0; i < 4; i++) {
          const row = probes.subarray(i * features, (i + 1) * features);
          for (let label = 0; label < classes; label++) {
            const leafValue = (payload: number) => {
              if (payload < classes) return payload === label ? 1 : 0;
              const leaf = payload - classes;
              for (let at = forest.leafStart[leaf]; at < forest.leafStart[leaf + 1]; at++)
                if (forest.leafClass[at] === label) return forest.leafProbability[at];
              return 0;
            };
            const base = explainForest(forest, probes, i * features, label, found);
            assertClose([base], [expected(forest, row, 0, leafValue)], 1e-9);
            assertClose(
              found,
              shapley(features, (known) => expected(forest, row, known, leafValue)),
              1e-9,
            );
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is the Shapley value of a mean by its definition', () => {
    fc.assert(
      fc.property(TABLE, (table) => {
        const forest = valueForest(table);
        const { leafStart, leafRank, levels } = forest;
        const leafValue = (leaf: number) => {
          const ranks = leafRank.subarray(leafStart[leaf], leafStart[leaf + 1]);
          return ranks.reduce((sum, rank) => sum + levels[rank], 0) / ranks.length;
        };
        const { features } = table;
        const probes = probesOf(table);
        const found = new Float64Array(features);
        for (let i = 0; i < 4; i++) {
          const row = probes.subarray(i * features, (i + 1) * features);
          const base = explainRegression(forest, probes, i * features, found);
          assertClose([base], [expected(forest, row, 0, leafValue)], 1e-9);
          assertClose(
            found,
            shapley(features, (known) => expected(forest, row, known, leafValue)),
            1e-9,
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it('adds up to what the forest says, within 1e-9, and leaves its inputs alone', () => {
    const wide = { n: 900, features: 40, classes: 9, seed: 5, trees: 5, maxDepth: Infinity };
    const classes = classForest(wide);
    const values = valueForest(wide);
    const probes = probesOf(wide);
    const before = probes.slice();
    const cover = classes.cover.slice();
    const found = new Float64Array(wide.features);
    const said = new Float64Array(wide.classes);
    for (let i = 0; i < 8; i++) {
      predictForest(classes, probes, i * wide.features, said);
      for (let label = 0; label < wide.classes; label++) {
        const base = explainForest(classes, probes, i * wide.features, label, found);
        assertClose([found.reduce((a, b) => a + b, base)], [said[label]], 1e-9);
      }
      const base = explainRegression(values, probes, i * wide.features, found);
      const mean = predictMean(values, probes, i * wide.features);
      assertClose([found.reduce((a, b) => a + b, base)], [mean], 1e-9);
    }
    assert.deepEqual(probes, before);
    assert.deepEqual(classes.cover, cover);
  });
});

interface Golden {
  readonly shap: string;
  readonly rows: (number | string)[];
  readonly base: number;
  readonly contributions: number[][];
  readonly forest: Record<string, number | (number | string)[]>;
}

/** Written by bench/shap-fixture.ts, which names the versions of shap and numpy in the file. */
const GOLDEN: Record<'classification' | 'regression' | 'isolation', Golden> = JSON.parse(
  readFileSync(new URL('./shap-values.json', import.meta.url), 'utf8'),
);
const TYPES = {
  nodes: Int32Array,
  right: Uint16Array,
  feature: Int16Array,
  treeStart: Uint32Array,
  thresholdStart: Uint32Array,
  thresholds: Float32Array,
  threshold: Float32Array,
  leafStart: Uint32Array,
  leafClass: Uint16Array,
  leafRank: Uint16Array,
  leafProbability: Float32Array,
  levels: Float64Array,
  importance: Float64Array,
};

function revive({ forest }: Golden, cover: typeof Float32Array | typeof Uint16Array) {
  return Object.fromEntries(
    Object.entries(forest).map(([name, value]) => {
      if (typeof value === 'number') return [name, value];
      const type = name === 'cover' ? cover : TYPES[name as keyof typeof TYPES];
      return [name, type.from(value.map(Number))];
    }),
  );
}

/** Explains every row of a case and compares it with what the reference found. */
function compare(golden: Golden, explain: (rows: Float32Array, offset: number, out: Float64Array) => number) {
  assert.equal(golden.shap, '0.51.0');
  const rows = Float32Array.from(golden.rows.map(Number));
  const width = rows.length / golden.contributions.length;
  const found = new Float64Array(width);
  for (const [i, wanted] of golden.contributions.entries()) {
    const base = explain(rows, i * width, found);
    assertClose([base], [golden.base], 1e-9);
    assertClose(found, wanted, 1e-9);
    assert.ok(wanted.some((value) => Math.abs(value) > 1e-3));
  }
}

describe("contributions are those of the shap package's TreeExplainer (0.51.0) on the same trees", () => {
  it('for the probability of a class, with missing values', () => {
    const trees = revive(GOLDEN.classification, Float32Array) as unknown as Forest & { label: number };
    const forest = { ...trees, scratch: createScratch(trees.treeCount, trees.featureCount) };
    compare(GOLDEN.classification, (rows, offset, out) =>
      explainForest(forest, rows, offset, trees.label, out),
    );
  });

  it('for a mean', () => {
    const trees = revive(GOLDEN.regression, Float32Array) as unknown as RegressionForest;
    const forest = { ...trees, scratch: createScratch(trees.treeCount, trees.featureCount) };
    compare(GOLDEN.regression, (rows, offset, out) => explainRegression(forest, rows, offset, out));
  });

  it('for a path length', () => {
    const forest = revive(GOLDEN.isolation, Uint16Array) as unknown as IsolationForest;
    compare(GOLDEN.isolation, (rows, offset, out) => explainIsolation(forest, rows, offset, out));
  });
});

it('a quadrature with n points integrates powers up to 2n - 1 exactly, with positive weights', () => {
  for (let points = 1; points <= 40; points++) {
    const { at, absent, loss, weights } = quadratureOf(points);
    assert.ok(weights.every((weight) => weight > 0));
    assertClose(
      at.map((share, q) => share + absent[q]),
      new Float64Array(points).fill(1),
      1e-15,
    );
    assertClose(
      loss.map((value, q) => value * absent[q]),
      new Float64Array(points).fill(1),
      1e-15,
    );
    for (let power = 0; power < 2 * points; power++) {
      let sum = 0;
      for (let q = 0; q < points; q++) sum += weights[q] * at[q] ** power;
      assertClose([sum], [1 / (power + 1)], 1e-14);
    }
  }
});
