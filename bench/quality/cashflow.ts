import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localDayNumber } from '../../src/bank/calendar.ts';
import { addUpDays } from '../../src/bank/series.ts';
import type { Transaction } from '../../src/bank/transaction.ts';
import { readTable } from '../../src/importing/read-table.ts';
import { MEMBERS } from '../../src/kernels/forecast/members.ts';
import { blockOf, blockQuantiles } from '../../src/kernels/forecast/residuals.ts';
import { winkler } from '../../src/kernels/forecast/scores.ts';
import { type CashflowArtifact, type CashflowHistory, forecastCashflow } from '../../src/models/cashflow.ts';
import { answerCashflow } from '../../src/models/cashflow-answer.ts';
import { findStreams, type Stream } from '../../src/models/recurring.ts';
import { historyUntil, seriesByAccount } from '../../src/training/cashflow-series.ts';
import { synthesise } from '../../src/training/synthetic.ts';
import { trainCashflow } from '../../src/training/train-cashflow.ts';
import { fitMstl } from '../../src/workers/augurs.ts';
import type { Check, Section } from './section.ts';

/** One series to be forecast: its net by day, and what was known at the end of any day. */
interface Series {
  readonly net: Float64Array;
  readonly until: (day: number) => CashflowHistory;
}

interface DataSet {
  readonly name: string;
  readonly horizon: number;
  readonly origins: number;
  readonly series: readonly Series[];
}

const LEVELS = [0.8, 0.95] as const;
const NAMES = ['this model', 'seasonal naive', 'weekday mean', 'MSTL'] as const;
/** An origin needs this many days before it. */
const DAYS_MIN = 35;
/** The artifact is learnt from made-up accounts that share nothing with the data judged on. */
const TRAINING = { seed: 20, accounts: 16, days: 540 };
const STREAM_SEEDS = [101, 102, 103];

/** Cash flow on five kinds of real series and made-up accounts with known streams. */
export const CASHFLOW_SECTION: Section = {
  name: 'cashflow',
  meaning:
    'cash-flow model from rolling origins on five kinds of series, and recurring streams against the truth',
  files: [
    'nn5_daily_001-055.csv',
    'birmingham_pcard_daily.csv',
    'atm624.csv',
    'daily_household_transactions.csv',
    'anz_synthesised.csv.gz',
  ],
  async run(data, say) {
    const { transactions } = synthesise(TRAINING);
    const { artifact } = await trainCashflow(transactions, null, {
      timezone: 'UTC',
      seed: 1,
      search: 0,
      isSimple: false,
      workers: 1,
    });
    const sets = [
      readNn5(data),
      readBirmingham(data),
      readAtm(data),
      await readHousehold(data),
      await readAnz(data),
    ];
    const judged = sets.map((set) => judge(set, artifact, say));
    const mean = (pick: (of: Judged) => number) =>
      judged.reduce((sum, of) => sum + pick(of), 0) / judged.length;
    const wapes = NAMES.map((_, m) => mean((of) => of.wape[m]));
    say(`mean over data sets: ${NAMES.map((name, m) => `${name} ${wapes[m].toFixed(4)}`).join(', ')}`);
    const checks: Check[] = [
      atMost(
        'WAPE, mean over data sets, below the best single of the three',
        wapes[0],
        Math.min(...wapes.slice(1)),
      ),
      atMost('WAPE, mean over data sets, at least 5 % below the weekday mean', wapes[0], 0.95 * wapes[2]),
      atMost(
        'error of the total, mean over data sets, not above the weekday mean',
        mean((of) => of.total[0]),
        mean((of) => of.total[2]),
      ),
    ];
    for (const [l, level] of LEVELS.entries()) {
      const covered = mean((of) => of.coverage[l]);
      checks.push(atLeast(`coverage at ${level}, mean over data sets`, covered, level - 0.03));
      checks.push(atMost(`coverage at ${level}, mean over data sets`, covered, level + 0.06));
      for (const [s, set] of sets.entries()) {
        const what = `coverage at ${level} on ${set.name}`;
        checks.push(atLeast(what, judged[s].coverage[l], level - 0.03));
        // Nothing can cover more than everything.
        if (level + 0.06 < 1) checks.push(atMost(what, judged[s].coverage[l], level + 0.06));
      }
      const ratio = mean((of) => of.winkler[l] / of.naiveWinkler[l]);
      checks.push(
        atMost(
          `Winkler score at ${level} over that of the seasonal naive with conformal intervals`,
          ratio,
          1,
        ),
      );
    }
    return [...checks, ...judgeStreams(say), judgeTime(artifact)];
  },
};

