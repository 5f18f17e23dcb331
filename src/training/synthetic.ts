import { daysFromCivil, instantOf } from '../bank/calendar.ts';
import { normaliseText } from '../bank/fields.ts';
import { currencyDigits } from '../bank/money.ts';
import { type CategoryName, TAXONOMY } from '../bank/taxonomy.ts';
import type { Transaction } from '../bank/transaction.ts';
import { assert } from '../lib/assert.ts';
import { createRng, deriveSeed, nextInt, type Rng } from '../lib/rng.ts';
import { plantAnomalies } from './synthetic/anomalies.ts';
import type { Draft, StreamPlan } from './synthetic/draft.ts';
import { planMoves } from './synthetic/moves.ts';
import { buildTown, makePerson, type Person, type Town } from './synthetic/person.ts';
import { HOMES, type Place, RESORTS } from './synthetic/places.ts';
import { planRecurring, type Window } from './synthetic/recurring.ts';
import { planSpending } from './synthetic/spending.ts';

/** What to generate. The same options give the same transactions, on every machine. */
export interface SyntheticOptions {
  readonly seed: number;
  /** Number of accounts; a person may own up to three of them. */
  readonly accounts: number;
  /** Length of the history in days. */
  readonly days: number;
  /** Day number (days since 1970-01-01) of the last day; 2025-12-31 unless given, so that no clock is read. */
  readonly lastDay?: number;
  /** IANA zone in which people's clocks run; UTC unless given. */
  readonly timezone?: string;
}

export type Cadence =
  | 'weekly'
  | 'fortnightly'
  | 'semi_monthly'
  | 'monthly'
  | 'last_working_day'
  | 'quarterly'
  | 'annual';

/** One recurring payment as it was planned: what a detector of recurring streams should find. */
export interface SyntheticStream {
  readonly accountId: string;
  readonly merchant: string;
  readonly category: CategoryName;
  readonly cadence: Cadence;
  readonly currency: string;
  /** Signed amount of the newest payment, in minor units. */
  readonly amountMinor: number;
  /** Day numbers of the payments within the history, ascending. */
  readonly dates: readonly number[];
  /** Ids of those payments, in the same order. */
  readonly transactionIds: readonly string[];
  /** False where every bill differs (electricity, card bills); true where it only changes in steps (rent). */
  readonly isAmountFixed: boolean;
  /** Whether the payments go on after the last day (false: cancelled within the history). */
  readonly isActive: boolean;
}

export type AnomalyKind = 'large_amount' | 'odd_place_and_hour' | 'burst' | 'duplicate_charge';

export interface SyntheticAnomaly {
  readonly transactionId: string;
  readonly kind: AnomalyKind;
}

/** What was planted, so that tests can ask whether it is found. */
export interface SyntheticTruth {
  readonly streams: readonly SyntheticStream[];
  readonly anomalies: readonly SyntheticAnomaly[];
  /** Ids of the rows whose label was written wrongly on purpose (people mislabel about one row in seventy). */
  readonly mislabelled: readonly string[];
}

export interface Synthetic {
  /** Ordered by instant; ids unique; `balanceAfterMinor` adds up within an account wherever it is given. */
  readonly transactions: readonly Transaction[];
  readonly truth: SyntheticTruth;
}

const LAST_DAY = daysFromCivil(2025, 12, 31);
const MISLABELLED_SHARE = 0.014;
// Numbers of independent random streams under one seed; persons themselves count from 0.
const PERSON_STREAM = 1_000_000;
const TOWN_STREAM = 2_000_000;
const LABEL_STREAM = 3_000_000;

/** Generates believable accounts with their truth. Pure: everything derives from `options.seed`. */
export function synthesise(options: SyntheticOptions): Synthetic {
  const { seed, accounts, days } = options;
  assert(Number.isInteger(accounts) && accounts >= 1, 'accounts is a positive integer');
  assert(Number.isInteger(days) && days >= 1, 'days is a positive integer');
  const last = options.lastDay ?? LAST_DAY;
  const window: Window = { first: last - days + 1, last };
  const towns = new Map<Place, Town>();
  const townOf = (place: Place): Town => {
    let town = towns.get(place);
    if (town === undefined) {
      town = buildTown(place, deriveSeed(seed, TOWN_STREAM + towns.size));
      towns.set(place, town);
    }
    return town;
  };
  for (const place of [...HOMES, ...RESORTS]) townOf(place);
  const drafts: Draft[] = [];
  const owners: Person[] = [];
  for (let index = 0, opened = 0; opened < accounts; index++) {
    const owned = openAccounts(index, opened, accounts - opened);
    const person = makePerson(index, owned, window, townOf, seed);
    for (const account of [owned.main, owned.card, owned.savings]) {
      if (account < 0) continue;
      owners.push(person);
      opened++;
    }
    drafts.push(...live(person, index, window, townOf, deriveSeed(seed, PERSON_STREAM + index)));
  }
  mislabel(drafts, createRng(deriveSeed(seed, LABEL_STREAM)));
  return enter(drafts, owners, options.timezone ?? 'UTC');
}

