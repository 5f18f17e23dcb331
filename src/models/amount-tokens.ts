import type { Transaction } from '../bank/transaction.ts';
import { firstWord } from '../features/merchant-key.ts';
import { addContextToken, type Tokens } from '../kernels/text/tokens.ts';
import { writeTransactionTokens } from './transaction-tokens.ts';

/**
 * Writes everything the amount model's text part reads: what every text model does, currency, category and merchant,
 * and pairs of them, whose amounts are often usual. No token is made from the amount or the balance.
 */
export function writeAmountTokens(transaction: Transaction, tokens: Tokens): void {
  const { accountId, category, currency, tags } = transaction;
  const merchant = writeTransactionTokens(transaction, tokens);
  if (currency !== null) addContextToken(tokens, `currency=${currency}`);
  if (merchant !== '') {
    addContextToken(tokens, `merchant=${merchant}`);
    if (accountId !== null) addContextToken(tokens, `account=${accountId}\u0001merchant=${merchant}`);
  }
  if (category === '') return;
  addContextToken(tokens, `category=${category}`);
  if (accountId !== null) addContextToken(tokens, `account=${accountId}\u0001category=${category}`);
  if (merchant !== '') {
    addContextToken(tokens, `category=${category}\u0001word=${firstWord(merchant)}`);
    addContextToken(tokens, `category=${category}\u0001merchant=${merchant}`);
  }
  for (const tag of tags) addContextToken(tokens, `category=${category}\u0001tag=${tag}`);
}
