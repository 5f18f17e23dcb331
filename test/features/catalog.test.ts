import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DAY_MS, daysFromCivil } from '../../src/bank/calendar.ts';
import type { Transaction } from '../../src/bank/transaction.ts';
import { CATALOG, type FeatureReader } from '../../src/features/catalog.ts';
import { buildContext } from '../../src/features/context.ts';
import { FEATURE_FINGERPRINT } from '../../src/features/fingerprint.ts';
import { type PastRow, toPastRow } from '../../src/features/past.ts';
import { FEATURE_COUNT, featurize } from '../../src/features/vector.ts';
import { learn, PLAIN, transactions } from './arbitrary.ts';

const { statistics, past } = learn();
const READERS: FeatureReader[] = ['category_prediction', 'amount_prediction', 'anomaly_detection'];
const pasts = fc.array(transactions, { maxLength: 6 }).map((rows) => {
  const sorted = rows.sort((a, b) => a.at - b.at);
  return [...past, ...sorted.map((row) => toPastRow(row))].sort((a, b) => a.at - b.at);
});

function readFeature(
  name: string,
  transaction: Transaction,
  rows: readonly PastRow[] = past,
  timezone = 'UTC',
): number {
  const feature = CATALOG.find((row) => row.name === name);
  assert.ok(feature, name);
  return feature.compute(buildContext(transaction, rows, statistics, { score: 3 }, timezone));
}

function vectorOf(transaction: Transaction, rows: readonly PastRow[], reader: FeatureReader): Float32Array {
  const out = new Float32Array(FEATURE_COUNT);
  featurize(buildContext(transaction, rows, statistics, { score: 3 }, 'Europe/London'), reader, out);
  return out;
}

