import { civilFromDays, dayOfWeek } from '../../bank/calendar.ts';
import { currencyDigits } from '../../bank/money.ts';
import { nextInt, nextNormal, type Rng } from '../../lib/rng.ts';
import {
  makeReference,
  writeCardPurchase,
  writeDebit,
  writeFee,
  writeTransfer,
  writeWithdrawal,
} from './descriptor.ts';
import { type Draft, roundPrice } from './draft.ts';
import { HOURS, KIND_BY_NAME, KINDS, type Kind, METHODS, WEEKS, YEARS } from './kinds.ts';
import { FIRST_NAMES, SURNAMES } from './names.ts';
import { type Person, pick, pickWeighted, type Shop, type Town, type Trip } from './person.ts';
import { writePhrase } from './phrases.ts';
import type { Place } from './places.ts';
import type { Window } from './recurring.ts';

const INFLATION_YEARLY = 0.03;
const HOUR_MS = 3_600_000;
// Tails beyond this would be anomalies nobody planted.
const DEVIATION_MAX = 2.6;
const EXPLORING_SHARE = 0.22;
const ELSEWHERE_SHARE = 0.22;
const GENERAL_STORES = ['supermarket', 'department', 'marketplace', 'corner_shop'];
const SOLD_ELSEWHERE = new Set(
  'food_market lunch fuel clothing books homeware toys pets games hobby lottery pharmacy cosmetics gift_shop textbooks hardware'.split(
    ' ',
  ),
);
const REFUND_SHARE = 0.02;
const TRIP_RATES: Readonly<Record<string, number>> = {
  restaurant: 5,
  coffee: 4,
  bar: 2.5,
  lunch: 2,
  transit: 2.5,
  ride: 1.5,
  museum: 1.2,
  tour: 1,
  gift_shop: 0.8,
  supermarket: 1.5,
  cash: 1,
  foreign_fee: 1.5,
};

/** What the spending of a person depends on beside the person. */
export interface SpendingContext {
  readonly window: Window;
  readonly paydays: readonly number[];
  readonly townOf: (place: Place) => Town;
}

/** All irregular transactions of one person: purchases, cash, fees, side income, refunds, trips. */
export function planSpending(person: Person, context: SpendingContext, rng: Rng): Draft[] {
  const drafts: Draft[] = [];
  const { first, last } = context.window;
  const paydays = new Set(context.paydays);
  let sincePay = 10;
  for (let day = first; day <= last; day++) {
    sincePay = paydays.has(day) ? 0 : sincePay + 1;
    const trip = person.trips.find((stay) => day >= stay.from && day <= stay.to);
    const weekday = dayOfWeek(day);
    const { month } = civilFromDays(day);
    const mood = sincePay < 5 ? 1.25 : sincePay > 20 ? 0.85 : 1;
    for (const kind of KINDS) {
      const weekly =
        trip === undefined
          ? kind.perWeek *
            (person.appetite.get(kind.name) as number) *
            WEEKS[kind.week][weekday] *
            YEARS[kind.year][month - 1]
          : (TRIP_RATES[kind.name] ?? 0);
      if (weekly === 0) continue;
      const count = drawCount((weekly * mood) / 7, rng);
      for (let i = 0; i < count; i++) buy(kind, person, context, day, trip, drafts, rng);
    }
    if (trip !== undefined && day === trip.from) packFor(trip, person, context, drafts, rng);
  }
  return drafts;
}

/** A Poisson count by inversion (Devroye 1986, X.3.3). */
function drawCount(mean: number, rng: Rng): number {
  let probability = Math.exp(-mean);
  let draw = rng();
  let count = 0;
  while (draw > probability && count < 20) {
    draw -= probability;
    count++;
    probability *= mean / count;
  }
  return count;
}

