import { DAY_MS, formatDay, LAST_DAY, localDayNumber } from '../bank/calendar.ts';
import { SERIES_DAYS_MAX } from '../bank/series.ts';
import type { Transaction } from '../bank/transaction.ts';
import { AppError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { CashflowReading } from '../models/cashflow-answer.ts';
import type { Monitor } from '../monitoring/monitor.ts';
import type { Columns } from '../workers/columns.ts';
import type { ForecastPool, ServedCashflow } from '../workers/forecast-pool.ts';
import { notServing } from './not-serving.ts';
import { countOutcome } from './predict-one.ts';
import type { StoredColumns } from './stored-columns.ts';

/** What the use case needs; bound once at the composition root. */
export interface CashflowDependencies {
  /** The model that serves now, or null when none does. Read once a request, so that a request keeps its model. */
  readonly model: () => ServedCashflow | null;
  readonly stored: StoredColumns;
  readonly pool: Pick<ForecastPool, 'forecast'>;
  readonly timezone: string;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Where durations and outcomes are counted; without it nothing is. */
  readonly monitor?: Monitor;
}

export interface CashflowRequest {
  /** The history itself; null reads the stored one. */
  readonly transactions: readonly Transaction[] | null;
  /** Account whose stored history is read; null reads all accounts. */
  readonly accountId: string | null;
  readonly horizonDays: number;
  readonly level: number;
  readonly startingBalance: number | null;
  /** Day number after which the forecast begins; null: what the source implies. */
  readonly asOf: number | null;
  readonly currency: string | null;
}

export interface CashflowAnswer extends CashflowReading {
  readonly model_version: string;
  readonly prediction_id: string;
}

const NAME = 'cashflow_forecasting';

/**
 * Forecasts money in and out day by day from the transactions given, those stored of one account, or all those stored.
 * Rejects with AppError `model_not_loaded`, `data_insufficient` (nothing to forecast from) or `invalid` (no
 * transaction in the currency asked for, or days ahead that no date can name).
 */
export async function predictCashflow(
  dependencies: CashflowDependencies,
  request: CashflowRequest,
): Promise<CashflowAnswer> {
  const { monitor } = dependencies;
  try {
    const answer = await forecast(dependencies, request);
    countOutcome(monitor, NAME, 'answered');
    monitor?.analytics.cashflow();
    return answer;
  } catch (error) {
    countOutcome(monitor, NAME, 'failed');
    throw error;
  }
}

async function forecast(
  dependencies: CashflowDependencies,
  request: CashflowRequest,
): Promise<CashflowAnswer> {
  const { monitor } = dependencies;
  const model = dependencies.model();
  if (model === null) throw new AppError('model_not_loaded', notServing([NAME]));
  const { timezone } = dependencies;
  const today = localDayNumber(dependencies.clock(), timezone);
  const isStored = request.transactions === null;
  const startedAt = monitor?.now() ?? 0;
  const transactions = request.transactions ?? (await readStored(dependencies, request, today));
  const instants = 'codes' in transactions ? transactions.at : transactions.map(({ at }) => at);
  const readAt = monitor?.now() ?? 0;
  if (isStored) monitor?.predictions.observe(NAME, 'history', readAt - startedAt);
  if (instants.length === 0) throw new AppError('data_insufficient', whatToDo(request));
  const fromDay = request.asOf ?? Math.max(latestDay(instants, timezone), isStored ? today : -Infinity);
  if (fromDay + request.horizonDays > LAST_DAY) throw beyondDates(request, fromDay);
  const reading = await dependencies.pool.forecast(model, transactions, {
    timezone,
    horizon: request.horizonDays,
    level: request.level,
    startingBalance: request.startingBalance,
    asOf: request.asOf,
    currency: request.currency,
    today: isStored ? today : null,
  });
  monitor?.predictions.observe(NAME, 'model', monitor.now() - readAt);
  if (reading === null) throw nothingLeft(request);
  return { ...reading, model_version: model.version, prediction_id: dependencies.newId() };
}

function readStored(
  { stored }: CashflowDependencies,
  { accountId, asOf }: CashflowRequest,
  today: number,
): Promise<Columns> {
  // Local days are at most a day away from those of UTC.
  const from = ((asOf ?? today) - SERIES_DAYS_MAX - 1) * DAY_MS;
  return stored.read({ from, ...(accountId === null ? {} : { accountId }) });
}

/** Local day of the latest of at least one instant. */
function latestDay(instants: Iterable<number>, timezone: string): number {
  let latest = Number.NEGATIVE_INFINITY;
  for (const at of instants) latest = Math.max(latest, at);
  return localDayNumber(latest, timezone);
}

function whatToDo({ accountId, asOf }: CashflowRequest): string {
  const whose = accountId === null ? '' : ` of account ${accountId}`;
  const span = asOf === null ? 'the last ten years' : 'the ten years before as_of';
  return `No transactions${whose} from ${span} are stored. Send the history as "transactions" in the body, or store it first with POST /transactions or \`titans train --data FILE\`.`;
}

function beyondDates({ asOf, horizonDays }: CashflowRequest, fromDay: number): AppError {
  const pointer = asOf === null ? '/horizon_days' : '/as_of';
  const detail = `${horizonDays} days after ${formatDay(fromDay)} lie beyond ${formatDay(LAST_DAY)}, the last date there is; give an earlier as_of or fewer days`;
  return new AppError('invalid', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] });
}

function nothingLeft({ currency, asOf }: CashflowRequest): AppError {
  if (currency !== null) {
    const detail = `no transaction is in ${currency}`;
    return new AppError('invalid', `/currency: ${detail}`, { errors: [{ pointer: '/currency', detail }] });
  }
  const until = asOf === null ? '' : ' on or before as_of';
  return new AppError(
    'data_insufficient',
    `None of the transactions has an amount${until}; there is nothing to add up.`,
  );
}
