import { formatDay, localDayNumber } from './calendar.ts';
import { currencyDigits, toMajor } from './money.ts';
import type { Transaction } from './transaction.ts';

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
