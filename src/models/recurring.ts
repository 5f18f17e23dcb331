import { CADENCE_DAYS, type Cadence, dueDays, type Schedule } from '../bank/cadence.ts';
import { civilFromDays } from '../bank/calendar.ts';
import { currencyDigits, toMajor } from '../bank/money.ts';
import type { Transaction } from '../bank/transaction.ts';
import { merchantKey } from '../features/merchant-key.ts';
import { candidateSchedules, fitSchedule, type ScheduleFit } from './schedule-fit.ts';

/** One payment of a stream: local day number and size in major units. */
export interface Payment {
  readonly day: number;
  readonly amount: number;
  /** Its place among the transactions that were looked through. */
  readonly index: number;
}

/** A recurring payment: what, how often, how much. */
export interface Stream {
  /** 1: money in, -1: money out. */
  readonly sign: 1 | -1;
  readonly label: string;
  readonly schedule: Schedule;
  /** In order of time, at least two. */
  readonly payments: readonly Payment[];
  /** Whether the amount only changes in steps. */
  readonly isAmountFixed: boolean;
  /** Set when the latest payments differ from those before by a step. */
  readonly priceChange: { readonly from: number; readonly to: number; readonly day: number } | null;
  /** Whether payments have stopped coming by the last day of the history. */
  readonly isEnded: boolean;
}

interface Rule {
  readonly cadence: Cadence;
  /** Median gap in days that lets a cadence be tried. */
  readonly gap: readonly [number, number];
  readonly deviationMax: number;
  readonly paymentsMin: number;
  /** Largest usual relative step between amounts. */
  readonly irregularMax: number;
}

const RULES: readonly Rule[] = [
  { cadence: 'weekly', gap: [6, 8], deviationMax: 2, paymentsMin: 5, irregularMax: 0.07 },
  { cadence: 'fortnightly', gap: [12, 16], deviationMax: 3, paymentsMin: 4, irregularMax: 0.1 },
  { cadence: 'semi_monthly', gap: [11, 18], deviationMax: 3, paymentsMin: 5, irregularMax: 0.12 },
  { cadence: 'monthly', gap: [25, 35], deviationMax: 5, paymentsMin: 3, irregularMax: 0.5 },
  { cadence: 'last_working_day', gap: [25, 35], deviationMax: 3, paymentsMin: 3, irregularMax: 0.5 },
  { cadence: 'quarterly', gap: [82, 100], deviationMax: 7, paymentsMin: 3, irregularMax: 0.5 },
  { cadence: 'annual', gap: [355, 376], deviationMax: 10, paymentsMin: 3, irregularMax: 0.3 },
];
const PAID_SHARE_MIN = 0.8;
/** Amounts further apart than this (as a logarithm) are different things bought at one place. */
const CLUSTER_GAP = 0.25;
/** A price may rise by this much (as a logarithm) and still be the same stream. */
const RISE_MAX = 0.25;

/** Larger groups are shopping; looking for a rhythm within them would find one by chance. */
const GROUP_MAX = 120;
/** Payments looked at by shared words, in all: so many, and so many more for each payment; rare words come last. */
const WORD_LOOKS_MIN = 3000;
const WORD_LOOKS_EACH = 3;

interface Entry extends Payment {
  readonly row: Transaction;
  readonly words: ReadonlySet<string>;
  readonly merchant: string;
}

/**
 * Finds what recurs among transactions of one currency. `days` are their local day numbers; `last` is the last day of
 * the history. Payments are grouped by account, direction and words, then by amount, and a group is a stream when a
 * calendar rule explains its days and its amounts are regular enough for that rule. Frequent shopping at one place is
 * none: its amounts differ.
 */
export function findStreams(rows: readonly Transaction[], days: readonly number[], last: number): Stream[] {
  return groupBy(toEntries(rows, days), (entry) => `${entry.row.accountId}\n${signOf(entry.row)}`)
    .flatMap(findInAccount)
    .map((stream) => describe(stream, last))
    .sort((a, b) => b.payments[b.payments.length - 1].amount - a.payments[a.payments.length - 1].amount);
}

