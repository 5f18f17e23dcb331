import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MEMBERS } from '../../src/kernels/forecast/members.ts';
import {
  adaptMisses,
  BLOCKS,
  blockOf,
  blockQuantiles,
  simulateResiduals,
} from '../../src/kernels/forecast/residuals.ts';
import { relativeMisses, winkler } from '../../src/kernels/forecast/scores.ts';
import { joinForecasts, weighMembers } from '../../src/kernels/forecast/weights.ts';

const WEEKS = Float64Array.from({ length: 700 }, (_, i) => 10 + (i % 7));

function ask(
  name: string,
  values: Float64Array,
  horizon: number,
  monthDays: Uint8Array | null = null,
): number[] {
  const out = new Float64Array(horizon);
  MEMBERS.find((member) => member.name === name)?.forecast({ values, end: values.length, monthDays }, out);
  return [...out];
}

test('every member continues a perfect week, and leaves its input as it was', () => {
  const before = WEEKS.slice();
  const monthDays = Uint8Array.from({ length: 730 }, (_, i) => 1 + (i % 30));
  for (const { name } of MEMBERS) {
    const forecast = ask(name, WEEKS, 20, monthDays);
    for (const [h, value] of forecast.entries()) assert.ok(Math.abs(value - (10 + (h % 7))) < 0.3, name);
  }
  assert.deepEqual(WEEKS, before);
});

test('the seasonal naive repeats the last known value of each weekday, over missing ones', () => {
  const values = Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8, Number.NaN, 10]);
  assert.deepEqual(ask('seasonal_naive', values, 8), [4, 5, 6, 7, 8, 2, 10, 4]);
});

test('every member answers with finite numbers, whatever is missing', () => {
  const value = fc.oneof(
    fc.constant(Number.NaN),
    fc.constant(0),
    fc.double({ min: 0, max: 1e9, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 500 }), (list) => {
      const values = Float64Array.from(list);
      for (const { name } of MEMBERS) assert.ok(ask(name, values, 9).every(Number.isFinite), name);
    }),
    { numRuns: 60 },
  );
});

test('weights sum to one, favour the smaller error and follow the prior where there is nothing to go by', () => {
  const weighing = { power: 4, priorOrigins: 6 };
  const prior = [0.25, 0.25, 0.5];
  const weights = weighMembers(Float64Array.of(1, 2, Number.NaN), 52, prior, weighing);
  assert.ok(Math.abs(weights[0] + weights[1] - 1) < 1e-12);
  assert.ok(weights[0] > 4 * weights[1]);
  assert.equal(weights[2], 0);
  const unknown = weighMembers(new Float64Array(3), 0, prior, weighing);
  for (const [m, weight] of unknown.entries()) assert.ok(Math.abs(weight - prior[m]) < 1e-12);
});

test('one wild member moves the joint forecast by half its weight at most', () => {
  const out = new Float64Array(1);
  joinForecasts(
    [Float64Array.of(1), Float64Array.of(1), Float64Array.of(1000)],
    Float64Array.of(0.45, 0.45, 0.1),
    out,
  );
  assert.ok(out[0] > 1 && out[0] < 52);
});

test('quantiles of a block hold their share, read its own days and fall back to the block before', () => {
  const rows = Array.from({ length: 200 }, (_, r) =>
    Float64Array.from({ length: 14 }, (_, h) => (h < 7 ? r - 100 : 10 * (r - 100))),
  );
  const quantiles = blockQuantiles({ days: 14, rows, weights: rows.map(() => 1) }, 0.2);
  assert.equal(quantiles.length, BLOCKS.length);
  assert.ok(quantiles[0][0] < -80 && quantiles[0][0] > -100);
  assert.ok(quantiles[1][1] >= 790);
  assert.deepEqual(quantiles[4], quantiles[1]);
  assert.deepEqual([0, 6, 7, 29, 30, 364].map(blockOf), [0, 0, 1, 2, 3, 4]);
  assert.deepEqual(blockQuantiles({ days: 1, rows: [], weights: [] }, 0.2)[0], [0, 0]);
});

test('more misses are asked for where fewer came than wanted, fewer where more came, and higher levels stay wider', () => {
  // Newest first: spreads that shrink towards today leave the old quantiles too wide, growing ones too narrow.
  const series = (grow: number) =>
    Array.from({ length: 40 }, (_, week) =>
      Float64Array.from({ length: 7 }, (_, h) => (((h * 7 + week * 3) % 13) - 6) * grow ** (40 - week)),
    );
  const paths = (grow: number) => ({ days: 7, rows: series(grow), weights: new Array<number>(40).fill(1) });
  const calm = adaptMisses(paths(0.97), 40, 0.8);
  const wild = adaptMisses(paths(1.03), 40, 0.8);
  assert.ok(calm > 0.2 && wild < 0.16, `${calm} and ${wild}`);
  for (const grow of [0.97, 1, 1.03]) {
    const asked = [0.5, 0.7, 0.8, 0.9, 0.95, 0.99].map((level) => adaptMisses(paths(grow), 40, level));
    for (let i = 1; i < asked.length; i++) assert.ok(asked[i] < asked[i - 1]);
  }
  assert.ok(Math.abs(adaptMisses({ days: 7, rows: [], weights: [] }, 0, 0.8) - 0.2) < 1e-12);
});

test('simulated residuals keep whole paths together, go on beyond them and depend on the seed alone', () => {
  const rows = [new Float64Array(14).fill(1), new Float64Array(14).fill(-1)];
  const paths = { days: 14, rows, weights: [1, 1] };
  const simulated = simulateResiduals(paths, 14, 50, 3);
  for (let p = 0; p < 50; p++) {
    const path = simulated.subarray(14 * p, 14 * (p + 1));
    assert.ok(path.every((value) => value === path[0]));
  }
  assert.deepEqual(simulateResiduals(paths, 40, 5, 3), simulateResiduals(paths, 40, 5, 3));
  assert.ok(simulateResiduals(paths, 40, 5, 3).every((value) => Math.abs(value) === 1));
  assert.ok(simulateResiduals({ days: 1, rows: [], weights: [] }, 3, 2, 1).every((value) => value === 0));
  const missing = { days: 7, rows: [new Float64Array(7).fill(Number.NaN)], weights: [1] };
  assert.ok(simulateResiduals(missing, 9, 2, 1).every((value) => value === 0));
});

test('scores by hand', () => {
  const list = [
    { series: 1, missed: 3, flowed: 10, usual: 20 },
    { series: 2, missed: 500, flowed: 2000, usual: 2000 },
    { series: 1, missed: 1, flowed: 30, usual: 20 },
    { series: 3, missed: 7, flowed: 0, usual: 0 },
    { series: 4, missed: 7, flowed: 0.01, usual: 100 },
  ];
  // Of one series the mean is its WAPE, 4 / 40; one that has come to rest has none.
  assert.deepEqual([...relativeMisses(list)], [3 / 20, 1 / 4, 1 / 20]);
  assert.deepEqual([...relativeMisses(list.slice(3))], []);
  assert.equal(winkler(5, 0, 10, 0.8), 10);
  assert.ok(Math.abs(winkler(12, 0, 10, 0.8) - 30) < 1e-9);
  assert.ok(Math.abs(winkler(-1, 0, 10, 0.8) - 20) < 1e-9);
});