function packFor(trip: Trip, person: Person, context: SpendingContext, drafts: Draft[], rng: Rng): void {
  const booked = Math.max(context.window.first, trip.from - 15 - nextInt(rng, 60));
  const nights = trip.to - trip.from + 1;
  if (rng() < 0.8) {
    buy(
      KIND_BY_NAME.get('flight') as Kind,
      person,
      context,
      booked,
      { ...trip, place: person.home },
      drafts,
      rng,
    );
  }
  if (rng() < 0.9) {
    const hotel = KIND_BY_NAME.get('hotel') as Kind;
    const stay = { ...hotel, median: 70 * Math.min(nights, 9), spread: 0.3 };
    buy(stay, person, context, rng() < 0.5 ? booked : trip.from, trip, drafts, rng);
  }
  if (rng() < 0.35) buy(KIND_BY_NAME.get('car_hire') as Kind, person, context, trip.from, trip, drafts, rng);
}

function buy(
  kind: Kind,
  person: Person,
  context: SpendingContext,
  day: number,
  trip: Trip | undefined,
  drafts: Draft[],
  rng: Rng,
): void {
  if (kind.name === 'foreign_fee' && trip?.place.currency === person.home.currency) return;
  const place = trip?.place ?? person.home;
  const shop = chooseShop(kind, person, context, place, rng);
  const isTyped = rng() < person.style.typedShare;
  const method = chooseMethod(kind, isTyped, rng);
  const isIncome = kind.category === 'Income';
  const amountMinor = priceOf(kind, person, shop, day - context.window.first, rng);
  const isCard = method === 'credit_card' || method === 'digital_wallet';
  const isOnline = kind.methods === 'online' || kind.methods === 'app';
  const isPlaced = kind.form === 'card' || kind.form === 'machine';
  const draft: Draft = {
    account: isCard && person.card >= 0 ? person.card : person.main,
    day,
    msOfDay: person.style.hasTime ? clockTime(kind, rng) : -1,
    amountMinor: isIncome ? amountMinor : -amountMinor,
    type: isIncome ? 'Income' : 'Expense',
    description: isTyped
      ? writePhrase(
          kind.name,
          {
            merchant: shop?.name ?? 'the bank',
            city: place.city,
            month: civilFromDays(day).month,
            weekday: dayOfWeek(day),
            isPurchase: kind.form === 'card',
          },
          rng,
        )
      : describe(kind, shop, person, place, day, isOnline, rng),
    merchantName: person.style.hasMerchant && shop !== null ? shop.name : '',
    category: kind.category,
    paymentMethod: method,
    location: person.style.hasLocation && isPlaced && !isOnline ? place.city : '',
    country: person.style.hasLocation && isPlaced ? place.country : '',
    code: person.style.hasCode && isCardPaid(method) ? kind.code : '',
    reference: kind.form === 'transfer' && rng() < 0.4 ? `INV-${100 + nextInt(rng, 9900)}` : '',
    tags: isTyped && trip !== undefined && rng() < 0.5 ? ['holiday'] : [],
    stream: null,
    anomaly: null,
    isMislabelled: false,
  };
  // A bank may drop the description altogether; then another field has to carry the row.
  if (!isTyped && rng() < 0.006) draft.description = '';
  drafts.push(draft);
  const isReturnable = kind.category === 'Shopping' || kind.name === 'hotel' || kind.name === 'furniture';
  if (isReturnable && rng() < REFUND_SHARE * 2) refund(draft, shop, context.window, isTyped, drafts, rng);
}

function isCardPaid(method: string): boolean {
  return method === 'credit_card' || method === 'debit_card' || method === 'mobile_payment';
}

function refund(
  bought: Draft,
  shop: Shop | null,
  window: Window,
  isTyped: boolean,
  drafts: Draft[],
  rng: Rng,
): void {
  const day = bought.day + 2 + nextInt(rng, 18);
  if (day > window.last) return;
  const share = rng() < 0.6 ? 1 : 0.3 + 0.5 * rng();
  const words = isTyped ? ['refund', 'returned', 'money back for'] : ['REFUND', 'CREDIT VOUCHER', 'RETURN'];
  drafts.push({
    ...bought,
    day,
    msOfDay: bought.msOfDay < 0 ? -1 : (9 + nextInt(rng, 9)) * HOUR_MS + nextInt(rng, HOUR_MS),
    amountMinor: Math.max(1, Math.round(-bought.amountMinor * share)),
    type: 'Income',
    description:
      `${pick(words, rng)} ${isTyped ? bought.description : (shop?.name.toUpperCase() ?? '')}`.trim(),
  });
}

