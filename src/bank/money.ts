const DIGITS_UNKNOWN = 2;

/** Largest absolute amount accepted, in major units; keeps minor units of every currency exact in a double. */
export const AMOUNT_MAX = 1e12;

let digitsByCurrency: ReadonlyMap<string, number> | null = null;

function loadDigits(): ReadonlyMap<string, number> {
  const digits = new Map<string, number>();
  for (const currency of Intl.supportedValuesOf('currency')) {
    const options = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
    digits.set(currency, Math.min(options.maximumFractionDigits ?? DIGITS_UNKNOWN, 3));
  }
  return digits;
}

/** Whether `code` is an ISO 4217 code that the Unicode CLDR knows (upper case). */
export function isCurrency(code: string): boolean {
  digitsByCurrency ??= loadDigits();
  return digitsByCurrency.has(code);
}

/** Decimal digits of a currency's minor unit (JPY 0, EUR 2, KWD 3); 2 when the currency is unknown or null. */
export function currencyDigits(currency: string | null): number {
  if (currency === null) return DIGITS_UNKNOWN;
  digitsByCurrency ??= loadDigits();
  return digitsByCurrency.get(currency) ?? DIGITS_UNKNOWN;
}

const POWERS = [1, 10, 100, 1000];

/**
 * Converts major units to an integer count of minor units, rounding half to even on the shortest decimal
 * form of `amount` (so that 0.125 with 2 digits is 12 and 1.005 is 100, as written, not as stored in binary).
 */
export function toMinor(amount: number, digits: number): number {
  const scale = POWERS[digits];
  const rounded = Math.round(amount * scale);
  if (rounded / scale === amount) return rounded === 0 ? 0 : rounded;
  const negative = amount < 0;
  const [mantissa, exponentText] = Math.abs(amount).toExponential().split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  const point = 1 + Number(exponentText) + digits;
  const decimals = whole + fraction;
  if (point < 0) return 0;
  const kept = point === 0 ? 0 : Number(decimals.slice(0, point).padEnd(point, '0'));
  const rest = decimals.slice(point);
  const isHalf = /^50*$/.test(rest);
  const roundsUp = isHalf ? kept % 2 === 1 : rest !== '' && rest[0] >= '5';
  const minor = kept + (roundsUp ? 1 : 0);
  return negative && minor !== 0 ? -minor : minor;
}

/** Converts minor units back to major units: the double nearest to the exact decimal. */
export function toMajor(minor: number, digits: number): number {
  return minor / POWERS[digits];
}
