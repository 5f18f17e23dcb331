import { CADENCE_MONTHS, type Cadence, dueDays, monthNumber, type Schedule } from '../bank/cadence.ts';
import { civilFromDays, dayOfWeek, daysInMonth } from '../bank/calendar.ts';

/** How well a schedule explains the days of some payments. */
export interface ScheduleFit {
  readonly schedule: Schedule;
  /** Mean distance in days between payments and the due days next to them. */
  readonly deviation: number;
  /** Largest such distance. */
  readonly deviationMax: number;
  /** Share of the due days between the first and the last payment that were paid. */
  readonly paidShare: number;
  /** Whether two payments fell to the same due day. */
  readonly hasDoubles: boolean;
}

const SHIFTS = [0, 1, -1] as const;

/** The schedule of a cadence that explains ascending payment days best, or null when none could. */
export function fitSchedule(cadence: Cadence, days: readonly number[]): ScheduleFit | null {
  let best: ScheduleFit | null = null;
  for (const schedule of candidateSchedules(cadence, days)) {
    const fit = measure(schedule, days);
    if (best === null || penalty(fit) < penalty(best) - 1e-9) best = fit;
  }
  return best;
}

function penalty({ deviation, paidShare, hasDoubles }: ScheduleFit): number {
  return deviation + 4 * Math.max(0, 0.9 - paidShare) + (hasDoubles ? 2 : 0);
}

/** Schedules of a cadence that could explain ascending payment days. */
export function candidateSchedules(cadence: Cadence, days: readonly number[]): Schedule[] {
  const last = days[days.length - 1];
  if (CADENCE_MONTHS[cadence] === 0) {
    const length = cadence === 'weekly' ? 7 : 14;
    const phases = new Set(days.slice(-6).map((day) => day % length));
    return [...phases].map((phase) => ({ cadence, phase, monthDays: [], shift: 0 }));
  }
  if (cadence === 'last_working_day') return [{ cadence, phase: 0, monthDays: [31], shift: -1 }];
  const monthDays = [...new Set(days.slice(-12).flatMap(likelyMonthDays))].sort((a, b) => a - b);
  const sets =
    cadence === 'semi_monthly'
      ? monthDays.flatMap((a) => monthDays.filter((b) => b - a >= 12 && b - a <= 18).map((b) => [a, b]))
      : monthDays.map((day) => [day]);
  // A payment of the last days of a month may belong to the first of the next one.
  const phases =
    CADENCE_MONTHS[cadence] === 1 ? [0] : [monthNumber(last), monthNumber(last + 3), monthNumber(last - 3)];
  return sets.flatMap((set) =>
    SHIFTS.flatMap((shift) => phases.map((phase) => ({ cadence, phase, monthDays: set, shift }))),
  );
}

/** The days of the month a payment on this day may be due: a Monday may stand for the weekend before, a Friday for the one after. */
function likelyMonthDays(day: number): number[] {
  const list = [day];
  const weekday = dayOfWeek(day);
  if (weekday === 0) list.push(day - 1, day - 2);
  if (weekday === 4) list.push(day + 1, day + 2);
  return list.flatMap((each) => {
    const { year, month, day: monthDay } = civilFromDays(each);
    return monthDay === daysInMonth(year, month) ? [monthDay, 31] : [monthDay];
  });
}

function measure(schedule: Schedule, days: readonly number[]): ScheduleFit {
  const due = dueDays(schedule, days[0] - 20, days[days.length - 1] + 20);
  let sum = 0;
  let deviationMax = 0;
  let hasDoubles = false;
  let at = 0;
  let previous = -1;
  let firstPaid = -1;
  let paid = 0;
  for (const day of days) {
    while (at + 1 < due.length && Math.abs(due[at + 1] - day) <= Math.abs(due[at] - day)) at++;
    const distance = due.length === 0 ? 99 : Math.abs(due[at] - day);
    sum += distance;
    deviationMax = Math.max(deviationMax, distance);
    if (at === previous) hasDoubles = true;
    else paid++;
    if (firstPaid < 0) firstPaid = at;
    previous = at;
  }
  return {
    schedule,
    deviation: sum / days.length,
    deviationMax,
    paidShare: paid / Math.max(1, previous - firstPaid + 1),
    hasDoubles,
  };
}
