import { CATALOG } from '../features/catalog.ts';
import type { FeatureContext } from '../features/context.ts';
import { HISTORY_MAX } from '../features/past.ts';
import { type AmountStatistic, placeOf, type ValueStatistic } from '../features/statistics.ts';
import { kindOf } from './anomaly-amounts.ts';
import type { Habits } from './anomaly-habits.ts';
import {
  type ComparedAmount,
  compareAmount,
  countOf,
  formatAmount,
  formatDays,
  formatHour,
  times,
} from './anomaly-words.ts';

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

/** What a sign says of a transaction, true whether that is strange or not. */
export interface Telling extends Told {
  /** Whether the value is a usual one by itself, and so no reason. */
  readonly isUsual: boolean;
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
  /** Of a value that is known; `usual` are the 5 % and 95 % quantiles of what `read` gives for ordinary traffic. */
  readonly tell: (view: AnomalyView, usual: readonly [number, number]) => Telling;
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
      const { currency } = context.transaction;
      const compared = compareAmount(context.amount, habits.amounts as AmountStatistic, currency);
      return tellAmount(compared, 'for this account', ', which usually moves');
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
      const compared = compareAmount(context.amount, usual as AmountStatistic, currency);
      const kind = kindOf(context.transaction).toLowerCase();
      const what = kind === 'income' ? 'income' : `an ${kind}`.replace('an transfer', 'a transfer');
      return tellAmount(compared, `for ${what}`, '; usual is');
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
      const { amount, transaction } = view.context;
      const compared = compareAmount(
        amount,
        amountsAtMerchant(view) as AmountStatistic,
        transaction.currency,
      );
      return tellAmount(compared, `at ${merchantName(view)}`, '; usual there is');
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
      const compared = compareAmount(habits.spend, habits.usualSpend as AmountStatistic, currency);
      const { value, usual, isUsual, size } = compared;
      const span = habits.spendDays === 1 ? 'a day' : `${habits.spendDays} days`;
      return {
        value,
        usual: `${usual} within ${span}`,
        isUsual,
        text: `${value} went out of this account within ${span}, ${size}${isUsual ? WITHIN : `; usual is ${usual}`}`,
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
      isUsual: habits.hourCount <= habits.perDay / 24,
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
      isUsual: habits.dayCount <= Math.round(habits.perDay),
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
        isUsual: view.habits.repeatShare >= OFTEN_SHARE,
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
      isUsual: view.habits.newMerchantShare >= OFTEN_SHARE,
      text: `${isWhole(view.habits) ? `first transaction with ${merchantName(view)}` : `no transaction with ${merchantName(view)} among the newest ${HISTORY_MAX} of this account`}; this account deals with a new merchant ${rarely(view.habits.newMerchantShare)}`,
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
      isUsual: habits.newPlaceShare >= OFTEN_SHARE,
      text: `this account was ${isWhole(habits) ? `never seen at ${placeOf(context.transaction)} before` : `not seen at ${placeOf(context.transaction)} in its newest ${HISTORY_MAX} transactions`}; it is somewhere new ${rarely(habits.newPlaceShare)}`,
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
      if (!(share < 1)) {
        const usual = own ? 'an hour at which this account is active' : 'a busy hour';
        return { value, usual, isUsual: true, text: `at ${value}, ${usual}` };
      }
      return {
        value,
        usual: `${own ? 'few of its own' : 'few'} transactions fall near this hour`,
        isUsual: false,
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
      isUsual: habits.daysSinceLast * habits.perDay <= 1,
      text: `nothing happened in this account for ${formatDays(habits.daysSinceLast)}; it usually makes ${pace(habits.perDay)}`,
    }),
  },
  fromCatalog(
    'hour',
    'hour_of_day',
    ({ context }) => formatHour(context.local),
    formatHourOf,
    'the time of day',
  ),
  fromCatalog(
    'is_weekend',
    'weekend',
    ({ context }) => sayDay(context.local.dayOfWeek >= 5 ? 1 : 0),
    sayDay,
    'the day',
    { joint: 'or' },
  ),
  fromCatalog(
    'merchant_frequency',
    'merchant_frequency',
    ({ context }) => times(context.merchantStatistic?.count ?? 0),
    (log) => times(Math.round(Math.expm1(log))),
    'how often the merchant was seen at training',
    // Whom the account knows is no stranger to it.
    { isKnown: ({ habits, context }) => context.merchant !== '' && !habits.isNewMerchant },
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
    'payment methods',
    ({ context }) => context.statistics.paymentMethods,
    ({ context }) => context.transaction.paymentMethod,
    ({ habits }) => habits.isNewPaymentMethod,
  ),
  rarity(
    'place',
    'the place',
    'places',
    ({ context }) => context.statistics.places,
    ({ context }) => placeOf(context.transaction),
    ({ habits }) => habits.isNewPlace,
  ),
  rarity(
    'merchant_category_code',
    'the merchant category code',
    'codes',
    ({ context }) => context.statistics.merchantCodes,
    ({ context }) => context.transaction.merchantCategoryCode,
    ({ habits }) => habits.isNewMerchantCode,
  ),
  {
    name: 'days_since_merchant',
    meaning: "Log of days since the account's last transaction with this merchant",
    weight: 0,
    slopeMax: 1,
    isForest: true,
    read: ({ vector }) => Math.log1p(vector[INDEX.days_since_merchant]),
    tell({ vector }, usual) {
      const log = Math.log1p(vector[INDEX.days_since_merchant]);
      const { value, range, isUsual } = compareShown(log, usual, (days) => formatDays(Math.expm1(days)));
      return {
        value,
        usual: range,
        isUsual,
        text: `the last transaction with this merchant was ${value} ago${isUsual ? `, within the usual ${range}` : `; usual is ${range}`}`,
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

interface CatalogWords {
  /** Between the ends of what is usual. */
  readonly joint?: string;
  /** Whether the account's own past makes the value a usual one. */
  readonly isKnown?: (view: AnomalyView) => boolean;
}

function fromCatalog(
  feature: string,
  name: string,
  tell: (view: AnomalyView) => string,
  say: (value: number) => string,
  subject: string,
  { joint = 'to', isKnown = () => false }: CatalogWords = {},
): Sign {
  return {
    name,
    meaning: CATALOG.find((row) => row.name === feature)?.meaning ?? '',
    weight: 0,
    slopeMax: 1,
    isForest: true,
    read: ({ vector }) => vector[INDEX[feature]],
    tell(view, ends) {
      const value = tell(view);
      const { range, isUsual } = compareShown(view.vector[INDEX[feature]], ends, say, joint);
      if (isUsual)
        return { value, usual: range, isUsual, text: `${subject} is within the usual ${range}: ${value}` };
      if (isKnown(view))
        return {
          value,
          usual: range,
          isUsual: true,
          text: `${subject} is uncommon, though this account knows it: ${value}; usual is ${range}`,
        };
      return { value, usual: range, isUsual, text: `${subject} is uncommon: ${value}; usual is ${range}` };
    },
  };
}

/** A value beside the ends of what is usual, all as they are shown: what is shown equal to an end lies within. */
function compareShown(
  value: number,
  [low, high]: readonly [number, number],
  say: (value: number) => string,
  joint = 'to',
) {
  const [shown, from, to] = [say(value), say(low), say(high)];
  return {
    value: shown,
    range: from === to ? from : `${from} ${joint} ${to}`,
    isUsual: (value >= low && value <= high) || shown === from || shown === to,
  };
}

const WITHIN = ', within the usual range';

/** An amount within the usual range is told beside the median alone. */
function tellAmount({ value, usual, isUsual, size }: ComparedAmount, where: string, lead: string): Telling {
  const end = isUsual ? WITHIN : `${lead} ${usual}`;
  return { value, usual, isUsual, text: `the amount of ${value} is ${size} ${where}${end}` };
}

/** Whether all of the account's past was looked at; of a longer one only the newest part is. */
function isWhole({ count }: Habits): boolean {
  return count < HISTORY_MAX;
}

function formatHourOf(hour: number): string {
  const minutes = Math.round(60 * hour);
  return formatHour({ hour: Math.floor(minutes / 60), minute: minutes % 60 });
}

function sayDay(isWeekend: number): string {
  return isWeekend === 1 ? 'weekend' : 'working day';
}

/** How rare a value is among the training rows that have one: nats of surprise, not its meaningless code. */
function rarity(
  name: string,
  subject: string,
  others: string,
  map: (view: AnomalyView) => ReadonlyMap<string, ValueStatistic>,
  value: (view: AnomalyView) => string,
  isNew: (view: AnomalyView) => boolean,
): Sign {
  const rarityOf = (view: AnomalyView) => {
    const own = value(view);
    const known = map(view);
    if (own === '' || known.size === 0) return UNKNOWN;
    return surprise(((known.get(own)?.count ?? 0) + 0.5) / (totalOf(known) + 1));
  };
  return {
    name: `${name}_rarity`,
    meaning: `Surprise at ${subject}, given how often training rows have it`,
    weight: 0,
    slopeMax: 1,
    isForest: true,
    read: rarityOf,
    tell(view, [, high]) {
      const own = value(view);
      const known = map(view);
      const [most] = known.keys();
      const learnt = known.get(own);
      const often =
        learnt === undefined
          ? `is not among the ${others} learnt at training`
          : `occurs ${rarely(learnt.count / totalOf(known))}`;
      // What the account has had before is its own, however rare among all.
      const isOwn = !isNew(view);
      return {
        value: own,
        usual: most === undefined ? 'none' : `most often ${most}`,
        isUsual: isOwn || rarityOf(view) <= high,
        text: `${subject} ${own} ${often}${isOwn ? ', but this account has had it before' : ''}`,
      };
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

function pace(perDay: number): string {
  if (perDay >= 1) return `about ${perDay.toFixed(perDay < 10 ? 1 : 0)} a day`;
  return `about ${(perDay * 30).toFixed(perDay * 30 < 10 ? 1 : 0)} in 30 days`;
}

/** From this share on a thing happens more often than not. */
const OFTEN_SHARE = 0.5;

function rarely(share: number): string {
  if (share >= OFTEN_SHARE) return 'more often than not';
  return `about once in ${Math.round(1 / share)} transactions`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
