import { currencyDigits, toMajor } from '../bank/money.ts';
import type { Transaction } from '../bank/transaction.ts';
import { addContextToken, type Tokens } from '../kernels/text/tokens.ts';
import { writeTransactionTokens } from './transaction-tokens.ts';

/** Which context tokens are written beside the words: how closely amounts are looked at. */
export const RECIPES = ['octaves', 'amounts'] as const;
export type Recipe = (typeof RECIPES)[number];

/**
 * Writes everything the text model reads of a transaction: words and character n-grams of description and merchant,
 * the account, tags, payment method, type, place and merchant category, and the size of the amount. `octaves` looks
 * at amounts by octaves; `amounts` also at half octaves, exact amounts and exact amounts of one merchant (for books
 * where fixed prices tell categories apart). The category itself is never looked at.
 */
export function writeTokens(transaction: Transaction, recipe: Recipe, tokens: Tokens): void {
  const { amountMinor, currency } = transaction;
  const merchant = writeTransactionTokens(transaction, tokens);
  if (amountMinor === null) return;
  const amount = toMajor(amountMinor, currencyDigits(currency));
  const octaves = Math.sign(amount) * Math.log2(1 + Math.abs(amount));
  addContextToken(tokens, `octave=${Math.round(octaves)}`);
  addContextToken(tokens, `cents=${Math.abs(amountMinor) % 10 ** currencyDigits(currency)}`);
  if (recipe === 'octaves') return;
  addContextToken(tokens, `half_octave=${Math.round(2 * octaves)}`);
  addContextToken(tokens, `amount=${amountMinor}`);
  if (merchant !== '') addContextToken(tokens, `merchant=${merchant}\u0001amount=${amountMinor}`);
}
