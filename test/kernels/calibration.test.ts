import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyBeta, fitBeta } from '../../src/kernels/calibration/beta.ts';
import { applyConfidence, fitConfidence } from '../../src/kernels/calibration/confidence.ts';
import { applyCurve, fitIsotonic, poolAdjacent } from '../../src/kernels/calibration/isotonic.ts';
import { minimise } from '../../src/kernels/calibration/minimise.ts';
import { applyPool, fitPool } from '../../src/kernels/calibration/pool.ts';
import { expectedCalibrationError } from '../../src/kernels/metrics/reliability.ts';
import { createRng } from '../../src/lib/rng.ts';

const CLASSES = 3;
const LOGITS = [2, 0, -1, 0, 1.5, 0, 0.5, 0.2, 3, 1, 0, 0, 0, 2, 1, 3, 0, 1];
const LABELS = [0, 1, 2, 1, 1, 2];
const OTHER = [0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 2, 0, 0, 1];

function near(found: number, wanted: number, within = 1e-4): void {
  assert(Math.abs(found - wanted) < within, `${found} is not ${wanted}`);
}

function logarithms(logits: readonly number[]): number[] {
  return logits.map((logit, i) => {
    const row = logits.slice(i - (i % CLASSES), i - (i % CLASSES) + CLASSES);
    return logit - Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
  });
}

function isDistribution(out: Float64Array): boolean {
  return Math.abs(out.reduce((sum, p) => sum + p, 0) - 1) < 1e-9 && out.every((p) => p >= 0 && p <= 1);
}

/** Confidences whose truth is right less often than they say: with probability `c^2`. */
function overconfident(rows: number, seed: number) {
  const rng = createRng(seed);
  const confidence = Float64Array.from({ length: rows }, () => 0.3 + 0.7 * rng());
  return { confidence, correct: confidence.map((c) => (rng() < c * c ? 1 : 0)) };
}

const PROBABILITY = fc.double({ min: 0, max: 1, noNaN: true });
const OUTCOMES = fc.array(fc.record({ p: PROBABILITY, y: fc.integer({ min: 0, max: 1 }) }), {
  maxLength: 60,
});

// Expected numbers of this file: SciPy 1.17.1 (`minimize`, `minimize_scalar`) and scikit-learn 1.9.1 on the same data.
test('L-BFGS finds the minimum of the Rosenbrock function', () => {
  const found = minimise(
    ([x, y], gradient) => {
      gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
      gradient[1] = 200 * (y - x * x);
      return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
    },
    [-1.2, 1],
  );
  near(found[0], 1, 1e-6);
  near(found[1], 1, 1e-6);
});

test('L-BFGS stays where nothing improves', () => {
  assert.deepEqual([...minimise(() => Number.NaN, [1, 2])], [1, 2]);
  const rising = (_: Float64Array, gradient: Float64Array) => {
    gradient[0] = 1;
    return 0;
  };
  assert.deepEqual([...minimise(rising, [3])], [3]);
  assert.deepEqual([...minimise((_, gradient) => gradient.fill(0)[0], [4])], [4]);
});

test('isotonic regression pools adjacent violators as scikit-learn does', () => {
  const x = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.8, 0.9];
  const y = [0, 1, 0, 0, 1, 1, 0, 1, 1, 1];
  const blocks = poolAdjacent(x, y);
  assert.deepEqual(
    blocks.map((block) => block.weight),
    [1, 3, 3, 3],
  );
  for (const [i, level] of [0, 1 / 3, 2 / 3, 1].entries()) near(blocks[i].y, level, 1e-12);
  for (const [i, centre] of [0.1, 0.3, 0.6, 0.8333333].entries()) near(blocks[i].x, centre);
});

test('isotonic regression heeds weights and does not heed the order of rows', () => {
  const weighted = poolAdjacent([1, 2], [1, 0], [3, 1]);
  assert.deepEqual(weighted, [{ x: 1.25, y: 0.75, weight: 4 }]);
  assert.deepEqual(fitIsotonic([3, 1, 2], [1, 0, 0]), fitIsotonic([1, 2, 3], [0, 0, 1]));
  assert.equal(poolAdjacent([1, 2], [0, 1], [0, 0]).length, 2);
});

test('an isotonic curve never falls, stays within the outcomes and is constant beyond its ends', () => {
  fc.assert(
    fc.property(OUTCOMES, fc.array(PROBABILITY, { minLength: 2, maxLength: 20 }), (rows, asked) => {
      const curve = fitIsotonic(
        rows.map((row) => row.p),
        rows.map((row) => row.y),
      );
      if (rows.length === 0) {
        assert(Number.isNaN(applyCurve(curve, 0.5)));
        return;
      }
      const levels = asked.sort((a, b) => a - b).map((p) => applyCurve(curve, p));
      for (let i = 1; i < levels.length; i++) assert(levels[i] >= levels[i - 1]);
      assert(levels.every((level) => level >= 0 && level <= 1));
      assert.equal(applyCurve(curve, 2), curve.y.at(-1));
      assert.equal(applyCurve(curve, Number.NaN), curve.y[0]);
    }),
    { seed: 1 },
  );
});

test('beta calibration is the minimum of its penalised log loss', () => {
  const beta = fitBeta([0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99], [0, 1, 0, 1, 1, 0, 1, 1]);
  near(beta.a, 0.967687);
  near(beta.b, 0.793766);
  near(beta.c, -0.061956);
  assert.deepEqual(fitBeta([], []), { a: 1, b: 1, c: 0 });
});

