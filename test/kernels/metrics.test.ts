import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { accuracy, topClasses } from '../../src/kernels/metrics/accuracy.ts';
import { bootstrapStatistic, pairedBootstrap } from '../../src/kernels/metrics/bootstrap.ts';
import { brier, topBrier } from '../../src/kernels/metrics/brier.ts';
import { countConfusion, macroF1, macroF1Of, scoreClasses } from '../../src/kernels/metrics/confusion.ts';
import { logLoss } from '../../src/kernels/metrics/log-loss.ts';
import { averagePrecision, rocAuc } from '../../src/kernels/metrics/ranking.ts';
import { expectedCalibrationError, reliabilityTable } from '../../src/kernels/metrics/reliability.ts';
import { createRng, nextNormal } from '../../src/lib/rng.ts';

const CLASSES = 5;

/** 40 rows of 5 classes, the last of which is never true; the same arithmetic fed scikit-learn. */
function sample(): { truth: number[]; probabilities: number[] } {
  let state = 12345n;
  const next = () => {
    state = (state * 1103515245n + 12345n) % 2147483648n;
    return Number(state) / 2147483648;
  };
  const truth = Array.from({ length: 40 }, () => Math.floor(next() * 4));
  const probabilities = truth.flatMap((label) => {
    const row = Array.from({ length: CLASSES }, next);
    if (next() < 0.5) row[label] += 1.5;
    const sum = row.reduce((total, value) => total + value, 0);
    return row.map((value) => value / sum);
  });
  return { truth, probabilities };
}

const { truth, probabilities } = sample();
const predicted = topClasses(probabilities, CLASSES);
const correct = truth.map((label, i) => (predicted[i] === label ? 1 : 0));
const confidence = truth.map((_, i) => probabilities[i * CLASSES + predicted[i]]);

function near(found: number, wanted: number): void {
  assert(Math.abs(found - wanted) < 1e-12, `${found} is not ${wanted}`);
}

// Expected numbers: scikit-learn 1.9.1 on the sample above.
test('label metrics are those of scikit-learn', () => {
  near(accuracy(truth, predicted), 0.55);
  near(macroF1(truth, predicted, CLASSES), 0.4691678321678322);
  const confusion = countConfusion(truth, predicted, CLASSES);
  near(macroF1Of(confusion), 0.4691678321678322);
  const scores = scoreClasses(confusion);
  assert.deepEqual(
    scores.map((score) => score.support),
    [8, 10, 16, 6, 0],
  );
  assert.deepEqual(
    scores.map((score) => score.recall),
    [0.625, 0.6, 0.4375, 4 / 6, 0],
  );
  assert.deepEqual(
    scores.map((score) => score.precision),
    [0.625, 0.5, 7 / 9, 4 / 7, 0],
  );
});

test('macro-F1 counts a class that is only predicted and leaves out one that never occurs', () => {
  near(macroF1([0, 0, 1, 2], [0, 1, 1, 1], 9), 0.38888888888888884);
  near(macroF1Of(countConfusion([0, 0, 1, 2], [0, 1, 1, 1], 9)), 0.38888888888888884);
  assert(Number.isNaN(macroF1([], [], 3)));
});

test('probability metrics are those of scikit-learn', () => {
  near(logLoss(truth, probabilities, CLASSES), 1.202678782208256);
  near(brier(truth, probabilities, CLASSES), 0.5959944671978393);
  near(topBrier(confidence, correct), 0.207060423471441);
});

test('an impossible truth costs a finite log loss', () => {
  near(logLoss([0], [0, 1], 2), -Math.log(Number.EPSILON));
});

test('ranking metrics are those of scikit-learn, ties included', () => {
  const tied = confidence.map((value) => Math.round(value * 10) / 10);
  near(rocAuc(correct, tied), 0.8282828282828283);
  near(averagePrecision(correct, tied), 0.8257006151742994);
  assert.equal(rocAuc([1, 0, 1, 0], [1, 1, 1, 1]), 0.5);
  assert(Number.isNaN(rocAuc([1, 1], [0, 1])));
  assert(Number.isNaN(averagePrecision([0, 0], [0, 1])));
});

