import { parseDate } from './calendar.ts';
import { AMOUNT_MAX, currencyDigits, isCurrency, toMinor } from './money.ts';
import { type Fault, TRANSACTION_TYPES, type Transaction, type TransactionType } from './transaction.ts';

type FieldKind = 'text' | 'date' | 'amount' | 'type' | 'currency' | 'tags';

/** One wire field of a transaction. `lengthMax` is in characters (Unicode code points) after normalisation. */
export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  readonly lengthMax: number;
  readonly meaning: string;
  readonly example: unknown;
}

const TAGS_MAX = 32;
/** Longest tag, in characters (Unicode code points) after normalisation. */
export const TAG_LENGTH_MAX = 64;
const DATE_LENGTH_MAX = 64;

/** Every field a transaction may have on the wire and in imported tables, in documentation order. */
export const FIELDS: readonly Field[] = [
  {
    name: 'date',
    kind: 'date',
    lengthMax: DATE_LENGTH_MAX,
    meaning: 'RFC 3339 date or date-time; without an offset it is local to TITANS_TIMEZONE; default now',
    example: '2025-01-06T09:30:00Z',
  },
  {
    name: 'amount',
    kind: 'amount',
    lengthMax: 0,
    meaning: 'Amount in major units; an Expense may be written negative or positive',
    example: -25.5,
  },
  {
    name: 'type',
    kind: 'type',
    lengthMax: 16,
    meaning: 'Direction; by default read from the sign (negative: Expense, otherwise Income)',
    example: 'Expense',
  },
  {
    name: 'description',
    kind: 'text',
    lengthMax: 1024,
    meaning: 'The descriptor as the bank wrote it',
    example: 'Coffee shop purchase',
  },
  {
    name: 'category',
    kind: 'text',
    lengthMax: 128,
    meaning: 'The true category, when it is known',
    example: 'Food & Dining',
  },
  {
    name: 'payment_method',
    kind: 'text',
    lengthMax: 64,
    meaning: 'How it was paid: credit_card, debit_card, bank_transfer, cash, ...',
    example: 'credit_card',
  },
  {
    name: 'merchant_name',
    kind: 'text',
    lengthMax: 256,
    meaning: 'Merchant, when the bank gives it apart from the description',
    example: 'Blue Bottle',
  },
  {
    name: 'location',
    kind: 'text',
    lengthMax: 256,
    meaning: 'City, branch or address',
    example: 'Leeds',
  },
  {
    name: 'account_id',
    kind: 'text',
    lengthMax: 128,
    meaning: 'Whose history this belongs to; without it no history is read',
    example: 'acc-1',
  },
  {
    name: 'transaction_id',
    kind: 'text',
    lengthMax: 128,
    meaning: 'Your identifier, unique within the account',
    example: 'tx-1001',
  },
  {
    name: 'currency',
    kind: 'currency',
    lengthMax: 3,
    meaning: 'ISO 4217 code; default TITANS_CURRENCY',
    example: 'GBP',
  },
  {
    name: 'merchant_category_code',
    kind: 'text',
    lengthMax: 16,
    meaning: 'ISO 18245 code of the merchant',
    example: '5814',
  },
  {
    name: 'balance_after',
    kind: 'amount',
    lengthMax: 0,
    meaning: 'Balance of the account after this transaction, in major units',
    example: 1204.55,
  },
  { name: 'country', kind: 'text', lengthMax: 64, meaning: 'Country of the merchant', example: 'GB' },
  {
    name: 'reference',
    kind: 'text',
    lengthMax: 256,
    meaning: 'Payment reference',
    example: 'INV-2025-17',
  },
  {
    name: 'tags',
    kind: 'tags',
    lengthMax: TAGS_MAX,
    meaning: 'Up to 32 free labels (department, cost centre, ...)',
    example: ['office'],
  },
];

const FIELD_NAMES = new Set(FIELDS.map((field) => field.name));
const UNKNOWN_FIELD = `unknown field; known fields are ${[...FIELD_NAMES].join(', ')}`;

/** What a missing field stands for, and how strictly to read. */
export interface ParseOptions {
  /** Instant that a transaction without a date is given. */
  readonly now: number;
  readonly timezone: string;
  readonly currency: string | null;
  /** `required` refuses a transaction without an amount, `ignored` reads none (amount prediction). */
  readonly amount: 'required' | 'optional' | 'ignored';
  /** Cut over-long text with a warning instead of refusing it (files; the API refuses). */
  readonly cutsLongText?: boolean;
  /** Accept Income with a negative amount as a reversal, taken as signed (cash-flow history). */
  readonly allowsReversal?: boolean;
  readonly requiresType?: boolean;
  /** Warn also of every default taken and every character replaced (validation); roundings and cuts always are. */
  readonly reportsChanges?: boolean;
}

