import { civilFromDays, dayOfWeek, daysFromCivil, daysInMonth } from '../../bank/calendar.ts';
import { currencyDigits } from '../../bank/money.ts';
import type { CategoryName } from '../../bank/taxonomy.ts';
import { nextInt, nextNormal, type Rng } from '../../lib/rng.ts';
import type { Cadence } from '../synthetic.ts';
import { makeReference, writeCardPurchase, writeDebit, writeTransfer } from './descriptor.ts';
import { type Draft, roundPrice, type StreamPlan } from './draft.ts';
import { YEARS } from './kinds.ts';
import { SURNAMES } from './names.ts';
import { type Person, pick } from './person.ts';
import { writePhrase } from './phrases.ts';

interface StreamKind {
  readonly name: string;
  readonly category: CategoryName;
  readonly cadence: Cadence;
  readonly median: number;
  readonly spread: number;
  /** Sigma of the logarithm of each bill: 0 for a fixed amount. */
  readonly variation: number;
  readonly share: number;
  readonly year: string;
  readonly method: string;
  readonly merchants: readonly string[];
}

// name | category | cadence | median | spread between people | variation of each bill | share of people | year | method | merchants
const TABLE = `
electricity      | Bills & Utilities | monthly   | 78   | .3  | .12 | .85 | winter | direct_debit  | Voltgrid, Nordstrom Kraft, Lumina Power, City Power
gas              | Bills & Utilities | monthly   | 58   | .3  | .25 | .5  | winter | direct_debit  | Bluegas, Thermia, City Power
water            | Bills & Utilities | quarterly | 92   | .25 | .08 | .6  | flat   | direct_debit  | Aquaduct, Clearwell Water
internet         | Bills & Utilities | monthly   | 42   | .2  | 0   | .9  | flat   | direct_debit  | Fibrenest, Teleon, Wirecast
mobile           | Bills & Utilities | monthly   | 24   | .35 | 0   | .85 | flat   | direct_debit  | Cellura, Teleon, Ring Mobile
streaming        | Entertainment     | monthly   | 12.99| .15 | 0   | .75 | flat   | credit_card   | Flixhaven, Streamora, Bazaaro Prime
music            | Entertainment     | monthly   | 10.99| .05 | 0   | .55 | flat   | credit_card   | Tonify, Wavelet
cloud            | Shopping          | monthly   | 3.99 | .4  | 0   | .4  | flat   | credit_card   | Appsphere, Stratodrive
news             | Entertainment     | monthly   | 14   | .3  | 0   | .25 | flat   | credit_card   | The Daily Meridian, Northern Post
gaming           | Entertainment     | monthly   | 9.99 | .1  | 0   | .25 | flat   | credit_card   | Playforge, Joystix
gym              | Health & Fitness  | monthly   | 34   | .35 | 0   | .4  | flat   | direct_debit  | Ironhouse Gym, Fitwell, Pulse Club
box              | Personal Care     | monthly   | 15   | .3  | 0   | .12 | flat   | credit_card   | Glowbox, Razorclub
season_ticket    | Transportation    | monthly   | 68   | .3  | 0   | .3  | flat   | direct_debit  | Metroline, Citytram
car_insurance    | Insurance         | monthly   | 62   | .3  | 0   | .4  | flat   | direct_debit  | Shieldmark, Concordia Mutual
home_insurance   | Insurance         | annual    | 210  | .3  | 0   | .6  | flat   | direct_debit  | Concordia Mutual, Hearthsafe
health_insurance | Insurance         | quarterly | 240  | .3  | 0   | .35 | flat   | direct_debit  | Medishield, Wellspring Health Plan
life_insurance   | Insurance         | monthly   | 28   | .3  | 0   | .3  | flat   | direct_debit  | Everlight Life, Shieldmark
charity          | Gifts & Donations | monthly   | 15   | .4  | 0   | .3  | flat   | direct_debit  | Riverkeepers Trust, Open Hands Relief, Paws Rescue
nursery          | Education         | monthly   | 320  | .3  | 0   | .15 | flat   | bank_transfer | Sunbeam Nursery, Little Acorns
tuition          | Education         | quarterly | 620  | .3  | 0   | .15 | flat   | bank_transfer | Weststone College, City University
car_loan         | Transportation    | monthly   | 215  | .25 | 0   | .25 | flat   | direct_debit  | Autolease Finance, Motorbank
account_fee      | Fees & Charges    | monthly   | 5    | .4  | 0   | .4  | flat   | bank_transfer | Monthly account fee
property_tax     | Taxes             | quarterly | 310  | .3  | 0   | .35 | flat   | bank_transfer | Municipal Treasury, County Tax Office
vehicle_tax      | Taxes             | annual    | 165  | .25 | 0   | .4  | flat   | direct_debit  | Vehicle Licensing
`;