function chooseShop(
  kind: Kind,
  person: Person,
  context: SpendingContext,
  place: Place,
  rng: Rng,
): Shop | null {
  const town = context.townOf(place);
  const shops = town.get(kind.name);
  if (shops === undefined) return null;
  // Much is bought where one is anyway: flowers at the supermarket, shampoo in the department store.
  if (SOLD_ELSEWHERE.has(kind.name) && rng() < ELSEWHERE_SHARE) {
    return pick(town.get(pick(GENERAL_STORES, rng)) as readonly Shop[], rng);
  }
  if (place !== person.home || rng() < EXPLORING_SHARE) return pick(shops, rng);
  const favourites = person.favourites.get(kind.name) as readonly Shop[];
  // Squaring the draw makes the first favourite the most visited.
  return favourites[Math.floor(rng() ** 2 * favourites.length)];
}

function chooseMethod(kind: Kind, isTyped: boolean, rng: Rng): string {
  const method = pickWeighted(METHODS[kind.methods], rng);
  // A bank's export has no cash purchases; a household book has.
  return method === 'cash' && !isTyped ? 'debit_card' : method;
}

function priceOf(kind: Kind, person: Person, shop: Shop | null, daysIn: number, rng: Rng): number {
  const deviation = Math.max(-DEVIATION_MAX, Math.min(DEVIATION_MAX, nextNormal(rng)));
  const level = kind.median * Math.exp(kind.spread * deviation) * (shop?.priceLevel ?? 1);
  const drift = (1 + INFLATION_YEARLY) ** (daysIn / 365);
  const digits = currencyDigits(person.home.currency);
  return roundPrice(level * drift * person.priceScale * 10 ** digits, kind.ending, rng());
}

function clockTime(kind: Kind, rng: Rng): number {
  const hours = HOURS[kind.hours];
  if (hours === null) return -1;
  const [from, usual, to] = hours;
  // Triangular: most at the usual hour, none outside. Past midnight is kept on the day it belongs to.
  const draw = rng();
  const rise = (usual - from) / (to - from);
  const hour =
    draw < rise
      ? from + Math.sqrt(draw * (to - from) * (usual - from))
      : to - Math.sqrt((1 - draw) * (to - from) * (to - usual));
  return Math.floor(((hour % 24) * HOUR_MS) / 1000) * 1000;
}

function describe(
  kind: Kind,
  shop: Shop | null,
  person: Person,
  place: Place,
  day: number,
  isOnline: boolean,
  rng: Rng,
): string {
  if (kind.form === 'card') return writeCardPurchase(shop as Shop, person, day, isOnline, rng);
  if (kind.form === 'machine') return writeWithdrawal(place.city, rng);
  if (kind.form === 'fee') return writeFee(kind.name, rng);
  if (kind.form === 'transfer' && rng() < 0.3) return writeDebit((shop as Shop).name, person, rng);
  const isIncoming = kind.form === 'deposit';
  const friend = `${pick(FIRST_NAMES, rng)} ${pick(SURNAMES, rng)}`;
  if (kind.methods === 'app') {
    // Payment apps let people write a note, which the bank keeps about half the time.
    const company = (shop as Shop).name.toUpperCase();
    const note = rng() < 0.5 ? ` ${writePhrase(kind.name, noteContext(day, place), rng).toUpperCase()}` : '';
    return `${company} ${friend.toUpperCase()}${note} ${isIncoming ? makeReference(5, rng) : ''}`.trim();
  }
  return writeTransfer((shop as Shop).name, person, isIncoming, rng);
}

function noteContext(day: number, place: Place) {
  return {
    merchant: '',
    city: place.city,
    month: civilFromDays(day).month,
    weekday: dayOfWeek(day),
    isPurchase: false,
  };
}
