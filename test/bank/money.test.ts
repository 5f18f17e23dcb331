import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { currencyDigits, isCurrency, toMajor, toMinor } from '../../src/bank/money.ts';

describe('money', () => {
  it('knows the minor digits of ISO 4217 currencies', () => {
    assert.equal(currencyDigits('JPY'), 0);
    assert.equal(currencyDigits('EUR'), 2);
    assert.equal(currencyDigits('KWD'), 3);
    assert.equal(currencyDigits(null), 2);
    assert.equal(isCurrency('GBP'), true);
    assert.equal(isCurrency('XQZ'), false);
  });

  it('rounds half to even on the decimal as written', () => {
    const cases: [number, number, number][] = [
      [25.5, 2, 2550],
      [-25.5, 2, -2550],
      [0.125, 2, 12],
      [0.135, 2, 14],
      [1.005, 2, 100],
      [1.015, 2, 102],
      [-0.125, 2, -12],
      [0.005, 2, 0],
      [0.015, 2, 2],
      [0.0051, 2, 1],
      [2.5, 0, 2],
      [3.5, 0, 4],
      [1e-9, 2, 0],
      [999999999999.99, 2, 99999999999999],
      [1e12, 3, 1e15],
    ];
    for (const [amount, digits, minor] of cases) assert.equal(toMinor(amount, digits), minor, `${amount}`);
  });

  it('never yields negative zero', () => {
    assert.equal(Object.is(toMinor(-0, 2), 0), true);
    assert.equal(Object.is(toMinor(-0.001, 2), 0), true);
  });

  it('brings every representable amount back unchanged', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e14, max: 1e14 }), fc.constantFrom(0, 2, 3), (minor, digits) => {
        assert.equal(toMinor(toMajor(minor, digits), digits), minor === 0 ? 0 : minor);
      }),
    );
  });

  it('is never further than half a minor unit from the amount', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (amount) => {
        assert.ok(Math.abs(toMinor(amount, 2) - amount * 100) <= 0.5 + 1e-4);
      }),
    );
  });
});