function atMost(what: string, value: number, bound: number): Check {
  return { what, value, comparison: '<=', bound };
}

function atLeast(what: string, value: number, bound: number): Check {
  return { what, value, comparison: '>=', bound };
}

interface Judged {
  readonly wape: readonly number[];
  readonly total: readonly number[];
  readonly coverage: readonly number[];
  readonly winkler: readonly number[];
  readonly naiveWinkler: readonly number[];
}

function judge(set: DataSet, artifact: CashflowArtifact, say: (line: string) => void): Judged {
  const wape = NAMES.map(() => 0);
  const total = NAMES.map(() => 0);
  const inside = LEVELS.map(() => 0);
  const width = LEVELS.map(() => 0);
  const naiveWidth = LEVELS.map(() => 0);
  let counted = 0;
  let judgedSeries = 0;
  for (const { net, until } of set.series) {
    const misses = NAMES.map(() => 0);
    const sums = NAMES.map(() => 0);
    let flowed = 0;
    for (let k = 1; k <= set.origins; k++) {
      const origin = net.length - set.horizon * k;
      if (origin < DAYS_MIN) break;
      const history = until(origin);
      const actual = net.slice(origin, origin + set.horizon);
      const past = net.slice(0, origin);
      const options = { horizon: set.horizon, gap: 0 };
      const forecasts = LEVELS.map((level) =>
        forecastCashflow(artifact, history, { ...options, level }, fitMstl),
      );
      const naive = ask('seasonal_naive', past, set.horizon);
      const points = [
        forecasts[0].net,
        naive,
        ask('weekday_mean', past, set.horizon),
        askMstl(past, set.horizon),
      ];
      const known = actual.filter((value) => !Number.isNaN(value));
      flowed += sum(known.map(Math.abs));
      for (const [m, point] of points.entries()) {
        const misfits = actual.map((value, h) => value - point[h]).filter((value) => !Number.isNaN(value));
        misses[m] += sum(misfits.map(Math.abs));
        sums[m] += Math.abs(sum(misfits));
      }
      const isQuiet = quietWeekdays(past);
      const scale = meanSize(past);
      for (const [l, level] of LEVELS.entries()) {
        const bounds = naiveBounds(past, naive, level);
        for (let h = 0; h < set.horizon; h++) {
          if (Number.isNaN(actual[h]) || isQuiet[(origin + h) % 7]) continue;
          const { lower, upper } = forecasts[l];
          if (actual[h] >= lower[h] - 1e-9 && actual[h] <= upper[h] + 1e-9) inside[l]++;
          width[l] += winkler(actual[h], lower[h], upper[h], level) / scale;
          naiveWidth[l] += winkler(actual[h], bounds.lower[h], bounds.upper[h], level) / scale;
          if (l === 0) counted++;
        }
      }
    }
    if (flowed === 0) continue;
    judgedSeries++;
    for (let m = 0; m < NAMES.length; m++) {
      wape[m] += misses[m] / flowed;
      // Of a net total that nearly cancels no share can be taken; what flowed is the measure.
      total[m] += sums[m] / flowed;
    }
  }
  const share = (values: readonly number[], by: number) => values.map((value) => value / by);
  const judged = {
    wape: share(wape, judgedSeries),
    total: share(total, judgedSeries),
    coverage: share(inside, counted),
    winkler: share(width, counted),
    naiveWinkler: share(naiveWidth, counted),
  };
  say(
    `${set.name} (${judgedSeries} series): WAPE ${judged.wape.map((v) => v.toFixed(4)).join(' / ')}; total ${judged.total.map((v) => v.toFixed(4)).join(' / ')}; coverage ${judged.coverage.map((v) => v.toFixed(3)).join(' / ')}; Winkler ${judged.winkler.map((v) => v.toFixed(3)).join(' / ')} against ${judged.naiveWinkler.map((v) => v.toFixed(3)).join(' / ')}`,
  );
  return judged;
}

function ask(name: string, values: Float64Array, horizon: number): Float64Array {
  const out = new Float64Array(horizon);
  MEMBERS.find((member) => member.name === name)?.forecast(
    { values, end: values.length, monthDays: null },
    out,
  );
  return out;
}

