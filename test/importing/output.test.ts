import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import {
  createOutput,
  OUTPUT_COLUMNS,
  type OutputColumn,
  type OutputValues,
} from '../../src/importing/output.ts';
import type { Table } from '../../src/importing/read-table.ts';
import { writeFileAtomic, writePieces } from '../../src/importing/write-file.ts';
import { formatFaults, writeRejects } from '../../src/importing/write-rejects.ts';
import { failure, newPath, read } from './files.ts';
import { SNAPPY } from './parquet-files.ts';

const ASKED: OutputColumn[] = ['predicted_category', 'error'];

function write(table: Table, asked = ASKED, values: OutputValues = { predicted_category: 'Food' }): string {
  const output = createOutput(table, asked);
  return output.header + table.rows.map((row) => output.formatRow(row, values)).join('');
}

describe('output of predict', () => {
  test('header and good rows are kept byte for byte; columns are appended with the same delimiter', async () => {
    const lines = [
      'Date;Amount;"No;te"',
      '01.02.2024;-5,00;"a ""b"";\r\nc"',
      '02.02.2024; 7,00;5" pipe',
      '"03.02.2024";+7,00; x ',
    ];
    const table = await read(`\ufeff${lines.join('\r\n')}\r\n\r\n`);
    assert.equal(
      write(table),
      `\ufeff${lines.map((line, index) => `${line};${index === 0 ? 'predicted_category;error' : 'Food;'}\r\n`).join('')}`,
    );
  });

  test('the columns stand in their order, whatever the order in which they are asked for', async () => {
    const table = await read('date,amount\n2024-01-31,5\n');
    const values: OutputValues = {
      predicted_category: 'Food, Drink',
      confidence_score: 0.9,
      confidence_band: 'HIGH',
      predicted_amount: -12.5,
      amount_lower: null,
      is_anomaly: false,
      reasons: ['far from usual', 'new "merchant"'],
    };
    assert.equal(
      write(table, [...OUTPUT_COLUMNS].reverse(), values),
      `date,amount,${OUTPUT_COLUMNS.join(',')}\n2024-01-31,5,"Food, Drink",0.9,HIGH,,-12.5,,,false,,,"far from usual; new ""merchant""",\n`,
    );
  });

  test('predicted text that a spreadsheet would run is disarmed, originals are not touched', async () => {
    const table = await read('date,amount,note\n2024-01-31,5,=1+1\n');
    const values = { predicted_category: '=cmd()', error: '-x' };
    assert.equal(write(table, ASKED, values).split('\n')[1], "2024-01-31,5,=1+1,'=cmd(),'-x");
  });

  test('a name that is taken gets a suffix and a warning', async () => {
    const table = await read('date,amount,Error,error_2\n2024-01-31,5,x,y\n');
    const output = createOutput(table, ASKED);
    assert.deepEqual([...output.names.values()], ['predicted_category', 'error_3']);
    assert.match(output.warnings[0], /already has a column "error"; ours is named "error_3"/);
  });

  test('damaged rows keep their place and the output has one record of equal width per input row', async () => {
    const rows = [
      '2024-01-31,"open,5',
      '2024-01-31,x,5',
      '2024-01-31,short',
      '2024-01-31,"5" pipe",5',
      '2024-01-31,a,b,c,d,e',
      '2024-01-31,x,nothing',
    ];
    const table = await read(`date,note,amount\n${rows.join('\n')}\n`);
    const records: string[][] = parse(write(table));
    assert.equal(records.length, rows.length + 1);
    assert.deepEqual(
      records.slice(1).map((record) => record.slice(0, 3)),
      [
        ['2024-01-31,"open,5', '', ''],
        ['2024-01-31', 'x', '5'],
        ['2024-01-31,short', '', ''],
        ['2024-01-31', '5" pipe', '5'],
        ['2024-01-31,a,b,c,d,e', '', ''],
        ['2024-01-31', 'x', 'nothing'],
      ],
    );
  });

  test('whatever the damage, the output parses to one record per input row', async () => {
    const junk = fc.string({ unit: fc.constantFrom('"', ',', 'a', '1', '\n', '""', ' ', '\r') });
    await fc.assert(
      fc.asyncProperty(fc.array(junk, { maxLength: 6 }), async (parts) => {
        const good = '2024-01-31,shop,5.00';
        const table = await read(['date,note,amount', good, ...parts, good].join('\n'));
        const records: string[][] = parse(write(table), { relax_quotes: true });
        assert.equal(records.length, table.rows.length + 1);
        assert.ok(records.every((record) => record.length === 5));
      }),
      { numRuns: 200 },
    );
  });

  test('a header narrower than its rows is widened so that columns stay in line', async () => {
    const table = await read('date,amount\n2024-01-31,5,\n2024-02-01,6,\n');
    assert.equal(
      write(table),
      'date,amount,,predicted_category,error\n2024-01-31,5,,Food,\n2024-02-01,6,,Food,\n',
    );
  });

  test('a header that ends with a delimiter its rows do not have is cut to them', async () => {
    const table = await read('"date",amount,\n2024-01-31,5\n2024-02-01,6\n');
    assert.equal(
      write(table),
      'date,amount,predicted_category,error\n2024-01-31,5,Food,\n2024-02-01,6,Food,\n',
    );
    assert.equal(table.counts.usable, 2);
  });

  test('a header with stray quotes is written without them', async () => {
    const table = await read('date,"note,amount\n2024-01-31,x,5\n2024-02-01,y,6\n');
    assert.equal(write(table).split('\n')[0], 'date,note,amount,predicted_category,error');
    assert.ok(table.warnings.some((text) => text.includes('stray quotes')));
  });

  test('JSON lines get further keys; what is no object becomes one', async () => {
    const lines = [
      '{"date":"2024-01-31","amount":-5} ',
      '{"date":"2024-01-31","amount":-5,"error":1}',
      '{oops',
      '{ }',
    ];
    const table = await read(lines.join('\n'));
    assert.deepEqual(write(table).trimEnd().split('\n'), [
      '{"date":"2024-01-31","amount":-5,"predicted_category":"Food"}',
      '{"date":"2024-01-31","amount":-5,"error":1,"predicted_category":"Food"}',
      '{"original":"{oops","predicted_category":"Food"}',
      '{ "predicted_category":"Food"}',
    ]);
    assert.equal(createOutput(table, ASKED).names.get('error'), 'error_2');
    assert.equal(
      createOutput(table, ASKED).formatRow(table.rows[0], {}),
      '{"date":"2024-01-31","amount":-5}\n',
    );
  });

  test('Parquet becomes CSV; other encodings become UTF-8 with a warning', async () => {
    const table = await read(Buffer.from(SNAPPY, 'base64'), { mapping: { date: 'Booked' } });
    const records: string[][] = parse(write(table));
    assert.equal(records.length, 4);
    assert.equal(records[1][3], 'coffee, "large"');
    const wide = await read(Buffer.from('\ufeffdate,amount\n2024-01-31,5\n', 'utf16le'));
    assert.match(createOutput(wide, ASKED).warnings[0], /UTF-8; the file is utf-16le/);
    assert.ok(write(wide).startsWith('\ufeffdate,amount,'));
  });
});