/** Either a transaction, with warnings about what was changed, or every fault at once. */
export type ParsedTransaction =
  | { readonly ok: true; readonly transaction: Transaction; readonly warnings: readonly Fault[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
const LONE_SURROGATE = /\p{Surrogate}/gu;
const PLAIN = /^[\x20-\x7e]*$/;

/** Canonical text: NFC, control characters as spaces, lone surrogates replaced, trimmed. */
export function normaliseText(text: string): string {
  if (PLAIN.test(text)) return text.trim();
  return text.replace(LONE_SURROGATE, '\ufffd').normalize('NFC').replace(CONTROL, ' ').trim();
}

/** What {@link normaliseText} changed within a text, or null; outer blanks are not worth a word. */
function changeOf(text: string, clean: string): string | null {
  if (clean === text || clean === text.trim()) return null;
  if (text.search(LONE_SURROGATE) >= 0) return 'characters that are no Unicode were replaced by U+FFFD';
  if (text.search(CONTROL) >= 0) return 'control characters became spaces';
  return 'was brought to the normal form of Unicode (NFC)';
}

/** Characters (Unicode code points) of a text without lone surrogates: those of two code units begin with a high surrogate. */
function lengthOf(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >> 10 === 0x36) length--;
  return length;
}

function cut(text: string, lengthMax: number): string {
  let end = 0;
  for (let count = 0; count < lengthMax; count++) end += text.charCodeAt(end) >> 10 === 0x36 ? 2 : 1;
  return text.slice(0, end).trimEnd();
}

/**
 * Parses one wire-shaped transaction (an object with snake_case fields; null means "not given") into a normalised
 * {@link Transaction}. All faults are reported together, with pointers relative to the transaction.
 */
export function parseTransaction(raw: unknown, options: ParseOptions): ParsedTransaction {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return {
      ok: false,
      faults: [{ pointer: '', detail: 'must be an object with the fields of a transaction' }],
    };
  }
  const input = raw as Record<string, unknown>;
  const faults: Fault[] = [];
  const warnings: Fault[] = [];
  for (const name of Object.keys(input)) {
    if (!FIELD_NAMES.has(name)) {
      faults.push({
        pointer: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        detail: UNKNOWN_FIELD,
      });
    }
  }

  function text(name: string, lengthMax: number): string {
    const value = Object.hasOwn(input, name) ? input[name] : undefined;
    if (value === undefined || value === null) return '';
    if (typeof value !== 'string') {
      faults.push({ pointer: `/${name}`, detail: `must be a string, not ${describe(value)}` });
      return '';
    }
    const clean = normaliseText(value);
    if (options.reportsChanges) {
      const change = changeOf(value, clean);
      if (change !== null) warnings.push({ pointer: `/${name}`, detail: change });
    }
    // The number of code units is known without counting.
    if (clean.length <= lengthMax) return clean;
    const length = lengthOf(clean);
    if (length <= lengthMax) return clean;
    if (options.cutsLongText) {
      warnings.push({ pointer: `/${name}`, detail: `${length} characters cut to ${lengthMax}` });
      return cut(clean, lengthMax);
    }
    faults.push({
      pointer: `/${name}`,
      detail: `must have at most ${lengthMax} characters, has ${length}`,
    });
    return '';
  }

  function number(name: string): number | null {
    const value = Object.hasOwn(input, name) ? input[name] : undefined;
    if (value === undefined || value === null) return null;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      faults.push({ pointer: `/${name}`, detail: `must be a finite number, not ${describe(value)}` });
      return null;
    }
    if (Math.abs(value) > AMOUNT_MAX) {
      faults.push({ pointer: `/${name}`, detail: `must be between -1e12 and 1e12` });
      return null;
    }
    return value;
  }

  const texts = {} as Record<string, string>;
  let tags: readonly string[] = [];
  for (const field of FIELDS) {
    if (field.kind === 'tags') tags = parseTags(input, options, faults, warnings);
    else if (field.kind !== 'amount') texts[field.name] = text(field.name, field.lengthMax);
  }

  let at = options.now;
  let timeKnown = true;
  if (texts.date !== '') {
    const date = parseDate(texts.date, options.timezone);
    if (date === null) {
      faults.push({
        pointer: '/date',
        detail: 'must be an RFC 3339 date or date-time such as 2025-01-06 or 2025-01-06T09:30:00Z',
      });
    } else {
      at = date.at;
      timeKnown = date.timeKnown;
    }
  } else if (options.reportsChanges) warnings.push({ pointer: '/date', detail: 'not given: taken as now' });

  let currency = options.currency;
  if (texts.currency !== '') {
    currency = texts.currency.toUpperCase();
    if (!isCurrency(currency)) {
      faults.push({ pointer: '/currency', detail: 'must be an ISO 4217 currency code such as EUR' });
      currency = null;
    }
  } else if (options.reportsChanges && currency !== null) {
    warnings.push({ pointer: '/currency', detail: `not given: taken as ${currency}` });
  }
  const digits = currencyDigits(currency);

  let type: TransactionType | null = null;
  if (texts.type !== '') {
    type = TRANSACTION_TYPES.find((known) => known.toLowerCase() === texts.type.toLowerCase()) ?? null;
    if (type === null) {
      faults.push({ pointer: '/type', detail: `must be one of ${TRANSACTION_TYPES.join(', ')}` });
    }
  } else if (options.requiresType && !faults.some((fault) => fault.pointer === '/type')) {
    faults.push({ pointer: '/type', detail: `is required: one of ${TRANSACTION_TYPES.join(', ')}` });
  }

  const amount = options.amount === 'ignored' ? null : number('amount');
  const isAmountFaulty = faults.some((fault) => fault.pointer === '/amount');
  if (amount === null && options.amount === 'required' && !isAmountFaulty) {
    faults.push({ pointer: '/amount', detail: 'is required: the amount in major units, such as -25.50' });
  }
  let amountMinor = amount === null ? null : minorUnits('/amount', amount, digits, warnings);
  if (amountMinor !== null && amount !== null) {
    if (type === null && texts.type === '') {
      type = amount < 0 ? 'Expense' : 'Income';
      if (options.reportsChanges)
        warnings.push({
          pointer: '/type',
          detail: `not given: taken as ${type}, from the sign of the amount`,
        });
    }
    if (type === 'Expense' && amountMinor > 0) amountMinor = -amountMinor;
    if (type === 'Income' && amount < 0 && !options.allowsReversal) {
      faults.push({
        pointer: '/amount',
        detail: 'Income must not be negative; write an Expense, or drop the sign',
      });
    }
  }
  const balance = number('balance_after');
  if (faults.length > 0) return { ok: false, faults };
  const transaction: Transaction = {
    id: texts.transaction_id === '' ? null : texts.transaction_id,
    accountId: texts.account_id === '' ? null : texts.account_id,
    at,
    timeKnown,
    amountMinor,
    currency,
    type,
    description: texts.description,
    merchantName: texts.merchant_name,
    category: texts.category,
    paymentMethod: texts.payment_method,
    location: texts.location,
    merchantCategoryCode: texts.merchant_category_code,
    country: texts.country,
    reference: texts.reference,
    tags,
    balanceAfterMinor: balance === null ? null : minorUnits('/balance_after', balance, digits, warnings),
  };
  return { ok: true, transaction, warnings };
}