function askMstl(values: Float64Array, horizon: number): Float64Array {
  const past = values.slice();
  for (let i = 0; i < past.length; i++) if (Number.isNaN(past[i])) past[i] = i >= 7 ? past[i - 7] : 0;
  const scale = Math.max(1e-9, ...past.map(Math.abs));
  const fitted = fitMstl(
    past.map((value) => value / scale),
    horizon,
  );
  return fitted === null ? ask('weekday_mean', values, horizon) : fitted.map((value) => value * scale);
}

/** Conformal intervals about the seasonal naive, from its own rolling origins. */
function naiveBounds(past: Float64Array, naive: Float64Array, level: number) {
  const rows: Float64Array[] = [];
  for (let k = 1; k <= 52 && past.length - 7 * k >= 7; k++) {
    const origin = past.length - 7 * k;
    const forecast = ask('seasonal_naive', past.slice(0, origin), naive.length);
    rows.push(forecast.map((value, h) => (origin + h < past.length ? past[origin + h] - value : Number.NaN)));
  }
  const quantiles = blockQuantiles({ days: naive.length, rows, weights: rows.map(() => 1) }, 1 - level);
  return {
    lower: naive.map((value, h) => value + quantiles[blockOf(h)][0]),
    upper: naive.map((value, h) => value + quantiles[blockOf(h)][1]),
  };
}

function quietWeekdays(values: Float64Array): boolean[] {
  return Array.from({ length: 7 }, (_, d) => {
    const own = values.filter((value, i) => i % 7 === d && !Number.isNaN(value));
    return own.filter((value) => value === 0).length >= 0.9 * own.length;
  });
}

