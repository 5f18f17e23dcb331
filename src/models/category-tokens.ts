import { currencyDigits, toMajor } from '../bank/money.ts';
import type { Transaction } from '../bank/transaction.ts';
import { merchantKey } from '../features/merchant-key.ts';
import { addContextToken, addTextTokens, clearTokens, type Tokens } from '../kernels/text/tokens.ts';
import { firstWord } from './category-lookup.ts';

/** Which context tokens are written beside the words: how closely amounts are looked at. */
export const RECIPES = ['octaves', 'amounts'] as const;
export type Recipe = (typeof RECIPES)[number];

const CROSS_WORD_MIN = 3;

/**
 * Writes everything the text model reads of a transaction: words and character n-grams of description and merchant,
 * the account, tags, payment method, type, place and merchant category, and the size of the amount. `octaves` looks
 * at amounts by octaves; `amounts` also at half octaves, exact amounts and exact amounts of one merchant (for books
 * where fixed prices tell categories apart). The category itself is never looked at.
 */
export function writeTokens(transaction: Transaction, recipe: Recipe, tokens: Tokens): void {
  const { amountMinor, currency, accountId } = transaction;
  clearTokens(tokens);
  if (transaction.description !== '') addTextTokens(tokens, 'description', transaction.description);
  if (transaction.merchantName !== '') addTextTokens(tokens, 'merchant', transaction.merchantName);
  if (accountId !== null) addContextToken(tokens, `account=${accountId}`);
  for (const tag of transaction.tags) addContextToken(tokens, `tag=${tag}`);
  if (transaction.paymentMethod !== '') addContextToken(tokens, `payment=${transaction.paymentMethod}`);
  if (transaction.type !== null) addContextToken(tokens, `type=${transaction.type}`);
  if (transaction.location !== '') addContextToken(tokens, `location=${transaction.location}`);
  const code = transaction.merchantCategoryCode;
  if (code !== '') addContextToken(tokens, `merchant_category=${code}`);

  const merchant = merchantKey(transaction);
  const word = firstWord(merchant);
  if (accountId !== null && word.length >= CROSS_WORD_MIN) {
    addContextToken(tokens, `account=${accountId}\u0001word=${word}`);
  }
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
