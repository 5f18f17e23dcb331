import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { deviationSorted, lowerBound, quantileSorted, rankSorted } from '../../src/kernels/stats/quantile.ts';

const arrays = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });

describe('quantiles', () => {
  it('interpolates like numpy', () => {
    // numpy 1.26 quantile([1, 2, 4, 8], [0, .25, .5, .9, 1]).
    const values = [1, 2, 4, 8];
    assert.deepEqual(
      [0, 0.25, 0.5, 0.9, 1].map((q) => Number(quantileSorted(values, q).toFixed(9))),
      [1, 1.75, 3, 6.8, 8],
    );
    assert.ok(Number.isNaN(quantileSorted([], 0.5)));
  });

  it('finds the median absolute deviation without sorting the deviations', () => {
    fc.assert(
      fc.property(arrays, fc.double({ min: -1e6, max: 1e6, noNaN: true }), (values, anyCentre) => {
        const sorted = Float64Array.from(values).sort();
        for (const centre of [quantileSorted(sorted, 0.5), anyCentre]) {
          const deviations = sorted.map((value) => Math.abs(value - centre)).sort();
          const expected = quantileSorted(deviations, 0.5);
          assert.ok(Math.abs(deviationSorted(sorted, centre) - expected) < 1e-6);
        }
      }),
    );
    assert.ok(Number.isNaN(deviationSorted([], 0)));
  });

  it('ranks with ties counted half', () => {
    assert.equal(rankSorted([1, 2, 2, 3], 2), 0.5);
    assert.equal(rankSorted([1, 2, 2, 3], 0), 0);
    assert.equal(rankSorted([1, 2, 2, 3], 9), 1);
    assert.ok(Number.isNaN(rankSorted([], 1)));
    assert.ok(Number.isNaN(rankSorted([1], Number.NaN)));
    assert.equal(lowerBound([1, 2, 2, 3], 2), 1);
  });
});
