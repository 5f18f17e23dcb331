import { DAY_MS } from '../bank/calendar.ts';
import type { Transaction } from '../bank/transaction.ts';
import { type PastRow, toPastRow } from '../features/past.ts';

const AT = Date.UTC(2025, 0, 6, 9, 30);

const COFFEE: Transaction = {
  id: null,
  accountId: null,
  at: AT,
  timeKnown: true,
  amountMinor: -2550,
  currency: null,
  type: 'Expense',
  description: 'Coffee shop purchase',
  merchantName: '',
  category: '',
  paymentMethod: 'credit_card',
  location: '',
  merchantCategoryCode: '',
  country: '',
  reference: '',
  tags: [],
  balanceAfterMinor: null,
};

/** Transactions that between them touch every part of a model: words, none, income, a place, another alphabet, a bare date. */
export const PROBES: readonly Transaction[] = [
  COFFEE,
  { ...COFFEE, description: '', type: null, amountMinor: 0 },
  {
    ...COFFEE,
    description: 'ACME PAYROLL 0425',
    type: 'Income',
    amountMinor: 310_000,
    paymentMethod: 'bank_transfer',
  },
  {
    ...COFFEE,
    description: 'POS 4421 GREEN GROCER LEEDS GB',
    location: 'Leeds',
    currency: 'GBP',
    tags: ['home'],
  },
  { ...COFFEE, description: 'ΚΑΦΕ 24 ☕', merchantName: 'Kafe', timeKnown: false, amountMinor: -99_999_999 },
  { ...COFFEE, description: 'monthly rent', accountId: 'probe', amountMinor: -95_000 },
];

/** The history of those that have an account. */
export const PROBE_PAST: readonly PastRow[] = [1, 31, 61]
  .map((days) =>
    toPastRow({ ...COFFEE, description: 'monthly rent', at: AT - days * DAY_MS, amountMinor: -95_000 }),
  )
  .reverse();
