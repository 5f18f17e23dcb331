import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDay } from '../../src/bank/calendar.ts';
import type { Transaction } from '../../src/bank/transaction.ts';
import { blankArtifact, type CashflowArtifact } from '../../src/models/cashflow.ts';
import { answerCashflow, type CashflowQuestion } from '../../src/models/cashflow-answer.ts';
import { CASHFLOW_MODEL } from '../../src/models/models.ts';
import { fitMstl } from '../../src/workers/augurs.ts';
import { fromColumns, toColumns } from '../../src/workers/columns.ts';
import { daily, payment, streamsOf } from './payments.ts';

const ARTIFACT: CashflowArtifact = blankArtifact({ power: 4, priorOrigins: 6 });
const QUESTION: CashflowQuestion = {
  timezone: 'UTC',
  horizon: 30,
  level: 0.8,
  startingBalance: null,
  asOf: null,
  currency: null,
  today: null,
};

function answer(rows: readonly Transaction[], question: Partial<CashflowQuestion> = {}) {
  const reading = answerCashflow(ARTIFACT, rows, { ...QUESTION, ...question }, fitMstl);
  assert.ok(reading !== null);
  for (const day of reading.forecast) {
    assert.ok(day.income >= 0 && day.expense >= 0, day.date);
    assert.ok(Math.abs(day.net - (day.income - day.expense)) < 0.006, day.date);
    assert.ok(day.lower <= day.net && day.net <= day.upper, day.date);
  }
  return reading;
}

const MONTHS = ['2024-01', '2024-02', '2024-03', '2024-04', '2024-05', '2024-06', '2024-07', '2024-08'];

test('rent on the first, a salary on the last working day and a weekly club are found with their next dates', () => {
  const rent = MONTHS.map((month) => payment(`${month}-01`, -850, 'RENT'));
  const lastDays = ['31', '29', '29', '30', '31', '28', '31', '30'];
  const salary = MONTHS.map((month, i) =>
    payment(`${month}-${lastDays[i]}`, 2500 + 10 * (i % 3), 'SALARY ACME'),
  );
  const club = daily('2024-01-03', 35, () => 7.5).map((row, i) => ({
    ...row,
    at: row.at + i * 6 * 86_400_000,
    description: 'CHESS CLUB',
  }));
  const { recurring, forecast } = answer([...rent, ...salary, ...club]);
  const cadences = Object.fromEntries(recurring.map((stream) => [stream.description, stream.cadence]));
  assert.deepEqual(cadences, { 'SALARY ACME': 'last_working_day', RENT: 'monthly', 'CHESS CLUB': 'weekly' });
  const next = recurring.find(({ description }) => description === 'RENT')?.next_dates;
  assert.deepEqual(next, ['2024-09-01']);
  assert.ok((forecast.find(({ date }) => date === '2024-09-01')?.expense ?? 0) > 800);
});

test('a price rise and an ended subscription are recognised, and what ended is not projected', () => {
  const music = MONTHS.map((month, i) => payment(`${month}-10`, i < 5 ? -9.99 : -10.99, 'TONIFY'));
  const gym = MONTHS.slice(0, 4).map((month) => payment(`${month}-05`, -30, 'GYM'));
  const { recurring } = answer([...music, ...gym, payment('2024-08-20', -1, 'x')]);
  const tonify = recurring.find(({ description }) => description === 'TONIFY');
  assert.deepEqual(tonify?.price_change, { date: '2024-06-10', from: 9.99, to: 10.99 });
  assert.equal(tonify?.amount, 10.99);
  assert.equal(tonify?.ended, false);
  const ended = recurring.find(({ description }) => description === 'GYM');
  assert.equal(ended?.ended, true);
  assert.deepEqual(ended?.next_dates, []);
});

test('weekly groceries of irregular amounts at one supermarket are no stream', () => {
  const amounts = [48.2, 83.9, 61.0, 102.5, 35.7, 77.3, 54.4, 91.8, 66.6, 40.1];
  const rows = daily('2024-01-06', 30, (i) => amounts[i % 10]).map((row, i) => ({
    ...row,
    at: row.at + i * 6 * 86_400_000,
    description: 'GREEN GROCER',
  }));
  assert.deepEqual(streamsOf(rows), []);
});

