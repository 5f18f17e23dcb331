import { DAY_MS, daysFromCivil } from '../bank/calendar.ts';
import { type DateOrder, describeShape, resolveDay, splitDate, splitTime } from './date-text.ts';

/** How the dates of one column are read. */
export interface DatePlan {
  readonly orderBySeparator: ReadonlyMap<string, DateOrder>;
  /** Every written form met, most frequent first, with how many values have it. */
  readonly formats: readonly { readonly format: string; readonly count: number }[];
  /** Every time in the column is midnight: the column holds dates, not instants. */
  readonly isTimeless: boolean;
  /** Why the order of day and month is as it is, where there was a choice. */
  readonly notes: readonly string[];
}

/** A plan, or the two readings of a column between which nothing decides. */
export type DateDecision =
  | { readonly ok: true; readonly plan: DatePlan }
  | { readonly ok: false; readonly example: string; readonly readings: readonly [string, string] };

export interface DateHints {
  /** The order the caller demands. */
  readonly order: DateOrder | null;
  readonly header: string;
  readonly now: number;
  /** Values of other columns: a sibling such as the value date may decide. */
  readonly siblings: () => Iterable<Iterable<string>>;
}

interface Tally {
  dayOnly: number;
  monthOnly: number;
  both: number;
  neither: number;
  twoDigitYears: number;
  firsts: Set<number>;
  thirds: Set<number>;
}

const DAY_FIRST_HEADER =
  /\b(dd?[-/. ]?mm?[-/. ]?y|tt[-/. ]?mm[-/. ]?j|jj[-/. ]?mm[-/. ]?a|dd[-/. ]?mm[-/. ]?(j|a))/i;
const MONTH_FIRST_HEADER = /\bmm?[-/. ]?dd?[-/. ]?y/i;
const FUTURE_SLACK_MS = 366 * DAY_MS;

/**
 * Decides how a column of dates is to be read, from all its values: per separator, numbers above 12 say which of the
 * first two is the day. Where all are 12 or less: the caller's order, the header (`DD/MM/YYYY`), the other separators
 * or date columns of the file, a dot (day first by custom), the rows' own order in time, dates in the future. When
 * nothing decides, both readings are returned and the caller must ask.
 */
export function decideDates(values: () => Iterable<string>, hints: DateHints): DateDecision {
  const tallies = tallyOrders(values());
  const orders = new Map<string, DateOrder>();
  const notes: string[] = [];
  const open: string[] = [];
  for (const [separator, tally] of tallies) {
    const order = hints.order ?? decideByNumbers(tally);
    if (order === null) open.push(separator);
    else orders.set(separator, order);
  }
  for (const separator of open) {
    const found = decideOpen(separator, values, orders, hints);
    if (found === null) {
      const example = firstOpen(values(), separator);
      return { ok: false, example: example.text, readings: example.readings };
    }
    orders.set(separator, found.order);
    notes.push(`${found.order === 'day_first' ? 'Day first' : 'Month first'}: ${found.reason}.`);
  }
  for (const [separator, tally] of tallies) {
    const order = orders.get(separator) as DateOrder;
    const odd = order === 'day_first' ? tally.monthOnly : order === 'month_first' ? tally.dayOnly : 0;
    if (odd > 0) notes.push(`${odd} dates do not fit ${order.replace('_', ' ')} and are set aside.`);
  }
  return { ok: true, plan: { orderBySeparator: orders, ...surveyFormats(values(), orders), notes } };
}

function tallyOrders(values: Iterable<string>): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const value of values) {
    const parts = splitDate(value);
    if (parts === null || parts.kind !== 'ordered') continue;
    let tally = tallies.get(parts.separator);
    if (tally === undefined) {
      tally = {
        dayOnly: 0,
        monthOnly: 0,
        both: 0,
        neither: 0,
        twoDigitYears: 0,
        firsts: new Set(),
        thirds: new Set(),
      };
      tallies.set(parts.separator, tally);
    }
    const dayFirst = resolveDay(parts, 'day_first') !== null;
    const monthFirst = resolveDay(parts, 'month_first') !== null;
    // The same number twice reads the same either way and says nothing.
    if (dayFirst && monthFirst) tally.both += parts.first === parts.second ? 0 : 1;
    else if (dayFirst) tally.dayOnly++;
    else if (monthFirst) tally.monthOnly++;
    else tally.neither++;
    if (parts.yearDigits === 2) {
      tally.twoDigitYears++;
      tally.firsts.add(parts.first);
      tally.thirds.add(parts.third);
    }
  }
  return tallies;
}

function decideByNumbers(tally: Tally): DateOrder | null {
  const { dayOnly, monthOnly, both, neither } = tally;
  if (tally.twoDigitYears > 0) {
    // 18-09-25: years take few values and days take many, whichever stands first.
    const thirdsAreDays = Math.max(...tally.thirds) <= 31 && tally.thirds.size > 2 * tally.firsts.size;
    const firstsAreYears = neither > dayOnly + monthOnly + both;
    if (monthOnly === 0 && (firstsAreYears || (thirdsAreDays && tally.thirds.size > 8))) return 'year_first';
  }
  if (dayOnly > monthOnly) return 'day_first';
  if (monthOnly > dayOnly) return 'month_first';
  // Nothing in it depends on the order.
  return dayOnly === 0 && both === 0 ? 'day_first' : null;
}

