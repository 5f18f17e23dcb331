import { localDayNumber, parseDate } from '../../bank/calendar.ts';
import type { ParseOptions } from '../../bank/fields.ts';
import { AMOUNT_MAX, isCurrency } from '../../bank/money.ts';
import type { Fault, Transaction } from '../../bank/transaction.ts';
import { AppError } from '../../errors.ts';
import type { CashflowRequest } from '../../predict/cashflow.ts';
import { inTurns } from '../../predict/turns.ts';
import {
  CASHFLOW_REQUEST,
  CASHFLOW_ROWS_MAX,
  HORIZON_DEFAULT,
  HORIZON_MAX,
  LEVEL_DEFAULT,
  LEVEL_MAX,
  LEVEL_MIN,
} from './cashflow.ts';
import { parseItem } from './list-body.ts';

/** The envelope, read; its transactions are not yet. */
export interface CashflowEnvelope {
  readonly request: Omit<CashflowRequest, 'transactions'>;
  readonly transactions: readonly unknown[] | null;
  readonly faults: readonly Fault[];
}

/** More faults than this are not looked for: the caller has seen enough to know what is wrong. */
const FAULTS_MAX = 1000;

/** Reads everything but the transactions. Throws AppError `too_large`; other faults are kept, to be told together. */
export function parseEnvelope(json: unknown, timezone: string): CashflowEnvelope {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw refusalOf([{ pointer: '', detail: 'must be a JSON object; {} forecasts all stored accounts' }]);
  }
  const input = json as Record<string, unknown>;
  const faults: Fault[] = [];
  const known = Object.keys(CASHFLOW_REQUEST.properties ?? {});
  for (const name of Object.keys(input).slice(0, FAULTS_MAX)) {
    if (known.includes(name)) continue;
    const pointer = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    faults.push({ pointer, detail: `unknown field; known fields are ${known.join(', ')}` });
  }
  const given = (name: string): unknown =>
    Object.hasOwn(input, name) ? (input[name] ?? undefined) : undefined;

  function number(name: string, min: number, max: number, isInteger: boolean): number | undefined {
    const value = given(name);
    if (value === undefined) return undefined;
    const isRight = typeof value === 'number' && value >= min && value <= max;
    if (isRight && (!isInteger || Number.isInteger(value))) return value;
    const kind = isInteger ? 'an integer' : 'a number';
    faults.push({ pointer: `/${name}`, detail: `must be ${kind} from ${min} to ${max}` });
    return undefined;
  }

  function text(name: string, lengthMax: number): string | undefined {
    const value = given(name);
    if (
      value === undefined ||
      (typeof value === 'string' && value.length <= lengthMax && value.trim() !== '')
    )
      return value?.trim();
    faults.push({ pointer: `/${name}`, detail: `must be a string of 1 to ${lengthMax} characters` });
    return undefined;
  }

  const transactions = given('transactions');
  if (transactions !== undefined && !Array.isArray(transactions))
    faults.push({ pointer: '/transactions', detail: 'must be an array of transactions' });
  if (Array.isArray(transactions)) {
    if (transactions.length > CASHFLOW_ROWS_MAX) {
      const detail = `/transactions has ${transactions.length} entries; at most ${CASHFLOW_ROWS_MAX} are read`;
      throw new AppError('too_large', detail);
    }
    if (transactions.length === 0)
      faults.push({ pointer: '/transactions', detail: 'is empty; leave it out to forecast what is stored' });
  }
  const accountId = text('account_id', 128);
  if (accountId !== undefined && transactions !== undefined)
    faults.push({ pointer: '/account_id', detail: 'give either transactions or account_id, not both' });
  const horizonDays = number('horizon_days', 1, HORIZON_MAX, true) ?? HORIZON_DEFAULT;
  const level = number('confidence_level', LEVEL_MIN, LEVEL_MAX, false) ?? LEVEL_DEFAULT;
  const startingBalance = number('starting_balance', -AMOUNT_MAX, AMOUNT_MAX, false) ?? null;
  const asOfText = text('as_of', 64);
  const asOf = asOfText === undefined ? null : parseDate(asOfText, timezone);
  if (asOfText !== undefined && asOf === null)
    faults.push({ pointer: '/as_of', detail: 'must be an RFC 3339 date such as 2025-01-31' });
  const currency = text('currency', 3)?.toUpperCase() ?? null;
  if (currency !== null && !isCurrency(currency))
    faults.push({ pointer: '/currency', detail: 'must be an ISO 4217 currency code such as EUR' });
  return {
    request: {
      accountId: accountId ?? null,
      horizonDays,
      level,
      startingBalance,
      asOf: asOf === null ? null : localDayNumber(asOf.at, timezone),
      currency,
    },
    transactions: Array.isArray(transactions) ? transactions : null,
    faults,
  };
}

/** Reads the transactions in turns, so that other requests go on. Throws AppError `invalid` with every fault. */
export async function parseHistory(
  { request, transactions, faults }: CashflowEnvelope,
  options: Omit<ParseOptions, 'amount'>,
): Promise<CashflowRequest> {
  const found = [...faults];
  const rows: Transaction[] = [];
  const how: ParseOptions = { ...options, amount: 'required', allowsReversal: true };
  await inTurns(transactions ?? [], (raw, index) => {
    if (found.length >= FAULTS_MAX) return;
    const parsed = parseItem(raw, index, how);
    if ('faults' in parsed) found.push(...parsed.faults);
    else rows.push(parsed.transaction);
  });
  if (found.length > 0) throw refusalOf(found);
  return { ...request, transactions: transactions === null ? null : rows };
}

function refusalOf(faults: readonly Fault[]): AppError {
  const detail =
    faults.length === 1
      ? `${faults[0].pointer || 'the body'} ${faults[0].detail}`
      : `${faults.length} values are wrong; see errors`;
  return new AppError('invalid', detail, { errors: faults });
}
