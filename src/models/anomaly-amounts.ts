import { currencyDigits } from '../bank/money.ts';
import type { Transaction } from '../bank/transaction.ts';
import { merchantKey } from '../features/merchant-key.ts';
import { type AmountStatistic, amountStatistic, logAmount } from '../features/statistics.ts';

/** What amounts are usual, kept apart by currency: 5,000 yen are lunch for two, 5,000 euros are not. */
export interface AmountBook {
  /** Log amounts by `CURRENCY|type`; `*` pools: any type, or every currency with two decimals. */
  readonly usual: ReadonlyMap<string, AmountStatistic>;
  /** By merchant key: log amounts relative to their currency's median, so that all currencies count together. */
  readonly merchants: ReadonlyMap<string, AmountStatistic>;
}

const POOL = '*';
const GROUP_MIN = 20;
const MERCHANT_MIN = 3;
const MERCHANTS_MAX = 200_000;
const UNKNOWN_DIGITS = currencyDigits(null);

/** Learns the usual amounts of rows that all lie before those they will be compared with. */
export function fitAmounts(rows: readonly Transaction[]): AmountBook {
  const groups = new Map<string, number[]>();
  for (const row of rows) {
    const log = logAmount(row);
    if (Number.isNaN(log)) continue;
    const type = kindOf(row);
    const currency = row.currency ?? '';
    add(groups, `${currency}|${type}`, log);
    add(groups, `${currency}|${POOL}`, log);
    if (currencyDigits(row.currency) !== UNKNOWN_DIGITS) continue;
    add(groups, `${POOL}|${type}`, log);
    add(groups, `${POOL}|${POOL}`, log);
  }
  const usual = summarise(groups, GROUP_MIN);
  const byMerchant = new Map<string, number[]>();
  for (const row of rows) {
    const log = logAmount(row);
    const key = merchantKey(row);
    const level = levelOf(usual, row.currency);
    if (key === '' || Number.isNaN(log) || level === null) continue;
    add(byMerchant, key, log - level.median);
  }
  return { usual, merchants: summarise(byMerchant, MERCHANT_MIN) };
}

function add(groups: Map<string, number[]>, key: string, log: number): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [log]);
  else group.push(log);
}

/** Groups of at least `least` rows, in order of their keys, so that equal rows give equal bytes in any order. */
function summarise(groups: ReadonlyMap<string, number[]>, least: number): Map<string, AmountStatistic> {
  const found = new Map<string, AmountStatistic>();
  for (const key of [...groups.keys()].sort()) {
    const logs = groups.get(key) as number[];
    if (logs.length < least) continue;
    if (found.size === MERCHANTS_MAX) break;
    found.set(key, amountStatistic(Float64Array.from(logs).sort()));
  }
  return found;
}

/** The stated type, or else the direction. */
export function kindOf({ type, amountMinor }: Transaction): string {
  return type ?? (amountMinor !== null && amountMinor > 0 ? 'Income' : 'Expense');
}

/**
 * Amounts this transaction may be compared with: its currency and type, or else its currency. An unknown currency is
 * taken to have two decimals, so it is compared with all such currencies and never with yen. Null when there is nothing
 * to compare with.
 */
export function usualAmounts({ usual }: AmountBook, transaction: Transaction): AmountStatistic | null {
  const kind = kindOf(transaction);
  const currency = transaction.currency ?? '';
  const own = usual.get(`${currency}|${kind}`) ?? usual.get(`${currency}|${POOL}`);
  if (own !== undefined) return own;
  if (transaction.currency === null)
    return usual.get(`${POOL}|${kind}`) ?? usual.get(`${POOL}|${POOL}`) ?? null;
  if (currencyDigits(currency) !== UNKNOWN_DIGITS) return null;
  return usual.get(`|${kind}`) ?? usual.get(`|${POOL}`) ?? null;
}

/** What is usual for the merchant, in log amounts of this transaction's currency; null when it is not known. */
export function merchantAmounts(
  { usual, merchants }: AmountBook,
  merchant: string,
  currency: string | null,
): AmountStatistic | null {
  const relative = merchants.get(merchant);
  const level = levelOf(usual, currency);
  if (relative === undefined || level === null) return null;
  return { count: relative.count, median: relative.median + level.median, spread: relative.spread };
}

function levelOf(usual: AmountBook['usual'], currency: string | null): AmountStatistic | null {
  const own = usual.get(`${currency ?? ''}|${POOL}`);
  if (own !== undefined) return own;
  if (currency === null) return usual.get(`${POOL}|${POOL}`) ?? null;
  return currencyDigits(currency) === UNKNOWN_DIGITS ? (usual.get(`|${POOL}`) ?? null) : null;
}
