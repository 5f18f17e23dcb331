import { civilFromDays, dayOfWeek } from '../../bank/calendar.ts';
import { currencyDigits } from '../../bank/money.ts';
import { nextInt, type Rng } from '../../lib/rng.ts';
import { makeReference } from './descriptor.ts';
import { type Draft, roundPrice, type StreamPlan } from './draft.ts';
import { type Person, pick } from './person.ts';
import { writePhrase } from './phrases.ts';
import { cadenceDays, type Window } from './recurring.ts';

const CARD_BILL_DAY = 12;
const SWEEP_DAY = 28;
const SWEEP_STEP_MINOR = 5000;
const INTEREST_YEARLY = 0.02;

/**
 * Moves between a person's own accounts, which keep the balances believable: the card is paid off every month, what is
 * left over goes to savings, what is missing comes back from there. Both sides are rows when both accounts exist.
 */
export function planMoves(person: Person, drafts: readonly Draft[], window: Window, rng: Rng): Draft[] {
  const moves: Draft[] = [];
  const dollarMinor = person.priceScale * 10 ** currencyDigits(person.home.currency);
  if (person.card >= 0) {
    const stream = ownStream(person, person.main, 'Card payment', false);
    for (const day of cadenceDays('monthly', CARD_BILL_DAY, 1, window)) {
      const spent = -sumOf(drafts, person.card, monthBefore(day));
      if (spent <= 0) continue;
      moves.push(...moveBetween('card_bill', person, person.main, person.card, day, spent, stream, rng));
    }
  }
  if (person.main >= 0) {
    const stream = ownStream(person, person.main, 'Savings', true);
    const saving = roundPrice((50 + nextInt(rng, 30) * 10) * dollarMinor, 'ten', 0);
    for (const day of cadenceDays('monthly', 2, 1, window)) {
      moves.push(...moveBetween('savings', person, person.main, person.savings, day, saving, stream, rng));
    }
    // What exceeds the usual balance goes to savings; what is missing comes back.
    for (const day of cadenceDays('monthly', SWEEP_DAY, 1, window)) {
      const left = sumOf([...drafts, ...moves], person.main, { first: window.first, last: day - 1 });
      const amount = Math.floor(Math.abs(left) / SWEEP_STEP_MINOR) * SWEEP_STEP_MINOR;
      if (amount === 0) continue;
      const back = left < 0;
      moves.push(
        ...moveBetween(
          back ? 'withdrawal_of_savings' : 'savings',
          person,
          back ? person.savings : person.main,
          back ? person.main : person.savings,
          day,
          amount,
          null,
          rng,
        ),
      );
    }
  }
  if (person.savings >= 0) moves.push(...payInterest(person, moves, window, rng));
  return moves;
}

function ownStream(person: Person, account: number, merchant: string, isAmountFixed: boolean): StreamPlan {
  const counterpart = merchant === 'Savings' ? `${person.name} Savings` : merchant;
  return {
    account,
    merchant: counterpart,
    category: 'Transfer',
    cadence: 'monthly',
    isAmountFixed,
    isActive: true,
  };
}

function monthBefore(day: number): Window {
  return { first: day - 30, last: day - 1 };
}

function sumOf(drafts: readonly Draft[], account: number, window: Window): number {
  let sum = 0;
  for (const draft of drafts) {
    if (draft.account === account && draft.day >= window.first && draft.day <= window.last) {
      sum += draft.amountMinor;
    }
  }
  return sum;
}

const BANK_WORDS: Readonly<Record<string, readonly string[]>> = {
  savings: ['TRANSFER TO SAVINGS', 'ONLINE TRANSFER TO SAV', 'STANDING ORDER SAVINGS', 'INTERNAL TRANSFER'],
  withdrawal_of_savings: ['TRANSFER FROM SAVINGS', 'ONLINE TRANSFER FROM SAV', 'INTERNAL TRANSFER'],
  card_bill: ['CREDIT CARD PAYMENT', 'CARD AUTOPAY', 'PAYMENT THANK YOU', 'CARD BILL PAYMENT'],
};

function moveBetween(
  phrase: string,
  person: Person,
  from: number,
  to: number,
  day: number,
  amountMinor: number,
  stream: StreamPlan | null,
  rng: Rng,
): Draft[] {
  const rows: Draft[] = [];
  const isTyped = rng() < person.style.typedShare;
  const words = BANK_WORDS[phrase];
  const description = isTyped
    ? writePhrase(
        phrase,
        {
          merchant: person.name,
          city: person.home.city,
          month: civilFromDays(day).month,
          weekday: dayOfWeek(day),
          isPurchase: false,
        },
        rng,
      )
    : `${words[person.cardNumber % words.length]} ${rng() < 0.4 ? makeReference(8, rng) : ''}`.trimEnd();
  for (const account of [from, to]) {
    if (account < 0) continue;
    rows.push({
      account,
      day,
      msOfDay: -1,
      amountMinor: account === from ? -amountMinor : amountMinor,
      type: 'Transfer',
      description,
      merchantName: '',
      category: 'Transfer',
      paymentMethod: 'bank_transfer',
      location: '',
      country: '',
      code: '',
      reference: '',
      tags: [],
      stream: account === person.main ? stream : null,
      anomaly: null,
      isMislabelled: false,
    });
  }
  return rows;
}

function payInterest(person: Person, moves: readonly Draft[], window: Window, rng: Rng): Draft[] {
  const digits = currencyDigits(person.home.currency);
  const start = 20_000 * person.priceScale * 10 ** digits;
  const stream: StreamPlan = {
    account: person.savings,
    merchant: 'Interest',
    category: 'Income',
    cadence: 'last_working_day',
    isAmountFixed: false,
    isActive: true,
  };
  return cadenceDays('last_working_day', 31, -1, window).map((day) => {
    const held = Math.max(
      start / 10,
      start + sumOf(moves, person.savings, { first: window.first, last: day - 1 }),
    );
    return {
      account: person.savings,
      day,
      msOfDay: -1,
      amountMinor: Math.max(1, Math.round((held * INTEREST_YEARLY) / 12)),
      type: 'Income',
      description: pick(['INTEREST PAID', 'CREDIT INTEREST', 'Interest earned', 'GROSS INTEREST'], rng),
      merchantName: '',
      category: 'Income',
      paymentMethod: 'bank_transfer',
      location: '',
      country: '',
      code: '',
      reference: '',
      tags: [],
      stream,
      anomaly: null,
      isMislabelled: false,
    };
  });
}