const STREAM_KINDS: readonly StreamKind[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    return {
      name: cells[0],
      category: cells[1] as CategoryName,
      cadence: cells[2] as Cadence,
      median: Number(cells[3]),
      spread: Number(cells[4]),
      variation: Number(cells[5]),
      share: Number(cells[6]),
      year: cells[7],
      method: cells[8],
      merchants: cells[9].split(',').map((name) => name.trim()),
    };
  });

const CAR_STREAMS = new Set(['car_insurance', 'car_loan', 'vehicle_tax']);
const PAY_CADENCES: readonly Cadence[] = [
  'monthly',
  'last_working_day',
  'fortnightly',
  'semi_monthly',
  'weekly',
];
const PAYS_PER_YEAR: Readonly<Record<Cadence, number>> = {
  weekly: 52,
  fortnightly: 26,
  semi_monthly: 24,
  monthly: 12,
  last_working_day: 12,
  quarterly: 4,
  annual: 1,
};
const MONTHLY_PAY = 3700;
const PAY_PREFIXES = ['SALARY', 'PAYROLL', 'PAYROLL DIRECT DEP', 'BACS'];
const EMPLOYERS = [
  'Bluepeak Consulting',
  'Northwind Studio',
  'Halden Logistics',
  'St Brigid Hospital',
  'Corvus Software',
  'Meridian Schools Trust',
];

/** First and last day number of the history. */
export interface Window {
  readonly first: number;
  readonly last: number;
}

/**
 * Days on which a cadence falls within `window`. `anchor` is the day of the month (1..31) or any day number of the
 * weekly rhythm; `shift` -1 moves a weekend day back to Friday (pay), 1 forward to Monday (debits), 0 leaves it.
 */
export function cadenceDays(cadence: Cadence, anchor: number, shift: -1 | 0 | 1, window: Window): number[] {
  const days: number[] = [];
  if (cadence === 'weekly' || cadence === 'fortnightly') {
    const step = cadence === 'weekly' ? 7 : 14;
    const offset = (((anchor - window.first) % step) + step) % step;
    for (let day = window.first + offset; day <= window.last; day += step) days.push(day);
    return days;
  }
  const start = civilFromDays(window.first - 31);
  const step = cadence === 'quarterly' ? 3 : cadence === 'annual' ? 12 : 1;
  let { year, month } = start;
  for (; daysFromCivil(year, month, 1) <= window.last + 31; month++) {
    if (month > 12) {
      month = 1;
      year++;
    }
    // The anchor also decides in which month of the quarter or year it falls.
    if ((month + anchor) % step !== 0) continue;
    for (const day of daysOfMonth(cadence, anchor, year, month, shift)) {
      if (day >= window.first && day <= window.last) days.push(day);
    }
  }
  return days;
}

function daysOfMonth(cadence: Cadence, anchor: number, year: number, month: number, shift: number): number[] {
  const length = daysInMonth(year, month);
  const on = (day: number): number => daysFromCivil(year, month, Math.min(day, length));
  if (cadence === 'last_working_day') return [avoidWeekend(on(31), -1)];
  if (cadence === 'semi_monthly') return [avoidWeekend(on(15), shift), avoidWeekend(on(31), shift)];
  return [avoidWeekend(on(anchor), shift)];
}

function avoidWeekend(day: number, shift: number): number {
  const weekday = dayOfWeek(day);
  if (weekday < 5 || shift === 0) return day;
  return shift < 0 ? day - (weekday - 4) : day + (7 - weekday);
}