/** Streams among the payments of one account in one direction, in order of time. */
function findInAccount(entries: readonly Entry[]): Found[] {
  const found: Found[] = [];
  const used = new Set<Entry>();
  const uses = { names: countNames(entries), amounts: countAmounts(entries) };
  const accept = (stream: Found | null) => {
    if (stream === null || isByChance(stream, uses)) return;
    found.push(stream);
    for (const entry of stream.entries) used.add(entry);
  };
  const left = () => entries.filter((entry) => !used.has(entry));
  // An amount that returns to the day under changing words, before any words can claim a part of it.
  for (const group of groupBy(entries, (entry) => entry.row.amountMinor))
    if (group.length >= 6) accept(trimEnds(tryStream(group, true), uses));
  for (const group of groupBy(left(), ({ merchant }) => merchant))
    if (group[0].merchant !== '') for (const stream of searchGroup(group)) accept(stream);
  // One word in common (a merchant within changing phrases), most frequent words first.
  let looks = 0;
  for (const sharing of byWord(left())) {
    const group = sharing.filter((entry) => !used.has(entry));
    if (group.length < 3 || group.length > GROUP_MAX) continue;
    looks += group.length;
    if (looks > WORD_LOOKS_MIN + WORD_LOOKS_EACH * entries.length) break;
    for (const stream of searchGroup(group)) accept(stream);
  }
  // The same amount again and again under changing words.
  for (const group of groupBy(left(), (entry) => entry.row.amountMinor))
    if (group.length >= 3) accept(tryStream(group, true) ?? extract(group, 0.5));
  // The same kind of payment of about the same size.
  for (const group of groupBy(left(), ({ row }) => `${row.category}\n${row.paymentMethod}\n${row.timeKnown}`))
    if (group.length >= 5 && group.length <= GROUP_MAX)
      for (const stream of searchGroup(group)) accept(stream);
  const joined = new Set(joinSteps(found));
  const spare = left();
  // A word is weighed against all payments, an amount against those that no stream explains.
  const weights = { names: uses.names, amounts: countAmounts(spare) };
  for (const stream of joined) absorb(stream, spare, used, weights);
  return found.filter((stream) => joined.has(stream) && stream.entries.length >= 2);
}

/** Payments of one thing share a word: this share of them, and they are this share of all payments with that word. */
const AGREED_SHARE = 0.6;
const OWN_SHARE = 0.2;
const SAME_KIND_SHARE = 0.8;
const TILL_MIN = 8;
const SLOW_DAYS = 40;
const SAME_AMOUNT_MIN = 4;
const OWN_AMOUNT_SHARE = 0.6;

/**
 * Whether payments that no word of their own joins are too rare, of too many kinds or too few at a till to be more than
 * chance: among hundreds of purchases some always lie a month or a quarter apart.
 */
function isByChance({ entries, fit }: Found, uses: Uses): boolean {
  for (const [name, count] of countNames(entries))
    if (count >= AGREED_SHARE * entries.length && count >= OWN_SHARE * (uses.names.get(name) ?? 0))
      return false;
  const kinds = new Map<string, number>();
  for (const { row } of entries) kinds.set(row.category, (kinds.get(row.category) ?? 0) + 1);
  if (Math.max(...kinds.values()) < SAME_KIND_SHARE * entries.length) return true;
  // An amount that hardly anything else costs is as good as a name: an insurance that is booked without a word.
  const [[amount, count], ...others] = countAmounts(entries);
  const isOwnAmount = others.length === 0 && count >= OWN_AMOUNT_SHARE * (uses.amounts.get(amount) ?? 0);
  if (isOwnAmount && count >= SAME_AMOUNT_MIN) return false;
  if (CADENCE_DAYS[fit.schedule.cadence] > SLOW_DAYS) return true;
  return entries[0].row.timeKnown && entries.length < TILL_MIN;
}

/** How many payments of the account have each word or merchant, and each amount in minor units. */
interface Uses {
  readonly names: ReadonlyMap<string, number>;
  readonly amounts: ReadonlyMap<number | null, number>;
}

