/** Milliseconds in a day without a clock change. */
export const DAY_MS = 86_400_000;

/** A wall-clock reading in one time zone. `dayOfWeek` is 0 on Monday; `dayOfYear` and `isoWeek` start at 1. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly dayOfWeek: number;
  readonly dayOfYear: number;
  /** Days since 1970-01-01 of the local date. */
  readonly dayNumber: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const OFFSET_CACHE_MAX = 50_000;
const offsets = new Map<string, Map<number, number>>();
const QUARTER_MS = 900_000;

/** Whether the runtime knows `zone` (an IANA name such as Europe/London). */
export function isTimeZone(zone: string): boolean {
  try {
    zoneFormat(zone);
    return true;
  } catch {
    return false;
  }
}

function zoneFormat(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}

/** Offset of `zone` from UTC at instant `at`, in milliseconds (positive east of Greenwich). */
export function zoneOffset(at: number, zone: string): number {
  if (zone === 'UTC') return 0;
  let cache = offsets.get(zone);
  if (cache === undefined) {
    cache = new Map();
    offsets.set(zone, cache);
  }
  // Offsets only change on quarter hours, so one reading serves the whole quarter.
  const quarter = Math.floor(at / QUARTER_MS);
  const known = cache.get(quarter);
  if (known !== undefined) return known;
  const start = quarter * QUARTER_MS;
  const fields: Record<string, number> = {};
  let isBeforeChrist = false;
  for (const part of zoneFormat(zone).formatToParts(start)) {
    if (part.type === 'era') isBeforeChrist = part.value.startsWith('B');
    else fields[part.type] = Number(part.value);
  }
  const year = isBeforeChrist ? 1 - fields.year : fields.year;
  const wall =
    daysFromCivil(year, fields.month, fields.day) * DAY_MS +
    fields.hour * 3_600_000 +
    fields.minute * 60_000 +
    fields.second * 1000;
  const offset = wall - start;
  if (cache.size >= OFFSET_CACHE_MAX) cache.clear();
  cache.set(quarter, offset);
  return offset;
}

/** Whether `year` has a 29 February in the Gregorian calendar. */
export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Number of days in month 1..12 of `year`. */
export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : MONTH_DAYS[month - 1];
}

/** Days from 1970-01-01 to a Gregorian date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Inverse of {@link daysFromCivil}. */
export function civilFromDays(dayNumber: number): { year: number; month: number; day: number } {
  const z = dayNumber + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** Local date as days since 1970-01-01. */
export function localDayNumber(at: number, zone: string): number {
  return Math.floor((at + zoneOffset(at, zone)) / DAY_MS);
}

/** The wall clock of `zone` at instant `at` (milliseconds since the epoch). */
export function localTime(at: number, zone: string): LocalTime {
  const wall = at + zoneOffset(at, zone);
  const dayNumber = Math.floor(wall / DAY_MS);
  const second = Math.floor((wall - dayNumber * DAY_MS) / 1000);
  const { year, month, day } = civilFromDays(dayNumber);
  return {
    year,
    month,
    day,
    hour: Math.floor(second / 3600),
    minute: Math.floor(second / 60) % 60,
    second: second % 60,
    dayOfWeek: dayOfWeek(dayNumber),
    dayOfYear: dayNumber - daysFromCivil(year, 1, 1) + 1,
    dayNumber,
  };
}

/** Day of the week of a day number: 0 Monday .. 6 Sunday (1970-01-01 was a Thursday). */
export function dayOfWeek(dayNumber: number): number {
  return (((dayNumber + 3) % 7) + 7) % 7;
}

/** ISO 8601 week number 1..53. */
export function isoWeek(dayNumber: number): number {
  const thursday = dayNumber - dayOfWeek(dayNumber) + 3;
  const { year } = civilFromDays(thursday);
  return Math.floor((thursday - daysFromCivil(year, 1, 1)) / 7) + 1;
}

/**
 * The instant at which `zone`'s wall clock shows the given reading. In a spring gap the reading is taken with the
 * offset before the gap (as Temporal's "compatible" does); in an autumn overlap the earlier instant is taken.
 */
export function instantOf(dayNumber: number, msOfDay: number, zone: string): number {
  const wall = dayNumber * DAY_MS + msOfDay;
  if (zone === 'UTC') return wall;
  const before = zoneOffset(wall - DAY_MS, zone);
  const after = zoneOffset(wall + DAY_MS, zone);
  const early = wall - before;
  if (before === after || zoneOffset(early, zone) === before) return early;
  const late = wall - after;
  return zoneOffset(late, zone) === after ? late : early;
}

const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?([Zz]|[+-]\d{2}:\d{2})?)?$/;

/** A date read from text; `timeKnown` is false for a bare date. */
export interface ParsedDate {
  readonly at: number;
  readonly timeKnown: boolean;
}

/**
 * Reads an RFC 3339 date or date-time (seconds optional); without an offset the reading is local to `zone`, a bare
 * date is its local midnight. Returns null for anything that is not a real date between years 0001 and 9999, or a time
 * that in UTC is not.
 */
export function parseDate(text: string, zone: string): ParsedDate | null {
  const date = readDate(text, zone);
  if (date === null || !date.timeKnown) return date;
  const day = Math.floor(date.at / DAY_MS);
  return day < FIRST_DAY || day > LAST_DAY ? null : date;
}

function readDate(text: string, zone: string): ParsedDate | null {
  const match = RFC3339.exec(text);
  if (match === null) return null;
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  const dayNumber = daysFromCivil(year, month, day);
  if (match[4] === undefined) return { at: instantOf(dayNumber, 0, zone), timeKnown: false };
  const hour = Number(match[4]);
  const minute = Number(match[5]);
  const second = Math.min(Number(match[6] ?? 0), 60);
  // RFC 3339 permits a leap second; it is read as the last second of its minute.
  if (hour > 23 || minute > 59 || Number(match[6] ?? 0) > 60) return null;
  const ms = Math.floor(Number(`0.${match[7] ?? 0}`) * 1000);
  const msOfDay = hour * 3_600_000 + minute * 60_000 + Math.min(second, 59) * 1000 + ms;
  const offset = match[8];
  if (offset === undefined) return { at: instantOf(dayNumber, msOfDay, zone), timeKnown: true };
  if (offset === 'Z' || offset === 'z') return { at: dayNumber * DAY_MS + msOfDay, timeKnown: true };
  const offsetHours = Number(offset.slice(1, 3));
  const offsetMinutes = Number(offset.slice(4, 6));
  if (offsetHours > 23 || offsetMinutes > 59) return null;
  const shift = (offsetHours * 60 + offsetMinutes) * 60_000 * (offset[0] === '-' ? -1 : 1);
  return { at: dayNumber * DAY_MS + msOfDay - shift, timeKnown: true };
}

/** Day number of 0001-01-01, the first that has a year in RFC 3339 and among people. */
const FIRST_DAY = daysFromCivil(1, 1, 1);
/** Day number of 9999-12-31, the last that RFC 3339 can write. */
export const LAST_DAY = daysFromCivil(9999, 12, 31);

/** Formats a day number as YYYY-MM-DD. */
export function formatDay(dayNumber: number): string {
  const { year, month, day } = civilFromDays(dayNumber);
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
