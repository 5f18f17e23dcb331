import type { LocalTime } from '../bank/calendar.ts';
import { currencyDigits } from '../bank/money.ts';
import type { AmountStatistic } from '../features/statistics.ts';

const USUAL_SPREADS = 1.645;
/** Half of a normal lies within so many standard deviations of its median. */
const MIDDLE_SPREADS = 0.674;
/** An amount so many times the median, or its inverse, is large, or small, and not only larger or smaller. */
const FAR_RATIO = 1.5;

/** An amount in major units with the digits of its currency, and the currency where it is known. */
export function formatAmount(amount: number, currency: string | null): string {
  const digits = currencyDigits(currency);
  const text = amount.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return currency === null ? text : `${text} ${currency}`;
}

/** An amount beside what is usual. */
export interface ComparedAmount {
  readonly value: string;
  readonly usual: string;
  /** Whether it lies within the usual range, in which case `size` says where and `usual` names no range it would deny. */
  readonly isUsual: boolean;
  readonly size: string;
}

/** Says how large an amount is among those of a statistic. */
export function compareAmount(
  amount: number,
  statistic: AmountStatistic,
  currency: string | null,
): ComparedAmount {
  const value = formatAmount(amount, currency);
  const range = usualRange(statistic, currency);
  const written = Number(amount.toFixed(currencyDigits(currency)));
  const ratio = amount / Math.expm1(statistic.median);
  if (written < range.low || written > range.high)
    return { value, usual: range.text, isUsual: false, size: sizeBeyond(ratio) };
  const far = Math.abs(Math.log1p(amount) - statistic.median) / statistic.spread;
  const size =
    far < MIDDLE_SPREADS || !Number.isFinite(ratio) || formatRatio(ratio) === '1.0'
      ? `close to the median of ${range.median}`
      : `${formatRatio(ratio)} times the median of ${range.median}`;
  return { value, usual: `median ${range.median}`, isUsual: true, size };
}

/**
 * Where nine in ten amounts would lie if their logs were normal with this median and spread. The numbers are rounded as
 * they are written, so that what an amount is compared with is what a reader compares it with.
 */
function usualRange({ median, spread }: AmountStatistic, currency: string | null) {
  const low = round(Math.max(0, Math.expm1(median - USUAL_SPREADS * spread)));
  const high = round(Math.expm1(median + USUAL_SPREADS * spread));
  const middle = formatRound(round(Math.expm1(median)));
  const unit = unitOf(currency);
  return {
    low,
    high,
    median: `${middle}${unit}`,
    text: `${formatRound(low)} to ${formatRound(high)}${unit} (median ${middle})`,
  };
}

function sizeBeyond(ratio: number): string {
  // A median of nothing is exceeded by any amount, and by no number of times.
  if (ratio === Number.POSITIVE_INFINITY) return 'unusually large';
  if (ratio >= FAR_RATIO) return `unusually large (${formatRatio(ratio)} times the median)`;
  if (ratio <= 1 / FAR_RATIO) return 'unusually small';
  return ratio > 1 ? 'larger than usual' : 'smaller than usual';
}

function formatRatio(ratio: number): string {
  if (ratio >= 10) return Math.round(ratio).toLocaleString('en');
  return ratio >= 0.1 ? ratio.toFixed(1) : ratio.toPrecision(1);
}

function unitOf(currency: string | null): string {
  return currency === null ? '' : ` ${currency}`;
}

function round(amount: number): number {
  return amount < 10 ? Math.round(10 * amount) / 10 : Math.round(amount);
}

function formatRound(amount: number): string {
  return amount.toLocaleString('en', { maximumFractionDigits: 1 });
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
