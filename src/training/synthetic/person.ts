import { createRng, deriveSeed, nextInt, nextNormal, type Rng } from '../../lib/rng.ts';
import { KINDS, type Kind } from './kinds.ts';
import { ADJECTIVES, FIRST_NAMES, NAMES, NOUNS, SURNAMES } from './names.ts';
import { HOMES, type Place, PRICE_LEVELS, RESORTS } from './places.ts';

/** A merchant at one place. */
export interface Shop {
  readonly name: string;
  readonly place: Place;
  readonly storeNumber: number;
  /** How dear it is compared with others of its kind; averages about 1. */
  readonly priceLevel: number;
  /** Prefix of the payment company that small shops use, or empty. */
  readonly aggregator: string;
  readonly isLocal: boolean;
}

/** Shops of one town by kind, the same for everybody who goes there. */
export type Town = ReadonlyMap<string, readonly Shop[]>;

const LOCAL_SHOPS = 7;
const AGGREGATORS = ['SQ *', 'SQ *', 'TST* ', 'PAYPAL *', 'SUMUP *', 'ZTL*'];

/** Opens the shops of a town. `seed` decides which. */
export function buildTown(place: Place, seed: number): Town {
  const rng = createRng(seed);
  const town = new Map<string, Shop[]>();
  for (const kind of KINDS) {
    const names = NAMES.get(kind.name);
    if (names === undefined) continue;
    const shops: Shop[] = names.chains.map((name) => openShop(name, place, false, rng));
    if (names.words.length > 0) {
      const count = kind.perWeek >= 0.3 ? LOCAL_SHOPS * 2 : LOCAL_SHOPS;
      for (let i = 0; i < count; i++)
        shops.push(openShop(localName(names.words, place, rng), place, true, rng));
    }
    town.set(kind.name, shops);
  }
  return town;
}

function openShop(name: string, place: Place, isLocal: boolean, rng: Rng): Shop {
  const hasAggregator = rng() < (isLocal ? 0.3 : 0.03);
  return {
    name,
    place,
    storeNumber: 100 + nextInt(rng, 8900),
    priceLevel: Math.exp(0.2 * nextNormal(rng)),
    aggregator: hasAggregator ? pick(AGGREGATORS, rng) : '',
    isLocal,
  };
}

function localName(words: readonly string[], place: Place, rng: Rng): string {
  const word = pick(words, rng);
  const draw = rng();
  if (draw < 0.25) return `${pick(SURNAMES, rng)}'s ${word}`;
  if (draw < 0.44) return `${pick(ADJECTIVES, rng)} ${pick(NOUNS, rng)} ${word}`;
  if (draw < 0.54) return `${place.city} ${word}`;
  if (draw < 0.65) return `${pick(FIRST_NAMES, rng)}'s ${word}`;
  if (draw < 0.74) return `${word} ${pick(SURNAMES, rng)}`;
  // The rest bears no word of its trade, as many real shops do: only history or the amount tells what it sells.
  if (draw < 0.88) return `The ${pick(ADJECTIVES, rng)} ${pick(NOUNS, rng)}`;
  return `${pick(SURNAMES, rng)} and ${pick(SURNAMES, rng)}`;
}

/** How the bank (or the person) writes the rows of one person's accounts. */
export interface Style {
  /** Which descriptor layout the bank uses, 0..6. */
  readonly layout: number;
  /** Share of rows in plain words: 1 for a household book kept by hand. */
  readonly typedShare: number;
  readonly hasTime: boolean;
  readonly hasMerchant: boolean;
  readonly hasLocation: boolean;
  readonly hasCode: boolean;
  readonly hasBalance: boolean;
}

/** A stay away from home; days are inclusive. */
export interface Trip {
  readonly from: number;
  readonly to: number;
  readonly place: Place;
}

/** One person: their accounts, habits and way of keeping books. Account numbers are -1 where there is none. */
export interface Person {
  readonly name: string;
  readonly home: Place;
  readonly style: Style;
  readonly main: number;
  readonly card: number;
  readonly savings: number;
  /** Multiplies the table's dollar amounts: currency, wealth. */
  readonly priceScale: number;
  readonly incomeScale: number;
  readonly appetite: ReadonlyMap<string, number>;
  readonly favourites: ReadonlyMap<string, readonly Shop[]>;
  readonly trips: readonly Trip[];
  readonly hasCar: boolean;
  readonly hasChildren: boolean;
  readonly ownsHome: boolean;
  readonly cardNumber: number;
}

