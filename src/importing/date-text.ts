import { civilFromDays, daysInMonth } from '../bank/calendar.ts';

/** Order of the numbers of a date that does not start with a four-digit year. */
export type DateOrder = 'day_first' | 'month_first' | 'year_first';

/**
 * A date taken apart. `ordered`: the three numbers still need an order (`first second third` as written);
 * `known`: they are year, month, day. `time` is HH:MM:SS[.fff] or empty, `offset` Z, +HH:MM or empty.
 */
export interface DateParts {
  readonly kind: 'ordered' | 'known';
  readonly first: number;
  readonly second: number;
  readonly third: number;
  readonly separator: string;
  /** Digits of the year as written: 2 or 4. */
  readonly yearDigits: number;
  /** How it is written, for people: `YYYY-MM-DD`, `D Mon YYYY`, `seconds since 1970`, ... */
  readonly shape: string;
  readonly time: string;
  readonly offset: string;
}

const ORDERED = /^(\d{1,4})([-/. ])(\d{1,2})\2(\d{4}|\d{1,2})(?!\d)\.?(.*)$/s;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2}):?(\d{2})(?::?(\d{2}))?)?$/;
const NAMED_DAY_FIRST =
  /^(?:\p{L}{2,12}\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th|er|\.)?[-\s./]*(?:(?:of|de)\s+)?(\p{L}{3,12})\.?,?[-\s./]*(?:del?\s+)?(\d{4}|\d{2})(?!\d)(.*)$/su;
const NAMED_MONTH_FIRST =
  /^(?:\p{L}{2,12}\.?,?\s+)?(\p{L}{3,12})\.?[-\s./]*(\d{1,2})(?:st|nd|rd|th)?,?[-\s./]+(\d{4}|\d{2})(?!\d)(.*)$/su;
