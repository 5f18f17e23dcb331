import { civilFromDays, dayOfWeek, daysFromCivil, daysInMonth } from './calendar.ts';

/** How often a recurring payment falls due. */
export const CADENCES = [
  'weekly',
  'fortnightly',
  'semi_monthly',
  'monthly',
  'last_working_day',
  'quarterly',
  'annual',
] as const;
export type Cadence = (typeof CADENCES)[number];

/** When a recurring payment falls due, to the day. */
export interface Schedule {
  readonly cadence: Cadence;
  /** A day number it falls on (weekly, fortnightly), else months since year 0 of one month it falls in. */
  readonly phase: number;
  /** Days of the month it falls on, ascending; 31 is the last day of any month. Empty for weekly rhythms. */
  readonly monthDays: readonly number[];
  /** What becomes of a weekend: -1 Friday before, 1 Monday after, 0 as it is. */
  readonly shift: -1 | 0 | 1;
}

/** Months between two payments; 0 for rhythms of weeks. */
export const CADENCE_MONTHS: Readonly<Record<Cadence, number>> = {
  weekly: 0,
  fortnightly: 0,
  semi_monthly: 1,
  monthly: 1,
  last_working_day: 1,
  quarterly: 3,
  annual: 12,
};

/** Usual days between two payments. */
export const CADENCE_DAYS: Readonly<Record<Cadence, number>> = {
  weekly: 7,
  fortnightly: 14,
  semi_monthly: 15.2,
  monthly: 30.4,
  last_working_day: 30.4,
  quarterly: 91.3,
  annual: 365.2,
};

/** Months since year 0 of a day. */
export function monthNumber(dayNumber: number): number {
  const { year, month } = civilFromDays(dayNumber);
  return year * 12 + month - 1;
}

/** The day numbers from `from` to `until` (both inclusive) on which a schedule falls due, ascending. */
export function dueDays(schedule: Schedule, from: number, until: number): number[] {
  const { cadence, phase, monthDays, shift } = schedule;
  const days: number[] = [];
  const step = CADENCE_MONTHS[cadence];
  if (step === 0) {
    const length = cadence === 'weekly' ? 7 : 14;
    const offset = (((phase - from) % length) + length) % length;
    for (let day = from + offset; day <= until; day += length) days.push(day);
    return days;
  }
  const last = monthNumber(until + 3);
  let month = monthNumber(from - 3);
  let year = Math.floor(month / 12);
  // The day before the month's first; from here on months are added up, which is cheaper than asking the calendar.
  let before = daysFromCivil(year, month - 12 * year + 1, 1) - 1;
  for (; month <= last; month++) {
    const length = daysInMonth(year, month - 12 * year + 1);
    if ((month - phase) % step === 0) {
      for (const monthDay of monthDays) {
        const due = avoidWeekend(before + Math.min(monthDay, length), shift);
        if (due >= from && due <= until) days.push(due);
      }
    }
    before += length;
    if (month - 12 * year === 11) year++;
  }
  // Only two days a month can come out of order, when weekends move them.
  return monthDays.length > 1 ? days.sort((a, b) => a - b) : days;
}

function avoidWeekend(day: number, shift: -1 | 0 | 1): number {
  const weekday = dayOfWeek(day);
  if (weekday < 5 || shift === 0) return day;
  return shift < 0 ? day - (weekday - 4) : day + (7 - weekday);
}
