import { DAY_MS } from '../bank/calendar.ts';
import type { Transaction } from '../bank/transaction.ts';
import { type PastRow, toPastRow } from '../features/past.ts';

/** When it was made: a Monday morning. */
export const PROBE_AT = Date.UTC(2025, 0, 6, 9, 30);

/** An everyday card payment without an account; other probes are made from it. */
export const CARD_PAYMENT: Transaction = {
  id: null,
  accountId: null,
  at: PROBE_AT,
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
  CARD_PAYMENT,
  { ...CARD_PAYMENT, description: '', type: null, amountMinor: 0 },
  {
    ...CARD_PAYMENT,
    description: 'ACME PAYROLL 0425',
    type: 'Income',
    amountMinor: 310_000,
    paymentMethod: 'bank_transfer',
  },
  {
    ...CARD_PAYMENT,
    description: 'POS 4421 GREEN GROCER LEEDS GB',
    location: 'Leeds',
    currency: 'GBP',
    tags: ['home'],
  },
  {
    ...CARD_PAYMENT,
    description: 'ΚΑΦΕ 24 ☕',
    merchantName: 'Kafe',
    timeKnown: false,
    amountMinor: -99_999_999,
  },
  { ...CARD_PAYMENT, description: 'monthly rent', accountId: 'probe', amountMinor: -95_000 },
];

/** The history of those that have an account. */
export const PROBE_PAST: readonly PastRow[] = [1, 31, 61]
  .map((days) =>
    toPastRow({
      ...CARD_PAYMENT,
      description: 'monthly rent',
      at: PROBE_AT - days * DAY_MS,
      amountMinor: -95_000,
    }),
  )
  .reverse();
