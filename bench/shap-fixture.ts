import { writeFileSync } from 'node:fs';
import { leavesByClass, leavesOfRegression } from '../src/kernels/forest/explained-leaves.ts';
import { growIsolationForest } from '../src/kernels/isolation-forest/grow.ts';
import { createRng, nextInt, nextNormal } from '../src/lib/rng.ts';
import { growForest, growRegressionForest } from '../src/training/grow-forest.ts';
import { findShap, type PlainTrees, plainForest, plainIsolation, runShap } from './shap-reference.ts';

/*
 * Writes test/kernels/shap-values.json: small forests of the three kinds, rows, and what the shap package says of them.
 * Run with `node bench/shap-fixture.ts PYTHON` after a change of the layout of trees; PYTHON can import shap.
 */
const FEATURES = 6;
const ROWS = 160;
const EXPLAINED = 12;
const CLASSES = 4;
const TREES = 3;

const python = findShap(process.argv[2]);
if (python === undefined) throw new Error('no Python with the shap package; pip install shap, or name one');

const rng = createRng(11);
const rows = new Float32Array(ROWS * FEATURES);
for (let i = 0; i < rows.length; i++) {
  const feature = i % FEATURES;
  if (feature === 0) rows[i] = nextInt(rng, 5);
  else if (feature === 1) rows[i] = rng() < 0.3 ? Number.NaN : nextNormal(rng);
  else rows[i] = nextNormal(rng);
}
const at = (row: number, feature: number) => rows[row * FEATURES + feature];
const labels = Int32Array.from({ length: ROWS }, (_, i) => {
  const known = Number.isNaN(at(i, 1)) ? 1 : 0;
  return Math.min(CLASSES - 1, Math.max(0, Math.round(at(i, 0) / 2 + at(i, 2) + known + rng() - 0.5)));
});
const values = Float64Array.from({ length: ROWS }, (_, i) => at(i, 0) + 2 * at(i, 3) * at(i, 4) + rng());
const data = { rows, rowCount: ROWS, featureCount: FEATURES, trees: TREES, seed: 4, workers: 1 };
const whole = rows.map((value) => (Number.isNaN(value) ? 0 : value));

const forest = await growForest({ ...data, labels, classCount: CLASSES, minSamplesLeaf: 3 });
const regression = await growRegressionForest({ ...data, values, minSamplesLeaf: 6 });
const isolation = growIsolationForest(
  { rows: whole, rowCount: ROWS, featureCount: FEATURES },
  { trees: TREES, maxSamples: 32, seed: 4 },
);
const label = 2;
const newest = rows.subarray(0, EXPLAINED * FEATURES);
const { scratch: _, ...classTrees } = forest;
const { scratch: __, pool: ___, ...valueTrees } = regression;
const { scratch: ____, words: _____, floats: ______, ...isolationTrees } = isolation;
const cases = {
  classification: ask(plainForest(forest, leavesByClass(forest, label)), newest, { ...classTrees, label }),
  regression: ask(plainForest(regression, leavesOfRegression(regression)), newest, valueTrees),
  isolation: ask(plainIsolation(isolation), whole.subarray(0, EXPLAINED * FEATURES), isolationTrees),
};
const file = new URL('../test/kernels/shap-values.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(cases, replacer)}\n`);

function ask(trees: PlainTrees, explained: Float32Array, kept: object) {
  const { shap, numpy, base, values: contributions } = runShap(python as string, trees, explained);
  return { shap, numpy, rows: explained, base, contributions, forest: kept };
}

/** Typed arrays as lists; JSON has no NaN and no infinity, so they are strings. */
function replacer(_key: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
