import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  civilFromDays,
  dayOfWeek,
  daysFromCivil,
  daysInMonth,
  localDayNumber,
} from '../../src/bank/calendar.ts';
import { FIELDS, parseTransaction } from '../../src/bank/fields.ts';
import { TAXONOMY } from '../../src/bank/taxonomy.ts';
import { toWire } from '../../src/bank/wire.ts';
import { KINDS } from '../../src/training/synthetic/kinds.ts';
import { NAMES } from '../../src/training/synthetic/names.ts';
import { PHRASES } from '../../src/training/synthetic/phrases.ts';
import { cadenceDays } from '../../src/training/synthetic/recurring.ts';
import { toCsv } from '../../src/training/synthetic/wire.ts';
import { type Synthetic, synthesise } from '../../src/training/synthetic.ts';

const CATEGORIES = new Set<string>(TAXONOMY.map((row) => row.name));
const year = synthesise({ seed: 11, accounts: 12, days: 730 });

function assertBooksAreSound(books: Synthetic, zone: string): void {
  const balances = new Map<string, number>();
  const ids = new Set<string>();
  let before = Number.NEGATIVE_INFINITY;
  for (const transaction of books.transactions) {
    assert.ok(transaction.at >= before, 'ordered by instant');
    before = transaction.at;
    assert.ok(!ids.has(transaction.id as string), 'ids are unique');
    ids.add(transaction.id as string);
    assert.ok(CATEGORIES.has(transaction.category), `${transaction.category} is in the taxonomy`);
    assert.ok(Number.isSafeInteger(transaction.amountMinor) && transaction.amountMinor !== 0);
    if (transaction.type === 'Income') assert.ok((transaction.amountMinor as number) > 0);
    if (transaction.type === 'Expense') assert.ok((transaction.amountMinor as number) < 0);
    const account = transaction.accountId as string;
    const known = balances.get(account);
    if (transaction.balanceAfterMinor !== null) {
      if (known !== undefined)
        assert.equal(transaction.balanceAfterMinor, known + (transaction.amountMinor as number));
      balances.set(account, transaction.balanceAfterMinor);
    }
    const wire = toWire(transaction, zone);
    const parsed = parseTransaction(wire, {
      now: 0,
      timezone: zone,
      currency: null,
      amount: 'required',
    });
    assert.ok(parsed.ok, JSON.stringify(parsed));
    assert.deepEqual(parsed.transaction, transaction);
    assert.deepEqual(parsed.warnings, []);
  }
  for (const stream of books.truth.streams) {
    for (const id of stream.transactionIds) assert.ok(ids.has(id));
  }
  for (const { transactionId } of books.truth.anomalies) assert.ok(ids.has(transactionId));
  for (const id of books.truth.mislabelled) assert.ok(ids.has(id));
}

test('books add up, are ordered, and every row survives the trip over the wire unchanged, whatever the options', () => {
  fc.assert(
    fc.property(
      fc.record({
        seed: fc.nat(),
        accounts: fc.integer({ min: 1, max: 9 }),
        days: fc.integer({ min: 1, max: 200 }),
        lastDay: fc.integer({ min: 15_000, max: 22_000 }),
        timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo'),
      }),
      (options) => {
        const books = synthesise(options);
        assertBooksAreSound(books, options.timezone);
        for (const { at } of books.transactions) {
          const day = localDayNumber(at, options.timezone);
          assert.ok(day <= options.lastDay && day > options.lastDay - options.days);
        }
      },
    ),
    { numRuns: 25 },
  );
});

test('the same seed gives the same books and another seed gives others', () => {
  const options = { seed: 5, accounts: 4, days: 60 };
  assert.deepEqual(synthesise(options), synthesise(options));
  assert.notDeepEqual(synthesise(options).transactions, synthesise({ ...options, seed: 6 }).transactions);
});

test('exactly the accounts asked for appear', () => {
  for (const accounts of [1, 2, 3, 7]) {
    const { transactions } = synthesise({ seed: 3, accounts, days: 120 });
    assert.equal(new Set(transactions.map((transaction) => transaction.accountId)).size, accounts);
  }
});

test('two years of a dozen accounts show every category, direction, kind of anomaly, and several currencies', () => {
  assertBooksAreSound(year, 'UTC');
  const { transactions, truth } = year;
  assert.deepEqual(new Set(transactions.map((transaction) => transaction.category)), CATEGORIES);
  assert.deepEqual(
    new Set(transactions.map((transaction) => transaction.type)),
    new Set(['Income', 'Expense', 'Transfer']),
  );
  assert.deepEqual(
    new Set(truth.anomalies.map((anomaly) => anomaly.kind)),
    new Set(['large_amount', 'odd_place_and_hour', 'burst', 'duplicate_charge']),
  );
  const currencies = new Set(transactions.map((transaction) => transaction.currency));
  for (const currency of ['USD', 'EUR', 'GBP', 'JPY']) assert.ok(currencies.has(currency), currency);
  for (const method of [
    'credit_card',
    'debit_card',
    'bank_transfer',
    'cash',
    'direct_debit',
    'mobile_payment',
  ]) {
    assert.ok(
      transactions.some((transaction) => transaction.paymentMethod === method),
      method,
    );
  }
});

