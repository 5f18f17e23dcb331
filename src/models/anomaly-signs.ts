import { CATALOG } from '../features/catalog.ts';
import type { FeatureContext } from '../features/context.ts';
import { type AmountStatistic, placeOf, type ValueStatistic } from '../features/statistics.ts';
import { kindOf } from './anomaly-amounts.ts';
import type { Habits } from './anomaly-habits.ts';
import { countOf, formatAmount, formatDays, formatHour, formatRange, times } from './anomaly-words.ts';

/** Everything a sign of strangeness may look at. */
export interface AnomalyView {
  readonly context: FeatureContext;
  /** The 52 features. */
  readonly vector: Float32Array;
  readonly habits: Habits;
  /** Usual amounts of this currency and type, and of this merchant, over all accounts. */
  readonly usual: AmountStatistic | null;
  readonly merchantUsual: AmountStatistic | null;
  /** Share of all traffic in this hour of the day, as a multiple of an even spread; NaN when the hour is not known. */
  readonly hourShare: number;
}

/** A reason in parts: what it was, what is usual, and both in a sentence. */
export interface Told {
  readonly value: string;
  readonly usual: string;
  readonly text: string;
}

/** One way in which a transaction can be strange. */
export interface Sign {
  /** Name of the feature in reasons. */
  readonly name: string;
  readonly meaning: string;
  /**
   * How much the sign's own tail counts in the joint evidence, in [0, 1]; 0 when only the isolation forest reads it. What
   * costs money weighs most; what is odd but harmless on its own weighs little.
   */
  readonly weight: number;
  /** Most nats of evidence a unit beyond the known tail may count; 1 for signs that are nats themselves. */
  readonly slopeMax: number;
  /** Whether the isolation forest reads it. */
  readonly isForest: boolean;
  /** Higher is stranger where it has a weight; NaN is unknown and never strange. */
  readonly read: (view: AnomalyView) => number;
  /** `share`: how much of ordinary traffic has a value on the same side at least this far out. */
  readonly tell: (view: AnomalyView, usual: readonly [number, number]) => Told;
}

/** A habit needs at least this many earlier transactions; below, the account is still learning. */
export const HABIT_MIN = 10;
/** A merchant is known from this many transactions in training. */
export const MERCHANT_KNOWN_MIN = 5;

const UNKNOWN = Number.NaN;
const AMOUNTS_MIN = 3;
const OWN_AMOUNTS_MIN = 3;
// A spread from few amounts is unsure, so it is joined with this many amounts of the usual spread.
const PRIOR_COUNT = 5;
const PRIOR_SPREAD = 0.8;
const SPEND_PRIOR_SPREAD = 0.7;
// A normal tail five spreads out gains five nats a spread; real amounts have heavier ones.
const AMOUNT_SLOPE_MAX = 4;

/** Distance above the median in spreads, the spread shrunk towards the prior while amounts are few. */
function excess(log: number, { count, median, spread }: AmountStatistic, prior: number): number {
  const variance = (count * spread * spread + PRIOR_COUNT * prior * prior) / (count + PRIOR_COUNT);
  return (log - median) / Math.sqrt(variance);
}

/** Negative log of a share: nats of surprise. */
function surprise(share: number): number {
  return -Math.log(Math.min(1, Math.max(share, 1e-9)));
}

/** Surprise of at least `count` events where `expected` are usual (Poisson tail), the event itself left out. */
function crowd(count: number, expected: number): number {
  const seen = count - 1;
  if (seen <= 0) return 0;
  let term = Math.exp(-expected);
  let below = 0;
  for (let k = 0; k < seen; k++) {
    below += term;
    term *= expected / (k + 1);
  }
  // Beyond what doubles can tell from 1 the leading term of the tail stands for it.
  const tail = 1 - below;
  if (tail > 1e-12) return -Math.log(tail);
  let log = -expected;
  for (let k = 1; k <= seen; k++) log += Math.log(expected / k);
  return -log;
}

