/** Direction of a transaction, under the wire names of the API. */
export const TRANSACTION_TYPES = ['Income', 'Expense', 'Transfer'] as const;
export type TransactionType = (typeof TRANSACTION_TYPES)[number];

/** One normalised transaction: parsed at the edge, trusted everywhere inside. Empty text means "not given". */
export interface Transaction {
  readonly id: string | null;
  readonly accountId: string | null;
  /** Instant in milliseconds since the Unix epoch. */
  readonly at: number;
  /** False when only a date was given: the hour of day is then unknown, not midnight. */
  readonly timeKnown: boolean;
  /** Integer minor units of `currency`, signed: negative is money out. Null when the amount is not known. */
  readonly amountMinor: number | null;
  /** ISO 4217 code, or null when unknown (2 digits are then assumed). */
  readonly currency: string | null;
  readonly type: TransactionType | null;
  readonly description: string;
  readonly merchantName: string;
  /** The true (confirmed) category; empty when it is not known. */
  readonly category: string;
  readonly paymentMethod: string;
  readonly location: string;
  readonly merchantCategoryCode: string;
  readonly country: string;
  readonly reference: string;
  readonly tags: readonly string[];
  readonly balanceAfterMinor: number | null;
}

/** One thing wrong with an input: where (an RFC 6901 JSON pointer such as `/amount`) and what would be right. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}