const TIME =
  /^(?:[T,]\s*|\s+)(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*(?:([ap])\.?\s?m\.?)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/i;
const EPOCH_SECONDS = /^\d{10}$/;
const EPOCH_MILLISECONDS = /^\d{13}$/;
const SERIAL = /^\d{5}(?:\.\d+)?$/;
const EPOCH_MIN = 315_532_800; // 1980-01-01
const EPOCH_MAX = 4_102_444_800; // 2100-01-01
const SERIAL_MIN = 25_569; // 1970-01-01
const SERIAL_MAX = 73_050; // 2099-12-31
/** Day number of 1899-12-30, day 0 of Excel's serial dates (exact from March 1900 on). */
const SERIAL_EPOCH = -25_569;
/** Two-digit years up to this one are 20xx, later ones 19xx (POSIX). */
const YEAR_PIVOT = 68;

// English, German, French, Spanish and Dutch month names by their first letters, accents removed.
const MONTHS: readonly (readonly string[])[] = [
  ['jan', 'ene'],
  ['feb', 'fev'],
  ['mar', 'maa', 'mrt', 'mae', 'mrz'],
  ['apr', 'avr', 'abr'],
  ['may', 'mai', 'mei'],
  ['jun', 'juin'],
  ['jul', 'juil'],
  ['aug', 'aou', 'ago'],
  ['sep', 'set'],
  ['oct', 'okt'],
  ['nov'],
  ['dec', 'dez', 'dic'],
];

function monthNumber(name: string): number {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  // Juin and juillet share their first three letters with each other, not with English.
  if (plain.startsWith('jui')) return plain.startsWith('juil') ? 7 : 6;
  return MONTHS.findIndex((names) => names.some((start) => plain.startsWith(start))) + 1;
}

/** Takes a date apart, or null when the text is none. Whether it exists in the calendar is not asked here. */
export function splitDate(raw: string): DateParts | null {
  const text = raw.trim();
  if (text.length < 6 || text.length > 64) return text.length === 5 ? splitNumber(text) : null;
  const ordered = ORDERED.exec(text);
  if (ordered !== null) {
    const time = splitTime(ordered[5]);
    if (time === null) return null;
    const [, first, separator, second, third] = ordered;
    const isYearFirst = first.length === 4;
    if (first.length === 3 || (isYearFirst && third.length > 2)) return null;
    const shape = isYearFirst ? `YYYY${separator}MM${separator}DD` : '';
    return {
      kind: isYearFirst ? 'known' : 'ordered',
      first: Number(first),
      second: Number(second),
      third: Number(third),
      separator,
      yearDigits: isYearFirst || third.length === 4 ? 4 : 2,
      shape,
      ...time,
    };
  }
  const number = splitNumber(text);
  if (number !== null) return number;
  const dayFirst = NAMED_DAY_FIRST.exec(text);
  if (dayFirst !== null) {
    const month = monthNumber(dayFirst[2]);
    const time = splitTime(dayFirst[4]);
    if (month === 0 || time === null) return null;
    return known(fullYear(dayFirst[3]), month, Number(dayFirst[1]), 'D Mon YYYY', time);
  }
  const monthFirst = NAMED_MONTH_FIRST.exec(text);
  if (monthFirst !== null) {
    const month = monthNumber(monthFirst[1]);
    const time = splitTime(monthFirst[4]);
    if (month === 0 || time === null) return null;
    return known(fullYear(monthFirst[3]), month, Number(monthFirst[2]), 'Mon D YYYY', time);
  }
  return null;
}

function splitNumber(text: string): DateParts | null {
  const code = text.charCodeAt(0);
  if (code < 48 || code > 57) return null;
  if (EPOCH_SECONDS.test(text) || EPOCH_MILLISECONDS.test(text)) {
    const seconds = text.length === 10 ? Number(text) : Number(text) / 1000;
    if (seconds < EPOCH_MIN || seconds > EPOCH_MAX) return null;
    const shape = `${text.length === 10 ? 'seconds' : 'milliseconds'} since 1970`;
    return fromDays(seconds / 86_400, shape, 'Z');
  }
  if (SERIAL.test(text)) {
    const serial = Number(text);
    if (serial < SERIAL_MIN || serial > SERIAL_MAX) return null;
    return fromDays(SERIAL_EPOCH + serial, 'Excel serial day', '');
  }
  const compact = COMPACT.exec(text);
  if (compact === null) return null;
  const [, year, month, day, hour, minute, second = '00'] = compact;
  if (Number(year) < 1900 || Number(year) > 2100 || Number(month) > 12 || Number(day) > 31) return null;
  const time = hour === undefined ? '' : `${hour}:${minute}:${second}`;
  if (time !== '' && (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)) return null;
  return known(Number(year), Number(month), Number(day), 'YYYYMMDD', { time, offset: '' });
}

function known(
  year: number,
  month: number,
  day: number,
  shape: string,
  time: { time: string; offset: string },
): DateParts {
  return {
    kind: 'known',
    first: year,
    second: month,
    third: day,
    separator: '',
    yearDigits: 4,
    shape,
    ...time,
  };
}

function fromDays(days: number, shape: string, offset: string): DateParts {
  const whole = Math.floor(days);
  const { year, month, day } = civilFromDays(whole);
  const ms = Math.round((days - whole) * 86_400_000);
  const isWholeDay = ms === 0 && offset === '';
  const time = new Date(Math.min(ms, 86_399_999)).toISOString().slice(11, 23);
  return known(year, month, day, shape, { time: isWholeDay ? '' : time, offset });
}

/** Reads the text after a date: `12:04`, `T01:01:15.000+0000`, `12:00:00 AM`. Null when it is no time. */
export function splitTime(text: string): { time: string; offset: string } | null {
  if (text.trim() === '') return { time: '', offset: '' };
  const match = TIME.exec(text.trimEnd());
  if (match === null) return null;
  const [, hourText, minute, second = '00', fraction, half, zone = ''] = match;
  let hour = Number(hourText);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return null;
    hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  }
  if (hour > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  const time = `${String(hour).padStart(2, '0')}:${minute}:${second}${fraction === undefined ? '' : `.${fraction}`}`;
  return { time, offset: formatOffset(zone) };
}

function formatOffset(zone: string): string {
  if (zone === '') return '';
  if (/^[a-z]/i.test(zone)) return 'Z';
  const digits = zone.replace(':', '').padEnd(5, '0');
  return `${digits.slice(0, 3)}:${digits.slice(3)}`;
}

function fullYear(text: string): number {
  const year = Number(text);
  if (text.length > 2) return year;
  return year + (year <= YEAR_PIVOT ? 2000 : 1900);
}

/** Year, month and day under an order (which `known` parts do not need), or null when there is no such day. */
export function resolveDay(
  parts: DateParts,
  order: DateOrder,
): { year: number; month: number; day: number } | null {
  const { first, second, third } = parts;
  let [year, month, day] = [first, second, third];
  if (parts.kind === 'ordered') {
    if (order === 'day_first') [day, month, year] = [first, second, third];
    else if (order === 'month_first') [month, day, year] = [first, second, third];
    if (order === 'year_first' && parts.yearDigits === 4) return null;
    if (parts.yearDigits === 2) year += year <= YEAR_PIVOT ? 2000 : 1900;
  }
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  return { year, month, day };
}

const ORDER_SHAPES: Record<DateOrder, readonly string[]> = {
  day_first: ['DD', 'MM', 'Y'],
  month_first: ['MM', 'DD', 'Y'],
  year_first: ['Y', 'MM', 'DD'],
};

/** How a date is written, for people. */
export function describeShape(parts: DateParts, order: DateOrder): string {
  const year = parts.yearDigits === 4 ? 'YYYY' : 'YY';
  const day =
    parts.kind === 'known'
      ? parts.shape
      : ORDER_SHAPES[order].map((piece) => (piece === 'Y' ? year : piece)).join(parts.separator);
  if (parts.time === '' || / since | serial /.test(parts.shape)) return day;
  return `${day} HH:MM${parts.offset === '' ? '' : ' with offset'}`;
}
