import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dueDays } from '../../src/bank/cadence.ts';
import { daysFromCivil, formatDay, parseDate } from '../../src/bank/calendar.ts';
import { addUpDays, monthDaysFrom } from '../../src/bank/series.ts';
import { payment } from '../models/payments.ts';

test('days without transactions are zero, days are local, cents add up exactly', () => {
  const rows = [
    payment('2025-01-01', -0.1),
    payment('2025-01-01', -0.2),
    { ...payment('2025-01-03', 5), at: parseDate('2025-01-03T23:30:00Z', 'UTC')?.at ?? 0 },
  ];
  const daily = addUpDays(rows, { timezone: 'Europe/Paris' });
  assert.equal(formatDay(daily?.first ?? 0), '2025-01-01');
  assert.deepEqual([...(daily?.expense ?? [])], [0.3, 0, 0, 0]);
  assert.deepEqual([...(daily?.income ?? [])], [0, 0, 0, 5]);
});

test('currencies are never added up: the most frequent one, or the one asked for', () => {
  const rows = [
    { ...payment('2025-01-01', -1), currency: 'EUR' },
    { ...payment('2025-01-02', -2), currency: 'EUR' },
    { ...payment('2025-01-02', -400), currency: 'JPY', amountMinor: -400 },
  ];
  const euros = addUpDays(rows, { timezone: 'UTC' });
  assert.deepEqual([euros?.currency, [...(euros?.expense ?? [])]], ['EUR', [1, 2]]);
  assert.deepEqual(euros?.excluded, [{ currency: 'JPY', transactions: 1 }]);
  assert.deepEqual([...(addUpDays(rows, { timezone: 'UTC', currency: 'JPY' })?.expense ?? [])], [400]);
  assert.equal(addUpDays(rows, { timezone: 'UTC', currency: 'USD' }), null);
});

test('a reversal lowers income; what has no amount or lies after `until` is left out', () => {
  const rows = [
    payment('2025-01-01', 100),
    { ...payment('2025-01-01', -30), type: 'Income' as const },
    { ...payment('2025-01-02', 0), amountMinor: null },
    payment('2025-01-09', -5),
  ];
  const daily = addUpDays(rows, { timezone: 'UTC', until: daysFromCivil(2025, 1, 5) });
  assert.deepEqual([...(daily?.income ?? [])], [70]);
  assert.deepEqual([...(daily?.expense ?? [])], [0]);
});

test('schedules fall due at month ends, in leap years and off weekends', () => {
  const on = (
    cadence: 'monthly' | 'last_working_day' | 'semi_monthly' | 'annual',
    monthDays: number[],
    shift: -1 | 0 | 1,
    phase = 0,
  ) =>
    dueDays({ cadence, phase, monthDays, shift }, daysFromCivil(2024, 1, 15), daysFromCivil(2024, 6, 30)).map(
      formatDay,
    );
  assert.deepEqual(on('monthly', [31], 0), [
    '2024-01-31',
    '2024-02-29',
    '2024-03-31',
    '2024-04-30',
    '2024-05-31',
    '2024-06-30',
  ]);
  assert.deepEqual(on('last_working_day', [31], -1), [
    '2024-01-31',
    '2024-02-29',
    '2024-03-29',
    '2024-04-30',
    '2024-05-31',
    '2024-06-28',
  ]);
  assert.deepEqual(on('monthly', [1], 1), [
    '2024-02-01',
    '2024-03-01',
    '2024-04-01',
    '2024-05-01',
    '2024-06-03',
  ]);
  assert.deepEqual(on('annual', [29], 0, 2024 * 12 + 1), ['2024-02-29']);
  assert.equal(on('semi_monthly', [15, 31], -1).length, 12);
  const weekly = { cadence: 'weekly' as const, phase: 3, monthDays: [], shift: 0 as const };
  assert.deepEqual(dueDays(weekly, 4, 24), [10, 17, 24]);
  assert.deepEqual([...monthDaysFrom(daysFromCivil(2024, 2, 28), 3)], [28, 29, 1]);
});
