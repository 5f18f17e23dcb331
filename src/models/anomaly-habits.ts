import { DAY_MS, zoneOffset } from '../bank/calendar.ts';
import { currencyDigits, toMajor } from '../bank/money.ts';
import type { Transaction } from '../bank/transaction.ts';
import { HISTORY_MAX, type PastRow } from '../features/past.ts';
import { type AmountStatistic, amountStatistic, logAmount, placeOf } from '../features/statistics.ts';

/** What an account usually does, as far as one transaction is to be compared with it. */
export interface Habits {
  /** Earlier transactions looked at. */
  readonly count: number;
  /** Days from the oldest of them until now. */
  readonly days: number;
  readonly daysSinceLast: number;
  /** Log amounts of earlier transactions in the same direction and currency; null without one. */
  readonly amounts: AmountStatistic | null;
  /** The same, with this merchant only. */
  readonly merchantAmounts: AmountStatistic | null;
  readonly isNewMerchant: boolean;
  /** How often a transaction of the newer half was the first with its merchant. */
  readonly newMerchantShare: number;
  readonly isNewPlace: boolean;
  /** Earlier transactions whose place is known. */
  readonly placeCount: number;
  readonly newPlaceShare: number;
  /** Whether none of the earlier transactions has this payment method, or this merchant category code. */
  readonly isNewPaymentMethod: boolean;
  readonly isNewMerchantCode: boolean;
  /** Transactions within the hour and the day before, this one included. */
  readonly hourCount: number;
  readonly dayCount: number;
  /** Earlier transactions a day on average. */
  readonly perDay: number;
  /** Money out in this currency within `spendDays` before, this transaction included; NaN when it is no money out. */
  readonly spend: number;
  /** Length of the window in days; 0 when the past is too short to say what is usual. */
  readonly spendDays: number;
  /** Log of 1 + spending in earlier windows of that length; null where most of them have none. */
  readonly usualSpend: AmountStatistic | null;
  /** Whether the same merchant took the same amount within a day before. */
  readonly isRepeat: boolean;
  /** How often earlier transactions repeated one like that. */
  readonly repeatShare: number;
  /** Earlier transactions with a time of day. */
  readonly timedCount: number;
  /** Share of them within 90 minutes of this hour, nearer ones counting more, as a multiple of an even spread. */
  readonly hourDensity: number;
}

const HOUR_MS = 3_600_000;
const HOUR_REACH_MS = 3 * HOUR_MS;
const WINDOWS_MIN = 4;
const WINDOWS_MAX = 40;
const WINDOW_DAYS = [7, 28, 1];
const WINDOW_ROWS_MIN = 3;

// Filled anew by every call, so that a prediction makes little garbage.
const logs = new Float64Array(HISTORY_MAX);
const merchantLogs = new Float64Array(HISTORY_MAX);
const spends = new Float64Array(WINDOWS_MAX + 1);

