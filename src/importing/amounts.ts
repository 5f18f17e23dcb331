import { isCurrency } from '../bank/money.ts';

/** The sign that separates the whole from the fraction. */
export type DecimalSign = 'point' | 'comma';

/** What a cell says beside its number. `suffix`: the letters DR or CR (or S and H) beside it. */
export interface AmountParts {
  readonly digits: string;
  readonly isNegative: boolean;
  readonly hasPlus: boolean;
  readonly suffix: 'debit' | 'credit' | null;
}

const PLAIN = /^-?\d{1,15}(?:\.\d+)?$/;
const SPACES = /[\s\u00a0\u2007\u2009\u202f]/g;
const DASHES = /[\u2212\u2013\u2014\ufe63\uff0d]/g;
const EMPTY = /^[-.]*$/;
const DEBIT = /^(?:dr|db|debit|d|s)\.?$/i;
const CREDIT = /^(?:cr|credit|c|h)\.?$/i;

/**
 * Takes an amount apart: currency signs and codes, spaces, apostrophes, brackets, a sign before or after, DR or CR.
 * Returns null for text that is no amount (`n/a`, `NaN`, `12%`, `1e999`), 'empty' for a blank or a lone dash.
 */
export function splitAmount(raw: string): AmountParts | 'empty' | null {
  if (PLAIN.test(raw)) {
    const isNegative = raw.charCodeAt(0) === 45;
    return { digits: isNegative ? raw.slice(1) : raw, isNegative, hasPlus: false, suffix: null };
  }
  let text = raw.replace(SPACES, '').replace(DASHES, '-');
  if (EMPTY.test(text)) return 'empty';
  let isNegative = false;
  let hasPlus = false;
  let suffix: AmountParts['suffix'] = null;
  const bracketed = /^(\p{Sc}|\p{L}{1,3})?\((.+)\)(\p{Sc}|\p{L}{1,3})?$/u.exec(text);
  if (bracketed !== null) {
    isNegative = true;
    text = bracketed[2];
  }
  const match =
    /^([+-]?)([\p{Sc}\p{L}.]*?)([+-]?)(\.?\d[\d.,'\u2019\u00b4`]*(?:[eE][+-]?\d{1,3})?)([+-]?)([\p{Sc}\p{L}.]*)([+-]?)$/u.exec(
      text,
    );
  if (match === null) return null;
  const [, sign, before, inner, written, after, tail, last] = match;
  // The point of "Rs.500" belongs to the letters.
  const digits = before !== '' && written.startsWith('.') ? written.slice(1) : written;
  const signs = sign + inner + after + last;
  if (signs.length > 1) return null;
  if (signs === '-') isNegative = !isNegative;
  hasPlus = signs === '+';
  for (const word of [before, tail]) {
    if (word === '') continue;
    // "12.50 DR" and "DR12.50" say the direction; "EUR", "Rs." and "kr" say the currency.
    if (DEBIT.test(word) || CREDIT.test(word)) {
      if (suffix !== null) return null;
      suffix = DEBIT.test(word) ? 'debit' : 'credit';
    } else if (!isCurrencyWord(word)) return null;
  }
  return { digits: digits.replace(/['\u2019\u00b4`]/g, ''), isNegative, hasPlus, suffix };
}

// Ways to write a currency beside its ISO code and its sign; anything else (12k, 3x) makes the cell no amount.
const CURRENCY_WORD =
  /^(?:\p{L}{0,3}\p{Sc}|rs\.?|re\.?|r|kr\.?|k\u010d|z\u0142|ft|lei|fr\.?|sfr\.?|tl|kn|din\.?|lv|\u043b\u0432\.?|\u0440\u0443\u0431\.?|\u0440\.|eur\.?|euros?)$/iu;

function isCurrencyWord(word: string): boolean {
  return CURRENCY_WORD.test(word) || (word.length === 3 && isCurrency(word.toUpperCase()));
}

/** How often the values of a column speak for either decimal sign; `open` ones (1,234) could be read both ways. */
export interface DecimalEvidence {
  point: number;
  comma: number;
  openPoint: number;
  openComma: number;
  example: string;
}

/** Counts what the values say about the decimal sign. */
export function weighDecimals(values: Iterable<string>, evidence: DecimalEvidence): void {
  for (const value of values) {
    const parts = splitAmount(value);
    if (parts === null || parts === 'empty') continue;
    const { digits } = parts;
    const lastPoint = digits.lastIndexOf('.');
    const lastComma = digits.lastIndexOf(',');
    if (lastPoint === -1 && lastComma === -1) continue;
    if (lastPoint !== -1 && lastComma !== -1) {
      if (lastPoint > lastComma) evidence.point++;
      else evidence.comma++;
      continue;
    }
    const sign = lastPoint === -1 ? ',' : '.';
    const last = Math.max(lastPoint, lastComma);
    const isRepeated = digits.indexOf(sign) !== last;
    const after = digits.length - last - 1;
    if (isRepeated) evidence[sign === '.' ? 'comma' : 'point']++;
    else if (after !== 3 || last > 3 || last === 0 || digits.startsWith('0')) {
      evidence[sign === '.' ? 'point' : 'comma']++;
    } else {
      evidence[sign === '.' ? 'openPoint' : 'openComma']++;
      evidence.example = value.trim();
    }
  }
}

export function noEvidence(): DecimalEvidence {
  return { point: 0, comma: 0, openPoint: 0, openComma: 0, example: '' };
}

/**
 * The decimal sign a file uses; null when its values leave it open and matter (all look like 1.234). Integers only:
 * a point. `1,234` in a file with another delimiter than `;` is a thousand and some: English groups.
 */
export function decideDecimal(evidence: DecimalEvidence, delimiter: string): DecimalSign | null {
  if (evidence.point > evidence.comma) return 'point';
  if (evidence.comma > evidence.point) return 'comma';
  if (evidence.point > 0) return null;
  if (evidence.openPoint === 0 && evidence.openComma === 0) return 'point';
  if (evidence.openPoint === 0 && delimiter !== ';') return 'point';
  return null;
}

const GROUPED_POINT = /^\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d*)?$/;
const GROUPED_COMMA = /^\d{1,3}(?:\.\d{2,3})*\.\d{3}(?:,\d*)?$/;
const SIMPLE_POINT = /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const SIMPLE_COMMA = /^(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d{1,3})?$/;

/** The unsigned number under a decimal sign, or null when the digits do not fit it (`1,50` with a decimal point). */
export function readDigits(digits: string, decimal: DecimalSign): number | null {
  if (decimal === 'point') {
    if (SIMPLE_POINT.test(digits)) return finite(Number(digits));
    return GROUPED_POINT.test(digits) ? finite(Number(digits.replaceAll(',', ''))) : null;
  }
  if (SIMPLE_COMMA.test(digits)) return finite(Number(digits.replace(',', '.')));
  return GROUPED_COMMA.test(digits) ? finite(Number(digits.replaceAll('.', '').replace(',', '.'))) : null;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
