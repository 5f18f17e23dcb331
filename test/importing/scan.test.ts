import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { inspectHead } from '../../src/importing/inspect-head.ts';
import { parseLine } from '../../src/importing/parse-line.ts';
import type { RawRecord } from '../../src/importing/raw-table.ts';
import { RECORD_LINES_MAX, scanRecords } from '../../src/importing/scan-records.ts';
import { formatCells } from '../../src/importing/write-cells.ts';
import { createRng, nextInt } from '../../src/lib/rng.ts';

function scan(text: string, pieces: readonly string[] = [text]): { records: RawRecord[]; blank: number } {
  const scanner = scanRecords(pieces, inspectHead(text, true));
  const records: RawRecord[] = [];
  for (let record = scanner.next(); record !== null; record = scanner.next()) records.push(record);
  return { records, blank: scanner.blankLines() };
}

const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '"', ',', ';', '\n', '\r\n', ' ', 'é', '😀', 'م', "'") }),
  fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\r', '').replaceAll('\u0000', '')),
);

describe('records of well-formed CSV', () => {
  test('whatever is written is read back, with line numbers and original text', () => {
    const table = fc
      .integer({ min: 2, max: 6 })
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 12 }));
    const property = fc.property(
      table,
      fc.constantFrom(',', ';', '\t', '|'),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.nat(50),
      (rows, delimiter, lineEnd, endsWithBreak, cutAt) => {
        // The first column dates every row, as in any bank table; that is how a record is told from text.
        const width = (rows[0]?.length ?? 2) + 1;
        const header = Array.from({ length: width }, (_unused, index) => `name ${'abcdefg'[index]}`);
        const dated = rows.map((row, index) => [`2024-01-${String(index + 10)}`, ...row]);
        const lines = [header, ...dated].map((cells) => formatCells(cells, delimiter));
        const text = lines.join(lineEnd) + (endsWithBreak ? lineEnd : '');
        // What is known of the file is given: a table of a row or two may well be guessed otherwise.
        const head = { ...inspectHead(text, true), delimiter, preambleLines: 0, width, digitColumns: [0] };
        const scanner = scanRecords([text.slice(0, cutAt), text.slice(cutAt)], head);
        let line = 1;
        for (const [index, cells] of [header, ...dated].entries()) {
          const record = scanner.next();
          assert.ok(record !== null);
          assert.deepEqual(record.cells, cells);
          assert.equal(record.original, lines[index]);
          assert.equal(record.line, line);
          assert.equal(record.form, 'exact');
          line += lines[index].split('\n').length;
        }
        assert.equal(scanner.next(), null);
      },
    );
    fc.assert(property, { numRuns: 400 });
  });

  test('agrees with csv-parse cell by cell', () => {
    const row = fc.tuple(fc.integer({ min: 1000, max: 9999 }).map(String), cell, cell, cell);
    const property = fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
      const text = [['id', 'p', 'q', 'r'], ...rows].map((cells) => `${formatCells(cells, ',')}\n`).join('');
      const expected = parse(text, { relax_column_count: true, skip_empty_lines: true });
      const head = {
        ...inspectHead(text, true),
        delimiter: ',',
        preambleLines: 0,
        width: 4,
        digitColumns: [0],
      };
      const scanner = scanRecords([text], head);
      const cells: unknown[] = [];
      for (let record = scanner.next(); record !== null; record = scanner.next()) cells.push(record.cells);
      assert.deepEqual(cells, expected);
    });
    fc.assert(property, { numRuns: 200 });
  });

  test('text that comes in any pieces is cut into the same records', () => {
    const text = 'a,b,c\r\n1,"x\r\ny",2\r\n\r\n3,"""q""",4\r\n';
    const whole = scan(text);
    for (let at = 0; at <= text.length; at++) {
      assert.deepEqual(scan(text, [text.slice(0, at), '', text.slice(at)]), whole);
    }
    assert.deepEqual(whole.records[1].cells, ['1', 'x\r\ny', '2']);
    assert.deepEqual(whole.records[2].cells, ['3', '"q"', '4']);
    assert.equal(whole.records[2].line, 5);
    assert.equal(whole.blank, 1);
  });

  test('line ends of old Macintosh files are line ends', () => {
    assert.deepEqual(
      scan('a,b\r1,2\r3,4\r').records.map((record) => record.cells),
      [
        ['a', 'b'],
        ['1', '2'],
        ['3', '4'],
      ],
    );
  });
});

