import assert from 'node:assert/strict';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { stemOf } from '../../src/cli/data-file.ts';
import { createRng, nextInt } from '../../src/lib/rng.ts';
import { HEADER, lineOf, madeUp, type Ran, run, temporaryFolder, writeTable } from './command-line.ts';

const folder = temporaryFolder();
const dataDir = join(folder, 'var');
const lines = madeUp().slice(0, 200).map(lineOf);
const QUICK = ['--model-type', 'simple', '--workers', '1', '--no-remember'];

before(async () => {
  const good = writeTable(folder, 'good.csv', [HEADER, ...lines]);
  assert.equal((await run(['train', '--data', good, ...QUICK, '--data-dir', dataDir])).status, 0);
});

/** The lines with some of them changed. */
function changed(changes: Readonly<Record<number, (line: string) => string>>): string[] {
  return lines.map((line, index) => changes[index]?.(line) ?? line);
}

function setCell(cell: number, text: string): (line: string) => string {
  return (line) => line.split(',').toSpliced(cell, 1, text).join(',');
}

function withoutCell(cell: number): string[] {
  return [HEADER, ...lines].map((line) => line.split(',').toSpliced(cell, 1).join(','));
}

function binary(): Buffer {
  const rng = createRng(1);
  return Buffer.from(Array.from({ length: 20_000 }, () => nextInt(rng, 256)));
}

interface Case {
  readonly name: string;
  readonly content: readonly string[] | Buffer;
  /** Exit status and what is said, by command. */
  readonly train: readonly [number, RegExp];
  readonly predict: readonly [number, RegExp];
  /** Records of the file; given when it can be read. */
  readonly rows?: number;
  readonly rejects?: number;
}

const CASES: readonly Case[] = [
  { name: 'an empty file', content: [], train: [1, /is empty/], predict: [1, /is empty/] },
  {
    name: 'a header only',
    content: [HEADER],
    train: [1, /Too little data.*0 of 0 rows/],
    predict: [0, /a header and no rows/],
    rows: 0,
    rejects: 0,
  },
  {
    name: 'one row',
    content: [HEADER, lines[0]],
    train: [1, /Too little data.*1 of 1 rows/],
    predict: [0, /rows: 1 in, 1 out/],
    rows: 1,
    rejects: 0,
  },
  {
    name: 'one class',
    content: [HEADER, ...lines.map(setCell(5, 'Same'))],
    train: [0, /category_prediction was not trained: .*of 1 different/],
    predict: [0, /rows: 200 in, 200 out/],
    rows: 200,
    rejects: 0,
  },
  { name: 'a binary file', content: binary(), train: [1, /binary file/], predict: [1, /binary file/] },
  {
    name: 'no date column',
    content: withoutCell(0),
    train: [2, /--map date=COLUMN.*Understood so far: amount = Amount/],
    predict: [2, /--map date=COLUMN/],
  },
  {
    name: 'no amount column',
    content: withoutCell(4),
    train: [2, /--map amount=COLUMN/],
    predict: [2, /--map amount=COLUMN/],
  },
  {
    name: 'no category column',
    content: withoutCell(5),
    train: [0, /category_prediction was not trained: .*rows have a category/],
    predict: [0, /rows: 200 in, 200 out/],
    rows: 200,
    rejects: 0,
  },
  {
    name: 'dates that are none',
    content: [
      HEADER,
      ...changed({ 10: setCell(0, '2024-13-45'), 20: setCell(0, 'never'), 30: setCell(0, '') }),
    ],
    train: [0, /3 rejected/],
    predict: [0, /3 rejected/],
    rows: 200,
    rejects: 3,
  },
  {
    name: 'stray quotes',
    content: [HEADER, ...changed({ 10: (line) => line.replace(' ', '" '), 30: (line) => `"${line}` })],
    train: [0, /1 rejected/],
    predict: [0, /1 rejected/],
    rows: 200,
    rejects: 1,
  },
  {
    name: 'ragged rows',
    content: [
      HEADER,
      ...changed({
        5: (line) => `${line},extra,more`,
        6: () => '2024-07-09',
        7: (line) => line.slice(0, 20),
      }),
    ],
    train: [0, /3 rejected/],
    predict: [0, /3 rejected/],
    rows: 200,
    rejects: 3,
  },
  {
    name: 'a description of 2 MB',
    content: [HEADER, ...changed({ 5: setCell(3, 'x'.repeat(2_000_000)) })],
    train: [0, /1 with warnings/],
    predict: [0, /1 with warnings/],
    rows: 200,
    rejects: 0,
  },
];

