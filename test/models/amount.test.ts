import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { toPastRow } from '../../src/features/past.ts';
import { fitStatistics } from '../../src/features/statistics.ts';
import { FEATURE_COUNT } from '../../src/features/vector.ts';
import { predictQuantiles } from '../../src/kernels/forest/predict-regression.ts';
import { decodeSafetensors } from '../../src/kernels/safetensors/decode.ts';
import type { TypedArray } from '../../src/kernels/safetensors/dtypes.ts';
import { encodeSafetensors } from '../../src/kernels/safetensors/encode.ts';
import { createTokens } from '../../src/kernels/text/tokens.ts';
import {
  type AmountArtifact,
  createAmountScratch,
  estimateAmount,
  estimateLog,
  readForAmount,
} from '../../src/models/amount.ts';
import { decodeAmount, encodeAmount } from '../../src/models/amount-file.ts';
import { writeAmountTokens } from '../../src/models/amount-tokens.ts';
import { fitScales, scalePast, scaleRow, shiftOf } from '../../src/models/currency-scales.ts';
import { PLAIN, transactions } from '../features/arbitrary.ts';
import { BOOK, trainedAmount } from './trained.ts';

let artifact: AmountArtifact;
before(async () => {
  artifact = await trainedAmount();
});

const levels = fc.double({ min: 0.5, max: 0.99, noNaN: true });

describe('amount model', () => {
  it('knows a dinner from a rent and gives them the sign of their type', () => {
    const plain = { ...PLAIN, accountId: null, currency: null, paymentMethod: '', amountMinor: null };
    const ask = (change: object) => estimateAmount(artifact, { ...plain, ...change }, [], 'UTC', 0.8).amount;
    const dinner = ask({ description: 'Restaurant dinner', category: 'Food & Dining' });
    const rent = ask({ description: 'Monthly rent', category: 'Housing' });
    const salary = ask({ description: 'Salary', category: 'Income', type: 'Income' });
    assert.ok(dinner < -2 && dinner > -200, `${dinner}`);
    assert.ok(rent < dinner, `${rent}`);
    assert.ok(salary > 0, `${salary}`);
  });

  it('never looks at the amount, the balance or anything made of them, nor at rows that come later', () => {
    fc.assert(
      fc.property(transactions, transactions, levels, (transaction, other, level) => {
        const { amountMinor, balanceAfterMinor } = other;
        const changed = { ...transaction, amountMinor, balanceAfterMinor };
        const past = [toPastRow({ ...other, at: transaction.at - 86_400_000 })];
        const later = [...past, toPastRow({ ...other, at: transaction.at + 1 })];
        const one = estimateLog(artifact, transaction, past, 'UTC', level);
        const vector = artifact.scratch.vector.slice();
        assert.deepEqual(estimateLog(artifact, changed, later, 'UTC', level), one);
        assert.deepEqual(artifact.scratch.vector, vector, 'not one of the 52 features moved');
      }),
    );
  });

  it('makes no token from amount or balance', () => {
    const [one, other] = [createTokens({ named: true }), createTokens({ named: true })];
    fc.assert(
      fc.property(transactions, transactions, (transaction, { amountMinor, balanceAfterMinor }) => {
        writeAmountTokens(transaction, one);
        writeAmountTokens({ ...transaction, amountMinor, balanceAfterMinor }, other);
        assert.deepEqual(other.names, one.names);
      }),
    );
  });

  it('answers anything with an interval around its amount, which grows with the level', () => {
    fc.assert(
      fc.property(transactions, levels, (transaction, level) => {
        const before = fc.stringify(transaction);
        const { amount, lower, upper } = estimateAmount(artifact, transaction, [], 'Asia/Tokyo', level);
        assert.equal(fc.stringify(transaction), before);
        assert.ok(lower <= amount && amount <= upper, `${lower} ${amount} ${upper}`);
        assert.ok([lower, amount, upper].every((value) => Number.isFinite(value) && Math.abs(value) <= 1e12));
        assert.ok(transaction.type === 'Income' ? lower >= 0 : upper <= 0);
        const narrow = estimateLog(artifact, transaction, [], 'UTC', 0.5);
        const wide = estimateLog(artifact, transaction, [], 'UTC', 0.95);
        assert.ok(wide.upper - wide.lower >= narrow.upper - narrow.lower);
      }),
    );
  });

  it('answers the emptiest transaction, and a vector of nothing but NaN', () => {
    const empty = { ...PLAIN, accountId: null, description: '', category: '', paymentMethod: '' };
    const { amount } = estimateAmount(artifact, { ...empty, type: null, currency: null }, [], 'UTC', 0.8);
    assert.ok(amount < 0);
    const out = new Float64Array(1);
    predictQuantiles(artifact.forest, new Float32Array(FEATURE_COUNT).fill(Number.NaN), 0, [0.5], out);
    assert.ok(out[0] > 0);
  });
});

