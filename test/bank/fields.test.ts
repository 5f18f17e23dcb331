import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FIELDS, normaliseText, type ParseOptions, parseTransaction } from '../../src/bank/fields.ts';
import type { Transaction } from '../../src/bank/transaction.ts';

const OPTIONS: ParseOptions = {
  now: Date.UTC(2025, 0, 6, 9, 30),
  timezone: 'UTC',
  currency: null,
  amount: 'required',
};

function accepted(raw: unknown, options: Partial<ParseOptions> = {}): Transaction {
  const parsed = parseTransaction(raw, { ...OPTIONS, ...options });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.transaction;
}

function faultsOf(raw: unknown, options: Partial<ParseOptions> = {}): string[] {
  const parsed = parseTransaction(raw, { ...OPTIONS, ...options });
  assert.ok(!parsed.ok, 'expected faults');
  return parsed.faults.map((fault) => fault.pointer);
}

describe('parseTransaction', () => {
  it('reads the category example of the first system', () => {
    const transaction = accepted({
      amount: -25.5,
      type: 'Expense',
      description: 'Coffee shop purchase',
      payment_method: 'credit_card',
    });
    assert.equal(transaction.amountMinor, -2550);
    assert.equal(transaction.at, OPTIONS.now);
    assert.equal(transaction.timeKnown, true);
    assert.equal(transaction.accountId, null);
  });

  it('warns of defaults and replaced characters only when asked, and always of roundings', () => {
    const raw = { amount: -1.005, description: 'a\u0001b', tags: ['c\u0002'] };
    const warned = (options: Partial<ParseOptions>): string[] => {
      const parsed = parseTransaction(raw, { ...OPTIONS, currency: 'GBP', ...options });
      assert.ok(parsed.ok);
      return parsed.warnings.map(({ pointer }) => pointer);
    };
    assert.deepEqual(warned({}), ['/amount']);
    assert.deepEqual(warned({ reportsChanges: true }).sort(), [
      '/amount',
      '/currency',
      '/date',
      '/description',
      '/tags/0',
      '/type',
    ]);
    assert.deepEqual(accepted(raw), accepted(raw, { reportsChanges: true }));
  });

  it('accepts every documented example value', () => {
    accepted(Object.fromEntries(FIELDS.map((field) => [field.name, field.example])));
  });

  it('takes an Expense with either sign, and a type from the sign', () => {
    assert.equal(accepted({ amount: 25.5, type: 'Expense' }).amountMinor, -2550);
    assert.equal(accepted({ amount: -25.5, type: 'expense' }).amountMinor, -2550);
    assert.equal(accepted({ amount: -1 }).type, 'Expense');
    assert.equal(accepted({ amount: 0 }).type, 'Income');
    assert.equal(accepted({ amount: -5, type: 'Transfer' }).amountMinor, -500);
  });

  it('refuses Income with a negative amount unless it is a reversal', () => {
    assert.deepEqual(faultsOf({ amount: -1, type: 'Income' }), ['/amount']);
    assert.equal(accepted({ amount: -1, type: 'Income' }, { allowsReversal: true }).amountMinor, -100);
  });

  it('reports every fault at once, unknown fields included', () => {
    assert.deepEqual(
      faultsOf({
        amount: 'ten',
        type: 'Gift',
        date: 'yesterday',
        currency: 'QQQ',
        description: 7,
        tags: [1],
        balance_after: 2e12,
        'a/b~c': 1,
        location: 'x'.repeat(257),
      }).sort(),
      [
        '/amount',
        '/a~1b~0c',
        '/balance_after',
        '/currency',
        '/date',
        '/description',
        '/location',
        '/tags/0',
        '/type',
      ],
    );
  });

  it('names a missing amount or type once', () => {
    assert.deepEqual(faultsOf({}), ['/amount']);
    assert.deepEqual(faultsOf({ amount: Number.NaN }), ['/amount']);
    assert.deepEqual(faultsOf({ type: 3 }, { amount: 'ignored', requiresType: true }), ['/type']);
    assert.deepEqual(faultsOf({}, { amount: 'ignored', requiresType: true }), ['/type']);
    assert.equal(
      accepted({ amount: 'ignored, whatever it is', type: 'Expense' }, { amount: 'ignored' }).amountMinor,
      null,
    );
    assert.equal(accepted({}, { amount: 'optional' }).type, null);
  });

  it('refuses what is not an object', () => {
    for (const raw of [null, 1, 'x', [], undefined]) assert.deepEqual(faultsOf(raw), ['']);
  });

  it('does not inherit fields from the prototype', () => {
    const raw = JSON.parse('{"amount": 1, "__proto__": {"description": "x"}}');
    assert.deepEqual(faultsOf(raw), ['/__proto__']);
    assert.deepEqual(faultsOf({ amount: 1, tags: 'x' }), ['/tags']);
    assert.deepEqual(faultsOf({ amount: 1, tags: new Array(33).fill('x') }), ['/tags']);
  });

  it('rounds to the digits of the currency and says so', () => {
    const parsed = parseTransaction({ amount: 10.5, currency: 'jpy' }, OPTIONS);
    assert.ok(parsed.ok);
    assert.equal(parsed.transaction.amountMinor, 10);
    assert.equal(parsed.transaction.currency, 'JPY');
    assert.deepEqual(parsed.warnings, [{ pointer: '/amount', detail: 'rounded half-even to 0 decimals' }]);
  });

  it('cuts over-long text only when asked to', () => {
    // Characters are counted as in JSON Schema: an emoji is one, though two code units.
    const raw = { amount: 1, description: `${'\u{1f600}'.repeat(1024)}a`, tags: ['y'.repeat(65), ' ', 'ok'] };
    const full = { amount: 1, description: '\u{1f600}'.repeat(1024), tags: ['\u{1f600}'.repeat(64)] };
    assert.ok(parseTransaction(full, OPTIONS).ok);
    assert.deepEqual(faultsOf(raw), ['/description', '/tags/0']);
    const parsed = parseTransaction(raw, { ...OPTIONS, cutsLongText: true });
    assert.ok(parsed.ok);
    assert.equal(parsed.transaction.description, '\u{1f600}'.repeat(1024));
    assert.deepEqual(parsed.transaction.tags, ['y'.repeat(64), 'ok']);
    assert.equal(parsed.warnings.length, 2);
  });

  it('normalises text: control characters, composition, lone surrogates, ends', () => {
    assert.equal(normaliseText(' a\u0000b\tc '), 'a b c');
    assert.equal(normaliseText('cafe\u0301'), 'caf\u00e9');
    assert.equal(normaliseText('x\ud800y'), 'x\ufffdy');
    assert.equal(normaliseText('\u05e9\u05dc\u05d5\u05dd'), '\u05e9\u05dc\u05d5\u05dd');
  });

  it('never throws and never changes its input, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...FIELDS.map((field) => field.name), 'other'), fc.anything()),
        (raw) => {
          const before = fc.stringify(raw);
          const parsed = parseTransaction(raw, OPTIONS);
          assert.equal(fc.stringify(raw), before);
          if (parsed.ok) assert.ok(Number.isSafeInteger(parsed.transaction.amountMinor));
          else assert.ok(parsed.faults.length > 0);
        },
      ),
    );
  });
});