function isHabitual({ habits }: AnomalyView): boolean {
  return habits.count >= HABIT_MIN;
}

function merchantName({ context }: AnomalyView): string {
  return context.transaction.merchantName || context.merchant || 'this merchant';
}

/** THE table of signs, in the order of the vector the forest reads and of the tails in the file. */
export const SIGNS: readonly Sign[] = [
  {
    name: 'amount_in_account',
    meaning:
      "How far the amount lies above the account's own amounts of the same direction, in robust spreads",
    weight: 1,
    slopeMax: AMOUNT_SLOPE_MAX,
    isForest: true,
    read(view) {
      const { context, habits } = view;
      if (habits.amounts === null || habits.amounts.count < AMOUNTS_MIN) return UNKNOWN;
      return sparedByMerchant(view, excess(context.logAmount, habits.amounts, PRIOR_SPREAD));
    },
    tell({ context, habits }) {
      const value = formatAmount(context.amount, context.transaction.currency);
      const usual = formatRange(habits.amounts as AmountStatistic, context.transaction.currency);
      return {
        value,
        usual,
        text: `the amount of ${value} is ${sizeOf(context.logAmount, habits.amounts)} for this account, which usually moves ${usual}`,
      };
    },
  },
  {
    name: 'amount_overall',
    meaning: 'How far the amount lies above all amounts of its currency and type, in robust spreads',
    weight: 0.5,
    slopeMax: AMOUNT_SLOPE_MAX,
    isForest: true,
    read(view) {
      if (view.usual === null) return UNKNOWN;
      const over = excess(view.context.logAmount, view.usual, PRIOR_SPREAD);
      return sparedByMerchant(view, over);
    },
    tell({ context, usual }) {
      const { currency } = context.transaction;
      const value = formatAmount(context.amount, currency);
      const range = formatRange(usual as AmountStatistic, currency);
      const kind = kindOf(context.transaction).toLowerCase();
      const what = kind === 'income' ? 'income' : `an ${kind}`.replace('an transfer', 'a transfer');
      return {
        value,
        usual: range,
        text: `the amount of ${value} is ${sizeOf(context.logAmount, usual)} for ${what}; usual is ${range}`,
      };
    },
  },
  {
    name: 'amount_at_merchant',
    meaning:
      'How far the amount lies above what the merchant usually takes, from this account or else from all',
    weight: 0.4,
    slopeMax: AMOUNT_SLOPE_MAX,
    isForest: true,
    read(view) {
      const usual = amountsAtMerchant(view);
      return usual === null ? UNKNOWN : excess(view.context.logAmount, usual, PRIOR_SPREAD);
    },
    tell(view) {
      const { context } = view;
      const statistic = amountsAtMerchant(view);
      const value = formatAmount(context.amount, context.transaction.currency);
      const usual = formatRange(statistic as AmountStatistic, context.transaction.currency);
      return {
        value,
        usual,
        text: `the amount of ${value} is ${sizeOf(context.logAmount, statistic)} at ${merchantName(view)}; usual there is ${usual}`,
      };
    },
  },
  {
    name: 'recent_spending',
    meaning:
      "How far money out during the last 7 days (28 or 1 where those say more) lies above the account's usual",
    weight: 0.7,
    slopeMax: AMOUNT_SLOPE_MAX,
    isForest: true,
    read({ habits }) {
      if (habits.usualSpend === null || Number.isNaN(habits.spend)) return UNKNOWN;
      return excess(Math.log1p(habits.spend), habits.usualSpend, SPEND_PRIOR_SPREAD);
    },
    tell({ context, habits }) {
      const { currency } = context.transaction;
      const value = formatAmount(habits.spend, currency);
      const usual = formatRange(habits.usualSpend as AmountStatistic, currency);
      const span = habits.spendDays === 1 ? 'a day' : `${habits.spendDays} days`;
      const size = sizeOf(Math.log1p(habits.spend), habits.usualSpend).replace('amount', 'sum');
      return {
        value,
        usual: `${usual} within ${span}`,
        text: `${value} went out of this account within ${span}, ${size}; usual is ${usual}`,
      };
    },
  },
  {
    name: 'transactions_last_hour',
    meaning: "Surprise at the number of the account's transactions within an hour, given its usual pace",
    weight: 0.5,
    slopeMax: 1,
    isForest: false,
    read: (view) =>
      isHabitual(view) && view.context.transaction.timeKnown
        ? crowd(view.habits.hourCount, view.habits.perDay / 12)
        : UNKNOWN,
    tell: ({ habits }) => ({
      value: countOf(habits.hourCount, 'transaction'),
      usual: pace(habits.perDay),
      text: `${countOf(habits.hourCount, 'transaction')} within an hour; this account usually makes ${pace(habits.perDay)}`,
    }),
  },
  {
    name: 'transactions_last_day',
    meaning: "Surprise at the number of the account's transactions within 24 hours, given its usual pace",
    weight: 0.4,
    slopeMax: 1,
    isForest: false,
    read: (view) => (isHabitual(view) ? crowd(view.habits.dayCount, view.habits.perDay * 1.5) : UNKNOWN),
    tell: ({ habits }) => ({
      value: countOf(habits.dayCount, 'transaction'),
      usual: pace(habits.perDay),
      text: `${countOf(habits.dayCount, 'transaction')} within 24 hours; this account usually makes ${pace(habits.perDay)}`,
    }),
  },
  {
    name: 'repeated_charge',
    meaning: 'Surprise at the same merchant taking the same amount again within a day',
    weight: 0.9,
    slopeMax: 1,
    isForest: false,
    read: (view) =>
      !isHabitual(view) ? UNKNOWN : view.habits.isRepeat ? surprise(view.habits.repeatShare) : 0,
    tell(view) {
      const value = formatAmount(view.context.amount, view.context.transaction.currency);
      return {
        value: `${value} again`,
        usual: rarely(view.habits.repeatShare),
        text: `${merchantName(view)} took the same ${value} within the last 24 hours already; that happens ${rarely(view.habits.repeatShare)} in this account`,
      };
    },
  },
  {
    name: 'new_merchant',
    meaning: 'Surprise at a merchant the account has never dealt with, given how often it tries new ones',
    weight: 0.3,
    slopeMax: 1,
    isForest: false,
    read: (view) =>
      !isHabitual(view) || view.context.merchant === ''
        ? UNKNOWN
        : view.habits.isNewMerchant
          ? surprise(view.habits.newMerchantShare)
          : 0,
    tell: (view) => ({
      value: merchantName(view),
      usual: `a new merchant ${rarely(view.habits.newMerchantShare)}`,
      text: `first transaction with ${merchantName(view)}; this account deals with a new merchant ${rarely(view.habits.newMerchantShare)}`,
    }),
  },
  {
    name: 'new_place',
    meaning: 'Surprise at a place the account was never seen at, given how often it is somewhere new',
    weight: 0.6,
    slopeMax: 1,
    isForest: false,
    read: ({ context, habits }) =>
      habits.placeCount < HABIT_MIN || placeOf(context.transaction) === ''
        ? UNKNOWN
        : habits.isNewPlace
          ? surprise(habits.newPlaceShare)
          : 0,
    tell: ({ context, habits }) => ({
      value: placeOf(context.transaction),
      usual: `a new place ${rarely(habits.newPlaceShare)}`,
      text: `this account was never seen at ${placeOf(context.transaction)} before; it is somewhere new ${rarely(habits.newPlaceShare)}`,
    }),
  },
  {
    name: 'hour_in_account',
    meaning: "Surprise at the time of day, given the account's own times and everybody's",
    weight: 0.35,
    slopeMax: 1,
    isForest: false,
    read({ habits, hourShare }) {
      if (Number.isNaN(hourShare)) return UNKNOWN;
      const timed = Number.isNaN(habits.hourDensity) ? 0 : habits.timedCount;
      const density =
        ((timed === 0 ? 0 : timed * habits.hourDensity) + HABIT_MIN * hourShare) / (timed + HABIT_MIN);
      return surprise(density / 4);
    },
    tell: ({ context, habits, hourShare }) => {
      const value = formatHour(context.local);
      const own = habits.timedCount >= HABIT_MIN;
      const share = own ? habits.hourDensity : hourShare;
      const usual =
        share < 1 ? `${own ? 'few of its own' : 'few'} transactions fall near this hour` : 'a busy hour';
      return {
        value,
        usual,
        text: `at ${value}, a time at which ${own ? 'this account is' : 'there is'} ${share < 0.35 ? 'hardly ever' : 'seldom'} ${own ? 'active' : 'any traffic'}`,
      };
    },
  },
  {
    name: 'silence',
    meaning: "Surprise at the days since the account's last transaction, given its usual pace",
    weight: 0.15,
    slopeMax: 1,
    isForest: false,
    read: (view) =>
      isHabitual(view) ? Math.min(view.habits.daysSinceLast * view.habits.perDay, 50) : UNKNOWN,
    tell: ({ habits }) => ({
      value: formatDays(habits.daysSinceLast),
      usual: pace(habits.perDay),
      text: `nothing happened in this account for ${formatDays(habits.daysSinceLast)}; it usually makes ${pace(habits.perDay)}`,
    }),
  },
  fromCatalog(
    'hour',
    'hour_of_day',
    ({ context }) => formatHour(context.local),
    (hour) => formatHour({ hour: Math.floor(hour), minute: Math.floor((hour % 1) * 60) }),
    'the time of day',
  ),
  fromCatalog(
    'is_weekend',
    'weekend',
    ({ context }) => sayDay(context.local.dayOfWeek >= 5 ? 1 : 0),
    sayDay,
    'the day',
  ),
  fromCatalog(
    'merchant_frequency',
    'merchant_frequency',
    ({ context }) => times(context.merchantStatistic?.count ?? 0),
    (log) => times(Math.round(Math.expm1(log))),
    'the merchant, seen in training',
  ),
  fromCatalog(
    'text_length',
    'text_length',
    ({ context }) => countOf(context.text.length, 'character'),
    (length) => countOf(Math.round(length), 'character'),
    'the length of the description',
  ),
  fromCatalog(
    'text_digit_share',
    'text_digits',
    ({ vector }) => percent(vector[INDEX.text_digit_share]),
    percent,
    'the share of digits in the description',
  ),
  fromCatalog(
    'text_upper_share',
    'text_capitals',
    ({ vector }) => percent(vector[INDEX.text_upper_share]),
    percent,
    'the share of capitals in the description',
  ),
  rarity(
    'payment_method',
    'the payment method',
    ({ context }) => context.statistics.paymentMethods,
    ({ context }) => context.transaction.paymentMethod,
  ),
  rarity(
    'place',
    'the place',
    ({ context }) => context.statistics.places,
    ({ context }) => placeOf(context.transaction),
  ),
  rarity(
    'merchant_category_code',
    'the merchant category code',
    ({ context }) => context.statistics.merchantCodes,
    ({ context }) => context.transaction.merchantCategoryCode,
  ),
  {
    name: 'days_since_merchant',
    meaning: "Log of days since the account's last transaction with this merchant",
    weight: 0,
    slopeMax: 1,
    isForest: true,
    read: ({ vector }) => Math.log1p(vector[INDEX.days_since_merchant]),
    tell: ({ vector }, usual) => {
      const value = formatDays(vector[INDEX.days_since_merchant]);
      const range = `${formatDays(Math.expm1(usual[0]))} to ${formatDays(Math.expm1(usual[1]))}`;
      return {
        value,
        usual: range,
        text: `the last transaction with this merchant was ${value} ago; usual is ${range}`,
      };
    },
  },
];