interface StreamDetails {
  readonly phrase: string;
  readonly merchant: string;
  readonly category: CategoryName;
  readonly cadence: Cadence;
  readonly anchor: number;
  readonly amount: number;
  readonly variation: number;
  readonly year: string;
  readonly method: string;
  readonly account: number;
  readonly isIncome: boolean;
  readonly window: Window;
  readonly isActive: boolean;
  /** Mean growth of the amount a year, applied in steps. */
  readonly riseYearly: number;
}

/** All recurring payments of one person, as drafts; the paydays come out separately because spending follows them. */
export function planRecurring(
  person: Person,
  window: Window,
  rng: Rng,
): { drafts: Draft[]; paydays: number[] } {
  const drafts: Draft[] = [];
  const scale = person.priceScale;
  const employer = pick(EMPLOYERS, rng);
  const payCadence = pick(PAY_CADENCES, rng);
  const pay = ((MONTHLY_PAY * person.incomeScale * 12) / PAYS_PER_YEAR[payCadence]) * (0.9 + 0.2 * rng());
  const basis = { window, isActive: true, variation: 0, year: 'flat', account: person.main };
  const salary = addStream(
    {
      ...basis,
      phrase: 'salary',
      merchant: employer,
      category: 'Income',
      cadence: payCadence,
      anchor: payCadence === 'monthly' ? 20 + nextInt(rng, 9) : window.first - dayOfWeek(window.first) + 4,
      amount: pay,
      variation: rng() < 0.3 ? 0.03 : 0,
      method: 'bank_transfer',
      isIncome: true,
      riseYearly: 0.03,
    },
    person,
    rng,
  );
  drafts.push(...salary);
  const landlord =
    rng() < 0.5 ? `${pick(SURNAMES, rng)} Properties` : `${person.name[0]} ${pick(SURNAMES, rng)}`;
  drafts.push(
    ...addStream(
      {
        ...basis,
        phrase: person.ownsHome ? 'mortgage' : 'rent',
        merchant: person.ownsHome ? pick(['Hearthstone Home Loans', 'Meridian Mortgage'], rng) : landlord,
        category: 'Housing',
        cadence: 'monthly',
        anchor: pick([1, 1, 1, 3, 5, 28], rng),
        amount: Math.round((1150 * person.incomeScale * (0.8 + 0.4 * rng())) / 5) * 5,
        method: person.ownsHome ? 'direct_debit' : 'bank_transfer',
        isIncome: false,
        riseYearly: person.ownsHome ? 0 : 0.03,
      },
      person,
      rng,
    ),
  );
  if (person.hasChildren) {
    drafts.push(
      ...addStream(
        {
          ...basis,
          phrase: 'benefit',
          merchant: 'Family Benefits Office',
          category: 'Income',
          cadence: 'monthly',
          anchor: 7,
          amount: 160 * scale,
          method: 'bank_transfer',
          isIncome: true,
          riseYearly: 0.02,
        },
        person,
        rng,
      ),
    );
  }
  if (rng() < 0.35) {
    drafts.push(
      ...addStream(
        {
          ...basis,
          phrase: 'dividend',
          merchant: 'Harbour Index Fund',
          category: 'Income',
          cadence: 'quarterly',
          anchor: 12 + nextInt(rng, 6),
          amount: 70 * scale,
          variation: 0.15,
          method: 'bank_transfer',
          isIncome: true,
          riseYearly: 0.02,
        },
        person,
        rng,
      ),
    );
  }
  for (const kind of STREAM_KINDS) {
    const share = CAR_STREAMS.has(kind.name) ? (person.hasCar ? kind.share * 1.6 : 0) : kind.share;
    if (rng() >= share || (kind.name === 'nursery' && !person.hasChildren)) continue;
    drafts.push(...subscribe(kind, person, window, rng));
  }
  return { drafts, paydays: salary.map((draft) => draft.day) };
}

