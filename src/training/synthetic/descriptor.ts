import { civilFromDays } from '../../bank/calendar.ts';
import { nextInt, type Rng } from '../../lib/rng.ts';
import { type Person, pick, type Shop } from './person.ts';

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789';
// Card schemes give a merchant 22 to 25 characters; what is longer is cut.
const NAME_MAX = 22;
const LONG_NAME_MAX = 25;

/** A made-up reference of `length` letters and digits. */
export function makeReference(length: number, rng: Rng): string {
  let text = '';
  for (let i = 0; i < length; i++) text += ALPHABET[nextInt(rng, ALPHABET.length)];
  return text;
}

function dayAndMonth(dayNumber: number): string {
  const { month, day } = civilFromDays(dayNumber);
  return `${String(day).padStart(2, '0')}${MONTHS[month - 1]}`;
}

function shortDate(dayNumber: number): string {
  const { year, month, day } = civilFromDays(dayNumber);
  return `${String(day).padStart(2, '0')}/${String(month).padStart(2, '0')}/${year % 100}`;
}

/** A card payment as the bank prints it: upper case, cut, with prefixes, store numbers, place and references. */
export function writeCardPurchase(
  shop: Shop,
  person: Person,
  day: number,
  isOnline: boolean,
  rng: Rng,
): string {
  const { style } = person;
  if (style.layout === 5) return shop.name;
  let name = shop.name.toUpperCase().replaceAll("'", rng() < 0.5 ? '' : ' ');
  if (shop.aggregator !== '') name = shop.aggregator + name;
  else if (isOnline && rng() < 0.5) {
    name = rng() < 0.5 ? `${name.replaceAll(' ', '')}.COM` : `${name}*${makeReference(6, rng)}`;
  } else if (!shop.isLocal && rng() < 0.7) {
    name = rng() < 0.5 ? `${name} #${shop.storeNumber}` : `${name} ${shop.storeNumber}`;
  }
  const short = name.slice(0, NAME_MAX).trimEnd();
  const city = isOnline ? pick(['ONLINE', 'WWW', '800-5550142', ''], rng) : shop.place.city.toUpperCase();
  const country = shop.place.country;
  switch (style.layout) {
    case 0:
      return `POS ${short} ${city} ${country}`.replaceAll('  ', ' ');
    case 1:
      return `${short.padEnd(NAME_MAX)} ${city.slice(0, 13).padEnd(13)} ${country}`;
    case 2:
      return `CRD ${person.cardNumber} ${dayAndMonth(day)} ${name.slice(0, LONG_NAME_MAX)} ${city}`.trimEnd();
    case 3:
      return short;
    case 4:
      return `CARD PAYMENT TO ${short} ON ${shortDate(day)}`;
    default:
      return `VISA DEBIT ${name.slice(0, LONG_NAME_MAX)} ${city} ${country} ${100000 + nextInt(rng, 899999)}`;
  }
}

const DEBIT_PREFIXES: Readonly<Record<string, readonly string[]>> = {
  GB: ['DIRECT DEBIT', 'DD', 'DIRECT DEBIT PAYMENT TO'],
  IE: ['DIRECT DEBIT', 'DD'],
  DE: ['SEPA-LASTSCHRIFT', 'LASTSCHRIFT'],
  FR: ['PRLV SEPA', 'PRELEVEMENT'],
  ES: ['RECIBO', 'ADEUDO'],
  NL: ['SEPA INCASSO', 'INCASSO'],
};

/** A direct debit as the bank prints it. */
export function writeDebit(merchant: string, person: Person, rng: Rng): string {
  const prefixes = DEBIT_PREFIXES[person.home.country] ?? ['ACH DEBIT', 'PREAUTH DEBIT', 'AUTOPAY'];
  const prefix = prefixes[person.cardNumber % prefixes.length];
  const name = merchant.toUpperCase();
  return rng() < 0.6 ? `${prefix} ${name} ${1000000 + nextInt(rng, 8999999)}` : `${prefix} ${name}`;
}

/** A bank transfer as the bank prints it; `isIncoming` is seen from the account. */
export function writeTransfer(counterpart: string, person: Person, isIncoming: boolean, rng: Rng): string {
  const name = counterpart.toUpperCase();
  const prefixes = isIncoming
    ? ['TRANSFER FROM', 'CREDIT', 'BACS', 'WIRE IN', 'SEPA CREDIT']
    : ['TRANSFER TO', 'PAYMENT TO', 'FPO', 'WIRE OUT', 'SEPA TRANSFER', 'BILL PAYMENT'];
  const reference = rng() < 0.5 ? ` REF ${makeReference(8, rng)}` : '';
  return `${prefixes[person.cardNumber % prefixes.length]} ${name}${reference}`;
}

/** Cash from a machine. */
export function writeWithdrawal(city: string, rng: Rng): string {
  const machine = nextInt(rng, 90000) + 10000;
  return pick(
    [
      `ATM WITHDRAWAL ${city.toUpperCase()} ${machine}`,
      `CASH ${city.toUpperCase()} ATM${machine}`,
      `CASHPOINT ${machine} ${city.toUpperCase()}`,
      `WITHDRAWAL ATM ${machine}`,
    ],
    rng,
  );
}

const FEE_WORDS: Readonly<Record<string, readonly string[]>> = {
  overdraft: ['OVERDRAFT FEE', 'UNARRANGED OVERDRAFT', 'OD INTEREST CHARGE'],
  wire_fee: ['WIRE TRANSFER FEE', 'INTL PAYMENT CHARGE', 'SERVICE CHARGE'],
  card_interest: ['INTEREST CHARGED ON PURCHASES', 'LATE PAYMENT FEE', 'PURCHASE INTEREST'],
  machine_fee: ['NON-NETWORK ATM FEE', 'ATM SURCHARGE', 'CASH ADVANCE FEE'],
  foreign_fee: ['FOREIGN TRANSACTION FEE', 'NON-STERLING TRANS FEE', 'INTL TXN FEE', 'FX MARKUP'],
};

/** A charge of the bank itself. */
export function writeFee(kind: string, rng: Rng): string {
  return pick(FEE_WORDS[kind], rng);
}