test('beta calibration never falls and stays in [0, 1], whatever it was fitted on', () => {
  fc.assert(
    fc.property(OUTCOMES, fc.array(PROBABILITY, { minLength: 2, maxLength: 20 }), (rows, asked) => {
      const beta = fitBeta(
        rows.map((row) => row.p),
        rows.map((row) => row.y),
      );
      const levels = asked.sort((a, b) => a - b).map((p) => applyBeta(beta, p));
      for (let i = 1; i < levels.length; i++) assert(levels[i] >= levels[i - 1] - 1e-15);
      assert(levels.every((level) => level >= 0 && level <= 1));
    }),
    { seed: 2 },
  );
});

for (const rows of [300, 5000]) {
  test(`a learnt confidence is honest on other rows (${rows} rows)`, () => {
    const learnt = overconfident(rows, 1);
    const curve = fitConfidence(learnt.confidence, learnt.correct);
    const later = overconfident(20_000, 2);
    const before = expectedCalibrationError(later.confidence, later.correct);
    const after = expectedCalibrationError(
      later.confidence.map((c) => applyConfidence(curve, c)),
      later.correct,
    );
    assert(before > 0.15 && after < (rows === 300 ? 0.05 : 0.015), `${before} -> ${after}`);
  });
}

test('a confidence curve never falls, stays in [0, 1] and repeats itself', () => {
  const large = overconfident(1500, 3);
  const rows = Array.from(large.confidence, (p, i) => ({ p, y: large.correct[i] }));
  fc.assert(
    fc.property(OUTCOMES, fc.boolean(), fc.array(PROBABILITY, { minLength: 2 }), (few, isLarge, asked) => {
      const all = isLarge ? [...rows, ...few] : few;
      const confidence = all.map((row) => row.p);
      const correct = all.map((row) => row.y);
      const curve = fitConfidence(confidence, correct);
      assert.deepEqual(curve, fitConfidence(confidence, correct));
      const levels = [0, ...asked.sort((a, b) => a - b), 1].map((p) => applyConfidence(curve, p));
      for (let i = 1; i < levels.length; i++) assert(levels[i] >= levels[i - 1]);
      assert(levels[0] >= 0 && levels[levels.length - 1] <= 1);
    }),
    { seed: 3, numRuns: 60 },
  );
});

test('few rows change little, and rows that all came true promise no certainty', () => {
  const nothing = fitConfidence([], []);
  for (const p of [0, 0.1, 0.5, 0.9, 1]) near(applyConfidence(nothing, p), p, 2e-3);
  const lucky = fitConfidence(new Array(10).fill(0.6), new Array(10).fill(1));
  assert(applyConfidence(lucky, 0.6) > 0.6 && applyConfidence(lucky, 0.6) < 0.9);
  const many = fitConfidence(
    Float64Array.from({ length: 1000 }, (_, i) => 0.5 + i / 2500),
    new Float64Array(1000).fill(1),
  );
  assert(applyConfidence(many, 0.9) < 1);
});

test('the pool is the minimum of its penalised log loss', () => {
  const pool = fitPool([logarithms(LOGITS), logarithms(OTHER)], LABELS, CLASSES);
  near(pool.weights[0], 0.564986);
  near(pool.weights[1], 0.435014);
  near(pool.temperature, 0.584939);
});

test('the pool trusts the member that knows and ignores one that does not', () => {
  const rng = createRng(4);
  const labels = Array.from({ length: 400 }, () => Math.floor(rng() * 3));
  const knowing = labels.flatMap((label) => {
    const said = rng() < 0.8 ? label : Math.floor(rng() * 3);
    return [0, 1, 2].map((k) => Math.log(k === said ? 0.8 : 0.1));
  });
  const guessing = labels.flatMap(() => logarithms([3 * rng(), 3 * rng(), 3 * rng()]));
  const pool = fitPool([guessing, knowing], labels, CLASSES);
  assert(pool.weights[1] > 0.9 && pool.weights.every((weight) => weight >= 0));
  near(pool.weights[0] + pool.weights[1], 1, 1e-12);
});

test('without rows every member counts the same; a lone member is kept', () => {
  assert.deepEqual(fitPool([[], []], [], CLASSES), {
    weights: Float64Array.of(0.5, 0.5),
    temperature: 1,
    floor: -14,
  });
  assert.deepEqual([...fitPool([logarithms(LOGITS)], LABELS, CLASSES).weights], [1]);
});

test("a member's never does not silence the others, and a pool is always a distribution", () => {
  const pool = { weights: Float64Array.of(0.2, 0.8), temperature: 1, floor: -14 };
  const out = new Float64Array(2);
  applyPool(
    pool,
    [
      [Number.NEGATIVE_INFINITY, 0],
      [Math.log(0.99), Math.log(0.01)],
    ],
    out,
  );
  assert(out[0] > 0.5 && isDistribution(out));
  const log = fc.oneof(fc.constant(Number.NEGATIVE_INFINITY), fc.double({ min: -40, max: 0, noNaN: true }));
  fc.assert(
    fc.property(
      fc.array(log, { minLength: 2, maxLength: 2 }),
      fc.array(log, { minLength: 2, maxLength: 2 }),
      (a, b) => {
        applyPool(pool, [a, b], out);
        assert(isDistribution(out));
      },
    ),
    { seed: 1 },
  );
});

test('matrices that do not fit are a mistake of the caller', () => {
  assert.throws(() => fitPool([], [0], 3));
  assert.throws(() => fitPool([[1, 2]], [0], 3));
  assert.throws(() => poolAdjacent([1], []));
  assert.throws(() => fitBeta([1], []));
  assert.throws(() => fitConfidence([1], []));
});
