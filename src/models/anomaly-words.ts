import type { LocalTime } from '../bank/calendar.ts';
import { currencyDigits } from '../bank/money.ts';
import type { AmountStatistic } from '../features/statistics.ts';

const USUAL_SPREADS = 1.645;

/** An amount in major units with the digits of its currency, and the currency where it is known. */
export function formatAmount(amount: number, currency: string | null): string {
  const digits = currencyDigits(currency);
  const text = amount.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return currency === null ? text : `${text} ${currency}`;
}

/** Where nine in ten amounts would lie if their logs were normal with this median and spread. */
export function formatRange({ median, spread }: AmountStatistic, currency: string | null): string {
  const low = Math.max(0, Math.expm1(median - USUAL_SPREADS * spread));
  const high = Math.expm1(median + USUAL_SPREADS * spread);
  const unit = currency === null ? '' : ` ${currency}`;
  return `${round(low)} to ${round(high)}${unit} (median ${round(Math.expm1(median))})`;
}

function round(amount: number): string {
  const digits = amount < 10 ? 1 : 0;
  return amount.toLocaleString('en', { maximumFractionDigits: digits });
}

export function formatHour({ hour, minute }: Pick<LocalTime, 'hour' | 'minute'>): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

export function formatDays(days: number): string {
  if (days < 1) return countOf(Math.max(1, Math.round(days * 24)), 'hour');
  return countOf(Math.round(days), 'day');
}

export function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

export function times(count: number): string {
  return count === 0 ? 'never' : countOf(count, 'time');
}