test('an insurance booked each quarter without a word is a stream by its amount, but not when much else costs the same', () => {
  const quarters = ['2023-05-22', '2023-08-22', '2023-11-22', '2024-02-22', '2024-05-22'];
  const insurance = quarters.map((date) => payment(date, -110.43));
  const shopping = daily('2023-05-01', 60, (day) => 8 + ((day * 37) % 50)).map((row, i) => ({
    ...row,
    at: row.at + i * 6 * 86_400_000,
  }));
  const [stream, ...others] = streamsOf([...insurance, ...shopping]);
  assert.deepEqual(others, []);
  assert.equal(stream.schedule.cadence, 'quarterly');
  assert.deepEqual([stream.payments.length, stream.isAmountFixed], [5, true]);
  // Of ten payments of the one amount, five lie a quarter apart: those may well do so by chance.
  const usual = ['2023-06-03', '2023-07-17', '2023-10-05', '2024-01-09', '2024-03-30'];
  const same = usual.map((date) => payment(date, -110.43));
  assert.deepEqual(streamsOf([...insurance, ...same, ...shopping]), []);
});

test('payments that drift about weekends stay one stream', () => {
  const days = ['15', '15', '15', '15', '15', '17', '15', '15'];
  const rows = MONTHS.map((month, i) => payment(`${month}-${days[i]}`, -62.1, 'SHIELDMARK'));
  const [stream] = streamsOf(rows);
  assert.equal(stream.payments.length, 8);
  assert.equal(stream.schedule.shift, 1);
});

test('ten days, one row, zeros and a gap are answered, and the notes say what is thin', () => {
  const ten = answer(daily('2025-01-01', 10, (day) => 20 + day));
  assert.equal(ten.forecast.length, 30);
  assert.ok(ten.summary.notes.some((note) => note.includes('10 days of history')));
  assert.ok(ten.summary.notes.some((note) => note.includes('left out')));
  assert.ok(ten.forecast.every(({ expense }) => expense > 10 && expense < 40));
  const one = answer([payment('2024-02-29', -10)], { horizon: 3 });
  assert.deepEqual(
    one.forecast.map(({ date }) => date),
    ['2024-03-01', '2024-03-02', '2024-03-03'],
  );
  const zeros = answer(daily('2025-01-01', 90, () => 0));
  assert.ok(zeros.forecast.every(({ net, lower, upper }) => net === 0 && lower === 0 && upper === 0));
  const late = answer(
    daily('2025-01-01', 60, () => 5),
    { today: Math.floor(Date.UTC(2025, 2, 10) / 86_400_000) },
  );
  assert.equal(late.forecast[0].date, '2025-03-11');
  assert.ok(late.summary.notes.some((note) => note.includes('ends 9 days before')));
  assert.equal(answerCashflow(ARTIFACT, [], QUESTION, null), null);
});

test('one absurd outlier is set aside by date and moves the forecast little', () => {
  const rows = daily('2024-01-01', 200, (day) => 20 + (day % 7) + ((day * 7) % 5));
  const plain = answer(rows).summary.total_expense;
  const wild = answer(rows.map((row, i) => (i === 150 ? { ...row, amountMinor: -99_999_999 } : row)));
  assert.ok(Math.abs(wild.summary.total_expense / plain - 1) < 0.1);
  assert.ok(wild.summary.notes.some((note) => note.includes(formatDay(19723 + 150))));
});

test('so is one among few days, told by the others or by the other direction', () => {
  const spending = daily('2025-01-01', 200, (day) => 20 + ((day * 7) % 40));
  const [lastDay] = spending.slice(-1).map(({ at }) => new Date(at).toISOString().slice(0, 10));
  for (const amount of [50_000, 1e9]) {
    const { summary } = answer([...spending, payment(lastDay, amount)]);
    assert.equal(summary.total_income, 0);
    assert.ok((summary.total_net_upper ?? 0) < 0);
    assert.ok(summary.notes.some((note) => note.includes(lastDay)));
  }
  const ten = daily('2025-01-01', 10, (day) => 30 + day);
  const wild = answer([...ten, payment('2025-01-06', -1e6)]);
  assert.ok(wild.summary.total_expense < 1500, `${wild.summary.total_expense}`);
  assert.ok(wild.summary.notes.some((note) => note.includes('2025-01-06')));
  // What is merely large may come again, and what nothing can be compared with is no outlier.
  const rent = answer([...ten, payment('2025-01-06', -1000)]);
  assert.ok(rent.summary.notes.every((note) => !note.includes('2025-01-06')));
  assert.ok(answer([payment('2025-01-06', -1000)]).summary.total_expense > 0);
  const salaried = [
    ...daily('2025-01-01', 10, () => 45),
    payment('2025-01-03', 0.12),
    payment('2025-01-28', 2500),
  ];
  for (const rows of [salaried, salaried.filter(({ amountMinor }) => amountMinor !== 12)]) {
    const { summary } = answer(rows);
    assert.ok(summary.total_income > 0, 'a salary beside a little interest, or alone, is no slip');
    assert.ok(summary.notes.every((note) => !note.includes('2025-01-28')));
  }
  const small = [3.5, 12, 28].map((amount, i) => payment(`2025-01-0${i + 1}`, -amount));
  assert.ok(answer([...small, payment('2025-01-05', 3000)]).summary.total_income > 0);
});

