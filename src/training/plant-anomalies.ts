import { DAY_MS } from '../bank/calendar.ts';
import type { Transaction } from '../bank/transaction.ts';

/** A way to make an ordinary transaction strange, so that a model without labels can be judged. */
export interface Planting {
  readonly kind: string;
  readonly meaning: string;
  /** Null where the transaction cannot be made strange in this way. */
  readonly plant: (transaction: Transaction) => Transaction | null;
}

const FACTOR = 8;

/** THE table of plantings. */
export const PLANTINGS: readonly Planting[] = [
  {
    kind: 'amount_8_times',
    meaning: 'eight times the amount',
    plant: (row) => (row.amountMinor === null ? null : { ...row, amountMinor: row.amountMinor * FACTOR }),
  },
  {
    kind: 'elsewhere_at_another_hour',
    meaning: 'three times the amount, twelve hours earlier, at a place and merchant nobody knows',
    plant: (row) => ({
      ...row,
      at: row.timeKnown ? row.at - DAY_MS / 2 : row.at,
      amountMinor: row.amountMinor === null ? null : row.amountMinor * 3,
      description: 'POS unheard of trading elsewhere',
      merchantName: '',
      location: row.location === '' ? '' : 'Elsewhere',
      country: row.country === '' ? '' : 'XX',
    }),
  },
];
