import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type DecimalSign,
  decideDecimal,
  noEvidence,
  readDigits,
  splitAmount,
  weighDecimals,
} from '../../src/importing/amounts.ts';

function read(text: string, decimal: DecimalSign): number | null | 'empty' {
  const parts = splitAmount(text);
  if (parts === null || parts === 'empty') return parts;
  const size = readDigits(parts.digits, decimal);
  if (size === null) return null;
  return parts.isNegative ? -size : size;
}

function decide(values: readonly string[], delimiter = ','): DecimalSign | null {
  const evidence = noEvidence();
  weighDecimals(values, evidence);
  return decideDecimal(evidence, delimiter);
}

describe('amounts', () => {
  const cases: [string, DecimalSign, number | null | 'empty'][] = [
    ['12', 'point', 12],
    ['-12.50', 'point', -12.5],
    ['1,234.56', 'point', 1234.56],
    ['1,00,000.25', 'point', 100_000.25],
    ['1.234,56', 'comma', 1234.56],
    ['12,5', 'comma', 12.5],
    ['1.234.567', 'comma', 1_234_567],
    ['1 234,56', 'comma', 1234.56],
    ['1\u00a0234,56', 'comma', 1234.56],
    ['1\u202f234,56', 'comma', 1234.56],
    ["1'234.56", 'point', 1234.56],
    ['1’234.56', 'point', 1234.56],
    ['€12.50', 'point', 12.5],
    ['12,50 €', 'comma', 12.5],
    ['-£1,000', 'point', -1000],
    ['£-5.00', 'point', -5],
    ['$ 5', 'point', 5],
    ['US$5', 'point', 5],
    ['EUR 5.10', 'point', 5.1],
    ['5.10 gbp', 'point', 5.1],
    ['Rs. 500', 'point', 500],
    ['500 kr', 'point', 500],
    ['(12.50)', 'point', -12.5],
    ['($12.50)', 'point', -12.5],
    ['$(12.50)', 'point', -12.5],
    ['12.50-', 'point', -12.5],
    ['−12.50', 'point', -12.5],
    ['–12.50', 'point', -12.5],
    ['+12.50', 'point', 12.5],
    ['.5', 'point', 0.5],
    ['5.', 'point', 5],
    ['1e3', 'point', 1000],
    ['0', 'point', 0],
    ['', 'point', 'empty'],
    ['  ', 'point', 'empty'],
    ['-', 'point', 'empty'],
    ['—', 'point', 'empty'],
    ['12%', 'point', null],
    ['NaN', 'point', null],
    ['Infinity', 'point', null],
    ['-inf', 'point', null],
    ['n/a', 'point', null],
    ['1e999', 'point', null],
    ['12k', 'point', null],
    ['3x', 'point', null],
    ['12abc', 'point', null],
    ['1,50', 'point', null],
    ['1.50', 'comma', null],
    ['1,23,4', 'point', null],
    ['1.2.3', 'point', null],
    ['--5', 'point', null],
    ['-5-', 'point', null],
    ['5 DR CR', 'point', null],
    ['DR 5 CR', 'point', null],
    ['2024-01-05', 'point', null],
    ['0x10', 'point', null],
    ['١٢', 'point', null],
  ];
  for (const [text, decimal, expected] of cases) {
    test(`${JSON.stringify(text)} with decimal ${decimal} is ${expected}`, () => {
      assert.equal(read(text, decimal), expected);
    });
  }

  test('DR and CR beside an amount are directions', () => {
    for (const text of ['12.50 DR', '12.50Dr.', 'DR 12.50', '12.50 D', '12,50 S']) {
      const parts = splitAmount(text);
      assert.ok(parts !== null && parts !== 'empty');
      assert.equal(parts.suffix, 'debit', text);
    }
    for (const text of ['12.50 CR', '€12.50CR', '12,50 H', '12.50 c']) {
      const parts = splitAmount(text);
      assert.ok(parts !== null && parts !== 'empty');
      assert.equal(parts.suffix, 'credit', text);
    }
  });

  test('every amount is read back from every way of writing it', () => {
    const ways: [DecimalSign, (whole: string, cents: string) => string][] = [
      ['point', (whole, cents) => `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents}`],
      ['point', (whole, cents) => `${whole.replace(/\B(?=(\d{3})+$)/g, "'")}.${cents} CHF`],
      ['comma', (whole, cents) => `${whole.replace(/\B(?=(\d{3})+$)/g, '.')},${cents} €`],
      ['comma', (whole, cents) => `${whole.replace(/\B(?=(\d{3})+$)/g, ' ')},${cents}`],
    ];
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 99_999_999_999 }), { minLength: 1 }),
        fc.constantFrom(...ways),
        (minors, [decimal, way]) => {
          const texts = minors.map((minor) =>
            way(String(Math.floor(minor / 100)), String(minor % 100).padStart(2, '0')),
          );
          assert.equal(decide(texts), decimal);
          assert.deepEqual(
            texts.map((text) => read(text, decimal)),
            minors.map((minor) => minor / 100),
          );
        },
      ),
    );
  });

  test('text of any kind never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.,-+() €$DRC%eE') }), (text) => {
        read(text, 'point');
        read(text, 'comma');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('decimal sign of a file', () => {
  test('decided by the values', () => {
    assert.equal(decide(['12', '7']), 'point');
    assert.equal(decide(['1,234', '1,50', '2']), 'comma');
    assert.equal(decide(['1.234', '1.5']), 'point');
    assert.equal(decide(['1.234', '1.234.567']), 'comma');
    assert.equal(decide(['1,234', '1,234,567']), 'point');
    assert.equal(decide(['0.123']), 'point');
    assert.equal(decide(['1234,567']), 'comma');
    assert.equal(decide(['1.50', '2.50', '3,50']), 'point');
  });

  test('open where a thousand and a fraction look alike', () => {
    assert.equal(decide(['1.234', '5']), null);
    assert.equal(decide(['1,234', '5']), 'point');
    assert.equal(decide(['1,234', '5'], ';'), null);
    assert.equal(decide(['1,50', '1.50']), null);
  });
});
