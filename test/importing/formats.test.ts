import assert from 'node:assert/strict';
import { chmodSync, mkdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readBytes } from '../../src/importing/read-bytes.ts';
import { describeTable, readTable } from '../../src/importing/read-table.ts';
import { createRng, nextInt } from '../../src/lib/rng.ts';
import { amountsOf, columnsOf, datesOf, failure, newFile, newPath, OPTIONS, read } from './files.ts';
import { INSTANTS, SNAPPY, ZSTANDARD } from './parquet-files.ts';

const CSV = 'date,amount,description\n2024-01-31,5.00,Käse für 3 €\n2024-02-01,6.00,plain\n';

/** A wide table that compresses badly, so that damage in the middle leaves rows on both sides. */
function longCsv(rows: number): string {
  const rng = createRng(7);
  const lines = Array.from(
    { length: rows },
    (_unused, row) => `2024-01-31,${nextInt(rng, 1e6) / 100},text ${row} ${nextInt(rng, 1e9).toString(36)}`,
  );
  return `date,amount,description\n${lines.join('\n')}\n`;
}

describe('encodings', () => {
  const utf16 = Buffer.from(CSV, 'utf16le');
  const cases: [string, Buffer, string, number][] = [
    ['UTF-8', Buffer.from(CSV), 'utf-8', 0],
    ['UTF-8 with byte order mark', Buffer.from(`\ufeff${CSV}`), 'utf-8', 0],
    ['UTF-16LE with byte order mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), 'utf-16le', 0],
    [
      'UTF-16BE with byte order mark',
      Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]),
      'utf-16be',
      0,
    ],
    ['UTF-16LE without', utf16, 'utf-16le', 1],
    ['UTF-16BE without', Buffer.from(utf16).swap16(), 'utf-16be', 1],
    ['windows-1252', Buffer.from(CSV.replace('€', '\u0080'), 'latin1'), 'windows-1252', 1],
  ];
  for (const [name, bytes, encoding, warnings] of cases) {
    test(name, async () => {
      const table = await read(bytes);
      assert.equal(table.layout.encoding, encoding);
      assert.equal(table.rows[0].transaction?.description, 'Käse für 3 €');
      assert.deepEqual(table.columns, ['date', 'amount', 'description']);
      assert.equal(table.warnings.length, warnings);
    });
  }

  test('one bad byte far into the file changes the encoding of all of it, with a warning', async () => {
    const bytes = Buffer.concat([
      Buffer.from(longCsv(60_000)),
      Buffer.from('2024-01-31,5,caf\u00e9\n', 'latin1'),
    ]);
    const table = await read(bytes);
    assert.equal(table.rows.at(-1)?.transaction?.description, 'café');
    assert.ok(table.warnings[0].includes('windows-1252'));
  });
});

test('a few damaged characters do not spoil the others of a UTF-8 file', async () => {
  const good = Buffer.from(`date,amount,description\n${'2024-01-31,5,Käse\n'.repeat(30)}`);
  const table = await read(Buffer.concat([good, Buffer.from('2024-01-31,5,K\u00e4se\n', 'latin1')]));
  assert.equal(table.rows[0].transaction?.description, 'Käse');
  assert.equal(table.rows[30].transaction?.description, 'K\ufffdse');
  assert.match(table.warnings[0], /^1 characters of the file are damaged/);
});