test('ROC-AUC is the share of pairs ranked rightly', () => {
  const row = fc.record({ positive: fc.integer({ min: 0, max: 1 }), score: fc.integer({ min: -3, max: 3 }) });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
      let pairs = 0;
      let above = 0;
      for (const a of rows) {
        for (const b of rows) {
          if (a.positive === 0 || b.positive === 1) continue;
          pairs++;
          above += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0;
        }
      }
      const found = rocAuc(
        rows.map((r) => r.positive),
        rows.map((r) => r.score),
      );
      if (pairs === 0) assert(Number.isNaN(found));
      else near(found, above / pairs);
    }),
    { seed: 1 },
  );
});

// Expected number: 15 right-closed equal-width bins in NumPy 2.4.6.
test('the expected calibration error uses 15 equal-width bins', () => {
  near(expectedCalibrationError(confidence, correct), 0.22534594588024343);
});

test('the reliability table holds every row once, the ends of [0, 1] too', () => {
  const table = reliabilityTable([0, 0.2, 0.200001, 1, 1], [0, 1, 0, 1, 0], 5);
  assert.deepEqual(
    table.map((bin) => bin.count),
    [2, 1, 0, 0, 2],
  );
  assert.deepEqual([table[4].confidence, table[4].accuracy], [1, 0.5]);
  assert(Number.isNaN(table[2].accuracy));
  assert.equal(expectedCalibrationError([1, 1], [1, 1]), 0);
});

test('equal probabilities go to the lowest class', () => {
  assert.deepEqual([...topClasses([0.5, 0.5, 0, 0, 0.5, 0.5], 3)], [0, 1]);
});

test('the paired bootstrap repeats itself, holds the mean and knows a difference from none', () => {
  const rng = createRng(7);
  const a = Float64Array.from({ length: 500 }, () => nextNormal(rng));
  const better = a.map((value) => value + 0.3 + 0.5 * nextNormal(rng));
  const same = a.map((value) => value + 0.5 * nextNormal(rng));
  const found = pairedBootstrap(better, a, { seed: 3 });
  assert.deepEqual(found, pairedBootstrap(better, a, { seed: 3 }));
  assert(found.lower > 0 && found.lower < found.value && found.value < found.upper && found.positive === 1);
  // Normal theory: mean .3, standard error .5 / sqrt(500) = .0224, so the interval is about .088 wide.
  assert(Math.abs(found.upper - found.lower - 0.088) < 0.01);
  const none = pairedBootstrap(same, a, { seed: 3 });
  assert(none.lower < 0 && none.upper > 0);
  const equal = pairedBootstrap(a, a, { seed: 3, resamples: 10 });
  assert.deepEqual(equal, { value: 0, lower: 0, upper: 0, positive: 0.5 });
});

test('any statistic can be resampled; resamples without a value are left out', () => {
  const values = [1, 2, 3, 4];
  const mean = (rows: Int32Array) => rows.reduce((sum, row) => sum + values[row], 0) / rows.length;
  const found = bootstrapStatistic(4, mean, { seed: 1, resamples: 500 });
  assert.equal(found.value, 2.5);
  assert(found.lower >= 1 && found.upper <= 4 && found.lower < found.upper);
  const undefinedEverywhere = bootstrapStatistic(4, () => Number.NaN, { seed: 1, resamples: 5 });
  assert(Number.isNaN(undefinedEverywhere.lower) && Number.isNaN(undefinedEverywhere.upper));
});

test('labels out of range or of another length are a mistake of the caller', () => {
  assert.throws(() => accuracy([0], [0, 1]));
  assert.throws(() => macroF1([3], [0], 3));
  assert.throws(() => countConfusion([0], [-1], 3));
  assert.throws(() => logLoss([0, 1], [1, 0, 0], 2));
  assert.throws(() => reliabilityTable([1.5], [1]));
});