function subscribe(kind: StreamKind, person: Person, window: Window, rng: Rng): Draft[] {
  const length = window.last - window.first;
  // Some begin and some end within the history, as subscriptions do; bills rarely do.
  const isCancellable = kind.method === 'credit_card' || kind.name === 'gym';
  const first = isCancellable && rng() < 0.3 ? window.first + Math.floor(rng() * length * 0.6) : window.first;
  const isEnded = isCancellable && rng() < 0.25;
  const last = isEnded ? first + Math.floor((window.last - first) * (0.3 + 0.5 * rng())) : window.last;
  const account = kind.method === 'credit_card' && person.card >= 0 ? person.card : person.main;
  return addStream(
    {
      phrase: kind.name,
      merchant: pick(kind.merchants, rng),
      category: kind.category,
      cadence: kind.cadence,
      anchor: 1 + nextInt(rng, 28),
      amount: kind.median * person.priceScale * Math.exp(kind.spread * nextNormal(rng)),
      variation: kind.variation,
      year: kind.year,
      method: kind.method,
      account,
      isIncome: false,
      window: { first, last },
      isActive: !isEnded,
      riseYearly: kind.cadence === 'annual' ? 0.05 : 0.04,
    },
    person,
    rng,
  );
}

function addStream(details: StreamDetails, person: Person, rng: Rng): Draft[] {
  const digits = currencyDigits(person.home.currency);
  const isCard = details.method === 'credit_card';
  const shift = details.isIncome ? -1 : isCard ? 0 : 1;
  const stream: StreamPlan = {
    account: details.account,
    merchant: details.merchant,
    category: details.category,
    cadence: details.cadence,
    isAmountFixed: details.variation === 0,
    isActive: details.isActive,
  };
  const riseDay = 1 + nextInt(rng, 365);
  const ending = isCard ? 'nines' : details.amount > 400 * person.priceScale ? 'whole' : 'cents';
  const tail = rng();
  const isIncoming = details.isIncome;
  return cadenceDays(details.cadence, details.anchor, shift, details.window).map((day) => {
    const { month } = civilFromDays(day);
    const rises = Math.max(0, Math.floor((day - details.window.first + 365 - riseDay) / 365));
    const season = YEARS[details.year][month - 1];
    const noise = details.variation === 0 ? 1 : Math.exp(details.variation * nextNormal(rng));
    const level = details.amount * (1 + details.riseYearly) ** rises * season * noise;
    const amountMinor = roundPrice(level * 10 ** digits, ending, tail);
    const isTyped = rng() < person.style.typedShare;
    const reference = !isTyped && rng() < 0.25 ? makeReference(10, rng) : '';
    return {
      account: details.account,
      day,
      msOfDay:
        isCard && person.style.hasTime ? (5 + nextInt(rng, 5)) * 3_600_000 + nextInt(rng, 3_600_000) : -1,
      amountMinor: isIncoming ? amountMinor : -amountMinor,
      type: isIncoming ? 'Income' : 'Expense',
      description: isTyped
        ? writePhrase(
            details.phrase,
            {
              merchant: details.merchant,
              city: person.home.city,
              month,
              weekday: dayOfWeek(day),
              isPurchase: false,
            },
            rng,
          )
        : writeRecurring(details, person, day, rng),
      merchantName: person.style.hasMerchant ? details.merchant : '',
      category: details.category,
      paymentMethod: details.method,
      location: '',
      country: '',
      code: '',
      reference,
      tags: [],
      stream,
      anomaly: null,
      isMislabelled: false,
    };
  });
}

function writeRecurring(details: StreamDetails, person: Person, day: number, rng: Rng): string {
  const { merchant } = details;
  if (details.phrase === 'salary') {
    return `${PAY_PREFIXES[person.cardNumber % PAY_PREFIXES.length]} ${merchant.toUpperCase()}`;
  }
  if (details.phrase === 'account_fee') {
    return pick(['MONTHLY ACCOUNT FEE', 'MONTHLY MAINTENANCE FEE', 'ACCOUNT CHARGES'], rng);
  }
  if (details.method === 'credit_card') {
    const shop = {
      name: merchant,
      place: person.home,
      storeNumber: 0,
      priceLevel: 1,
      aggregator: '',
      isLocal: true,
    };
    return writeCardPurchase(shop, person, day, true, rng);
  }
  if (details.method === 'direct_debit') return writeDebit(merchant, person, rng);
  const purpose = details.phrase === 'rent' && rng() < 0.4 ? ' RENT' : '';
  return writeTransfer(merchant, person, details.isIncome, rng) + purpose;
}