describe('reject file', () => {
  test('has file, line, reason and the original text of every row without transaction', async () => {
    const rows = [
      '2024-01-31,"a\nb",5',
      '2024-01-31,"a\nb",x',
      '2024-02-30,c,y',
      '2024-01-31,d',
      '2024-01-31,"e,5',
    ];
    const table = await read(`date,note,amount\n${rows.join('\n')}\n`);
    const path = newPath('rejects.csv');
    assert.equal(await writeRejects(path, [table]), 4);
    const records: string[][] = parse(readFileSync(path, 'utf8'));
    assert.deepEqual(records[0], ['file', 'line', 'reason', 'original']);
    assert.deepEqual(
      records.slice(1).map((record) => [record[1], record[3]]),
      [
        ['4', rows[1]],
        ['6', rows[2]],
        ['7', rows[3]],
        ['8', rows[4]],
      ],
    );
    assert.match(records[2][2], /^date: "2024-02-30" is not a date.*; amount: "y" in column "amount"/);
    assert.equal(records[1][0], table.path);
    assert.equal(table.counts.records, table.counts.usable + 4);
  });

  test('holds the header only when nothing was rejected', async () => {
    const path = newPath('rejects.csv');
    assert.equal(await writeRejects(path, []), 0);
    assert.equal(readFileSync(path, 'utf8'), 'file,line,reason,original\n');
  });

  test('appears whole or not at all, and leaves nothing behind', async () => {
    const path = newPath('whole.csv');
    await writeFileAtomic(path, ['before']);
    const broken = (function* () {
      yield 'x'.repeat(200_000);
      throw new Error('lost');
    })();
    await assert.rejects(writeFileAtomic(path, broken), /lost/);
    assert.equal(readFileSync(path, 'utf8'), 'before');
    assert.deepEqual(
      readdirSync(dirname(path)).filter((name) => name.endsWith('.tmp')),
      [],
    );
    const folder = newPath('folder');
    mkdirSync(folder);
    for (const place of [folder, `${folder}/none/x.csv`]) {
      const error = await failure(() => writeFileAtomic(place, ['x']));
      assert.equal(error.row.code, 'usage');
      assert.match(error.detail, /cannot be written/);
    }
  });

  test('a slow reader sets the pace and loses nothing', async () => {
    const stream = new PassThrough({ highWaterMark: 10 });
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    await writePieces(
      stream,
      Array.from({ length: 5 }, (_unused, index) => String(index).repeat(70_000)),
    );
    await writePieces(stream, ['end']);
    assert.equal(Buffer.concat(chunks).length, 350_003);
  });

  test('a reader that has gone is an error, not a hang', async () => {
    const stream = new PassThrough({ highWaterMark: 10 });
    const pieces = Array.from({ length: 5 }, () => 'x'.repeat(70_000));
    const written = writePieces(stream, pieces);
    stream.destroy(new Error('EPIPE'));
    await assert.rejects(written, /EPIPE/);
  });

  test('faults read as one sentence each', () => {
    assert.equal(
      formatFaults([
        { pointer: '', detail: 'whole row' },
        { pointer: '/amount', detail: 'is bad' },
      ]),
      'whole row; amount: is bad',
    );
  });
});