function isClear(ran: Ran, [status, pattern]: readonly [number, RegExp]): void {
  assert.equal(ran.status, status, ran.stderr);
  assert.match(ran.stderr, pattern);
  assert.doesNotMatch(ran.stderr, /Internal error|^ {4}at /m);
}

for (const [index, { name, content, train, predict, rows, rejects }] of CASES.entries()) {
  describe(name, () => {
    const path = join(folder, `case-${index}.csv`);
    const rejectsPath = join(folder, `case-${index}-rejects.csv`);
    before(() => {
      writeFileSync(path, Buffer.isBuffer(content) ? content : content.map((line) => `${line}\n`).join(''));
    });

    it('to train', async () => {
      const args = ['train', '--data', path, ...QUICK, '--rejects', rejectsPath];
      isClear(await run([...args, '--data-dir', join(folder, `new-${index}`)]), train);
    });

    it('to predict', async () => {
      const ran = await run(['predict', path, '--rejects', rejectsPath, '--data-dir', dataDir]);
      isClear(ran, predict);
      if (rows === undefined) {
        assert.equal(ran.stdout, '');
        return;
      }
      const written = ran.stdout.split('\n').slice(1, -1);
      assert.equal(written.length, rows, 'one row out per row in');
      const answer =
        /,(VERY_HIGH|HIGH|MEDIUM|LOW)(,-?\d+(\.\d+)?){3},(true|false),[\d.]+,(low|medium|high|critical),.*,$/;
      const failed = written.filter((line) => !answer.test(line));
      assert.equal(failed.length, rejects, 'every row is labelled or says why not');
      assert.equal(readFileSync(rejectsPath, 'utf8').trimEnd().split('\n').length - 1, rejects);
    });

    it('to judge every model by', async () => {
      const args = ['evaluate', path, '--model-type', 'all', '--rejects', rejectsPath, '--data-dir', dataDir];
      const { status, stderr } = await run(args);
      assert.ok(status === 0 || status === 1 || status === 2, stderr);
      assert.doesNotMatch(stderr, /Internal error|undefined|NaN/);
      if (status !== 0) assert.match(stderr, /^titans: (?!Internal)/m);
    });
  });
}

describe('rejected rows', () => {
  const bad = () => writeTable(folder, 'bad.csv', [HEADER, ...changed({ 10: setCell(0, 'never') })]);

  it('are listed in the data directory with file, line and reason', async () => {
    const { stderr } = await run(['predict', bad(), '--data-dir', dataDir]);
    const path = join(dataDir, 'rejects', 'bad-rejects.csv');
    assert.ok(stderr.includes(path));
    assert.match(readFileSync(path, 'utf8'), /bad\.csv,12,.*never.*not a date/);
  });

  it('are no failure unless --strict says so', async () => {
    assert.equal((await run(['predict', bad(), '--data-dir', dataDir])).status, 0);
    assert.equal((await run(['predict', bad(), '--strict', '--data-dir', dataDir])).status, 1);
    assert.equal((await run(['evaluate', bad(), '--strict', '--data-dir', dataDir])).status, 1);
    const train = ['train', '--data', bad(), ...QUICK, '--data-dir', dataDir];
    assert.equal((await run([...train, '--strict'])).status, 1);
  });

  it('corrected by hand and given as input are not written over', async () => {
    await run(['predict', bad(), '--data-dir', dataDir]);
    const rejects = join(dataDir, 'rejects', 'bad-rejects.csv');
    writeFileSync(rejects, `${HEADER}\n${lines[11]}\n`);
    const again = await run(['train', '--data', bad(), rejects, ...QUICK, '--data-dir', dataDir]);
    assert.equal(again.status, 0, again.stderr);
    assert.match(again.stderr, /bad-rejects-2\.csv/);
    assert.equal(readFileSync(rejects, 'utf8'), `${HEADER}\n${lines[11]}\n`);
  });

  it('are not written to a device or a folder, nor are predictions to a folder', async () => {
    const ran = await run(['predict', bad(), '--out', folder, '--data-dir', dataDir]);
    isClear(ran, [2, /cannot be written \(EISDIR\)/]);
    for (const place of ['/dev/null', folder]) {
      const listed = await run(['predict', bad(), '--rejects', place, '--data-dir', dataDir]);
      isClear(listed, [2, place === folder ? /cannot be written \(EISDIR\)/ : /not a plain file/]);
    }
  });

  it('and predictions are refused a place before any work when it could not be written', async () => {
    const nowhere = join(folder, 'nowhere', 'o.csv');
    for (const option of ['--out', '--rejects']) {
      const ran = await run(['predict', bad(), option, nowhere, '--data-dir', dataDir]);
      isClear(ran, [2, /cannot be written \(ENOENT\)/]);
      assert.doesNotMatch(ran.stderr, /rejected/, 'nothing was read yet');
      const packed = await run(['predict', bad(), option, join(folder, 'o.csv.gz'), '--data-dir', dataDir]);
      isClear(packed, [2, /plain text; name it without \.gz/]);
    }
  });

  it('a device that is full is a clear failure', { skip: !existsSync('/dev/full') }, async () => {
    const ran = await run(['predict', bad(), '--out', '/dev/full', '--data-dir', dataDir]);
    isClear(ran, [2, /"\/dev\/full" cannot be written \(ENOSPC\)/]);
  });

  it('and predictions are not written to one new file by two names', async () => {
    symlinkSync(folder, join(folder, 'link'));
    const twice = ['--out', join(folder, 'both.csv'), '--rejects', join(folder, 'link', 'both.csv')];
    isClear(await run(['predict', bad(), ...twice, '--data-dir', dataDir]), [2, /already written to/]);
  });

  it('of an earlier run are not left behind', async () => {
    const path = bad();
    await run(['predict', path, '--data-dir', dataDir]);
    writeTable(folder, 'bad.csv', [HEADER, ...lines]);
    await run(['predict', path, '--data-dir', dataDir]);
    assert.throws(() => readFileSync(join(dataDir, 'rejects', 'bad-rejects.csv')), { code: 'ENOENT' });
  });
});

