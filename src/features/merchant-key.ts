import type { Transaction } from '../bank/transaction.ts';

// Splitting never looks back, so that a hostile text of a thousand symbols costs no more than a plain one.
const BETWEEN_WORDS = /[^\p{L}\p{M}\p{N}'&]+/u;
const DIGIT = /\p{N}/u;
const TOKENS_MAX = 6;

/**
 * The merchant as a key that survives store numbers and references: lower-case words without digits, at most six, of
 * the merchant name or else the description. Falls back to the whole text when every word holds a digit; '' when
 * there is no text at all.
 */
export function merchantKey(transaction: Transaction): string {
  const text = (transaction.merchantName || transaction.description).toLowerCase();
  if (text === '') return '';
  let key = '';
  let tokens = 0;
  for (const word of text.split(BETWEEN_WORDS)) {
    if (word === '' || DIGIT.test(word)) continue;
    key = key === '' ? word : `${key} ${word}`;
    tokens++;
    if (tokens === TOKENS_MAX) break;
  }
  return key === '' ? text : key;
}

/** First word of a merchant key: chains share it where branches differ. */
export function firstWord(merchant: string): string {
  const end = merchant.indexOf(' ');
  return end < 0 ? merchant : merchant.slice(0, end);
}
