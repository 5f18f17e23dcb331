import type { Transaction } from '../bank/transaction.ts';
import { firstWord, merchantKey } from '../features/merchant-key.ts';
import { addContextToken, addTextTokens, clearTokens, type Tokens } from '../kernels/text/tokens.ts';

const CROSS_WORD_MIN = 3;

/**
 * Replaces the tokens by what every text model reads of a transaction: words and character n-grams of description and
 * merchant, the account, tags, payment method, type, place, merchant category, and the account with the merchant's
 * first word. Neither category nor amount nor balance is looked at. Returns the merchant's key.
 */
export function writeTransactionTokens(transaction: Transaction, tokens: Tokens): string {
  const { accountId } = transaction;
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
  return merchant;
}
