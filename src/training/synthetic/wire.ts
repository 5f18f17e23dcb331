import { FIELDS } from '../../bank/fields.ts';
import type { Transaction } from '../../bank/transaction.ts';
import { toWire } from '../../bank/wire.ts';

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