function countAmounts(entries: readonly Entry[]): Map<number | null, number> {
  const counts = new Map<number | null, number>();
  for (const { row } of entries) counts.set(row.amountMinor, (counts.get(row.amountMinor) ?? 0) + 1);
  return counts;
}

/** How many payments have each word and each merchant. */
function countNames(entries: readonly Entry[]): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { words, merchant } of entries) {
    for (const word of words) add(word);
    // A line feed is in no word, so a merchant of one word is not counted with it.
    if (merchant !== '') add(`\n${merchant}`);
  }
  return counts;
}

/** Words and merchants of some payments that are not mostly those of others. */
function ownNames(entries: readonly Entry[], uses: Uses): Set<string> {
  const names = new Set<string>();
  for (const [name, count] of countNames(entries))
    if (count >= OWN_SHARE * (uses.names.get(name) ?? 0)) names.add(name);
  return names;
}

function hasName({ words, merchant }: Entry, names: ReadonlySet<string>): boolean {
  return names.has(`\n${merchant}`) || [...words].some((word) => names.has(word));
}

interface Found {
  entries: Entry[];
  fit: ScheduleFit;
}

function signOf(row: Transaction): 1 | -1 {
  return (row.amountMinor as number) >= 0 ? 1 : -1;
}

function toEntries(rows: readonly Transaction[], days: readonly number[]): Entry[] {
  return rows.flatMap((row, index) => {
    const minor = row.amountMinor;
    // A reversal undoes a payment; it is none of a stream's.
    if (minor === null || minor === 0 || (minor < 0 && row.type === 'Income')) return [];
    const amount = Math.abs(toMajor(minor, currencyDigits(row.currency)));
    return [{ row, index, day: days[index], amount, words: wordsOf(row), merchant: merchantKey(row) }];
  });
}

/** Words that say how a payment was made, not to whom. */
const COMMON_WORDS = new Set('payment transfer card visa debit credit online direct bill monthly'.split(' '));

function wordsOf({ merchantName, description }: Transaction): Set<string> {
  const words = `${merchantName} ${description}`.toLowerCase().match(/[\p{L}\p{M}]{4,}/gu) ?? [];
  return new Set(words.filter((word) => !COMMON_WORDS.has(word)).slice(0, 8));
}

/** Payments that share a word, three or more of them, by the most frequent words first. */
function byWord(entries: readonly Entry[]): Entry[][] {
  const sharing = new Map<string, Entry[]>();
  for (const entry of entries) {
    for (const word of entry.words) {
      const list = sharing.get(word);
      if (list === undefined) sharing.set(word, [entry]);
      else list.push(entry);
    }
  }
  return [...sharing.values()].filter(({ length }) => length >= 3).sort((a, b) => b.length - a.length);
}

function groupBy(entries: readonly Entry[], keyOf: (entry: Entry) => string | number | null): Entry[][] {
  const groups = new Map<string | number | null, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return [...groups.values()];
}

/** Streams within the payments of one key: all of them, else each cluster of amounts. */
function* searchGroup(group: Entry[]): Generator<Found> {
  if (group.length < 2) return;
  const whole = tryStream(group, false);
  if (whole !== null) {
    yield whole;
    return;
  }
  const sorted = group.toSorted((a, b) => a.amount - b.amount);
  let cluster: Entry[] = [];
  for (const entry of [...sorted, null]) {
    const previous = cluster[cluster.length - 1];
    const isNear =
      entry !== null && (previous === undefined || Math.log(entry.amount / previous.amount) < CLUSTER_GAP);
    if (isNear && entry !== null) {
      cluster.push(entry);
      continue;
    }
    const ordered = cluster.toSorted((a, b) => a.day - b.day);
    const stream =
      (cluster.length < group.length ? tryStream(ordered, false) : null) ?? extract(ordered, 0.67);
    if (stream !== null) yield stream;
    cluster = entry === null ? [] : [entry];
  }
}

const EXTRACTED_MIN = 5;
const EXTRACTED_FROM_MAX = 45;
const EXTRACTED_CADENCES = new Set<Cadence>(['monthly', 'last_working_day', 'weekly', 'fortnightly']);