describe('what is no table', () => {
  const rng = createRng(3);
  const noise = Buffer.from(Array.from({ length: 4096 }, () => nextInt(rng, 256)));
  const controls = Buffer.from(Array.from({ length: 4096 }, () => 1 + nextInt(rng, 255)));
  const cases: [string, Buffer, RegExp][] = [
    ['an empty file', Buffer.alloc(0), /is empty/],
    ['a file of blank lines', Buffer.from('\n \n\n'), /blank lines only/],
    ['random bytes', noise, /binary file/],
    ['random bytes without NUL', controls, /binary file/],
    ['text with a NUL byte', Buffer.from('date,amount\n2024-01-31,\u00005\n'), /NUL/],
    ['an Excel workbook', Buffer.from('PK\u0003\u0004....', 'latin1'), /Excel workbook/],
    ['a PDF', Buffer.from('%PDF-1.7'), /PDF/],
    ['a JSON array', Buffer.from('[{"date":"2024-01-31","amount":5}]'), /one JSON object per line/],
    ['a web page', Buffer.from('<html><body>'), /HTML/],
    ['a table without header', Buffer.from('2024-01-31,5,x\n2024-02-01,6,y\n'), /no header/],
    ['Parquet cut off', Buffer.from(SNAPPY, 'base64').subarray(0, 300), /Parquet file that cannot be read/],
    ['an empty gzip member cut off', gzipSync(CSV).subarray(0, 10), /nothing could be read/],
    [
      'gzip with its header line only',
      gzipSync(longCsv(50)).subarray(0, 45),
      /no row could be read|nothing could be read/,
    ],
  ];
  for (const [name, bytes, expected] of cases) {
    test(name, async () => {
      const error = await failure(() => read(bytes));
      assert.equal(error.row.code, 'table_unreadable');
      assert.match(error.detail, expected);
    });
  }

  test('no file, a folder', async () => {
    assert.match((await failure(() => readTable(newPath(), OPTIONS))).detail, /does not exist/);
    const folder = newPath('folder');
    mkdirSync(folder);
    assert.match((await failure(() => readTable(folder, OPTIONS))).detail, /is a folder/);
    assert.match((await failure(() => readTable(`${folder}/x\u0000`, OPTIONS))).detail, /cannot be read/);
    if (process.getuid?.() !== 0) {
      chmodSync(folder, 0);
      assert.match((await failure(() => readTable(`${folder}/x`, OPTIONS))).detail, /permission/);
      chmodSync(folder, 0o700);
    }
  });
});

describe('gzip', () => {
  test('a small file that becomes a huge one is given up at the limit, and nothing of it is used', async () => {
    const bytesMax = 4 * 1024 * 1024;
    for (const [size, isRead] of [
      [bytesMax, true],
      [bytesMax + 1, false],
      [16 * bytesMax, false],
    ] as const) {
      const path = newFile(gzipSync(Buffer.alloc(size)));
      const reading = readBytes(path, () => {}, undefined, bytesMax);
      if (isRead)
        assert.equal(
          (await reading).chunks.reduce((sum, { length }) => sum + length, 0),
          size,
        );
      else await assert.rejects(reading, /holds more than .* GiB; split it/);
    }
  });

  test('found by its content whatever the name, members put together', async () => {
    const table = await read(Buffer.concat([gzipSync(CSV), gzipSync('2024-02-02,7.00,more\n')]));
    assert.equal(table.counts.records, 3);
    assert.equal(table.layout.isCompressed, true);
    assert.match(describeTable(table), /gzip/);
  });

  test('cut off: what came before is read, the damage is a reject and a warning', async () => {
    const csv = longCsv(20_000);
    const bytes = gzipSync(csv);
    const table = await read(bytes.subarray(0, Math.floor(bytes.length / 2)));
    assert.ok(table.counts.usable > 5000 && table.counts.usable < 15_000, String(table.counts.usable));
    assert.equal(table.counts.rejected, 1);
    assert.match(table.rows.at(-1)?.faults[0].detail ?? '', /ends too early/);
    assert.match(table.warnings[0], /truncated/);
    assert.match(table.damage ?? '', /truncated/);
    const read2 = table.rows.map((row) => row.original).join('\n');
    assert.ok(csv.includes(read2));
  });

  test('cut off in the middle of a character is still UTF-8', async () => {
    const bytes = gzipSync(`date,amount,description\n${'2024-01-31,5,ééééééééé\n'.repeat(5000)}`, {
      level: 0,
    });
    for (let cut = 3; cut < 7; cut++) {
      const table = await read(bytes.subarray(0, 40_000 - cut));
      assert.equal(table.layout.encoding, 'utf-8');
      assert.equal(table.rows[0].transaction?.description, 'ééééééééé');
    }
  });

  test('overwritten in the middle: what came before is read', async () => {
    const bytes = gzipSync(longCsv(20_000));
    bytes.fill(0x55, bytes.length / 2, bytes.length / 2 + 2000);
    const table = await read(bytes);
    assert.ok(table.counts.usable > 1000);
    assert.ok(table.damage !== null);
    assert.equal(table.rows.at(-1)?.transaction, null);
  });

  test('a wrong checksum at the end is damage too', async () => {
    const bytes = gzipSync(CSV);
    bytes[bytes.length - 6] ^= 1;
    const table = await read(bytes);
    assert.match(table.damage ?? '', /damaged/);
    assert.deepEqual([table.counts.records, table.counts.rejected], [2, 1]);
  });
});