describe('damaged CSV', () => {
  const good = Array.from({ length: 2000 }, (_unused, index) => `2024-01-05,shop ${index},${index}.50`);
  const header = 'date,description,amount';

  function withLine(at: number, line: string): ReturnType<typeof scan> {
    return scan([header, ...good.slice(0, at), line, ...good.slice(at)].join('\n'));
  }

  test('a quote that never closes costs one row, not the rest of the file', () => {
    for (const line of [
      '2024-01-05,"open,5.00',
      '2024-01-05,"open, with comma,5.00',
      '"2024-01-05,open,5.00',
      '2024-01-05,open,"5.00',
      '2024-01-05,"',
    ]) {
      const { records } = withLine(1000, line);
      assert.equal(records.length, 2002, line);
      const bad = records.filter((record) => record.faults.length > 0);
      assert.deepEqual(
        bad.map((record) => record.original),
        [line],
      );
      assert.equal(bad[0].line, 1002);
    }
  });

  test('two stray quotes far apart, or on neighbouring lines, cost two rows', () => {
    const stray = '2024-01-05,"open,5.00';
    const closing = '2024-01-05,close",5.00';
    for (const distance of [0, 1, 500]) {
      const lines = [header, ...good.slice(0, 10), stray, ...good.slice(10, 10 + distance), closing, ...good];
      const { records } = scan(lines.join('\n'));
      assert.equal(records.length, lines.length);
      assert.deepEqual(
        records.filter((record) => record.faults.length > 0).map((record) => record.original),
        [stray],
      );
      // A quote inside a cell that does not begin with one is text.
      assert.ok(records.some((record) => record.cells[1] === 'close"'));
    }
  });

  test('a stray quote among rows that are quoted throughout costs one row', () => {
    const quoted = good.map((line) => line.replaceAll(/[^,]+/g, '"$&"'));
    for (const bad of [
      '"2024-01-05","open,"5.00"',
      '"2024-01-05","open","5.00',
      '"2024-01-05",""open","5.00"',
    ]) {
      const { records } = scan([header, ...quoted.slice(0, 50), bad, ...quoted.slice(50)].join('\n'));
      assert.equal(records.length, 2002, bad);
      assert.ok(records.filter((record) => record.faults.length > 0).length <= 1, bad);
    }
  });

  test('a quote at the very end of the file is a reject', () => {
    const { records } = scan(`${header}\n2024-01-05,shop,1.00\n2024-01-05,"cut of`);
    assert.equal(records.length, 3);
    assert.match(records[2].faults[0].detail, /a quote opens in cell 2/);
  });

  test('quotes misplaced within one line are read as text with a warning', () => {
    const { records } = scan(
      `${header}\n2024-01-05,shop,1.00\n2024-01-05,"5" pipe",2.00\n2024-01-05,"5" pipe,3.00\n2024-01-05,"say ""5""",4.00\n`,
    );
    assert.deepEqual(
      records.map((record) => [record.cells[1], record.form]),
      [
        ['description', 'exact'],
        ['shop', 'exact'],
        ['5" pipe', 'loose'],
        ['5 pipe', 'loose'],
        ['say "5"', 'exact'],
      ],
    );
    assert.match(records[2].warnings[0].detail, /stray quotes/);
  });

  test('rows with too few or too many cells are rejects that say so', () => {
    const { records } = withLine(3, '2024-01-05,short');
    assert.match(records[4].faults[0].detail, /has 2 cells, the header has 3/);
    assert.match(withLine(3, '2024-01-05,long,5.00,6.00').records[4].faults[0].detail, /has 4 cells/);
    assert.match(withLine(3, 'x').records[4].faults[0].detail, /has 1 cell, the header has 3/);
  });

  test('a NUL character inside a row is a reject', () => {
    assert.match(withLine(3, '2024-01-05,a\u0000b,5.00').records[4].faults[0].detail, /NUL/);
  });

  test('a cell over more lines than any text has is a stray quote', () => {
    const text = `${header}\n2024-01-05,"${'word\n'.repeat(RECORD_LINES_MAX + 10)}",5.00\n`;
    const { records } = scan(text);
    assert.match(records[1].faults[0].detail, /never closed/);
    assert.equal(records.length, 1 + RECORD_LINES_MAX + 11);
  });

  test('stray, missing and cut quotes anywhere in a realistic file never cost a row that is not hit', () => {
    for (let seed = 0; seed < 200; seed++) {
      const rng = createRng(seed);
      const isQuoted = nextInt(rng, 3) === 1;
      const quoted = (text: string) => (isQuoted || /[,"\n]/.test(text) ? `"${text}"` : text);
      const rows = Array.from({ length: 200 }, (_unused, row) => {
        const texts = [`SHOP ${row}`, 'Foo, Inc', 'say ""hi""', 'two\nlines', 'POS 12,50 X', ''];
        const cells = [`2024-01-${10 + (row % 20)}`, texts[nextInt(rng, 6)], `${row}.50`, 'Rent, etc'];
        return cells.map(quoted).join(',');
      });
      const hit = new Map<number, string>();
      for (let i = 0; i < 3; i++) {
        const row = nextInt(rng, rows.length);
        const at = nextInt(rng, rows[row].length + 1);
        const kinds = [
          `${rows[row].slice(0, at)}"${rows[row].slice(at)}`,
          rows[row].slice(0, at),
          rows[row].replace('"', ''),
        ];
        hit.set(row, kinds[nextInt(rng, 3)]);
      }
      const lines = rows.map((row, index) => hit.get(index) ?? row);
      const { records } = scan(['date,description,amount,category', ...lines].join('\n'));
      const exact = new Set(records.filter(({ form }) => form === 'exact').map(({ original }) => original));
      const lost = rows.filter((row, index) => !hit.has(index) && !exact.has(row));
      assert.deepEqual(lost, [], `seed ${seed}`);
    }
  });

  test('every physical line of any damaged text ends up in exactly one record', () => {
    const junk = fc.string({ unit: fc.constantFrom('"', ',', 'a', '1', '\n', '""', '\r\n', ' ') });
    fc.assert(
      fc.property(fc.array(junk, { maxLength: 8 }), fc.nat(7), (parts, at) => {
        const lines = good.slice(0, 8);
        const text = [header, ...lines.slice(0, at), ...parts, ...lines.slice(at)].join('\n');
        const { records, blank } = scan(text);
        const physical = text.split(/\r?\n/).length;
        const covered = records.reduce((sum, record) => sum + record.original.split('\n').length, 0);
        assert.equal(covered + blank, physical);
        assert.equal(
          records
            .map((record) => record.original)
            .join('\n')
            .replaceAll(/\s/g, ''),
          text.replaceAll(/\s/g, '').replaceAll(/\n/g, ''),
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('the head of a file', () => {
  test('the delimiter that cuts all lines alike wins', () => {
    const cases: [string, string, number][] = [
      ['date;amount\n01.02.2024;12,50\n02.02.2024;1,00', ';', 2],
      ['date\tamount\tnote\n2024-01-01\t1,5\ta,b', '\t', 3],
      ['date|amount\n2024-01-01|1,5', '|', 2],
      ['date,amount\n2024-01-01,1;5', ',', 2],
      ['date,"a;b;c",note\n1,"x;y;z",2', ',', 3],
      ['one\n2', ',', 1],
    ];
    for (const [text, delimiter, width] of cases) {
      const head = inspectHead(text, true);
      assert.deepEqual([head.delimiter, head.width], [delimiter, width], text);
    }
  });

  test('lines before the header are found, also the one by which Excel names the delimiter', () => {
    const rows = 'date;text;amount;currency\n2024-01-01;a;1;EUR\n2024-01-02;b;2;EUR\n';
    assert.equal(inspectHead(rows, true).preambleLines, 0);
    assert.equal(inspectHead(`Account;123\n\n${rows}`, true).preambleLines, 2);
    const named = inspectHead(`sep=|\ndate|amount\n2024-01-01|1,5\n`, true);
    assert.deepEqual([named.delimiter, named.preambleLines], ['|', 1]);
  });

  test('a file of blank lines has no header', () => {
    assert.equal(scan('\n\n').records.length, 0);
  });

  test('rows that all end with one delimiter too many widen the header', () => {
    const head = inspectHead('date,amount\n2024-01-01,1,\n2024-01-02,2,\n', true);
    assert.equal(head.width, 3);
    assert.equal(inspectHead('date,amount\n2024-01-01,1,x\n2024-01-02,2,y\n', true).width, 2);
  });
});

test('parseLine tells exact, loose and damaged apart', () => {
  assert.deepEqual(parseLine('a,b', ',', 2), { cells: ['a', 'b'], form: 'exact' });
  assert.deepEqual(parseLine('"a",', ',', 2), { cells: ['a', ''], form: 'exact' });
  assert.deepEqual(parseLine('"a""b","c"', ',', 2), { cells: ['a"b', 'c'], form: 'exact' });
  assert.deepEqual(parseLine('"a"",c', ',', 2), { cells: ['a"', 'c'], form: 'loose' });
  assert.deepEqual(parseLine('"a,c', ',', 2), { cells: ['"a', 'c'], form: 'damaged' });
});