/**
 * The stream within payments of which others are not on its days: the best schedule's payments, when those are at
 * least `shareMin` of all between its first and its last.
 */
function extract(entries: readonly Entry[], shareMin: number): Found | null {
  if (entries.length < EXTRACTED_MIN || entries.length > EXTRACTED_FROM_MAX) return null;
  const monthDayCounts = new Uint16Array(34);
  for (const { day } of entries) monthDayCounts[civilFromDays(day).day]++;
  let best: Found | null = null;
  for (const { cadence, irregularMax } of RULES) {
    if (!EXTRACTED_CADENCES.has(cadence)) continue;
    const step = CADENCE_DAYS[cadence];
    for (const schedule of candidateSchedules(
      cadence,
      entries.map(({ day }) => day),
    )) {
      const likely = countLikely(schedule, monthDayCounts);
      if (likely < EXTRACTED_MIN || likely <= (best?.entries.length ?? 0)) continue;
      const due = dueDays(schedule, entries[0].day - 3, entries[entries.length - 1].day + 3);
      if (due.length < EXTRACTED_MIN) continue;
      const chosen = nearestTo(due, entries, Math.min(2, step / 7));
      if (chosen.length < EXTRACTED_MIN || chosen.length <= (best?.entries.length ?? 0)) continue;
      const span = entries.filter(({ day }) => day >= chosen[0].day && day <= chosen[chosen.length - 1].day);
      if (chosen.length < shareMin * span.length) continue;
      const isPurchase = chosen[0].row.timeKnown;
      if (irregularity(chosen) > (step < 20 ? irregularMax : isPurchase ? 0.01 : 0.3)) continue;
      const tried = tryStream(chosen, false);
      if (tried !== null && tried.fit.deviation <= 0.7) best = tried;
    }
  }
  return best;
}

/** A stream of exactly these payments (in order of time), or null when no rule explains them well enough. */
function tryStream(entries: Entry[], isSameAmount: boolean): Found | null {
  const days = entries.map(({ day }) => day);
  const gaps = days.slice(1).map((day, i) => day - days[i]);
  if (gaps.length === 0) return null;
  const gap = middle(gaps);
  let best: ScheduleFit | null = null;
  for (const rule of RULES) {
    if (gap < rule.gap[0] || gap > rule.gap[1] || entries.length < rule.paymentsMin) continue;
    // Two payments prove nothing unless they are of one merchant and a year apart.
    if (isSameAmount && entries.length < 3) continue;
    const fit = fitSchedule(rule.cadence, days);
    if (
      fit === null ||
      fit.hasDoubles ||
      fit.paidShare < PAID_SHARE_MIN ||
      fit.deviationMax > rule.deviationMax
    )
      continue;
    if (fit.deviation > rule.deviationMax / 2) continue;
    const irregular = irregularity(entries);
    const isPunctual = fit.deviation <= 1 && entries.length >= 4;
    // Purchases at a till fall a month apart by chance, so their amounts must be the same more often.
    const isTill = entries[0].row.timeKnown && irregular > 0.08;
    if (isTill && (entries.length < 8 || fit.deviation > 0.7)) continue;
    const isSlow = rule.gap[0] > 20;
    const factor = isSlow && !isPunctual ? 0.4 : 1;
    const allowed = rule.irregularMax * factor;
    if (irregular > allowed) continue;
    if (isSameAmount && fit.deviation > 1) continue;
    if (isSameAmount && entries.length < 6 && fit.paidShare < 0.95) continue;
    if (best === null || fit.deviation < best.deviation - 0.15) best = fit;
  }
  return best === null ? null : { entries, fit: nameLastWorkingDay(best) };
}

/**
 * A stream of one amount without its first or last payment when neither a name nor the day says that it belongs: the
 * same was paid once elsewhere, and would move the stream's beginning or its end.
 */
