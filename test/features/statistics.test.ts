import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fitStatistics, placeOf } from '../../src/features/statistics.ts';
import { decodeStatistics, encodeStatistics } from '../../src/features/statistics-tensors.ts';
import { decodeSafetensors } from '../../src/kernels/safetensors/decode.ts';
import type { Tensor } from '../../src/kernels/safetensors/dtypes.ts';
import { encodeSafetensors } from '../../src/kernels/safetensors/encode.ts';
import { learn, PLAIN } from './arbitrary.ts';

const { statistics } = learn();

function stored(): Record<string, Tensor> {
  const decoded = decodeSafetensors(encodeSafetensors(encodeStatistics(statistics)));
  assert.ok(decoded.ok);
  return { ...decoded.tensors };
}

describe('statistics', () => {
  it('come back from their tensors unchanged', () => {
    const decoded = decodeStatistics(stored());
    assert.ok(decoded.ok);
    assert.deepEqual(decoded.statistics, statistics);
  });

  it('do not depend on the order of rows', () => {
    const rows = [
      { ...PLAIN, category: 'A', description: 'x' },
      { ...PLAIN, category: 'B', description: 'x' },
      { ...PLAIN, category: 'B', description: 'y', amountMinor: -1 },
    ];
    const forward = fitStatistics(rows);
    const backward = fitStatistics(rows.toReversed());
    assert.deepEqual(forward.categories, ['B', 'A']);
    assert.deepEqual(new Map([...backward.merchants].sort()), new Map([...forward.merchants].sort()));
    assert.deepEqual(backward.amountPercentiles, forward.amountPercentiles);
    // A tie between labels goes to the more frequent category.
    assert.equal(forward.merchants.get('x')?.category, 0);
  });

  it('give categories the codes they are told', () => {
    const rows = [PLAIN, { ...PLAIN, category: '' }];
    const learnt = fitStatistics(rows, ['Housing', 'Dining']);
    assert.equal(learnt.categoryCodes.get('Dining'), 1);
    assert.equal(learnt.merchants.get('coffee shop purchase')?.category, 1);
    assert.equal(learnt.amountsByCategory.get('Housing')?.count, 0);
  });

  it('name the most telling place', () => {
    assert.equal(placeOf({ ...PLAIN, location: 'Leeds', tags: ['t'], country: 'GB' }), 'Leeds');
    assert.equal(placeOf({ ...PLAIN, tags: ['t'], country: 'GB' }), 't');
    assert.equal(placeOf({ ...PLAIN, country: 'GB' }), 'GB');
  });

  it('refuse damaged tensors with the name of each', () => {
    for (const name of Object.keys(stored())) {
      const damaged = stored();
      delete damaged[name];
      const decoded = decodeStatistics(damaged);
      assert.ok(!decoded.ok, name);
      assert.ok(
        decoded.faults.some((fault) => fault.includes(name)),
        `${name}: ${decoded.faults}`,
      );
    }
    const tensors = stored();
    (tensors['statistics.merchant.category'].data as Int32Array)[0] = 99;
    assert.ok(!decodeStatistics(tensors).ok);
    const garbled = stored();
    (garbled['statistics.categories'].data as Uint8Array).fill(0xff);
    assert.ok(!decodeStatistics(garbled).ok);
  });
});