function meanSize(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return Math.max(1e-9, sum(known.map(Math.abs)) / known.length);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function readLines(data: string, file: string): string[][] {
  const lines = readFileSync(join(data, file), 'utf8').trim().split(/\r?\n/).slice(1);
  return lines.map((line) => line.split(','));
}

function numberOf(text: string | undefined): number {
  return text === undefined || text === '' || text === 'NA' ? Number.NaN : Number(text);
}

/** Outgoings alone, as a net that is never positive. */
function outflow(values: Float64Array, first: number): Series {
  return {
    net: values.map((value) => -value),
    until: (day) => ({ first, income: new Float64Array(day), expense: values.slice(0, day), streams: [] }),
  };
}

function readNn5(data: string): DataSet {
  const rows = readLines(data, 'nn5_daily_001-055.csv');
  const first = Date.UTC(1996, 2, 18) / 86_400_000;
  const series = rows[0].map((_, j) =>
    outflow(
      Float64Array.from(rows, (row) => numberOf(row[j])),
      first,
    ),
  );
  return { name: 'NN5', horizon: 30, origins: 12, series };
}

function readBirmingham(data: string): DataSet {
  const rows = readLines(data, 'birmingham_pcard_daily.csv');
  const dayOf = (row: string[]) => Date.parse(row[0]) / 86_400_000;
  const first = dayOf(rows[0]);
  const values = new Float64Array(dayOf(rows[rows.length - 1]) - first + 1);
  for (const row of rows) values[dayOf(row) - first] = Math.max(0, Number(row[1]));
  return { name: 'Birmingham', horizon: 30, origins: 12, series: [outflow(values, first)] };
}

function readAtm(data: string): DataSet {
  const rows = readLines(data, 'atm624.csv');
  const first = Date.UTC(2009, 4, 1) / 86_400_000;
  const series = ['ATM1', 'ATM2', 'ATM4'].map((name) =>
    outflow(
      Float64Array.from(
        rows.filter((row) => row[1] === name),
        (row) => numberOf(row[2]),
      ),
      first,
    ),
  );
  return { name: 'ATM', horizon: 30, origins: 12, series };
}

async function readHousehold(data: string): Promise<DataSet> {
  return booksOf('household', join(data, 'daily_household_transactions.csv'), {});
}

async function readAnz(data: string): Promise<DataSet> {
  const mapping = { type: 'movement', account_id: 'account', description: 'txn_description' };
  return booksOf('ANZ', join(data, 'anz_synthesised.csv.gz'), mapping);
}

/** Net of every account of a table, with streams found in what was known at each origin. */
async function booksOf(name: string, path: string, mapping: Record<string, string>): Promise<DataSet> {
  const table = await readTable(path, {
    mapping,
    timezone: 'UTC',
    currency: null,
    now: 0,
    amount: 'required',
  });
  const rows = table.rows.flatMap(({ transaction }) => transaction ?? []);
  const series = seriesByAccount(rows, 'UTC', 100).map((daily) => ({
    net: daily.income.map((value, i) => value - daily.expense[i]),
    until: (day: number) => historyUntil(daily, daily.first + day - 1, day),
  }));
  return { name, horizon: 14, origins: 4, series };
}

/**
 * Streams found on made-up accounts against those planted. A stream of at least three payments can be found; the other
 * leg of a planted transfer between own accounts counts as planted; a part of a planted stream counts once.
 */
function judgeStreams(say: (line: string) => void): Check[] {
  let found = 0;
  let right = 0;
  let findable = 0;
  let recalled = 0;
  let ended = 0;
  let endedSeen = 0;
  let risen = 0;
  let risenSeen = 0;
  for (const seed of STREAM_SEEDS) {
    const { transactions, truth } = synthesise({ seed, accounts: 16, days: 540 });
    const last = localDayNumber(transactions[transactions.length - 1].at, 'UTC');
    const matched = new Map<(typeof truth.streams)[number], Stream>();
    for (const rows of byAccount(transactions)) {
      const daily = addUpDays(rows, { timezone: 'UTC' });
      if (daily === null) continue;
      for (const stream of findStreams(daily.rows, daily.days, last)) {
        found++;
        const ids = new Set(stream.payments.map(({ index }) => daily.rows[index].id));
        const planted = truth.streams.find((plan) => {
          const hits = plan.transactionIds.filter((id) => ids.has(id)).length;
          return hits >= 0.5 * ids.size;
        });
        const mirrored =
          planted === undefined &&
          truth.streams.some((plan) => {
            const days = new Set(plan.dates.flatMap((day) => [day - 1, day, day + 1, day + 2]));
            return (
              stream.payments.filter(({ day }) => days.has(day)).length >= 0.9 * stream.payments.length &&
              isTransfer(plan.merchant)
            );
          });
        if (planted !== undefined || mirrored) right++;
        if (planted !== undefined && !matched.has(planted)) matched.set(planted, stream);
      }
    }
    for (const plan of truth.streams.filter(({ dates }) => dates.length >= 3)) {
      findable++;
      const stream = matched.get(plan);
      if (stream !== undefined) recalled++;
      if (!plan.isActive && last - plan.dates[plan.dates.length - 1] > 50) {
        ended++;
        if (stream?.isEnded) endedSeen++;
      }
      const amounts = plan.transactionIds.map((id) =>
        Math.abs(transactions.find((row) => row.id === id)?.amountMinor ?? 0),
      );
      if (plan.isAmountFixed && new Set(amounts).size > 1 && stream !== undefined) {
        risen++;
        if (stream.priceChange !== null) risenSeen++;
      }
    }
  }
  say(
    `streams: ${found} found, ${right} right; ${findable} findable, ${recalled} recalled; ended ${endedSeen} of ${ended}, price changes ${risenSeen} of ${risen}`,
  );
  return [
    atLeast('recurring streams: precision', right / found, 0.95),
    atLeast('recurring streams: recall of those with at least three payments', recalled / findable, 0.9),
    atLeast('ended streams recognised as ended', endedSeen / Math.max(1, ended), 0.9),
    atLeast('price changes recognised', risenSeen / Math.max(1, risen), 0.9),
  ];
}

function isTransfer(merchant: string): boolean {
  return /saving|card payment/i.test(merchant);
}

function byAccount(transactions: readonly Transaction[]): Transaction[][] {
  const accounts = new Map<string | null, Transaction[]>();
  for (const row of transactions) {
    const list = accounts.get(row.accountId);
    if (list === undefined) accounts.set(row.accountId, [row]);
    else list.push(row);
  }
  return [...accounts.values()];
}

/** Median time of a whole answer on 1,000 days of one account. */
function judgeTime(artifact: CashflowArtifact): Check {
  const { transactions } = synthesise({ seed: 7, accounts: 1, days: 1000 });
  const question = {
    timezone: 'UTC',
    horizon: 30,
    level: 0.8,
    startingBalance: 1000,
    asOf: null,
    currency: null,
    today: null,
  };
  const times: number[] = [];
  for (let round = 0; round < 9; round++) {
    const start = performance.now();
    answerCashflow(artifact, transactions, question, fitMstl);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return atMost(`milliseconds for 1,000 days (${transactions.length} transactions), median`, times[4], 500);
}
