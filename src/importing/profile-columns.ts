import { isCurrency } from '../bank/money.ts';
import { splitAmount } from './amounts.ts';
import { resolveDay, splitDate, splitTime } from './date-text.ts';
import { readDirection } from './directions.ts';
import type { RawRecord } from './raw-table.ts';

/** What the cells of one column look like, from a sample. Shares are of the filled cells. */
export interface ColumnProfile {
  readonly filled: number;
  /** Share of the sampled cells that are filled. */
  readonly filledShare: number;
  /** Dates of any form, bare numbers (epoch, YYYYMMDD, Excel) included. */
  readonly dates: number;
  /** Dates that cannot be mistaken for a number. */
  readonly plainDates: number;
  readonly times: number;
  readonly numbers: number;
  readonly fractions: number;
  readonly directions: number;
  readonly currencies: number;
  readonly letters: number;
  /** Share of distinct values among the filled ones. */
  readonly distinct: number;
  readonly distinctCount: number;
  readonly lengthMean: number;
}

const SAMPLE_MAX = 2000;

/** Evenly spread records whose cells are certain. */
export function sampleRecords(records: readonly RawRecord[]): RawRecord[] {
  const step = Math.max(1, records.length / SAMPLE_MAX);
  const sample: RawRecord[] = [];
  for (let at = 0; at < records.length; at += step) {
    const record = records[Math.floor(at)];
    if (record.form !== 'damaged') sample.push(record);
  }
  return sample;
}

/** Profiles column `column` of a sample. */
export function profileColumn(sample: readonly RawRecord[], column: number): ColumnProfile {
  const counts = { dates: 0, plainDates: 0, times: 0, numbers: 0, fractions: 0, directions: 0 };
  let currencies = 0;
  let letters = 0;
  let filled = 0;
  let length = 0;
  const values = new Set<string>();
  for (const record of sample) {
    const cell = record.cells[column].trim();
    if (cell === '') continue;
    filled++;
    length += cell.length;
    values.add(cell);
    const isNumeric = /^\d+(\.\d+)?$/.test(cell);
    if (isCalendarDate(cell)) {
      counts.dates++;
      if (!isNumeric) counts.plainDates++;
    }
    if (/^\d{1,2}[:.h]/.test(cell) && !/^\d+\.\d+$/.test(cell) && splitTime(` ${cell}`) !== null)
      counts.times++;
    const amount = splitAmount(cell);
    if (amount !== null && amount !== 'empty') {
      counts.numbers++;
      if (/[.,]\d{1,2}$/.test(amount.digits)) counts.fractions++;
    } else if (amount === 'empty') counts.numbers++;
    if (readDirection(cell) !== null) counts.directions++;
    if (readCurrency(cell) !== null) currencies++;
    if (/\p{L}/u.test(cell)) letters++;
  }
  const share = (count: number) => (filled === 0 ? 0 : count / filled);
  return {
    filled,
    filledShare: sample.length === 0 ? 0 : filled / sample.length,
    dates: share(counts.dates),
    plainDates: share(counts.plainDates),
    times: share(counts.times),
    numbers: share(counts.numbers),
    fractions: share(counts.fractions),
    directions: share(counts.directions),
    currencies: share(currencies),
    letters: share(letters),
    distinct: share(values.size),
    distinctCount: values.size,
    lengthMean: filled === 0 ? 0 : length / filled,
  };
}

/** A bank's sort code (20-45-67) is written like a date but is on no calendar. */
function isCalendarDate(text: string): boolean {
  const parts = splitDate(text);
  if (parts === null) return false;
  return (['day_first', 'month_first', 'year_first'] as const).some(
    (order) => resolveDay(parts, order) !== null,
  );
}

const CURRENCY_SIGNS = new Map([
  ['\u20ac', 'EUR'],
  ['\u00a3', 'GBP'],
  ['\u20b9', 'INR'],
  ['EURO', 'EUR'],
  ['US$', 'USD'],
  ['A$', 'AUD'],
  ['C$', 'CAD'],
]);

/** The ISO code a cell of a currency column means, or null. `$` and `\u00a5` are no single currency. */
export function readCurrency(text: string): string | null {
  const code = text.trim().toUpperCase();
  if (code.length === 3 && isCurrency(code)) return code;
  return CURRENCY_SIGNS.get(code) ?? null;
}