function trimEnds(found: Found | null, uses: Uses): Found | null {
  if (found === null) return null;
  const { entries, fit } = found;
  const isStray = (entry: Entry, others: readonly Entry[]) =>
    !isDue(fit.schedule, entry.day) && !hasName(entry, ownNames(others, uses));
  const from = isStray(entries[0], entries.slice(1)) ? 1 : 0;
  const until = entries.length - (isStray(entries[entries.length - 1], entries.slice(0, -1)) ? 1 : 0);
  return until - from === entries.length ? found : tryStream(entries.slice(from, until), true);
}

function isDue(schedule: Schedule, day: number): boolean {
  return dueDays(schedule, day, day).length > 0;
}

/** The last of the month, before the weekend if it falls on one, has a name of its own. */
function nameLastWorkingDay(fit: ScheduleFit): ScheduleFit {
  const { schedule } = fit;
  if (schedule.cadence !== 'monthly' || schedule.monthDays[0] !== 31 || schedule.shift !== -1) return fit;
  return { ...fit, schedule: { ...schedule, cadence: 'last_working_day' } };
}

/** For each due day the payment nearest to it, at most `reach` days away and taken once; both ascend by day. */
function nearestTo(due: readonly number[], entries: readonly Entry[], reach: number): Entry[] {
  const chosen: Entry[] = [];
  const isTaken = new Uint8Array(entries.length);
  let first = 0;
  for (const day of due) {
    while (first < entries.length && entries[first].day < day - reach) first++;
    let nearest = -1;
    for (let i = first; i < entries.length && entries[i].day <= day + reach; i++) {
      if (isTaken[i] === 1) continue;
      if (nearest < 0 || Math.abs(entries[i].day - day) < Math.abs(entries[nearest].day - day)) nearest = i;
    }
    if (nearest < 0) continue;
    isTaken[nearest] = 1;
    chosen.push(entries[nearest]);
  }
  return chosen;
}

/** At most how many payments a schedule could explain, by their days of the month. */
function countLikely({ monthDays, shift }: Schedule, counts: Uint16Array): number {
  if (monthDays.length !== 1) return Number.POSITIVE_INFINITY;
  const [day] = monthDays;
  // A weekend moves a payment by two days at most; the last of a month may be its 28th.
  const from = day === 31 ? 26 : day - (shift < 0 ? 4 : 2);
  const until = day + (shift > 0 ? 4 : 2);
  let count = 0;
  for (let d = Math.max(1, from); d <= Math.min(31, until); d++) count += counts[d];
  for (let d = 32; d <= until; d++) count += counts[d - 31];
  for (let d = from; d < 1; d++) count += counts[d + 31];
  return count;
}

