import type { CategoryName } from '../../bank/taxonomy.ts';
import type { TransactionType } from '../../bank/transaction.ts';
import type { AnomalyKind, Cadence } from '../synthetic.ts';

/** A recurring payment being planned; its payments are found by reference once they have ids. */
export interface StreamPlan {
  readonly account: number;
  readonly merchant: string;
  readonly category: CategoryName;
  readonly cadence: Cadence;
  readonly isAmountFixed: boolean;
  readonly isActive: boolean;
}

/** A transaction being made up: not yet ordered, numbered or balanced. */
export interface Draft {
  account: number;
  /** Local day number. */
  day: number;
  /** Milliseconds into the local day; -1 when only the date is known. */
  msOfDay: number;
  amountMinor: number;
  type: TransactionType;
  description: string;
  merchantName: string;
  category: CategoryName;
  paymentMethod: string;
  location: string;
  country: string;
  code: string;
  reference: string;
  tags: readonly string[];
  stream: StreamPlan | null;
  anomaly: AnomalyKind | null;
  isMislabelled: boolean;
}

/** Rounds a positive amount in minor units the way such prices end: `cents`, `nines`, `half`, `whole` or `ten`. */
export function roundPrice(minor: number, ending: string, draw: number): number {
  const step = ending === 'ten' ? 1000 : ending === 'whole' ? 100 : ending === 'half' ? 10 : 1;
  if (ending === 'nines') {
    const tail = draw < 0.6 ? 99 : draw < 0.8 ? 95 : draw < 0.9 ? 49 : 0;
    return Math.max(99, Math.floor(minor / 100) * 100 + tail);
  }
  return Math.max(step, Math.round(minor / step) * step);
}
