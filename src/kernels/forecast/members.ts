/** Days of the one season that daily money has. */
export const WEEK = 7;

/** A series up to `end` (exclusive), its days of the month where those matter, and where the forecast goes. */
export interface Past {
  /** Daily values; NaN is missing. Only entries before `end` are read. */
  readonly values: Float64Array;
  readonly end: number;
  /** Day of the month (1..31) of every entry and of every day forecast, by index; null when dates mean nothing. */
  readonly monthDays: Uint8Array | null;
}

/** A cheap forecaster: fills `out` with the expected value of each of the `out.length` days from `past.end` on. */
export interface Member {
  readonly name: string;
  /** Days of history from which on it has something to say of its own. */
  readonly daysMin: number;
  readonly forecast: (past: Past, out: Float64Array) => void;
}

const MEAN_WEEKS = 8;

/** THE table of cheap members; `seasonal_naive` and `weekday_mean` are the named baselines. */
export const MEMBERS: readonly Member[] = [
  { name: 'seasonal_naive', daysMin: 1, forecast: (past, out) => byWeekday(past, out, 1, mean) },
  { name: 'weekday_mean', daysMin: 1, forecast: (past, out) => byWeekday(past, out, MEAN_WEEKS, mean) },
  { name: 'weekday_median', daysMin: 28, forecast: (past, out) => byWeekday(past, out, 13, median) },
  { name: 'weekday_trimmed', daysMin: 28, forecast: (past, out) => byWeekday(past, out, 13, trimmedMean) },
  { name: 'weekday_year', daysMin: 119, forecast: (past, out) => byWeekday(past, out, 52, trimmedMean) },
  { name: 'weekday_smoothed', daysMin: 56, forecast: smoothWeekdays },
  { name: 'level_profile', daysMin: 84, forecast: (past, out) => levelTimesProfile(past, out, null) },
  { name: 'year_ago', daysMin: 420, forecast: yearAgo },
  { name: 'month_day', daysMin: 119, forecast: monthDayProfile },
];

type Centre = (values: Float64Array, count: number) => number;
const held = new Float64Array(64);

/** The centre of the latest `weeks` known values of each weekday. */
function byWeekday({ values, end }: Past, out: Float64Array, weeks: number, centre: Centre): void {
  for (let h = 0; h < Math.min(WEEK, out.length); h++) {
    let count = 0;
    // Half as many weeks again may be looked through for values that are not missing.
    const first = Math.max(0, end + h - WEEK * (weeks + Math.max(8, weeks >> 1)));
    for (let i = end + h - WEEK; i >= first && count < weeks; i -= WEEK)
      if (!Number.isNaN(values[i])) held[count++] = values[i];
    const value = count === 0 ? overallMean(values, end) : centre(held, count);
    for (let k = h; k < out.length; k += WEEK) out[k] = value;
  }
}