describe('JSON lines', () => {
  test('keys are columns in order of appearance; null and missing are empty', async () => {
    const table = await read(
      '{"date":"2024-01-31","amount":-5.25,"category":null}\r\n\r\n{"amount":1234.567,"date":"2024-02-01","category":"x","extra":{"a":[1]},"tags":["p"]}\r\n',
    );
    assert.deepEqual(table.columns, ['date', 'amount', 'category', 'extra', 'tags']);
    assert.deepEqual(table.rows[1].cells, ['2024-02-01', '1234.567', 'x', '{"a":[1]}', '["p"]']);
    assert.equal(table.rows[1].line, 3);
    assert.equal(table.counts.blankLines, 1);
    assert.equal(table.layout.lineEnd, '\r\n');
    assert.match(describeTable(table), /JSON lines/);
  });

  test('numbers have a decimal point even where they look like thousands', async () => {
    const table = await read(
      '{"date":"2024-01-31","amount":-1.234}\n{"date":"2024-01-31","amount":-2.345}\n',
      {
        currency: 'KWD',
      },
    );
    assert.deepEqual(amountsOf(table), [-1234, -2345]);
  });

  test('identifiers keep all their digits', async () => {
    const table = await read('{"date":"2024-01-31","amount":-5,"account id":12345678901234567890}\n');
    assert.equal(table.rows[0].transaction?.accountId, '12345678901234567890');
    assert.deepEqual(table.rows[0].cells, ['2024-01-31', '-5', '12345678901234567890']);
  });

  test('a line that is no object is a reject in its place', async () => {
    const lines = [
      '{"date":"2024-01-31","amount":-5}',
      '{"date":',
      '[1]',
      'null',
      '{"date":"2024-02-01","amount":-6,"__proto__":"x"}',
    ];
    const table = await read(lines.join('\n'));
    assert.deepEqual(
      table.rows.map((row) => row.transaction !== null),
      [true, false, false, false, true],
    );
    assert.deepEqual(
      table.rows.map((row) => row.original),
      lines,
    );
    assert.match(table.rows[1].faults[0].detail, /not one JSON object/);
    assert.deepEqual(table.ignoredColumns, ['__proto__']);
  });

  test('an object with ever new keys does not grow without end', async () => {
    const keys = Array.from({ length: 1100 }, (_unused, index) => `"k${index}":1`).join(',');
    const table = await read(`{"date":"2024-01-31","amount":-5,${keys}}\n`);
    assert.equal(table.columns.length, 1000);
    assert.ok(table.warnings.some((text) => text.includes('first 1000 keys')));
  });
});

describe('Parquet', () => {
  for (const [name, base64] of [
    ['Snappy', SNAPPY],
    ['Zstandard', ZSTANDARD],
  ]) {
    for (const isCompressed of [false, true]) {
      test(`${name}${isCompressed ? ', gzipped' : ''}`, async () => {
        const bytes = Buffer.from(base64, 'base64');
        const table = await read(isCompressed ? gzipSync(bytes) : bytes, {
          mapping: { date: 'Booked', sign: 'signed' },
        });
        assert.deepEqual(table.columns, [
          'Date',
          'Booked',
          'Amount',
          'Description',
          'Account ID',
          'flag',
          'extra',
        ]);
        assert.deepEqual(table.rows[0].cells, [
          '2024-01-31',
          '2024-01-31T09:30:00.000',
          '-12.345',
          'coffee, "large"',
          '12345678901234567',
          'true',
          '{"a":["1","2"]}',
        ]);
        assert.deepEqual(table.rows[2].cells.slice(0, 1), ['']);
        assert.equal(
          table.rows[0].original,
          '2024-01-31,2024-01-31T09:30:00.000,-12.345,"coffee, ""large""",12345678901234567,true,"{""a"":[""1"",""2""]}"',
        );
        assert.deepEqual(datesOf(table), [
          '2024-01-31T09:30:00',
          '2024-02-29T00:00:00',
          '2024-03-01T01:02:00',
        ]);
        assert.deepEqual(amountsOf(table), [-1234, 100_000, 150]);
        assert.deepEqual(columnsOf(table, 'account_id'), ['Account ID']);
        assert.equal(table.rows[1].line, 2);
      });
    }
  }

  test('timestamps that are adjusted to UTC stay instants in any time zone', async () => {
    const table = await read(Buffer.from(INSTANTS, 'base64'), { timezone: 'Asia/Tokyo' });
    assert.deepEqual(datesOf(table), ['2024-01-31T09:30:00', '2024-02-01T10:00:00']);
  });
});
