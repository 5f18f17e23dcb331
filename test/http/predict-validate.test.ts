import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FIELDS } from '../../src/bank/fields.ts';
import { post, testApp, testConfig } from '../harness.ts';

const URL = '/predict/validate';

test('200 says what is wrong, what was changed and how it is understood', async (t) => {
  const app = testApp({ config: testConfig({ TITANS_CURRENCY: 'EUR', TITANS_TIMEZONE: 'Asia/Tokyo' }) });
  t.after(() => app.close());
  const cases: [string, unknown, string[], string[], object | null][] = [
    [
      'complete',
      { date: '2025-01-06', amount: 12.5, type: 'expense', currency: 'EUR' },
      [],
      [],
      { date: '2025-01-06', amount: -12.5, type: 'Expense', currency: 'EUR' },
    ],
    [
      'defaults and roundings',
      { amount: -25.505, balance_after: 1.999 },
      [],
      ['/amount', '/balance_after', '/currency', '/date', '/type'],
      { date: '2025-01-06T09:30:00Z', amount: -25.5, type: 'Expense', currency: 'EUR', balance_after: 2 },
    ],
    [
      'replaced characters',
      {
        date: '2025-01-06T10:00:00+09:00',
        amount: 1,
        type: 'Income',
        currency: 'JPY',
        description: ' a\u0000b ',
        merchant_name: 'x\ud800',
        location: 'Cafe\u0301',
        tags: ['ok', 'a\nb'],
      },
      [],
      ['/description', '/location', '/merchant_name', '/tags/1'],
      {
        date: '2025-01-06T01:00:00Z',
        amount: 1,
        type: 'Income',
        currency: 'JPY',
        description: 'a b',
        merchant_name: 'x\ufffd',
        location: 'Caf\u00e9',
        tags: ['ok', 'a b'],
      },
    ],
    ['faults', { amount: 'x', amuont: 1, date: 'today' }, ['/amount', '/amuont', '/date'], [], null],
    ['options', { amount: 1, top_k: 0, sensitivity: 9 }, ['/sensitivity', '/top_k'], [], null],
    ['nothing', {}, ['/amount'], [], null],
    [
      'too many fields',
      Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`f${i}`, 1])),
      [''],
      [],
      null,
    ],
    ['no object', [], [''], [], null],
    ['null', null, [''], [], null],
    ['a number', 5, [''], [], null],
  ];
  for (const [what, body, errors, warnings, normalised] of cases) {
    const reply = await app.inject(post(URL, JSON.stringify(body)));
    assert.equal(reply.statusCode, 200, what);
    const got = reply.json();
    const places = (list: { pointer: string }[]) => list.map(({ pointer }) => pointer).sort();
    assert.deepEqual(
      [got.success, got.valid, places(got.errors), places(got.warnings), got.normalised],
      [true, errors.length === 0, errors, warnings, normalised],
      what,
    );
  }
});

test('400 for what is no JSON, and for nothing else', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  assert.equal((await app.inject(post(URL, '{"amount": 1'))).statusCode, 400);
  const names = [...FIELDS.map((field) => field.name), 'transactions', 'top_k', 'prediction_types'];
  const body = fc.oneof(
    fc.json(),
    fc.dictionary(fc.constantFrom(...names), fc.jsonValue()).map((x) => JSON.stringify(x)),
  );
  await fc.assert(
    fc.asyncProperty(body, async (payload) => {
      const reply = await app.inject(post(URL, payload));
      assert.equal(reply.statusCode, payload.includes('"__proto__"') ? 400 : 200, reply.body);
    }),
    { seed: 3, numRuns: 300 },
  );
});

test('what was normalised is understood as itself, without a warning', async (t) => {
  const app = testApp({ config: testConfig({ TITANS_TIMEZONE: 'America/New_York' }) });
  t.after(() => app.close());
  const text = fc.string({ unit: 'binary', maxLength: 40 });
  const transaction = fc.record(
    {
      date: fc
        .date({ min: new Date('1900-01-02'), max: new Date('2100-01-01'), noInvalidDate: true })
        .chain((date) => fc.constantFrom(date.toISOString(), date.toISOString().slice(0, 10))),
      amount: fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      type: fc.constantFrom('Expense', 'Transfer', null),
      description: text,
      account_id: text,
      transaction_id: text,
      reference: text,
      tags: fc.array(text, { maxLength: 3 }),
      currency: fc.constantFrom('JPY', 'KWD', 'eur'),
      balance_after: fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    },
    { requiredKeys: ['amount'], noNullPrototype: true },
  );
  await fc.assert(
    fc.asyncProperty(transaction, async (body) => {
      const first = (await app.inject(post(URL, body))).json();
      assert.equal(first.valid, true, JSON.stringify(first.errors));
      const second = (await app.inject(post(URL, first.normalised))).json();
      assert.deepEqual(second, { ...first, warnings: [] });
    }),
    { seed: 8, numRuns: 200 },
  );
});

test('a list has a judgement of each item, with places in the whole body', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const body = { transactions: [{ amount: 1 }, { amount: 'x' }, 5], top_k: 3 };
  const { results, ...rest } = (await app.inject(post(URL, body))).json();
  assert.deepEqual(rest, { success: true, valid: false, errors: [] });
  assert.deepEqual(
    results.map((result: { index: number; valid: boolean; errors: { pointer: string }[] }) => [
      result.index,
      result.valid,
      result.errors.map(({ pointer }) => pointer),
    ]),
    [
      [0, true, []],
      [1, false, ['/transactions/1/amount']],
      [2, false, ['/transactions/2']],
    ],
  );
  assert.deepEqual(
    results[0].warnings.map(({ pointer }: { pointer: string }) => pointer),
    ['/transactions/0/date', '/transactions/0/type'],
  );
  const good = (await app.inject(post(URL, { transactions: [{ amount: 1 }] }))).json();
  assert.equal(good.valid, true);
});

test('a wrong list is told like a wrong item; only its length is refused', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  for (const [body, pointers] of [
    [{ transactions: [] }, ['/transactions']],
    [{ transactions: 'all' }, ['/transactions']],
    [{ transactions: [{ amount: 1 }], amount: 1, top_k: 0 }, ['/top_k', '/amount']],
  ] as const) {
    const got = (await app.inject(post(URL, body))).json();
    assert.equal(got.valid, false);
    assert.deepEqual(
      got.errors.map(({ pointer }: { pointer: string }) => pointer),
      pointers,
    );
  }
  const tooMany = { transactions: Array.from({ length: 1001 }, () => ({ amount: 1 })) };
  assert.equal((await app.inject(post(URL, tooMany))).statusCode, 413);
});

test('the reply stays bounded, and every wrong item has at least one error', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const worst = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`unknown_${i}`, 1]));
  const body = { transactions: Array.from({ length: 200 }, () => worst) };
  const { results } = (await app.inject(post(URL, body))).json();
  const counts = results.map(({ errors }: { errors: unknown[] }) => errors.length);
  assert.ok(Math.min(...counts) >= 1);
  assert.ok(counts.reduce((sum: number, count: number) => sum + count, 0) < 6000);
  assert.match(results[199].errors[0].detail, /^61 values are wrong \(not listed/);
});