test('several currencies are never added up and the others are named', () => {
  const rows = [
    ...daily('2025-01-01', 40, () => 10).map((row) => ({ ...row, currency: 'EUR' })),
    { ...payment('2025-01-05', -500), currency: 'USD' },
  ];
  const { summary, forecast } = answer(rows);
  assert.deepEqual([summary.currency, summary.excluded], ['EUR', [{ currency: 'USD', transactions: 1 }]]);
  assert.ok(forecast.every(({ expense }) => expense < 20));
});

test('balances start from the balance given, and their band is narrower than summed daily bounds', () => {
  const rows = daily('2024-01-01', 300, (day) => 20 + 3 * (day % 7) + ((day * 13) % 11));
  const { forecast, lowest_balance, summary } = answer(rows, { startingBalance: 1000 });
  const last = forecast[29];
  assert.ok(Math.abs((last.balance ?? 0) - (1000 + summary.total_net)) < 0.02);
  assert.ok(
    (last.balance_lower ?? 0) <= (last.balance ?? 0) && (last.balance ?? 0) <= (last.balance_upper ?? 0),
  );
  const summed = forecast.reduce((sum, { upper, lower }) => sum + upper - lower, 0);
  assert.ok((last.balance_upper ?? 0) - (last.balance_lower ?? 0) < 0.8 * summed);
  assert.equal(lowest_balance?.date, last.date);
});

test('the fitted member takes part when it can, and its failure is said', () => {
  const rows = daily('2024-01-01', 300, (day) => 20 + 3 * (day % 7) + ((day * 13) % 11));
  assert.ok((answer(rows).summary.members.mstl ?? 0) > 0);
  const failing = answerCashflow(ARTIFACT, rows, QUESTION, () => null);
  assert.ok(failing?.summary.notes.some((note) => note.includes('its fit failed')));
  let fits = 0;
  answerCashflow(ARTIFACT, rows, QUESTION, (values, horizon) => {
    fits++;
    assert.ok(values.length >= 14 && values.every((value) => Math.abs(value) <= 1));
    return fitMstl(values, horizon);
  });
  assert.ok(fits <= 3);
});

test('the file gives back the same artifact; any damage is refused with faults', () => {
  const bytes = CASHFLOW_MODEL.encode(ARTIFACT);
  const decoded = CASHFLOW_MODEL.decode(bytes);
  assert.ok(decoded.ok);
  assert.deepEqual(CASHFLOW_MODEL.encode(decoded.artifact), bytes);
  assert.deepEqual(CASHFLOW_MODEL.probe(decoded.artifact), CASHFLOW_MODEL.probe(ARTIFACT));
  for (const broken of [
    { ...ARTIFACT, weights: new Float64Array(3) },
    { ...ARTIFACT, weights: ARTIFACT.weights.map(() => 2) },
    { ...ARTIFACT, paths: new Float64Array(5) },
    { ...ARTIFACT, paths: ARTIFACT.paths.map(() => Number.NaN) },
    { ...ARTIFACT, priorOrigins: 0 },
  ])
    assert.equal(CASHFLOW_MODEL.decode(CASHFLOW_MODEL.encode(broken)).ok, false);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
      const damaged = bytes.slice();
      damaged[at] = value;
      CASHFLOW_MODEL.decode(damaged);
      CASHFLOW_MODEL.decode(bytes.slice(0, at));
    }),
    { numRuns: 200 },
  );
});

test('what goes to a thread comes out as it was, as far as a forecast reads it', async () => {
  const rows = [
    payment('2025-01-01', -5, 'a'),
    { ...payment('2025-01-02', 7, 'β'), amountMinor: null, currency: 'EUR', accountId: null },
  ];
  assert.deepEqual(fromColumns(await toColumns(rows)), rows);
  assert.deepEqual(fromColumns(await toColumns([])), []);
});

test('the transactions asked about are not changed', () => {
  const rows = daily('2024-01-01', 60, (day) => day);
  const before = structuredClone(rows);
  answer(rows);
  assert.deepEqual(rows, before);
});