test('some fields are missing and some rows have only a date, as in real exports', () => {
  const { transactions } = year;
  const share = (is: (row: (typeof transactions)[number]) => boolean) =>
    transactions.filter(is).length / transactions.length;
  for (const is of [
    (row: (typeof transactions)[number]) => row.merchantName === '',
    (row: (typeof transactions)[number]) => row.timeKnown,
    (row: (typeof transactions)[number]) => row.merchantCategoryCode === '',
    (row: (typeof transactions)[number]) => row.location === '',
    (row: (typeof transactions)[number]) => row.balanceAfterMinor === null,
  ]) {
    assert.ok(share(is) > 0.05 && share(is) < 0.97);
  }
  assert.ok(transactions.some((row) => row.description === ''));
  assert.ok(
    transactions.some((row) => row.type === 'Income' && row.category === 'Shopping'),
    'refunds',
  );
});

test('labels are wrong on about one row in seventy and anomalies are below one row in a hundred', () => {
  const rows = year.transactions.length;
  assert.ok(year.truth.mislabelled.length / rows > 0.005 && year.truth.mislabelled.length / rows < 0.02);
  assert.ok(year.truth.anomalies.length / rows < 0.01);
});

test('a category is not given away by the words alone: one merchant sells under several categories', () => {
  const categories = new Map<string, Set<string>>();
  const wrong = new Set(year.truth.mislabelled);
  for (const row of year.transactions) {
    if (row.merchantName === '' || wrong.has(row.id as string)) continue;
    const found = categories.get(row.merchantName) ?? new Set();
    categories.set(row.merchantName, found.add(row.category));
  }
  assert.ok([...categories.values()].filter((found) => found.size > 1).length >= 10);
});

test('recurring streams keep their rhythm and a fixed amount only changes in steps', () => {
  const byId = new Map(year.transactions.map((row) => [row.id, row]));
  const gaps: Record<string, readonly [number, number]> = {
    weekly: [7, 7],
    fortnightly: [14, 14],
    semi_monthly: [12, 20],
    monthly: [26, 35],
    last_working_day: [26, 35],
    quarterly: [85, 97],
    annual: [360, 370],
  };
  for (const stream of year.truth.streams) {
    // The card bill skips a month in which the card was not used.
    if (stream.merchant === 'Card payment') continue;
    const [least, most] = gaps[stream.cadence];
    for (let i = 1; i < stream.dates.length; i++) {
      const gap = stream.dates[i] - stream.dates[i - 1];
      assert.ok(gap >= least && gap <= most, `${stream.merchant} ${stream.cadence} ${gap}`);
    }
    const amounts = new Set(stream.transactionIds.map((id) => byId.get(id)?.amountMinor));
    if (stream.isAmountFixed) assert.ok(amounts.size <= 4, `${stream.merchant} has ${amounts.size} amounts`);
    assert.equal(byId.get(stream.transactionIds.at(-1) as string)?.amountMinor, stream.amountMinor);
  }
  assert.ok(
    year.truth.streams.some((stream) => !stream.isActive),
    'some have ended',
  );
});

test('a large amount is large: it exceeds every ordinary purchase of that account and category', () => {
  const planted = new Map(year.truth.anomalies.map((anomaly) => [anomaly.transactionId, anomaly.kind]));
  for (const row of year.transactions) {
    if (planted.get(row.id as string) !== 'large_amount') continue;
    const ordinary = year.transactions.filter(
      (other) =>
        other.accountId === row.accountId &&
        other.category === row.category &&
        other.type === 'Expense' &&
        !planted.has(other.id as string),
    );
    const largest = Math.max(...ordinary.map((other) => -(other.amountMinor as number)));
    assert.ok(-(row.amountMinor as number) > largest);
  }
});

test('every kind of purchase has its words, and every name its kind', () => {
  const kinds = new Set(KINDS.map((kind) => kind.name));
  for (const kind of KINDS) {
    assert.ok(CATEGORIES.has(kind.category), kind.name);
    assert.ok(PHRASES.has(kind.name), `phrases for ${kind.name}`);
    if (kind.form !== 'fee' && kind.form !== 'machine')
      assert.ok(NAMES.has(kind.name), `names for ${kind.name}`);
  }
  for (const name of NAMES.keys()) assert.ok(kinds.has(name), `${name} is a kind`);
});

test('the last working day is never a weekend day and always in the last three days but weekends', () => {
  const window = { first: daysFromCivil(2023, 1, 1), last: daysFromCivil(2025, 12, 31) };
  const days = cadenceDays('last_working_day', 31, -1, window);
  assert.equal(days.length, 36);
  for (const day of days) {
    const { year: y, month, day: d } = civilFromDays(day);
    assert.ok(dayOfWeek(day) < 5);
    assert.ok(daysInMonth(y, month) - d <= 2);
  }
});

test('a monthly payment on the 31st falls on the last day of shorter months', () => {
  const window = { first: daysFromCivil(2024, 1, 1), last: daysFromCivil(2024, 4, 30) };
  assert.deepEqual(cadenceDays('monthly', 31, 0, window), [
    daysFromCivil(2024, 1, 31),
    daysFromCivil(2024, 2, 29),
    daysFromCivil(2024, 3, 31),
    daysFromCivil(2024, 4, 30),
  ]);
});

test('CSV has one line per row under the wire names, quoted where it must be', () => {
  const rows = year.transactions.slice(0, 50);
  const lines = toCsv(rows).trimEnd().split('\n');
  assert.equal(lines.length, 51);
  assert.equal(lines[0], FIELDS.map((field) => field.name).join(','));
  const odd = { ...rows[0], description: 'say "hi", twice', tags: ['a', 'b'], amountMinor: null };
  assert.equal(
    toCsv([odd], { columns: ['description', 'tags', 'amount'] }),
    'description,tags,amount\n"say ""hi"", twice",a|b,\n',
  );
});