describe('its file', () => {
  it('is refused with faults when a byte of it is lost or any tensor is not what it must be', () => {
    const bytes = encodeAmount(artifact);
    for (const cut of [0, 7, 100, bytes.length - 1])
      assert.equal(decodeAmount(bytes.slice(0, cut)).ok, false);
    const file = decodeSafetensors(bytes);
    assert.ok(file.ok);
    const tensors = Object.fromEntries(Object.entries(file.tensors).map(([name, { data }]) => [name, data]));
    const rewrite = (changes: Record<string, TypedArray | undefined>, metadata = file.metadata) => {
      const kept = Object.entries({ ...tensors, ...changes }).filter(([, data]) => data !== undefined);
      return decodeAmount(encodeSafetensors(Object.fromEntries(kept) as typeof tensors, metadata));
    };
    assert.equal(rewrite({}).ok, true);
    assert.equal(rewrite({}, { ...file.metadata, format: '99' }).ok, false);
    for (const name of Object.keys(tensors)) {
      const refused = rewrite({ [name]: undefined });
      assert.ok(!refused.ok && refused.faults.length > 0, `without ${name}`);
      assert.equal(rewrite({ [name]: new Int8Array(3) }).ok, false, `${name} of another type`);
    }
    const wrong: Record<string, TypedArray> = {
      'correction.levels': Float64Array.of(0.9, 0.5),
      'correction.offsets': Float64Array.of(Number.NaN),
      'scales.shifts': Float64Array.of(0, 99),
      'forest.leaf_rank': (tensors['forest.leaf_rank'] as Uint16Array).map(() => 65_535),
      'forest.levels': (tensors['forest.levels'] as Float64Array).toReversed(),
      'forest.nodes': (tensors['forest.nodes'] as Int32Array).map((word) => -word),
      'forest.leaf_start': (tensors['forest.leaf_start'] as Uint32Array).map(() => 1),
      'text.hashes': (tensors['text.hashes'] as Uint32Array).toReversed(),
      'text.weights': (tensors['text.weights'] as Float32Array).map(() => Number.POSITIVE_INFINITY),
      'text.idf': (tensors['text.idf'] as Float32Array).map(() => -1),
      'text.bias': Float64Array.of(Number.NaN),
      'text.format': Uint32Array.of(9, 9),
    };
    for (const [name, data] of Object.entries(wrong)) assert.equal(rewrite({ [name]: data }).ok, false, name);
  });

  it('is never read by chance: any bytes are refused, not thrown at', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => assert.equal(decodeAmount(bytes).ok, false)),
    );
  });
});

describe('scales of currencies', () => {
  const yen = BOOK.slice(0, 200).map((row) => ({
    ...row,
    currency: 'JPY',
    amountMinor: row.amountMinor === null ? null : Math.round(row.amountMinor * 1.5),
  }));
  const euros = BOOK.map((row) => ({ ...row, currency: 'EUR' }));
  const scales = fitScales([...euros, ...yen]);

  it('puts a currency of a hundredfold on the scale of the main one, and leaves others alone', () => {
    assert.equal(scales.main, 'EUR');
    assert.ok(shiftOf(scales, 'JPY') > 3);
    assert.equal(shiftOf(scales, 'EUR'), 0);
    assert.equal(shiftOf(scales, 'USD'), 0);
    assert.equal(fitScales(BOOK).shifts.size, 0);
    const scaled = yen.map((row) => scaleRow(scales, row));
    const median = fitStatistics(scaled).amountPercentiles[50];
    assert.ok(Math.abs(median - fitStatistics(euros).amountPercentiles[50]) < 0.3);
    assert.equal(scaleRow(scales, euros[0]), euros[0]);
    assert.equal(scaleRow(scales, { ...yen[0], amountMinor: null }).amountMinor, null);
  });

  it('moves an account’s past along, and the answer back', () => {
    const past = [toPastRow(yen[0]), toPastRow(euros[0])];
    const moved = scalePast(scales, past);
    assert.ok(moved[0].logAmount < past[0].logAmount);
    assert.equal(moved[1], past[1]);
    const inYen = { ...artifact, scales };
    const scratch = createAmountScratch(inYen);
    assert.equal(readForAmount(inYen, yen[0], past, 'UTC', scratch), shiftOf(scales, 'JPY'));
    const ask = (currency: string) =>
      estimateAmount(inYen, { ...euros[0], accountId: null, currency }, [], 'UTC', 0.8).amount;
    assert.ok(ask('JPY') / ask('EUR') > 20);
    assert.equal(ask('JPY'), Math.round(ask('JPY')));
  });

  it('comes back from the file', () => {
    const decoded = decodeAmount(encodeAmount({ ...artifact, scales }));
    assert.ok(decoded.ok);
    assert.deepEqual(decoded.artifact.scales, scales);
  });
});
