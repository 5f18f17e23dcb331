import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  civilFromDays,
  DAY_MS,
  daysFromCivil,
  daysInMonth,
  formatDay,
  instantOf,
  isoWeek,
  isTimeZone,
  localDayNumber,
  localTime,
  parseDate,
  zoneOffset,
} from '../../src/bank/calendar.ts';

const ZONES = [
  'UTC',
  'Europe/London',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
];

describe('calendar', () => {
  it('agrees with the runtime on every civil date of four centuries', () => {
    for (let day = daysFromCivil(1800, 1, 1); day < daysFromCivil(2200, 1, 1); day += 13) {
      const date = new Date(day * DAY_MS);
      const civil = civilFromDays(day);
      assert.deepEqual(civil, {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
      });
      assert.equal(daysFromCivil(civil.year, civil.month, civil.day), day);
    }
  });

  it('knows leap days', () => {
    assert.equal(daysInMonth(2024, 2), 29);
    assert.equal(daysInMonth(1900, 2), 28);
    assert.equal(daysInMonth(2000, 2), 29);
    assert.equal(parseDate('2023-02-29', 'UTC'), null);
    assert.equal(formatDay(daysFromCivil(2024, 2, 29)), '2024-02-29');
  });

  it('numbers ISO weeks around new year', () => {
    // Reference: the examples of ISO 8601 as listed in RFC 3339 literature and Python's date.isocalendar.
    assert.equal(isoWeek(daysFromCivil(2005, 1, 1)), 53);
    assert.equal(isoWeek(daysFromCivil(2007, 12, 31)), 1);
    assert.equal(isoWeek(daysFromCivil(2008, 12, 28)), 52);
    assert.equal(isoWeek(daysFromCivil(2020, 12, 31)), 53);
  });

  it('reads wall clocks like the runtime does, across clock changes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: Date.UTC(1971, 0, 1), max: Date.UTC(2037, 0, 1) }),
        (zone, at) => {
          const local = localTime(at, zone);
          const text = new Intl.DateTimeFormat('sv-SE', {
            timeZone: zone,
            dateStyle: 'short',
            timeStyle: 'medium',
          }).format(at);
          const two = (value: number) => String(value).padStart(2, '0');
          const ours = `${formatDay(local.dayNumber)} ${two(local.hour)}:${two(local.minute)}:${two(local.second)}`;
          assert.equal(ours, text);
          assert.equal(localDayNumber(at, zone), local.dayNumber);
        },
      ),
    );
  });

  it('finds the instant of a wall clock reading, also in gaps and overlaps', () => {
    const london = (text: string) => parseDate(text, 'Europe/London')?.at;
    assert.equal(london('2024-07-01T12:00'), Date.UTC(2024, 6, 1, 11));
    assert.equal(london('2024-01-01T12:00'), Date.UTC(2024, 0, 1, 12));
    // 01:30 does not exist on the last Sunday of March; Temporal's "compatible" reads it as 02:30 summer time.
    assert.equal(london('2024-03-31T01:30'), Date.UTC(2024, 2, 31, 1, 30));
    // 01:30 exists twice on the last Sunday of October; the earlier one is taken.
    assert.equal(london('2024-10-27T01:30'), Date.UTC(2024, 9, 27, 0, 30));
    const newYork = (text: string) => parseDate(text, 'America/New_York')?.at;
    assert.equal(newYork('2024-03-10T02:30'), Date.UTC(2024, 2, 10, 7, 30));
    assert.equal(newYork('2024-11-03T01:30'), Date.UTC(2024, 10, 3, 5, 30));
  });

  it('round-trips instants through wall clocks outside overlaps', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: Date.UTC(1972, 0, 1), max: Date.UTC(2036, 0, 1) }),
        (zone, at) => {
          const wall = at + zoneOffset(at, zone);
          const day = Math.floor(wall / DAY_MS);
          const back = instantOf(day, wall - day * DAY_MS, zone);
          assert.equal(back + zoneOffset(back, zone), wall);
        },
      ),
    );
  });

  it('parses RFC 3339 and refuses what is no date', () => {
    // What is no date in UTC cannot be written as one.
    assert.equal(parseDate('9999-12-31T23:59:59-12:00', 'UTC'), null);
    assert.equal(parseDate('0001-01-01T00:00:00+10:00', 'UTC'), null);
    assert.equal(parseDate('0001-01-01', 'Asia/Tokyo')?.timeKnown, false);
    assert.deepEqual(parseDate('2025-01-06', 'UTC'), { at: Date.UTC(2025, 0, 6), timeKnown: false });
    assert.deepEqual(parseDate('2025-01-06T09:30:00+02:00', 'UTC'), {
      at: Date.UTC(2025, 0, 6, 7, 30),
      timeKnown: true,
    });
    assert.equal(parseDate('2016-12-31T23:59:60Z', 'UTC')?.at, Date.UTC(2016, 11, 31, 23, 59, 59));
    assert.equal(parseDate('2025-01-06T09:30:00.1234567Z', 'UTC')?.at, Date.UTC(2025, 0, 6, 9, 30, 0, 123));
    for (const text of [
      '',
      'today',
      '2025-13-01',
      '2025-00-10',
      '2025-01-32',
      '2025-01-06T25:00',
      '20250106',
      '0000-01-01',
      '2025-01-06T09:30:00+99:00',
      '2025-1-6',
    ]) {
      assert.equal(parseDate(text, 'UTC'), null, text);
    }
  });

  it('refuses unknown time zones', () => {
    assert.equal(isTimeZone('Europe/Paris'), true);
    assert.equal(isTimeZone('Mars/Olympus'), false);
  });

  it('keeps offsets right when its cache overflows', () => {
    for (let quarter = 0; quarter < 50_100; quarter++) zoneOffset(quarter * 900_000, 'Asia/Tokyo');
    assert.equal(zoneOffset(Date.UTC(2024, 0, 1), 'Asia/Tokyo'), 9 * 3_600_000);
  });
});