/** The usual relative step between one amount and the next, as a logarithm. */
function irregularity(entries: readonly Entry[]): number {
  return middle(entries.slice(1).map(({ amount }, i) => Math.abs(Math.log(amount / entries[i].amount))));
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Joins streams that are one before and after a change of price or of words. */
function joinSteps(found: readonly Found[]): Found[] {
  const list = found.toSorted((a, b) => a.entries[0].day - b.entries[0].day);
  for (let i = 0; i < list.length; i++) {
    for (let j = i + 1; j < list.length; j++) {
      const [one, two] = [list[i], list[j]];
      if (one.fit.schedule.cadence !== two.fit.schedule.cadence) continue;
      const step = CADENCE_DAYS[one.fit.schedule.cadence];
      const lag = two.entries[0].day - one.entries[one.entries.length - 1].day;
      const ratio = Math.log(two.entries[0].amount / one.entries[one.entries.length - 1].amount);
      if (lag > step * 2.4 || Math.abs(ratio) > RISE_MAX) continue;
      const entries = [...one.entries, ...two.entries].sort((a, b) => a.day - b.day);
      if (entries.some(({ day }, e) => e > 0 && day - entries[e - 1].day < step * 0.6)) continue;
      const joined = tryStream(entries, false);
      if (joined === null) continue;
      one.entries = joined.entries;
      one.fit = joined.fit;
      list.splice(j, 1);
      j = i;
    }
  }
  return list;
}

/**
 * Takes in payments near due days still unpaid: those of about the amount that bear a name of the stream's own, and
 * under any words those of its fixed amount on the very day, when hardly anything else costs that. About the amount at
 * about the time says too little, for shopping always has something of the kind: an ended stream would go on with it,
 * at its prices.
 */
function absorb(stream: Found, left: readonly Entry[], used: Set<Entry>, uses: Uses): void {
  const { schedule } = stream.fit;
  const step = CADENCE_DAYS[schedule.cadence];
  const reach = Math.min(3, step / 5);
  const own = stream.entries;
  // The words of what is taken in for its amount are not among them.
  const names = ownNames(own, uses);
  const isFixed = irregularity(own) < 0.005;
  const first = own[0].day;
  const end = own[own.length - 1].day;
  for (const due of dueDays(schedule, Math.floor(first - 2.2 * step), Math.ceil(end + 2.2 * step))) {
    if (stream.entries.some(({ day }) => Math.abs(day - due) < step * 0.4)) continue;
    const kin = stream.entries.reduce((a, b) => (Math.abs(a.day - due) <= Math.abs(b.day - due) ? a : b));
    const amount = kin.row.amountMinor;
    const isOwnAmount =
      isFixed && own.length >= OWN_AMOUNT_SHARE * (own.length + (uses.amounts.get(amount) ?? 0));
    let best: Entry | null = null;
    let bestDistance = isFixed ? 0.12 : 0.3;
    for (let i = firstFrom(left, due - reach); i < left.length && left[i].day <= due + reach; i++) {
      const entry = left[i];
      if (used.has(entry)) continue;
      if (kin.row.paymentMethod !== entry.row.paymentMethod || kin.row.timeKnown !== entry.row.timeKnown)
        continue;
      const isSame = isOwnAmount && entry.row.amountMinor === amount && entry.day === due;
      if (!isSame && !hasName(entry, names)) continue;
      const distance = Math.abs(Math.log(entry.amount / kin.amount));
      if (distance >= bestDistance) continue;
      best = entry;
      bestDistance = distance;
    }
    if (best === null) continue;
    used.add(best);
    stream.entries = [...stream.entries, best].sort((a, b) => a.day - b.day);
  }
}

/** Index of the first of ascending payments on or after a day. */
function firstFrom(entries: readonly Entry[], day: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle].day < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

function describe({ entries, fit }: Found, last: number): Stream {
  const { schedule } = fit;
  const latest = entries[entries.length - 1];
  const payments = entries.map(({ day, amount, index }) => ({ day, amount, index }));
  const isAmountFixed = irregularity(entries) < 0.005;
  const due = dueDays(schedule, latest.day + Math.ceil(CADENCE_DAYS[schedule.cadence] / 2), last);
  const patience = Math.min(20, Math.max(3, CADENCE_DAYS[schedule.cadence] / 3));
  return {
    sign: signOf(latest.row),
    label: labelOf(entries),
    schedule,
    payments,
    isAmountFixed,
    priceChange: priceChange(payments, isAmountFixed),
    isEnded: due.length > 0 && last - due[0] > patience,
  };
}

/** The name most of the latest payments go by. */
function labelOf(entries: readonly Entry[]): string {
  const names = entries.slice(-6).map(({ row }) => row.merchantName || row.description);
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].reduce((a, b) => (b[1] >= a[1] ? b : a))[0];
}

/** The newest step of a stream whose amount is otherwise the same. */
function priceChange(payments: readonly Payment[], isAmountFixed: boolean): Stream['priceChange'] {
  if (!isAmountFixed) return null;
  const to = payments[payments.length - 1].amount;
  for (let i = payments.length - 2; i >= 0; i--) {
    const from = payments[i].amount;
    if (Math.abs(Math.log(to / from)) > 0.004) return { from, to, day: payments[i + 1].day };
  }
  return null;
}

/** What the next payment will be: the latest of a fixed amount, else the median of the last three. */
export function nextAmount(payments: readonly Payment[], isAmountFixed: boolean): number {
  if (isAmountFixed) return payments[payments.length - 1].amount;
  return middle(payments.slice(-3).map(({ amount }) => amount));
}
