import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  addToHistogram,
  clearHistogram,
  createLogHistogram,
  histogramQuantile,
  LOG_HISTOGRAM_MAX,
  LOG_HISTOGRAM_MIN,
  mergeHistogram,
} from '../../src/kernels/stats/log-histogram.ts';

function histogramOf(values: readonly number[]) {
  const histogram = createLogHistogram();
  for (const value of values) addToHistogram(histogram, value);
  return histogram;
}

/** The nearest-rank quantile, from the values themselves. */
function exactQuantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1];
}

const span = Math.log(LOG_HISTOGRAM_MAX / LOG_HISTOGRAM_MIN);
const value = fc.double({ min: 0, max: 1, noNaN: true }).map((u) => LOG_HISTOGRAM_MIN * Math.exp(u * span));
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('log histogram', () => {
  it('gives every quantile within 2 % of the exact one, over twelve powers of ten', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), share, (values, q) => {
        const exact = exactQuantile(values, q);
        const found = histogramQuantile(histogramOf(values), q);
        assert.ok(Math.abs(found - exact) <= 0.02 * exact * (1 + 1e-9), `${found} instead of ${exact}`);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('is as exact on values that crowd together as latencies do', () => {
    const values = Array.from({ length: 20_000 }, (_, i) => 0.4 + 0.3 * ((i * 7919) % 1000) ** 2 * 1e-4);
    const histogram = histogramOf(values);
    for (const q of [0.5, 0.95, 0.99, 0.999]) {
      const exact = exactQuantile(values, q);
      assert.ok(Math.abs(histogramQuantile(histogram, q) - exact) <= 0.02 * exact);
    }
  });

  it('answers the same for two halves merged as for the whole, and nothing once cleared', () => {
    fc.assert(
      fc.property(fc.array(value), fc.array(value), share, (one, two, q) => {
        const merged = histogramOf(one);
        mergeHistogram(merged, histogramOf(two));
        const whole = histogramOf([...one, ...two]);
        assert.deepEqual(merged.counts, whole.counts);
        assert.deepEqual([merged.count, merged.min, merged.max], [whole.count, whole.min, whole.max]);
        assert.equal(histogramQuantile(merged, q), histogramQuantile(whole, q));
        clearHistogram(merged);
        assert.deepEqual(merged, createLogHistogram());
      }),
      { seed: 2, numRuns: 200 },
    );
    assert.ok(Number.isNaN(histogramQuantile(createLogHistogram(), 0.5)));
  });

  it('answers with the least and greatest value beyond what it tells apart', () => {
    const histogram = histogramOf([0, 1e-9, 1e12, 1e300]);
    assert.equal(histogramQuantile(histogram, 0.1), 0);
    assert.equal(histogramQuantile(histogram, 0.5), 0);
    assert.equal(histogramQuantile(histogram, 1), 1e300);
    assert.equal(histogramQuantile(histogramOf([5]), 0.5), 5);
  });
});
