import { formatDay, localDayNumber } from '../../bank/calendar.ts';
import { FIELDS } from '../../bank/fields.ts';
import { currencyDigits, toMajor } from '../../bank/money.ts';
import type { Transaction } from '../../bank/transaction.ts';

/** A transaction as a client sends it: snake_case, amounts in major units, what is not given left out. */
export function toWire(transaction: Transaction, timezone = 'UTC'): Record<string, unknown> {
  const digits = currencyDigits(transaction.currency);
  const wire: Record<string, unknown> = {
    date: transaction.timeKnown
      ? new Date(transaction.at).toISOString().replace('.000Z', 'Z')
      : formatDay(localDayNumber(transaction.at, timezone)),
    amount: transaction.amountMinor === null ? null : toMajor(transaction.amountMinor, digits),
    type: transaction.type,
    description: transaction.description,
    category: transaction.category,
    payment_method: transaction.paymentMethod,
    merchant_name: transaction.merchantName,
    location: transaction.location,
    account_id: transaction.accountId,
    transaction_id: transaction.id,
    currency: transaction.currency,
    merchant_category_code: transaction.merchantCategoryCode,
    balance_after:
      transaction.balanceAfterMinor === null ? null : toMajor(transaction.balanceAfterMinor, digits),
    country: transaction.country,
    reference: transaction.reference,
    tags: transaction.tags.length === 0 ? null : transaction.tags,
  };
  for (const name of Object.keys(wire)) {
    if (wire[name] === null || wire[name] === '') delete wire[name];
  }
  return wire;
}

/**
 * Transactions as CSV text (RFC 4180 with LF line ends) with the wire's names as header. `columns` chooses and orders
 * them; tags are joined by `|`.
 */
export function toCsv(
  transactions: readonly Transaction[],
  options: { readonly timezone?: string; readonly columns?: readonly string[] } = {},
): string {
  const columns = options.columns ?? FIELDS.map((field) => field.name);
  const lines = [columns.join(',')];
  for (const transaction of transactions) {
    const wire = toWire(transaction, options.timezone);
    lines.push(columns.map((name) => quote(wire[name])).join(','));
  }
  return `${lines.join('\n')}\n`;
}

function quote(value: unknown): string {
  if (value === undefined) return '';
  const text = Array.isArray(value) ? value.join('|') : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