function minorUnits(pointer: string, amount: number, digits: number, warnings: Fault[]): number {
  const minor = toMinor(amount, digits);
  if (minor / 10 ** digits !== amount) {
    warnings.push({ pointer, detail: `rounded half-even to ${digits} decimals` });
  }
  return minor;
}

function parseTags(
  input: Record<string, unknown>,
  options: ParseOptions,
  faults: Fault[],
  warnings: Fault[],
): readonly string[] {
  const value = Object.hasOwn(input, 'tags') ? input.tags : undefined;
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    faults.push({ pointer: '/tags', detail: `must be an array of strings, not ${describe(value)}` });
    return [];
  }
  if (value.length > TAGS_MAX) {
    faults.push({ pointer: '/tags', detail: `must have at most ${TAGS_MAX} entries, has ${value.length}` });
    return [];
  }
  const tags: string[] = [];
  for (const [index, tag] of value.entries()) {
    if (typeof tag !== 'string') {
      faults.push({ pointer: `/tags/${index}`, detail: `must be a string, not ${describe(tag)}` });
      continue;
    }
    const clean = normaliseText(tag);
    if (options.reportsChanges) {
      const change = changeOf(tag, clean);
      if (change !== null) warnings.push({ pointer: `/tags/${index}`, detail: change });
    }
    const isTooLong = clean.length > TAG_LENGTH_MAX && lengthOf(clean) > TAG_LENGTH_MAX;
    if (isTooLong && options.cutsLongText) {
      warnings.push({ pointer: `/tags/${index}`, detail: `cut to ${TAG_LENGTH_MAX} characters` });
      tags.push(cut(clean, TAG_LENGTH_MAX));
    } else if (isTooLong) {
      faults.push({ pointer: `/tags/${index}`, detail: `must have at most ${TAG_LENGTH_MAX} characters` });
    } else if (clean !== '') tags.push(clean);
  }
  return tags;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'number' ? String(value) : `a ${typeof value}`;
}