function decideOpen(
  separator: string,
  values: () => Iterable<string>,
  decided: ReadonlyMap<string, DateOrder>,
  hints: DateHints,
): { order: DateOrder; reason: string } | null {
  if (DAY_FIRST_HEADER.test(hints.header)) return { order: 'day_first', reason: 'the header says so' };
  if (MONTH_FIRST_HEADER.test(hints.header)) return { order: 'month_first', reason: 'the header says so' };
  const others = new Set(decided.values());
  if (others.size === 1) return { order: [...others][0], reason: 'as in the other dates of the column' };
  if (separator === '.') return { order: 'day_first', reason: 'that is how dates with dots are written' };
  for (const sibling of hints.siblings()) {
    const tally = tallyOrders(sibling).get(separator);
    const order =
      tally === undefined || tally.dayOnly + tally.monthOnly === 0 ? null : decideByNumbers(tally);
    if (order !== null) return { order, reason: 'another date column of the file shows it' };
  }
  const dayFirst = surveyTime(values(), separator, 'day_first');
  const monthFirst = surveyTime(values(), separator, 'month_first');
  // In file order dates run one way; the wrong reading jumps to and fro.
  if (dayFirst.turns === 0 && monthFirst.turns > 0 && dayFirst.steps > 1) {
    return { order: 'day_first', reason: 'only so do the rows run in order of time' };
  }
  if (monthFirst.turns === 0 && dayFirst.turns > 0 && monthFirst.steps > 1) {
    return { order: 'month_first', reason: 'only so do the rows run in order of time' };
  }
  if (dayFirst.turns * 10 < monthFirst.turns) {
    return { order: 'day_first', reason: 'so the rows run nearly in order of time' };
  }
  if (monthFirst.turns * 10 < dayFirst.turns) {
    return { order: 'month_first', reason: 'so the rows run nearly in order of time' };
  }
  const limit = hints.now + DAY_MS;
  const isPlausible = Math.min(dayFirst.latest, monthFirst.latest) <= limit;
  const isFar = Math.max(dayFirst.latest, monthFirst.latest) <= limit + FUTURE_SLACK_MS;
  if (isPlausible && isFar && dayFirst.latest > limit) {
    return { order: 'month_first', reason: 'day first would put rows into the future' };
  }
  if (isPlausible && isFar && monthFirst.latest > limit) {
    return { order: 'day_first', reason: 'month first would put rows into the future' };
  }
  return null;
}

function surveyTime(
  values: Iterable<string>,
  separator: string,
  order: DateOrder,
): { turns: number; steps: number; latest: number } {
  let rises = 0;
  let falls = 0;
  let latest = Number.NEGATIVE_INFINITY;
  let before: number | null = null;
  for (const value of values) {
    const parts = splitDate(value);
    const day = parts === null ? null : resolveDay(parts, order);
    if (parts === null || day === null || (parts.kind === 'ordered' && parts.separator !== separator))
      continue;
    const at = daysFromCivil(day.year, day.month, day.day);
    if (before !== null && at > before) rises++;
    if (before !== null && at < before) falls++;
    latest = Math.max(latest, at * DAY_MS);
    before = at;
  }
  return { turns: Math.min(rises, falls), steps: rises + falls, latest };
}

function firstOpen(
  values: Iterable<string>,
  separator: string,
): { text: string; readings: [string, string] } {
  for (const value of values) {
    const parts = splitDate(value);
    if (parts?.kind !== 'ordered' || parts.separator !== separator || parts.first === parts.second) continue;
    const day = resolveDay(parts, 'day_first') ?? resolveDay(parts, 'month_first');
    if (day === null) continue;
    const both = (['day_first', 'month_first'] as const).map((order) => {
      const found = resolveDay(parts, order) ?? day;
      return `${found.year}-${String(found.month).padStart(2, '0')}-${String(found.day).padStart(2, '0')}`;
    });
    return { text: value.trim(), readings: [both[0], both[1]] };
  }
  return { text: '', readings: ['', ''] };
}

function surveyFormats(
  values: Iterable<string>,
  orders: ReadonlyMap<string, DateOrder>,
): { formats: DatePlan['formats']; isTimeless: boolean } {
  const counts = new Map<string, number>();
  let hasTime = false;
  for (const value of values) {
    const parts = splitDate(value);
    if (parts === null) continue;
    const shape = describeShape(parts, orders.get(parts.separator) ?? 'day_first');
    counts.set(shape, (counts.get(shape) ?? 0) + 1);
    if (parts.time !== '' && !/^00:00:00(\.0+)?$/.test(parts.time)) hasTime = true;
  }
  const formats = [...counts].map(([format, count]) => ({ format, count })).sort((a, b) => b.count - a.count);
  return { formats, isTimeless: !hasTime };
}

/**
 * A cell as the RFC 3339 text that bank/calendar.ts reads, or null when it is no date under the plan. `timeText` is the
 * cell of a separate time column, if there is one.
 */
export function formatDate(text: string, plan: DatePlan, timeText: string): string | null {
  const parts = splitDate(text);
  if (parts === null) return null;
  const day = resolveDay(parts, plan.orderBySeparator.get(parts.separator) ?? 'day_first');
  if (day === null) return null;
  let { time, offset } = parts;
  if (timeText.trim() !== '' && (time === '' || plan.isTimeless)) {
    const split = splitTime(` ${timeText.trim()}`);
    if (split === null) return null;
    time = split.time;
    offset = split.offset;
  } else if (plan.isTimeless) return formatDay(day);
  return time === '' ? formatDay(day) : `${formatDay(day)}T${time}${offset}`;
}

function formatDay(day: { year: number; month: number; day: number }): string {
  return `${String(day.year).padStart(4, '0')}-${String(day.month).padStart(2, '0')}-${String(day.day).padStart(2, '0')}`;
}
