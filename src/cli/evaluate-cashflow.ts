import { availableParallelism } from 'node:os';
import { localDayNumber } from '../bank/calendar.ts';
import type { Transaction } from '../bank/transaction.ts';
import { AppError } from '../errors.ts';
import { identityOf } from '../predict/file.ts';
import { seriesByAccount } from '../training/cashflow-series.ts';
import { judgeCashflow, openCashflowThreads } from '../training/cashflow-threads.ts';
import { HORIZON_MAX, originsBetween } from '../training/train-cashflow.ts';
import { type Evaluate, type EvaluationRun, NOTHING_LATER, usableRows } from './evaluation.ts';
import { formatPercent } from './scores-table.ts';
import { formatTable } from './table.ts';

const DAY_FIRST_MIN = 14;
const HORIZON_MIN = 7;
const FIGURES = ['WAPE by day', 'error of the total'];

/** Judges forecasts of the accounts of a file from rolling origins, each made with what was known on its day. */
export const evaluateCashflow: Evaluate = async (run) => {
  const { services, config, table, onProgress, signal } = run;
  const { artifact, manifest, version } = await services.registry.reload('cashflow_forecasting');
  const rows = usableRows(table);
  const series = seriesByAccount([...rows, ...(await storedBeside(run, rows))], config.timezone);
  const dayOf = (at: number) => localDayNumber(at, config.timezone);
  const fileFirst = rows.reduce((first, { at }) => Math.min(first, dayOf(at)), Number.POSITIVE_INFINITY);
  const last = series.reduce((day, daily) => Math.max(day, daily.last), 0);
  const trainedUntil = dayOf(Date.parse(manifest.trained_until));
  const isLater = last - trainedUntil >= HORIZON_MIN;
  // The day before the first to be judged is the first origin.
  const from = Math.max(fileFirst - 1, isLater ? trainedUntil : 0);
  const first = series.reduce((day, daily) => Math.min(day, daily.first), last);
  const start = Math.max(from, first + DAY_FIRST_MIN - 1);
  const horizon = Math.min(HORIZON_MAX, last - start);
  const origins = horizon < HORIZON_MIN ? [] : originsBetween(series, start, last, horizon);
  if (origins.length === 0) {
    const detail = `"${table.path}" has no ${HORIZON_MIN} days to judge after ${DAY_FIRST_MIN} days of history of an account`;
    throw new AppError('data_insufficient', detail);
  }
  const threads = openCashflowThreads(series, availableParallelism());
  const judged = judgeCashflow(threads, artifact, origins, horizon, {
    onProgress: (done, total) => onProgress('judging forecasts', done, total),
    signal,
  });
  const { scores, baselines } = await judged.finally(() => threads.close());
  const lines = [
    { name: 'this model', of: scores },
    { name: 'weekday mean', of: baselines.weekday_mean },
    { name: 'seasonal naive', of: baselines.seasonal_naive },
  ].map(({ name, of }) => [name, of.wape.toFixed(3), of.total_error.toFixed(3)]);
  return [
    `cashflow_forecasting ${version}, trained on rows until ${manifest.trained_until}`,
    `${origins.length} forecasts of ${horizon} days, ${isLater ? 'all later than that' : 'not later (may have been learnt)'}:`,
    '',
    formatTable(['', ...FIGURES], lines, FIGURES),
    '',
    `80 % intervals held ${formatPercent(scores.coverage_80)} of the days`,
    ...(isLater ? [] : [NOTHING_LATER]),
  ];
};

/** What is stored of the accounts of a file and not in it, each row counted once. */
async function storedBeside(
  { services, signal }: EvaluationRun,
  rows: readonly Transaction[],
): Promise<Transaction[]> {
  const history = await services.history();
  const counts = new Map<string, number>();
  for (const row of rows) {
    const key = `${row.accountId} ${identityOf(row)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const stored: Transaction[] = [];
  for (const accountId of new Set(rows.map((row) => row.accountId))) {
    if (accountId === null) continue;
    for await (const row of history.all({ accountId })) {
      signal.throwIfAborted();
      const key = `${accountId} ${identityOf(row)}`;
      const count = counts.get(key) ?? 0;
      if (count === 0) stored.push(row);
      else counts.set(key, count - 1);
    }
  }
  return stored;
}
