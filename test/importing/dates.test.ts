import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { civilFromDays, formatDay } from '../../src/bank/calendar.ts';
import { splitDate, splitTime } from '../../src/importing/date-text.ts';
import { type DateDecision, type DateHints, decideDates, formatDate } from '../../src/importing/dates.ts';

const HINTS: DateHints = {
  order: null,
  header: 'date',
  now: Date.UTC(2026, 0, 1),
  siblings: () => [],
};

function decide(values: readonly string[], hints: Partial<DateHints> = {}): DateDecision {
  return decideDates(() => values, { ...HINTS, ...hints });
}

/** The dates of a column under the plan decided for it. */
function read(values: readonly string[], hints: Partial<DateHints> = {}): (string | null)[] {
  const decision = decide(values, hints);
  assert.ok(decision.ok, `undecided: ${values.join(' ')}`);
  return values.map((value) => formatDate(value, decision.plan, ''));
}

describe('written forms', () => {
  const cases: [string, string | null][] = [
    ['2024-02-29', '2024-02-29'],
    ['2024/2/9', '2024-02-09'],
    ['2024.02.09', '2024-02-09'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59Z'],
    ['2018-08-01T01:01:15.000+0000', '2018-08-01T01:01:15.000+00:00'],
    ['2018-08-01 01:01 +02', '2018-08-01T01:01:00+02:00'],
    ['2018-08-01 01:01:02 UTC', '2018-08-01T01:01:02Z'],
    ['31/12/2023', '2023-12-31'],
    ['31.12.23', '2023-12-31'],
    ['31.12.99', '1999-12-31'],
    ['31-12-2023 12:04', '2023-12-31T12:04:00'],
    ['12/31/2023 12:05:00 AM', '2023-12-31T00:05:00'],
    ['12/31/2023 1:05 p.m.', '2023-12-31T13:05:00'],
    ['12/31/2023, 12:05pm', '2023-12-31T12:05:00'],
    ['20240229', '2024-02-29'],
    ['20240229 093015', '2024-02-29T09:30:15'],
    ['202402290930', '2024-02-29T09:30:00'],
    ['5 Jan 2024', '2024-01-05'],
    ['05-JAN-24', '2024-01-05'],
    ['05JAN2024', '2024-01-05'],
    ['Jan 5, 2024', '2024-01-05'],
    ['January 5th, 2024 09:30', '2024-01-05T09:30:00'],
    ['Fri, 5 January 2024', '2024-01-05'],
    ['5. März 2024', '2024-03-05'],
    ['5. Dezember 2024', '2024-12-05'],
    ['5 février 2024', '2024-02-05'],
    ['5 juin 2024', '2024-06-05'],
    ['5 juillet 2024', '2024-07-05'],
    ['5 août 2024', '2024-08-05'],
    ['5 de enero de 2024', '2024-01-05'],
    ['5 mei 2024', '2024-05-05'],
    ['5 mrt 2024', '2024-03-05'],
    ['1704447000', '2024-01-05T09:30:00.000Z'],
    ['1704447000123', '2024-01-05T09:30:00.123Z'],
    ['45296', '2024-01-05'],
    ['45296.5', '2024-01-05T12:00:00.000'],
  ];
  for (const [text, expected] of cases) {
    test(`${text} is ${expected}`, () => assert.deepEqual(read([text]), [expected]));
  }

  test('what is no date of the calendar is none', () => {
    for (const text of [
      '29/02/2023',
      '2023-02-29',
      '31/04/2024',
      '00/01/2024',
      '2024-13-01',
      '31/12/2023 24:00',
      '31/12/2023 12:60',
      '31/12/2023 13:00 PM',
      '31/12/2023 noonish',
      '5 Foo 2024',
      '20241301',
      '202401012560',
      '123/1/2024',
      '2024-1-2024',
      'yesterday',
      '',
      '5',
      '99999',
      '99999999999',
    ]) {
      const decision = decide(['31/12/2023', text]);
      assert.ok(decision.ok);
      assert.equal(formatDate(text, decision.plan, ''), null, text);
    }
  });

  test('a separate time joins a bare date and is refused when it is none', () => {
    const decision = decide(['2024-01-05']);
    assert.ok(decision.ok);
    assert.equal(formatDate('2024-01-05', decision.plan, '6:21'), '2024-01-05T06:21:00');
    assert.equal(formatDate('2024-01-05', decision.plan, ' '), '2024-01-05');
    assert.equal(formatDate('2024-01-05', decision.plan, '26:21'), null);
    assert.deepEqual(splitTime(' 9h30'), { time: '09:30:00', offset: '' });
  });

  test('times that are all midnight are no times', () => {
    assert.deepEqual(read(['5/31/2009 12:00:00 AM', '6/1/2009 12:00:00 AM']), ['2009-05-31', '2009-06-01']);
    assert.deepEqual(read(['5/31/2009 12:00:00 AM', '6/1/2009 12:30:00 AM']), [
      '2009-05-31T00:00:00',
      '2009-06-01T00:30:00',
    ]);
  });

  test('every day of 200 years is read back from every form', () => {
    const forms = [
      (y: number, m: number, d: number) => `${y}-${m}-${d}`,
      (y: number, m: number, d: number) => `${d}.${m}.${y}`,
      (y: number, m: number, d: number) => `${y}${String(m).padStart(2, '0')}${String(d).padStart(2, '0')}`,
      (y: number, m: number, d: number) =>
        `${d} ${['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][m - 1]} ${y}`,
    ];
    fc.assert(
      fc.property(fc.integer({ min: -25_000, max: 47_000 }), fc.constantFrom(...forms), (day, form) => {
        const { year, month, day: dayOfMonth } = civilFromDays(day);
        assert.deepEqual(read([form(year, month, dayOfMonth)]), [formatDay(day)]);
      }),
    );
  });

  test('text of any kind never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789-/.: TZ+apmJan,de') }), (text) => {
        splitDate(text);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('day first or month first', () => {
  test('a number above 12 decides for the whole file', () => {
    assert.deepEqual(read(['01/02/2024', '13/02/2024']), ['2024-02-01', '2024-02-13']);
    assert.deepEqual(read(['01/02/2024', '02/13/2024']), ['2024-01-02', '2024-02-13']);
    assert.deepEqual(read(['8/1/18', '10/31/18']), ['2018-08-01', '2018-10-31']);
  });

  test('forms may be mixed; each separator is decided for itself, else by the others', () => {
    assert.deepEqual(read(['20-09-2018 12:04', '19-09-2018', '01-02-2018']), [
      '2018-09-20T12:04:00',
      '2018-09-19',
      '2018-02-01',
    ]);
    assert.deepEqual(read(['20-09-2018', '09/20/2018', '01/02/2018', '01-02-2018']), [
      '2018-09-20',
      '2018-09-20',
      '2018-01-02',
      '2018-02-01',
    ]);
    assert.deepEqual(read(['20-09-2018', '01/02/2018']), ['2018-09-20', '2018-02-01']);
  });

  test('the few that do not fit the order of the file are no dates, and are counted in a note', () => {
    const values = ['13/01/2024', '14/01/2024', '01/15/2024'];
    assert.deepEqual(read(values), ['2024-01-13', '2024-01-14', null]);
    const decision = decide(values);
    assert.ok(decision.ok && decision.plan.notes.some((note) => note.startsWith('1 dates do not fit')));
    const american = decide(['01/13/2024', '01/14/2024', '15/01/2024']);
    assert.ok(american.ok && american.plan.notes.length === 1);
  });

  test('nothing to decide by: both readings are returned', () => {
    assert.deepEqual(decide(['01/02/2024', '01/02/2024']), {
      ok: false,
      example: '01/02/2024',
      readings: ['2024-02-01', '2024-01-02'],
    });
    assert.equal(decide(['03/04/2024', '05/06/2024']).ok, false);
    assert.equal(decide(['13/01/2024', '01/13/2024']).ok, false);
  });

  test('the caller, the header, dots and sibling columns decide what the numbers do not', () => {
    assert.deepEqual(read(['01/02/2024'], { order: 'month_first' }), ['2024-01-02']);
    assert.deepEqual(read(['01/02/2024'], { order: 'day_first' }), ['2024-02-01']);
    assert.deepEqual(read(['01/02/2024'], { header: 'Date (DD/MM/YYYY)' }), ['2024-02-01']);
    assert.deepEqual(read(['01/02/2024'], { header: 'Date (MM/DD/YYYY)' }), ['2024-01-02']);
    assert.deepEqual(read(['01.02.2024']), ['2024-02-01']);
    assert.deepEqual(read(['01/02/2024'], { siblings: () => [['x'], ['03/25/2024']] }), ['2024-01-02']);
    assert.deepEqual(read(['07/07/2024']), ['2024-07-07']);
  });

  test('the order of the rows decides, whichever way they run', () => {
    const american = ['01/05/2024', '02/03/2024', '03/01/2024', '03/09/2024', '04/02/2024'];
    assert.deepEqual(read(american)[1], '2024-02-03');
    assert.deepEqual(read(american.toReversed())[3], '2024-02-03');
    const european = ['05/01/2024', '03/02/2024', '01/03/2024', '09/03/2024', '02/04/2024'];
    assert.deepEqual(read(european)[1], '2024-02-03');
    // One row out of order among many is not held against an order.
    const many = Array.from({ length: 12 }, (_unused, month) =>
      Array.from({ length: 12 }, (_none, day) => `${month + 1}/${day + 1}/2024`),
    ).flat();
    assert.deepEqual(read([...many, '12/1/2024', '12/11/2024'])[1], '2024-01-02');
    const swapped = many.map((text) => text.replace(/^(\d+)\/(\d+)/, '$2/$1'));
    assert.deepEqual(read([...swapped, '1/12/2024', '11/12/2024'])[1], '2024-01-02');
  });

  test('an order that puts rows into the future is not taken', () => {
    const now = Date.UTC(2024, 2, 15);
    assert.deepEqual(read(['03/08/2024', '03/09/2024'], { now }), ['2024-03-08', '2024-03-09']);
    assert.deepEqual(read(['08/03/2024', '09/03/2024'], { now }), ['2024-03-08', '2024-03-09']);
  });

  test('two-digit years may stand first', () => {
    const days = Array.from({ length: 31 }, (_unused, day) => `18-10-${String(day + 1).padStart(2, '0')}`);
    assert.deepEqual(read(days)[4], '2018-10-05');
    assert.deepEqual(read(['45-01-02', '45-01-03', '46-01-02'])[0], '2045-01-02');
  });
});