/** Summarises `rows`, an account's past in order of time, all before the transaction. */
export function readHabits(
  rows: readonly PastRow[],
  transaction: Transaction,
  merchant: string,
  timezone: string,
): Habits {
  const { at, amountMinor, currency, paymentMethod, merchantCategoryCode } = transaction;
  const amount = amountMinor === null ? Number.NaN : toMajor(amountMinor, currencyDigits(currency));
  const log = logAmount(transaction);
  const place = placeOf(transaction);
  const isIncoming = amount > 0;
  const count = rows.length;
  const oldest = count === 0 ? at : rows[0].at;
  const days = (at - oldest) / DAY_MS;
  const spendDays = windowDays(count, days);
  const windows = spendDays === 0 ? 0 : Math.min(Math.floor(days / spendDays), WINDOWS_MAX);
  spends.fill(0);
  const hour = timeOfDay(at, timezone);
  const half = count >> 1;
  const latest = new Map<string, PastRow>();
  const places = new Set<string>();
  let logCount = 0;
  let merchantLogCount = 0;
  let firstVisits = 0;
  let firstPlaces = 0;
  let laterPlaces = 0;
  let placeCount = 0;
  let isNewPaymentMethod = paymentMethod !== '';
  let isNewMerchantCode = merchantCategoryCode !== '';
  let repeats = 0;
  let hourCount = 1;
  let dayCount = 1;
  let timedCount = 0;
  let near = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i];
    if (row.currency === currency && row.amount > 0 === isIncoming && !Number.isNaN(row.logAmount)) {
      logs[logCount++] = row.logAmount;
      if (row.merchant === merchant && merchant !== '') merchantLogs[merchantLogCount++] = row.logAmount;
    }
    const age = at - row.at;
    if (age < HOUR_MS) hourCount++;
    if (age < DAY_MS) dayCount++;
    if (windows > 0 && row.currency === currency && row.amount < 0) {
      const window = Math.floor(age / (spendDays * DAY_MS));
      if (window < windows) spends[window] -= row.amount;
    }
    const before = latest.get(row.merchant);
    if (before === undefined) {
      if (i >= half) firstVisits++;
    } else if (row.at - before.at < DAY_MS && before.amount === row.amount && row.merchant !== '') {
      repeats++;
    }
    latest.set(row.merchant, row);
    if (row.place !== '') {
      placeCount++;
      if (i >= half) laterPlaces++;
      if (!places.has(row.place)) {
        places.add(row.place);
        if (i >= half) firstPlaces++;
      }
    }
    if (row.paymentMethod === paymentMethod) isNewPaymentMethod = false;
    if (row.merchantCategoryCode === merchantCategoryCode) isNewMerchantCode = false;
    if (row.timeKnown && transaction.timeKnown) {
      timedCount++;
      const apart = Math.abs(timeOfDay(row.at, timezone) - hour);
      near += Math.max(0, 1 - Math.min(apart, DAY_MS - apart) / HOUR_REACH_MS);
    }
  }
  const last = latest.get(merchant);
  const isOut = amount < 0;
  return {
    count,
    days,
    daysSinceLast: count === 0 ? Number.NaN : (at - rows[count - 1].at) / DAY_MS,
    amounts: summarise(logs, logCount),
    merchantAmounts: summarise(merchantLogs, merchantLogCount),
    isNewMerchant: merchant !== '' && last === undefined,
    newMerchantShare: (firstVisits + 0.5) / (count - half + 1),
    isNewPlace: place !== '' && !places.has(place),
    placeCount,
    newPlaceShare: (firstPlaces + 0.5) / (laterPlaces + 1),
    isNewPaymentMethod,
    isNewMerchantCode,
    hourCount,
    dayCount,
    perDay: count / Math.max(days, 1),
    spend: isOut ? spends[0] - amount : Number.NaN,
    spendDays: isOut ? spendDays : 0,
    usualSpend: isOut && windows > WINDOWS_MIN ? usualSpend(windows) : null,
    isRepeat:
      last !== undefined &&
      merchant !== '' &&
      at - last.at < DAY_MS &&
      last.logAmount === log &&
      last.amount === amount,
    repeatShare: (repeats + 0.5) / (count + 1),
    timedCount,
    hourDensity: timedCount === 0 ? Number.NaN : (near / timedCount) * (DAY_MS / HOUR_REACH_MS),
  };
}

function timeOfDay(at: number, timezone: string): number {
  const wall = at + zoneOffset(at, timezone);
  return wall - Math.floor(wall / DAY_MS) * DAY_MS;
}

function summarise(values: Float64Array, count: number): AmountStatistic | null {
  return count === 0 ? null : amountStatistic(values.subarray(0, count).sort());
}

/** A week, or else four weeks, or else a day: the first that usually holds some transactions and fits often enough. */
function windowDays(count: number, days: number): number {
  for (const length of WINDOW_DAYS) {
    if ((count * length) / days >= WINDOW_ROWS_MIN && days >= length * (WINDOWS_MIN + 1)) return length;
  }
  return 0;
}

/** The windows before the current one. */
function usualSpend(windows: number): AmountStatistic | null {
  const earlier = spends.subarray(1, windows);
  for (let w = 0; w < earlier.length; w++) earlier[w] = Math.log1p(earlier[w]);
  const usual = amountStatistic(earlier.sort());
  return usual.median > 0 ? usual : null;
}
