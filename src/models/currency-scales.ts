import { currencyDigits } from '../bank/money.ts';
import type { Transaction } from '../bank/transaction.ts';
import type { PastRow } from '../features/past.ts';
import { logAmount } from '../features/statistics.ts';
import { quantileSorted } from '../kernels/stats/quantile.ts';

/**
 * How far the log amounts of a currency lie above those of the main one, so that yen and euro can be learnt from
 * together. Currencies that are not listed count as of the main one's scale.
 */
export interface CurrencyScales {
  /** The most frequent currency; null when most rows name none. */
  readonly main: string | null;
  readonly shifts: ReadonlyMap<string, number>;
}

const ROWS_MIN = 10;
/**
 * Medians nearer to each other than a factor of e say more about what is bought than about what the money is worth, so
 * such currencies are left as they are.
 */
const SHIFT_MIN = 1;

/** Learns scales from rows: the difference of median log amounts where it is large and rests on ten rows or more. */
export function fitScales(rows: readonly Transaction[]): CurrencyScales {
  const logs = new Map<string | null, number[]>();
  for (const row of rows) {
    const log = logAmount(row);
    if (Number.isNaN(log)) continue;
    const own = logs.get(row.currency);
    if (own === undefined) logs.set(row.currency, [log]);
    else own.push(log);
  }
  let main: string | null = null;
  for (const [currency, own] of logs) if (own.length > (logs.get(main)?.length ?? 0)) main = currency;
  const centre = medianOf(logs.get(main) ?? []);
  const shifts = new Map<string, number>();
  for (const currency of [...logs.keys()].filter((key) => key !== null).sort()) {
    const own = logs.get(currency) ?? [];
    const shift = medianOf(own) - centre;
    if (own.length >= ROWS_MIN && Math.abs(shift) >= SHIFT_MIN) shifts.set(currency, shift);
  }
  return { main, shifts };
}

function medianOf(values: readonly number[]): number {
  return quantileSorted(Float64Array.from(values).sort(), 0.5);
}

/** What is to be taken off a log amount of that currency. */
export function shiftOf({ shifts }: CurrencyScales, currency: string | null): number {
  return currency === null ? 0 : (shifts.get(currency) ?? 0);
}

/** The row with its amount on the scale of the main currency; the row itself where nothing changes. */
export function scaleRow(scales: CurrencyScales, row: Transaction): Transaction {
  const shift = shiftOf(scales, row.currency);
  if (shift === 0 || row.amountMinor === null) return row;
  const amount = Math.sign(row.amountMinor) * Math.expm1(Math.max(0, logAmount(row) - shift));
  const unit = 10 ** currencyDigits(scales.main);
  return { ...row, currency: scales.main, amountMinor: Math.round(amount * unit) };
}

/** The past with its amounts on the scale of the main currency; the same array where nothing changes. */
export function scalePast(scales: CurrencyScales, past: readonly PastRow[]): readonly PastRow[] {
  if (scales.shifts.size === 0) return past;
  return past.map((row) => {
    const shift = shiftOf(scales, row.currency);
    if (shift === 0) return row;
    return { ...row, logAmount: Math.max(0, row.logAmount - shift), amount: row.amount * Math.exp(-shift) };
  });
}