const INDEX: Readonly<Record<string, number>> = Object.fromEntries(CATALOG.map(({ name }, i) => [name, i]));

/** The signs the forest reads, as indices into {@link SIGNS}. */
export const FOREST_SIGNS: readonly number[] = SIGNS.flatMap(({ isForest }, i) => (isForest ? [i] : []));

/** Rent is large among an account's amounts, but what this merchant always takes from it is nothing strange. */
function sparedByMerchant({ context, habits }: AnomalyView, over: number): number {
  const own = habits.merchantAmounts;
  if (own === null || own.count < OWN_AMOUNTS_MIN) return over;
  return Math.min(over, excess(context.logAmount, own, PRIOR_SPREAD));
}

function amountsAtMerchant({ habits, merchantUsual }: AnomalyView): AmountStatistic | null {
  if (habits.merchantAmounts !== null && habits.merchantAmounts.count >= OWN_AMOUNTS_MIN)
    return habits.merchantAmounts;
  return merchantUsual !== null && merchantUsual.count >= MERCHANT_KNOWN_MIN ? merchantUsual : null;
}

function fromCatalog(
  feature: string,
  name: string,
  tell: (view: AnomalyView) => string,
  say: (value: number) => string,
  subject: string,
): Sign {
  return {
    name,
    meaning: CATALOG.find((row) => row.name === feature)?.meaning ?? '',
    weight: 0,
    slopeMax: 1,
    isForest: true,
    read: ({ vector }) => vector[INDEX[feature]],
    tell(view, [low, high]) {
      const value = tell(view);
      const usual = say(low) === say(high) ? say(low) : `${say(low)} to ${say(high)}`;
      return { value, usual, text: `${subject} is uncommon: ${value}; usual is ${usual}` };
    },
  };
}