function overallMean(values: Float64Array, end: number): number {
  let sum = 0;
  let count = 0;
  for (let i = Math.max(0, end - 56); i < end; i++) {
    if (Number.isNaN(values[i])) continue;
    sum += values[i];
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

function mean(values: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i];
  return sum / count;
}

function median(values: Float64Array, count: number): number {
  const sorted = values.subarray(0, count).sort();
  return count % 2 === 1 ? sorted[count >> 1] : (sorted[(count >> 1) - 1] + sorted[count >> 1]) / 2;
}

/** Mean without the tenth at either end. */
function trimmedMean(values: Float64Array, count: number): number {
  const sorted = values.subarray(0, count).sort();
  const cut = Math.floor(count * 0.1 + 0.5);
  return mean(sorted.subarray(cut, count - cut), count - 2 * cut);
}

/** Exponential smoothing of each weekday on its own (Brown, 1956), blown-up days drawn in. */
function smoothWeekdays({ values, end }: Past, out: Float64Array): void {
  const alpha = 0.12;
  for (let h = 0; h < Math.min(WEEK, out.length); h++) {
    let level = Number.NaN;
    let spread = Number.NaN;
    for (let i = (end + h) % WEEK; i < end; i += WEEK) {
      const value = values[i];
      if (Number.isNaN(value)) continue;
      if (Number.isNaN(level)) {
        level = value;
        spread = Math.abs(value);
        continue;
      }
      const bound = 3 * spread;
      const miss = Math.max(-bound, Math.min(bound, value - level));
      spread += 0.1 * (Math.abs(miss) - spread);
      level += alpha * miss;
    }
    for (let k = h; k < out.length; k += WEEK) out[k] = Number.isNaN(level) ? 0 : level;
  }
}

/** The level of the last four weeks times each weekday's share of half a year. */
function levelTimesProfile({ values, end }: Past, out: Float64Array, factors: Float64Array | null): void {
  const profile = weekdayShares(values, end, 26);
  const level = weeklyLevel(values, end, 4, profile);
  for (let h = 0; h < out.length; h++) {
    out[h] = level * profile[(end + h) % WEEK] * (factors === null ? 1 : factors[h]);
  }
}

/** Mean of each weekday relative to the mean of all days, over the last `weeks` weeks, by index modulo 7. */
function weekdayShares(values: Float64Array, end: number, weeks: number): Float64Array {
  const sums = new Float64Array(WEEK);
  const counts = new Float64Array(WEEK);
  for (let i = Math.max(0, end - WEEK * weeks); i < end; i++) {
    if (Number.isNaN(values[i])) continue;
    sums[i % WEEK] += values[i];
    counts[i % WEEK]++;
  }
  let total = 0;
  for (let d = 0; d < WEEK; d++) {
    sums[d] = counts[d] === 0 ? 0 : sums[d] / counts[d];
    total += sums[d];
  }
  for (let d = 0; d < WEEK; d++) sums[d] = total === 0 ? 1 : (sums[d] * WEEK) / total;
  return sums;
}

/** Level of the last weeks once each day is divided by what its weekday usually is: sum over sum. */
function weeklyLevel(values: Float64Array, end: number, weeks: number, profile: Float64Array): number {
  let sum = 0;
  let share = 0;
  for (let i = Math.max(0, end - WEEK * weeks); i < end; i++) {
    if (Number.isNaN(values[i])) continue;
    sum += values[i];
    share += profile[i % WEEK];
  }
  return share === 0 ? 0 : sum / share;
}

const YEAR = 364;
const YEAR_HALF_WINDOW = 10;

/** Level times profile times how the same weeks of the year before stood to the level of then, drawn towards 1. */
function yearAgo(past: Past, out: Float64Array): void {
  const { values, end } = past;
  const then = windowMean(values, end - YEAR - 28, end - YEAR, end);
  const factors = new Float64Array(out.length).fill(1);
  for (let h = 0; h < out.length; h++) {
    const at = end + (h % YEAR) - YEAR;
    const now = windowMean(values, at - YEAR_HALF_WINDOW, at + YEAR_HALF_WINDOW + 1, end);
    if (!(then > 0) || !(now >= 0)) continue;
    factors[h] = Math.max(0.3, Math.min(3, Math.sqrt(now / then)));
  }
  levelTimesProfile(past, out, factors);
}

function windowMean(values: Float64Array, from: number, until: number, end: number): number {
  let sum = 0;
  let count = 0;
  for (let i = Math.max(0, from); i < Math.min(until, end); i++) {
    if (Number.isNaN(values[i])) continue;
    sum += values[i];
    count++;
  }
  return count === 0 ? Number.NaN : sum / count;
}

/** The weekday mean of a quarter times how its day of the month usually stands to that, drawn towards 1. */
function monthDayProfile(past: Past, out: Float64Array): void {
  const { values, end, monthDays } = past;
  byWeekday(past, out, 13, trimmedMean);
  if (monthDays === null) return;
  const shares = weekdayShares(values, end, 52);
  const level = weeklyLevel(values, end, 52, shares);
  const got = new Float64Array(33);
  const due = new Float64Array(33);
  for (let i = Math.max(0, end - 728); i < end; i++) {
    if (Number.isNaN(values[i])) continue;
    // Its neighbours count half, since weekends move what falls on a date.
    for (let step = -1; step <= 1; step++) {
      const day = Math.max(1, Math.min(31, monthDays[i] + step));
      const part = step === 0 ? 1 : 0.5;
      got[day] += part * values[i];
      due[day] += part * level * shares[i % WEEK];
    }
  }
  for (let h = 0; h < out.length; h++) {
    const day = monthDays[end + h];
    const prior = 12 * Math.abs(level);
    const factor = (got[day] + prior) / (due[day] + prior);
    if (Number.isFinite(factor)) out[h] *= Math.max(0.2, Math.min(5, factor));
  }
}