const CAR_KINDS = new Set(['fuel', 'parking', 'toll', 'car_service']);
const RIDE_KINDS = new Set(['transit', 'train', 'ride', 'bike_share']);
const CHILD_KINDS = new Set(['school_meals', 'toys']);

/** Makes a person. `index` counts persons from 0; the first ones cover several currencies and ways of writing. */
export function makePerson(
  index: number,
  accounts: { main: number; card: number; savings: number },
  window: { first: number; last: number },
  townOf: (place: Place) => Town,
  seed: number,
): Person {
  const rng = createRng(deriveSeed(seed, index));
  const home = HOMES[index % HOMES.length];
  const wealth = Math.exp(0.28 * nextNormal(rng));
  const hasCar = rng() < 0.6;
  const hasChildren = rng() < 0.35;
  const appetite = new Map<string, number>();
  const favourites = new Map<string, readonly Shop[]>();
  for (const kind of KINDS) {
    appetite.set(kind.name, appetiteFor(kind, hasCar, hasChildren, rng));
    const shops = townOf(home).get(kind.name);
    if (shops !== undefined) {
      const count = Math.min(shops.length, kind.perWeek >= 0.3 ? 5 : 3);
      favourites.set(
        kind.name,
        Array.from({ length: count }, () => pick(shops, rng)),
      );
    }
  }
  const priceLevel = PRICE_LEVELS[home.currency];
  return {
    name: `${pick(FIRST_NAMES, rng)} ${pick(SURNAMES, rng)}`,
    home,
    style: makeStyle(index, rng),
    ...accounts,
    priceScale: priceLevel * wealth ** 0.6,
    incomeScale: priceLevel * wealth,
    appetite,
    favourites,
    trips: planTrips(home, window, rng),
    hasCar,
    hasChildren,
    ownsHome: rng() < 0.4,
    cardNumber: 1000 + nextInt(rng, 9000),
  };
}

function appetiteFor(kind: Kind, hasCar: boolean, hasChildren: boolean, rng: Rng): number {
  const taste = rng() < 0.1 && kind.perWeek < 0.3 ? 0 : Math.exp(0.45 * nextNormal(rng) - 0.1);
  if (CAR_KINDS.has(kind.name)) return hasCar ? taste * 1.5 : 0;
  if (RIDE_KINDS.has(kind.name)) return hasCar ? taste * 0.5 : taste * 1.8;
  if (CHILD_KINDS.has(kind.name)) return hasChildren ? taste * 2.2 : taste * 0.15;
  return taste;
}

function makeStyle(index: number, rng: Rng): Style {
  const isByHand = index % 4 === 0;
  const isMixed = index % 4 === 3;
  return {
    layout: nextInt(rng, 7),
    typedShare: isByHand ? 1 : isMixed ? 0.35 : 0.04,
    hasTime: rng() < 0.65,
    hasMerchant: rng() < (isByHand ? 0.25 : 0.5),
    hasLocation: rng() < 0.55,
    hasCode: !isByHand && rng() < 0.45,
    hasBalance: !isByHand && rng() < 0.8,
  };
}

function planTrips(home: Place, window: { first: number; last: number }, rng: Rng): Trip[] {
  const trips: Trip[] = [];
  let from = window.first + 20 + nextInt(rng, 160);
  while (from + 14 <= window.last) {
    const elsewhere = RESORTS.filter((place) => place.city !== home.city);
    trips.push({ from, to: from + 2 + nextInt(rng, 10), place: pick(elsewhere, rng) });
    from += 110 + nextInt(rng, 200);
  }
  return trips;
}

/** One of `values`, each as likely. */
export function pick<T>(values: readonly T[], rng: Rng): T {
  return values[nextInt(rng, values.length)];
}

/** One key of `weights`, as likely as its weight. */
export function pickWeighted(weights: Readonly<Record<string, number>>, rng: Rng): string {
  const names = Object.keys(weights);
  let total = 0;
  for (const name of names) total += weights[name];
  let draw = rng() * total;
  for (const name of names) {
    draw -= weights[name];
    if (draw < 0) return name;
  }
  return names[names.length - 1];
}