function sayDay(isWeekend: number): string {
  return isWeekend === 1 ? 'weekend' : 'working day';
}

/** How rare a value is among the training rows that have one: nats of surprise, not its meaningless code. */
function rarity(
  name: string,
  subject: string,
  map: (view: AnomalyView) => ReadonlyMap<string, ValueStatistic>,
  value: (view: AnomalyView) => string,
): Sign {
  return {
    name: `${name}_rarity`,
    meaning: `Surprise at ${subject}, given how often training rows have it`,
    weight: 0,
    slopeMax: 1,
    isForest: true,
    read(view) {
      const own = value(view);
      const known = map(view);
      if (own === '' || known.size === 0) return UNKNOWN;
      return surprise(((known.get(own)?.count ?? 0) + 0.5) / (totalOf(known) + 1));
    },
    tell(view) {
      const own = value(view);
      const known = map(view);
      const [most] = known.keys();
      const isNew = !known.has(own);
      const usual = most === undefined ? 'none' : `most often ${most}`;
      const often = isNew
        ? 'was never seen before'
        : `occurs ${rarely((known.get(own)?.count ?? 0) / totalOf(known))}`;
      return { value: own, usual, text: `${subject} ${own} ${often}` };
    },
  };
}

// A total is asked for with every transaction, and its map never changes.
const totals = new WeakMap<ReadonlyMap<string, ValueStatistic>, number>();

function totalOf(known: ReadonlyMap<string, ValueStatistic>): number {
  let total = totals.get(known);
  if (total !== undefined) return total;
  total = 0;
  for (const { count } of known.values()) total += count;
  totals.set(known, total);
  return total;
}

function sizeOf(log: number, statistic: AmountStatistic | null): string {
  const ratio = Math.expm1(log) / Math.expm1(statistic?.median ?? log);
  if (ratio >= 1.5)
    return `unusually large (${ratio >= 10 ? Math.round(ratio).toLocaleString('en') : ratio.toFixed(1)} times the median)`;
  return ratio <= 0.67 ? 'unusually small' : 'an unusual amount';
}

function pace(perDay: number): string {
  if (perDay >= 1) return `about ${perDay.toFixed(perDay < 10 ? 1 : 0)} a day`;
  return `about ${(perDay * 30).toFixed(perDay * 30 < 10 ? 1 : 0)} in 30 days`;
}

function rarely(share: number): string {
  if (share >= 0.5) return 'more often than not';
  return `about once in ${Math.round(1 / share)} transactions`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