/** Everybody has a main account; some a credit card, some savings, in a fixed rhythm so that few accounts show all. */
function openAccounts(index: number, opened: number, left: number) {
  const wantsCard = index % 3 === 1;
  const wantsSavings = index % 2 === 1;
  const card = wantsCard && left >= 2 ? opened + 1 : -1;
  const savings = wantsSavings && left >= (card >= 0 ? 3 : 2) ? opened + (card >= 0 ? 2 : 1) : -1;
  return { main: opened, card, savings };
}

function live(
  person: Person,
  index: number,
  window: Window,
  townOf: (place: Place) => Town,
  seed: number,
): Draft[] {
  const rng = createRng(seed);
  const { drafts: recurring, paydays } = planRecurring(person, window, rng);
  const spending = planSpending(person, { window, paydays, townOf }, rng);
  const lived = [...recurring, ...spending, ...plantAnomalies(person, index, spending, window, rng)];
  return [...lived, ...planMoves(person, lived, window, rng)];
}

/** Writes a wrong category on a few rows, as people do: another spending category at random. */
function mislabel(drafts: readonly Draft[], rng: Rng): void {
  const wrong = TAXONOMY.filter((row) => row.direction === 'Expense').map((row) => row.name);
  for (const draft of drafts) {
    const isHit = rng() < MISLABELLED_SHARE;
    const name = wrong[nextInt(rng, wrong.length)];
    if (!isHit || draft.type !== 'Expense' || draft.anomaly !== null || name === draft.category) continue;
    draft.category = name;
    draft.isMislabelled = true;
  }
}

/** Orders, numbers and balances the drafts: the books as a bank would export them. */
function enter(drafts: readonly Draft[], owners: readonly Person[], timezone: string): Synthetic {
  const entries = drafts.map((draft) => ({
    draft,
    at: instantOf(draft.day, Math.max(draft.msOfDay, 0), timezone),
  }));
  // The sort is stable: rows of one instant keep the order in which they were made up.
  entries.sort((a, b) => a.at - b.at);
  const balances = owners.map((person, account) => {
    const opening = account === person.card ? 0 : account === person.savings ? 20_000 : 3000;
    return Math.round(opening * person.priceScale) * 10 ** currencyDigits(person.home.currency);
  });
  const transactions: Transaction[] = [];
  const anomalies: SyntheticAnomaly[] = [];
  const mislabelled: string[] = [];
  const streams = new Map<StreamPlan, { amountMinor: number; dates: number[]; transactionIds: string[] }>();
  for (const { draft, at } of entries) {
    const person = owners[draft.account];
    const id = `t${String(transactions.length + 1).padStart(6, '0')}`;
    balances[draft.account] += draft.amountMinor;
    transactions.push({
      id,
      accountId: accountName(draft.account),
      at,
      timeKnown: draft.msOfDay >= 0,
      amountMinor: draft.amountMinor,
      currency: person.home.currency,
      type: draft.type,
      description: normaliseText(draft.description),
      merchantName: draft.merchantName,
      category: draft.category,
      paymentMethod: draft.paymentMethod,
      location: draft.location,
      merchantCategoryCode: draft.code,
      country: draft.country,
      reference: draft.reference,
      tags: draft.tags,
      balanceAfterMinor: person.style.hasBalance ? balances[draft.account] : null,
    });
    if (draft.anomaly !== null) anomalies.push({ transactionId: id, kind: draft.anomaly });
    if (draft.isMislabelled) mislabelled.push(id);
    if (draft.stream === null) continue;
    const found = streams.get(draft.stream);
    if (found === undefined) {
      streams.set(draft.stream, {
        amountMinor: draft.amountMinor,
        dates: [draft.day],
        transactionIds: [id],
      });
    } else {
      found.amountMinor = draft.amountMinor;
      found.dates.push(draft.day);
      found.transactionIds.push(id);
    }
  }
  return {
    transactions,
    truth: {
      streams: Array.from(streams, ([plan, found]) => ({
        accountId: accountName(plan.account),
        merchant: plan.merchant,
        category: plan.category,
        cadence: plan.cadence,
        currency: owners[plan.account].home.currency,
        isAmountFixed: plan.isAmountFixed,
        isActive: plan.isActive,
        ...found,
      })),
      anomalies,
      mislabelled,
    },
  };
}

function accountName(account: number): string {
  return `acc-${String(account + 1).padStart(3, '0')}`;
}