it('a file that does not exist and one that is a folder', async () => {
  for (const path of [join(folder, 'nowhere.csv'), folder]) {
    for (const args of [
      ['predict', path],
      ['evaluate', path],
      ['train', '--data', path],
    ]) {
      isClear(await run([...args, '--data-dir', dataDir]), [1, /Table cannot be read/]);
    }
  }
});

it('evaluate without a category column asks for its name, as train does', async () => {
  const path = writeTable(folder, 'bare.csv', withoutCell(5));
  for (const args of [
    ['evaluate', path],
    ['train', '--data', path, '--model-type', 'category_prediction'],
  ]) {
    const ran = await run([...args, '--data-dir', dataDir]);
    isClear(ran, [2, /Columns not understood.*--map category=COLUMN/]);
  }
});

it('when every row is rejected the commonest reason is named', async () => {
  const dates = [HEADER, ...lines.map((line, index) => setCell(0, index < 5 ? '' : `never ${index}`)(line))];
  const path = writeTable(folder, 'undated.csv', dates);
  for (const args of [
    ['evaluate', path],
    ['train', '--data', path, ...QUICK],
  ]) {
    const ran = await run([...args, '--map', 'date=Date', '--data-dir', dataDir]);
    isClear(ran, [1, /every row was rejected \(200 of 200\).*never 5.*\(195 rows\)/]);
  }
});

it('a compressed file that was cut is used as far as it goes, told last and a failure', async () => {
  const whole = gzipSync([HEADER, ...lines].join('\n'));
  const path = join(folder, 'cut.csv.gz');
  writeFileSync(path, whole.subarray(0, whole.length * 0.9));
  const predicted = await run(['predict', path, '--data-dir', dataDir]);
  assert.ok(predicted.stdout.split('\n').length > 50);
  const evaluated = await run(['evaluate', path, '--data-dir', dataDir]);
  assert.match(evaluated.stdout, /labelled rows/);
  const trained = await run(['train', '--data', path, ...QUICK, '--data-dir', join(folder, 'cut')]);
  assert.match(trained.stdout, /category_prediction/);
  for (const ran of [predicted, evaluated, trained]) {
    isClear(ran, [1, /cut\.csv\.gz": .*; only the rows before the damage were used\.\n$/]);
  }
});

it('a mapping to a column that is not there', async () => {
  const good = join(folder, 'good.csv');
  const ran = await run([
    'predict',
    good,
    '--map',
    'merchant_name=Shop',
    '--map',
    'colour=Red',
    '--data-dir',
    dataDir,
  ]);
  isClear(ran, [2, /merchant_name=Shop.*no such column.*colour: unknown field/s]);
});

it('a rejects file is named after the table, without the endings of its format', () => {
  assert.deepEqual(['/a/card.csv.gz', 'x.PARQUET', 'b.2024.jsonl', 'plain', '.csv'].map(stemOf), [
    'card',
    'x',
    'b.2024',
    'plain',
    '.csv',
  ]);
});
