import fc from 'fast-check';
import type { Transaction } from '../../src/bank/transaction.ts';
import { type PastRow, toPastRow } from '../../src/features/past.ts';
import { fitStatistics, type Statistics } from '../../src/features/statistics.ts';

const AT = Date.UTC(2024, 1, 29, 13, 37);

/** Any normalised transaction, hostile text included. */
export const transactions: fc.Arbitrary<Transaction> = fc.record({
  id: fc.constant(null),
  accountId: fc.constantFrom(null, 'acc-1'),
  at: fc.integer({ min: Date.UTC(1, 0, 1), max: Date.UTC(9999, 11, 31) }),
  timeKnown: fc.boolean(),
  amountMinor: fc.oneof(fc.constant(null), fc.integer({ min: -1e12, max: 1e12 })),
  currency: fc.constantFrom(null, 'EUR', 'JPY', 'KWD'),
  type: fc.constantFrom(null, 'Income', 'Expense', 'Transfer'),
  description: fc.oneof(
    fc.constantFrom(
      '',
      'Coffee shop purchase',
      'POS 1234 TESCO STORE',
      '\u{1f600} ref#12345678',
      '\u0645\u0642\u0647\u0649',
    ),
    fc.string({ unit: 'binary', maxLength: 60 }),
  ),
  merchantName: fc.constantFrom('', 'Blue Kettle', 'blue kettle 0042'),
  category: fc.constantFrom('', 'Dining', 'Housing', 'never seen'),
  paymentMethod: fc.constantFrom('', 'credit_card', 'never seen'),
  location: fc.constantFrom('', 'Leeds'),
  merchantCategoryCode: fc.constantFrom('', '5814'),
  country: fc.constantFrom('', 'GB'),
  reference: fc.constantFrom('', 'INV-1'),
  tags: fc.constantFrom([], ['office'], ['a', 'b']),
  balanceAfterMinor: fc.oneof(fc.constant(null), fc.integer({ min: -1e14, max: 1e14 })),
});

/** A plain transaction to vary in tests. */
export const PLAIN: Transaction = {
  id: null,
  accountId: 'acc-1',
  at: AT,
  timeKnown: true,
  amountMinor: -1250,
  currency: 'EUR',
  type: 'Expense',
  description: 'Coffee shop purchase',
  merchantName: '',
  category: 'Dining',
  paymentMethod: 'credit_card',
  location: '',
  merchantCategoryCode: '',
  country: '',
  reference: '',
  tags: [],
  balanceAfterMinor: null,
};

/** Statistics and a past in which every feature has something to say. */
export function learn(): { statistics: Statistics; past: PastRow[] } {
  const rows: Transaction[] = [];
  for (let i = 0; i < 40; i++) {
    const isRent = i % 10 === 0;
    rows.push({
      ...PLAIN,
      at: AT - (41 - i) * 40 * 3_600_000,
      amountMinor: isRent ? -95_000 : -300 - 25 * i,
      description: isRent ? 'Monthly rent' : 'Coffee shop purchase',
      category: isRent ? 'Housing' : 'Dining',
      location: 'Leeds',
      merchantCategoryCode: '5814',
    });
  }
  return { statistics: fitStatistics(rows), past: rows.map((row) => toPastRow(row)) };
}