describe('catalog', () => {
  it('has 52 rows: 20 time, 15 amount, 10 categorical, 7 text, each named once', () => {
    const groups: Record<string, number> = {};
    for (const { group } of CATALOG) groups[group] = (groups[group] ?? 0) + 1;
    assert.deepEqual(groups, { time: 20, amount: 15, categorical: 10, text: 7 });
    assert.equal(new Set(CATALOG.map((feature) => feature.name)).size, 52);
    for (const { name, meaning } of CATALOG) {
      assert.match(name, /^[a-z][a-z0-9_]*$/);
      assert.ok(meaning.length > 10);
    }
    assert.match(FEATURE_FINGERPRINT, /^[0-9a-f]{16}$/);
  });

  for (const feature of CATALOG) {
    it(`${feature.name}: in range or NaN, deterministic, without mutation`, () => {
      fc.assert(
        fc.property(
          transactions,
          pasts,
          fc.constantFrom('UTC', 'America/New_York'),
          (transaction, rows, zone) => {
            const context = buildContext(transaction, rows, statistics, { score: 3 }, zone);
            const before = fc.stringify([transaction, rows]);
            const value = feature.compute(context);
            assert.ok(
              Number.isNaN(value) || (value >= feature.range[0] && value <= feature.range[1]),
              `${value} outside ${feature.range}`,
            );
            const again = feature.compute(buildContext(transaction, rows, statistics, { score: 3 }, zone));
            assert.ok(Object.is(value, again));
            assert.equal(fc.stringify([transaction, rows]), before);
          },
        ),
        { numRuns: 60 },
      );
    });

    it(`${feature.name}: blind to the future`, () => {
      fc.assert(
        fc.property(
          transactions,
          fc.array(transactions, { minLength: 1, maxLength: 5 }),
          (transaction, later) => {
            const future = later
              .map((row) => toPastRow({ ...row, at: Math.max(row.at, transaction.at) }))
              .sort((a, b) => a.at - b.at);
            const known = past.filter((row) => row.at < transaction.at);
            const without = feature.compute(
              buildContext(transaction, known, statistics, { score: 3 }, 'UTC'),
            );
            const withFuture = feature.compute(
              buildContext(transaction, [...known, ...future], statistics, { score: 3 }, 'UTC'),
            );
            assert.ok(Object.is(without, withFuture));
          },
        ),
        { numRuns: 60 },
      );
    });

    it(`${feature.name}: says something for an ordinary transaction`, () => {
      const ordinary = { ...PLAIN, location: 'Leeds', merchantCategoryCode: '5814' };
      assert.ok(!Number.isNaN(readFeature(feature.name, ordinary)));
    });
  }

  const HIDDEN: Record<FeatureReader, (transaction: Transaction, other: Transaction) => Transaction> = {
    category_prediction: (row, other) => ({ ...row, category: other.category }),
    amount_prediction: (row, other) => ({
      ...row,
      amountMinor: other.amountMinor,
      balanceAfterMinor: other.balanceAfterMinor,
    }),
    anomaly_detection: (row) => row,
  };
  for (const reader of READERS) {
    it(`what is hidden from ${reader} changes nothing`, () => {
      fc.assert(
        fc.property(transactions, transactions, pasts, (transaction, other, rows) => {
          const changed = HIDDEN[reader](transaction, other);
          assert.deepEqual(vectorOf(changed, rows, reader), vectorOf(transaction, rows, reader));
        }),
      );
    });

    it(`a batch for ${reader} equals single rows bit for bit`, () => {
      fc.assert(
        fc.property(fc.array(transactions, { minLength: 1, maxLength: 4 }), pasts, (batch, rows) => {
          const together = new Float32Array(FEATURE_COUNT * batch.length);
          for (const [i, transaction] of batch.entries()) {
            const context = buildContext(transaction, rows, statistics, { score: 3 }, 'Europe/London');
            featurize(context, reader, together, i * FEATURE_COUNT);
          }
          for (const [i, transaction] of batch.entries()) {
            assert.deepEqual(
              together.slice(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT),
              vectorOf(transaction, rows, reader),
            );
          }
        }),
      );
    });
  }

  it('computes values a person would write down', () => {
    const at = Date.UTC(2024, 1, 29, 23, 30);
    const leapNight = { ...PLAIN, at };
    assert.equal(readFeature('hour', leapNight), 23.5);
    assert.equal(readFeature('is_night', leapNight), 1);
    assert.equal(readFeature('is_business_hours', leapNight), 0);
    assert.equal(readFeature('day_of_week', leapNight), 3);
    assert.equal(readFeature('day_of_year', leapNight), 60);
    assert.equal(readFeature('days_to_month_end', leapNight), 0);
    assert.equal(readFeature('days_to_pay_day', leapNight), 0);
    assert.equal(readFeature('is_month_end', leapNight), 1);
    assert.equal(readFeature('season', leapNight), 0);
    // In Tokyo it is already the first of March, half past eight.
    assert.equal(readFeature('day_of_month', leapNight, past, 'Asia/Tokyo'), 1);
    assert.equal(readFeature('hour', leapNight, past, 'Asia/Tokyo'), 8.5);
    assert.ok(Number.isNaN(readFeature('hour', { ...leapNight, timeKnown: false })));
    assert.ok(Number.isNaN(readFeature('is_night', { ...leapNight, timeKnown: false })));
    assert.equal(readFeature('amount_roundness', { ...PLAIN, amountMinor: -10_000 }), 4);
    assert.equal(readFeature('amount_roundness', { ...PLAIN, amountMinor: 2550 }), 1);
    assert.equal(readFeature('amount_cents', { ...PLAIN, amountMinor: -999 }), 0.99);
    assert.equal(readFeature('amount_cents', { ...PLAIN, currency: 'JPY', amountMinor: -999 }), 0);
    assert.equal(readFeature('amount_sign', PLAIN), -1);
    assert.equal(readFeature('amount_sign', { ...PLAIN, amountMinor: 0 }), 0);
    assert.equal(readFeature('text_tokens', PLAIN), 3);
    assert.equal(readFeature('text_digit_share', { ...PLAIN, description: 'ab12' }), 0.5);
    assert.equal(readFeature('text_upper_share', { ...PLAIN, description: 'ABcd' }), 0.5);
    assert.equal(readFeature('text_has_reference', { ...PLAIN, description: 'inv 2024' }), 1);
    assert.equal(readFeature('text_has_reference', PLAIN), 0);
    assert.equal(readFeature('merchant_category', PLAIN), 0);
    assert.equal(readFeature('account_merchant_category', { ...PLAIN, description: 'Monthly rent' }), 1);
    assert.equal(readFeature('category_code', PLAIN), 0);
  });

  it('sees the account only through its own earlier rows', () => {
    const day = daysFromCivil(2024, 3, 10);
    const rows = [1, 3, 6].map((days) =>
      toPastRow({
        ...PLAIN,
        at: (day - days) * DAY_MS,
        amountMinor: -1000 * days,
        description: `shop ${days}`,
      }),
    );
    rows.reverse();
    const now = { ...PLAIN, at: day * DAY_MS, amountMinor: -2000, description: 'shop 9' };
    assert.equal(readFeature('days_since_account', now, rows), 1);
    assert.equal(readFeature('days_since_merchant', now, rows), 1);
    assert.equal(readFeature('amount_account_percentile', now, rows), 1 / 3);
    assert.ok(Math.abs(readFeature('last_merchant_amount', now, rows) - Math.log1p(10)) < 1e-12);
    const elsewhere = { ...now, description: 'bakery' };
    assert.ok(Number.isNaN(readFeature('last_merchant_amount', elsewhere, rows)), 'not of this merchant');
    assert.ok(Math.abs(readFeature('account_spend_30_days', now, rows) - Math.log1p(100)) < 1e-12);
    assert.ok(Number.isNaN(readFeature('days_since_account', now, [])));
    const yen = { ...now, currency: 'JPY' };
    assert.ok(Number.isNaN(readFeature('amount_account_z', yen, rows)), 'another currency is not compared');
    assert.ok(Number.isNaN(readFeature('last_merchant_amount', yen, rows)), 'nor its latest amount taken');
  });

  it('takes time in proportion to the text, whatever the text', () => {
    // A formula that looks back would be a thousand times slower on a text thirty times longer.
    for (const unit of ['!', 'a', '1', '.a', '\u00e9', '\u{1f600}', 'a1']) {
      const once = (description: string) => {
        const start = process.hrtime.bigint();
        for (let i = 0; i < 10; i++) {
          for (const feature of CATALOG) {
            feature.compute(buildContext({ ...PLAIN, description }, [], statistics, { score: 3 }, 'UTC'));
          }
        }
        return Number(process.hrtime.bigint() - start);
      };
      // The least of several: what other programs take from one of them is no fault of the formula.
      const time = (length: number) => {
        const description = unit.repeat(length);
        return Math.min(...Array.from({ length: 5 }, () => once(description)));
      };
      time(32);
      const ratio = time(1024) / Math.max(time(32), 1);
      assert.ok(
        ratio < 300,
        `${JSON.stringify(unit)}: ${ratio.toFixed(0)} times slower for 32 times the text`,
      );
    }
  });
});
