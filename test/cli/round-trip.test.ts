import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { MODEL_NAMES } from '../../src/models/model.ts';
import { HEADER, lineOf, madeUp, run, start, temporaryFolder, writeTable } from './command-line.ts';

const folder = temporaryFolder();
const lines = madeUp().map(lineOf);
const cut = Math.floor(lines.length * 0.8);
const older = writeTable(folder, 'older.csv', [HEADER, ...lines.slice(0, cut)]);
const newer = writeTable(folder, 'newer.csv', [HEADER, ...lines.slice(cut)]);
const dataDir = join(folder, 'var');
const QUICK = ['--model-type', 'simple', '--workers', '1', '--data-dir', dataDir];

/** Lines of a text without the empty one after the last line end. */
function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

/** Fields of a line in which no comma is quoted. */
function parseLine(line: string): string[] {
  return line.split(',');
}

describe('before anything was trained', () => {
  const nothing = join(folder, 'nothing');
  it('models list says what to do', async () => {
    const { status, stderr } = await run(['models', 'list', '--data-dir', nothing]);
    assert.equal(status, 0);
    assert.match(stderr, /titans train --data FILE.*titans demo/);
  });

  it('predict and evaluate say that there is no model', async () => {
    for (const command of ['predict', 'evaluate']) {
      const { status, stdout, stderr } = await run([command, older, '--data-dir', nothing]);
      assert.equal(status, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /titans: Model not loaded: .*\n.*titans train/);
    }
  });

  it('training on the empty store says how to fill it', async () => {
    const { status, stderr } = await run(['train', '--data-dir', nothing]);
    assert.equal(status, 1);
    assert.match(stderr, /no transactions.*titans train --data FILE/);
  });

  it('models info and rollback say that no version is active', async () => {
    for (const command of ['info', 'rollback']) {
      const { status, stderr } = await run(['models', command, 'category_prediction', '--data-dir', nothing]);
      assert.equal(status, 1);
      assert.match(stderr, /no version of category_prediction (is|was) active/i);
    }
  });
});

describe('train, then use the model', () => {
  let trained: Awaited<ReturnType<typeof run>>;
  before(async () => {
    trained = await run(['train', '--data', older, ...QUICK]);
  });

  it('shows what was understood and progress on standard error, figures and verdict on standard output', () => {
    assert.equal(trained.status, 0, trained.stderr);
    assert.match(trained.stderr, /date += Date/);
    assert.match(trained.stderr, /^category: growing the served forest: 100 %$/m);
    assert.match(trained.stdout, /accuracy +macro-F1 +log loss +ECE +Brier/);
    for (const name of ['this model', 'text alone', 'merchant lookup', 'majority']) {
      assert.match(trained.stdout, new RegExp(`^${name} +\\d+ +0\\.\\d{3}`, 'm'));
    }
    assert.match(trained.stdout, /category_prediction 1\.0\.0 activated: no other version/);
    assert.match(trained.stderr, new RegExp(`${cut} new transactions, 0 changed, 0 known already`));
  });

  it('models list shows the version as active', async () => {
    const { status, stdout } = await run(['models', 'list', 'category_prediction', '--data-dir', dataDir]);
    assert.equal(status, 0);
    assert.match(
      stdout,
      /^category_prediction +1\.0\.0 +active +\d+ +0\.\d{3} accuracy +0\.\d{3} text alone/m,
    );
  });

  it('models list shows the headline figure of every model beside its baseline', async () => {
    const { stdout } = await run(['models', 'list', '--data-dir', dataDir]);
    for (const [model, figure, baseline] of [
      ['amount_prediction', 'error of log', '(category|merchant|overall) median'],
      ['anomaly_detection', 'ROC-AUC, planted', 'plain forest'],
      ['cashflow_forecasting', 'WAPE by day', 'seasonal naive'],
    ])
      assert.match(
        stdout,
        new RegExp(
          `^${model} +1\\.0\\.0 +active +\\d+ +\\d\\.\\d{3} ${figure} +\\d+\\.\\d{3} ${baseline}`,
          'm',
        ),
      );
  });

  it('training and models info name the report, which is there', async () => {
    for (const model of MODEL_NAMES) {
      const { stdout } = await run(['models', 'info', model, '--data-dir', dataDir]);
      const path = /^report: (.+)$/m.exec(stdout)?.[1] as string;
      assert.ok(trained.stdout.includes(`report: ${path}\n`));
      assert.match(
        readFileSync(path, 'utf8'),
        new RegExp(`<h1>${model} <span class="soft">1\\.0\\.0</span></h1>`),
      );
      assert.match(stdout, new RegExp(`^${model} 1\\.0\\.0, active\n\\d\\.\\d{3} .+ \\(.+\\)\nactivated: `));
    }
  });

  it('models info shows manifest and metrics', async () => {
    const { stdout } = await run(['models', 'info', 'category_prediction', '--data-dir', dataDir]);
    assert.match(stdout, /^trained_until +2024-/m);
    assert.match(stdout, /^accuracy +0\.\d+/m);
  });

  it('predict writes every row in order with its text unchanged', async () => {
    const { status, stdout, stderr } = await run(['predict', newer, '--data-dir', dataDir]);
    assert.equal(status, 0, stderr);
    const written = linesOf(stdout);
    assert.equal(
      written[0],
      `${HEADER},predicted_category,confidence_score,confidence_band,predicted_amount,amount_lower,amount_upper,is_anomaly,anomaly_score,risk_level,reasons,error`,
    );
    assert.equal(written.length, 1 + lines.length - cut);
    for (const [index, line] of lines.slice(cut).entries()) {
      assert.ok(written[index + 1].startsWith(`${line},`), line);
      assert.match(
        written[index + 1].slice(line.length),
        /^,("[^"]+"|[^,]+),(0\.\d+|1),(VERY_HIGH|HIGH|MEDIUM|LOW)(,-?\d+(\.\d+)?){3},(true|false),[\d.]+,(low|medium|high|critical),(".*")?[^",]*,$/,
      );
    }
    assert.match(stderr, /most frequent: .+ %/);
    assert.match(stderr, /abstained/);
  });

  it('predict lists the likeliest categories where asked, the first being the prediction', async () => {
    const only = ['--model-type', 'category_prediction'];
    const { status, stdout } = await run(['predict', newer, '--top-k', '3', ...only, '--data-dir', dataDir]);
    assert.equal(status, 0);
    const [header, ...rows] = linesOf(stdout);
    assert.ok(header.endsWith(',confidence_band,top_predictions,error'));
    for (const row of rows) {
      const [category, score, , top] = row.split(',').slice(-5);
      const listed = top.split('; ');
      assert.equal(listed.length, 3);
      assert.equal(listed[0], `${category} ${score}`);
    }
  });

  it('predict writes only what the model that is asked for says, the amount within its interval', async () => {
    const args = ['predict', newer, '--model-type', 'amount_prediction', '--data-dir', dataDir];
    const { status, stdout, stderr } = await run(args);
    assert.equal(status, 0, stderr);
    const [header, ...rows] = linesOf(stdout);
    assert.equal(header, `${HEADER},predicted_amount,amount_lower,amount_upper,error`);
    for (const row of rows) {
      const [amount, lower, upper] = row.split(',').slice(-4).map(Number);
      assert.ok(lower <= amount && amount <= upper, row);
    }
    assert.match(stderr, /amount_prediction 1\.0\.0/);
  });

  it('predict to a file writes the same, whole, and leaves nothing beside it', async () => {
    const out = join(folder, 'out', 'labelled.csv');
    const refused = await run(['predict', newer, '--out', out, '--data-dir', dataDir]);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /cannot be written/);

    const beside = join(folder, 'labelled.csv');
    const { status, stdout } = await run(['predict', newer, '--out', beside, '--data-dir', dataDir]);
    assert.equal(status, 0);
    assert.equal(stdout, '');
    const toStdout = await run(['predict', newer, '--out', '-', '--data-dir', dataDir]);
    assert.equal(readFileSync(beside, 'utf8'), toStdout.stdout);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  it('predict writes through a pipe or a device instead of replacing it', async () => {
    const pipe = join(folder, 'pipe');
    assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
    const writing = run(['predict', newer, '--out', pipe, '--data-dir', dataDir]);
    const [{ status }, text] = await Promise.all([writing, readFile(pipe, 'utf8')]);
    assert.equal(status, 0);
    assert.equal(linesOf(text).length, 1 + lines.length - cut);
    assert.ok(statSync(pipe).isFIFO());
  });

  it('predict never overwrites its input, under whatever name', async () => {
    const text = readFileSync(newer, 'utf8');
    const { status, stderr } = await run(['predict', newer, '--out', newer, '--data-dir', dataDir]);
    assert.equal(status, 2);
    assert.match(stderr, /--out .* is an input itself/);
    const alias = join(folder, 'alias.csv');
    linkSync(newer, alias);
    for (const args of [
      ['predict', newer, '--out', alias],
      ['predict', newer, '--rejects', newer],
      ['evaluate', newer, '--rejects', alias],
      ['train', '--data', older, newer, '--rejects', newer],
    ]) {
      const ran = await run([...args, '--data-dir', dataDir]);
      assert.equal(ran.status, 2);
      assert.match(ran.stderr, /is an input itself/);
    }
    const place = join(folder, 'new.csv');
    const twice = await run(['predict', newer, '--out', place, '--rejects', place, '--data-dir', dataDir]);
    assert.equal(twice.status, 2);
    assert.match(twice.stderr, /--rejects .* is already written to/);
    assert.equal(readFileSync(newer, 'utf8'), text);
  });

  it('a compressed table of another layout is labelled the same', async () => {
    const plain = await run(['predict', newer, '--data-dir', dataDir]);
    const path = join(folder, 'newer.tsv.gz');
    const tabbed = readFileSync(newer, 'utf8').replaceAll(',', '\t');
    writeFileSync(path, gzipSync(tabbed));
    const { status, stdout } = await run(['predict', path, '--data-dir', dataDir]);
    assert.equal(status, 0);
    const labels = (text: string, delimiter: string) =>
      linesOf(text).map((line) => line.split(delimiter).slice(-4).join('|'));
    const isSimple = !/["]/.test(plain.stdout);
    if (isSimple) assert.deepEqual(labels(stdout, '\t'), labels(plain.stdout, ','));
    else assert.equal(linesOf(stdout).length, linesOf(plain.stdout).length);
  });

  it('predictions are not remembered', async () => {
    const first = await run(['predict', newer, '--data-dir', dataDir]);
    const second = await run(['predict', newer, '--data-dir', dataDir]);
    assert.equal(first.stdout, second.stdout);
    const { stderr } = await run(['train', ...QUICK]);
    assert.match(stderr, new RegExp(`training on ${cut} transactions of the store`));
  });

  it('evaluate tells rows later than the training from those that were learnt', async () => {
    const later = await run(['evaluate', newer, '--data-dir', dataDir]);
    assert.equal(later.status, 0, later.stderr);
    assert.match(later.stdout, /^later than its training +\d+ +0\.\d{3}/m);

    const both = writeTable(folder, 'both.csv', [HEADER, ...lines]);
    const { stdout } = await run(['evaluate', both, '--data-dir', dataDir]);
    assert.match(stdout, /^later than its training/m);
    assert.match(stdout, /^not later \(may have been learnt\)/m);

    const learnt = await run(['evaluate', older, '--data-dir', dataDir]);
    assert.match(learnt.stdout, /No row is later than the training/);
    assert.doesNotMatch(learnt.stdout, /^later than its training/m);
  });

  it('evaluating later rows gives the same figures whether their history is in the file or in the store', async () => {
    const both = writeTable(folder, 'both.csv', [HEADER, ...lines]);
    const pick = (text: string) => /^later than its training.*$/m.exec(text)?.[0].replace(/ +/g, ' ');
    const inStore = await run(['evaluate', newer, '--data-dir', dataDir]);
    const inFile = await run(['evaluate', both, '--data-dir', dataDir]);
    assert.equal(pick(inStore.stdout), pick(inFile.stdout));
  });

  it('evaluate replays the file as predict does: no later row sees the category of one it is judged on', async () => {
    // Whatever the categories of the file are, what is said of the rows is what predict says of them without any.
    const bare = writeTable(folder, 'bare.csv', [
      HEADER,
      ...lines.slice(cut).map((l) => l.replace(/,[^,]*$/, ',')),
    ]);
    const only = ['--model-type', 'category_prediction', '--data-dir', dataDir];
    const { stdout } = await run(['predict', bare, ...only]);
    const said = linesOf(stdout)
      .slice(1)
      .map((line) => parseLine(line).at(-4));
    const truth = lines.slice(cut).map((line) => parseLine(line).at(-1));
    const right = said.filter((category, i) => category === truth[i]).length;
    const judged = await run(['evaluate', newer, '--data-dir', dataDir]);
    assert.match(
      judged.stdout,
      new RegExp(`^later than its training +${truth.length} +${(right / truth.length).toFixed(3)} `, 'm'),
    );
  });

  it('evaluate judges amounts as predict gives them', async () => {
    const only = ['--model-type', 'amount_prediction', '--data-dir', dataDir];
    const { stdout } = await run(['evaluate', newer, ...only]);
    const shown = /intervals of 80\.0 % held the true amount in ([\d.]+) % of rows later/.exec(stdout)?.[1];
    const predicted = linesOf((await run(['predict', newer, ...only])).stdout).map(parseLine);
    const [head, ...rows] = predicted;
    const column = head.findIndex((name) => /amount/i.test(name));
    let held = 0;
    for (const row of rows) {
      const [amount, lower, upper] = [row[column], row.at(-3), row.at(-2)].map((text) =>
        Math.abs(Number(text)),
      );
      // Written amounts are rounded to cents, so are the ends of their intervals.
      if (amount >= Math.min(lower, upper) - 0.01 && amount <= Math.max(lower, upper) + 0.01) held++;
    }
    assert.ok(
      Math.abs(Number(shown) - (100 * held) / rows.length) < 1.5,
      `${shown} ${held} of ${rows.length}`,
    );
    assert.match(stdout, /^later than its training +\d+ +\d\.\d{3}/m);
  });

  it('evaluate judges every model that was trained, rows that may have been learnt apart', async () => {
    const both = writeTable(folder, 'both.csv', [HEADER, ...lines]);
    const { status, stdout, stderr } = await run([
      'evaluate',
      both,
      '--model-type',
      'all',
      '--data-dir',
      dataDir,
    ]);
    assert.equal(status, 0, stderr);
    for (const model of MODEL_NAMES)
      assert.match(stdout, new RegExp(`^${model} 1\\.\\d\\.0, trained on`, 'm'));
    assert.match(stdout, /flagged at 0\.01/);
    assert.match(stdout, /forecasts of \d+ days, all later than that/);
    assert.doesNotMatch(stdout, /NaN|undefined/);
    const learnt = await run([
      'evaluate',
      older,
      '--model-type',
      'cashflow_forecasting',
      '--data-dir',
      dataDir,
    ]);
    assert.match(learnt.stdout, /No row is later than the training/);
  });

  it('evaluate says which model a file does not suffice for, and fails when it suffices for none', async () => {
    const few = writeTable(folder, 'few.csv', [
      HEADER,
      ...lines.slice(cut, cut + 5).map((l) => l.replace(/,[^,]*$/, ',')),
    ]);
    const all = await run(['evaluate', few, '--model-type', 'all', '--data-dir', join(folder, 'few')]);
    assert.equal(all.status, 1);
    const some = await run(['evaluate', few, '--model-type', 'all', '--data-dir', dataDir]);
    assert.equal(some.status, 0, some.stderr);
    assert.match(some.stderr, /category_prediction was not judged: no row .* has a true category/);
  });

  it('evaluate needs true categories', async () => {
    const unlabelled = writeTable(folder, 'unlabelled.csv', [
      HEADER,
      ...lines.map((l) => l.replace(/,[^,]*$/, ',')),
    ]);
    const { status, stderr } = await run(['evaluate', unlabelled, '--data-dir', dataDir]);
    assert.equal(status, 1);
    assert.match(stderr, /--map category=COLUMN/);
  });

  it('training again on the same table changes neither the history nor the model', async () => {
    const { stderr } = await run(['train', '--data', older, ...QUICK]);
    assert.match(stderr, new RegExp(`0 new transactions, 0 changed, ${cut} known already`));
    const models = join(dataDir, 'models', 'category_prediction');
    const bytes = (version: string) => readFileSync(join(models, version, 'model.safetensors'));
    const [first, last] = [
      readdirSync(models)
        .filter((name) => /^\d/.test(name))
        .sort(),
    ].flatMap((v) => [v[0], v.at(-1) as string]);
    assert.notEqual(first, last);
    assert.deepEqual(bytes(first), bytes(last));
  });

  it('versions can be taken back and activated', async () => {
    const at = ['--data-dir', dataDir];
    const activated = await run(['models', 'activate', 'category_prediction', '1.1.0', ...at]);
    assert.equal(activated.stdout, 'category_prediction 1.1.0 is active\n');
    const back = await run(['models', 'rollback', 'category_prediction', ...at]);
    assert.equal(back.status, 0);
    assert.match(back.stdout, /^category_prediction 1\.\d\.0 is active again\n$/);
    const none = await run(['models', 'activate', 'category_prediction', '1.99.0', ...at]);
    assert.equal(none.status, 1);
    assert.match(none.stderr, /no version 1\.99\.0/);
  });
});

describe('a model that is worse', () => {
  const worseDir = join(folder, 'worse');
  const quick = ['--model-type', 'simple', '--workers', '1', '--data-dir', worseDir, '--no-remember'];
  let misled: string;
  before(async () => {
    // The older part carries the labels of other rows, the newest the right ones, and all of it is later.
    const categories = lines.map((line) => line.slice(line.lastIndexOf(',') + 1));
    const rows = lines.map((line, index) => {
      const category = categories[index < cut ? (index * 7919) % cut : index];
      const body = line.slice(10, line.lastIndexOf(','));
      const day = new Date(Date.parse(line.slice(0, 10)) + 60 * 86_400_000).toISOString().slice(0, 10);
      return `${day}${body},${category}`;
    });
    misled = writeTable(folder, 'misled.csv', [HEADER, ...rows]);
    assert.equal((await run(['train', '--data', older, ...quick])).status, 0);
  });

  it('is stored but not activated, and the exit status is 1', async () => {
    const { status, stdout, stderr } = await run(['train', '--data', misled, ...quick]);
    assert.equal(status, 1);
    assert.match(stdout, /not activated, it is worse/);
    assert.match(stderr, /titans: New model is worse/);
    const { stdout: list } = await run(['models', 'list', '--data-dir', worseDir]);
    assert.match(list, /1\.0\.0 +active/);
    assert.match(list, /1\.1\.0 +\d/);
  });

  it('is activated with --force', async () => {
    const { status, stdout } = await run(['train', '--data', misled, '--force', ...quick]);
    assert.equal(status, 0);
    assert.match(stdout, /activated by force although worse/);
  });

  it('--no-remember left no history', () => {
    assert.equal(existsSync(join(worseDir, 'titans.db')), false);
  });
});

it('a damaged version is told of, and another can be activated', async () => {
  const damagedDir = join(folder, 'damaged');
  const quick = ['--model-type', 'simple', '--workers', '1', '--data-dir', damagedDir, '--no-remember'];
  await run(['train', '--data', older, ...quick]);
  await run(['train', '--data', older, ...quick]);
  writeFileSync(join(damagedDir, 'models', 'category_prediction', '1.1.0', 'model.safetensors'), 'no');
  const listed = await run(['models', 'list', '--data-dir', damagedDir]);
  assert.match(listed.stdout, /1\.1\.0 +active, broken/);
  assert.match(listed.stderr, /1\.1\.0: .*bytes/);
  const { status, stderr } = await run(['predict', newer, '--data-dir', damagedDir]);
  assert.equal(status, 1);
  assert.match(stderr, /titans: Model artifact is damaged/);
  assert.equal(
    (await run(['models', 'rollback', 'category_prediction', '--data-dir', damagedDir])).status,
    0,
  );
  assert.equal((await run(['predict', newer, '--data-dir', damagedDir])).status, 0);
});

it('two trainers at once both succeed, each with a version of its own', async () => {
  const shared = join(folder, 'shared');
  const args = ['train', '--data', older, '--model-type', 'simple', '--workers', '1', '--data-dir', shared];
  const ran = await Promise.all([start(args).ended, start(args).ended]);
  assert.deepEqual(
    ran.map(({ status }) => status),
    [0, 0],
    ran[0].stderr + ran[1].stderr,
  );
  const { stdout } = await run(['models', 'list', 'category_prediction', '--data-dir', shared]);
  assert.match(stdout, /1\.0\.0/);
  assert.match(stdout, /1\.1\.0/);
  assert.equal(stdout.match(/active/g)?.length, 1);
  const again = await run(['train', '--data', older, '--model-type', 'simple', '--data-dir', shared]);
  assert.match(again.stderr, new RegExp(`0 new transactions, 0 changed, ${cut} known already`));
});

it('Ctrl-C stops a training, which leaves everything as it was', async () => {
  const stopped = join(folder, 'stopped');
  const many = Array.from({ length: 8 }, (_, copy) => lines.map((line) => line.replace('acc-', `c${copy}-`)));
  const big = writeTable(folder, 'big.csv', [HEADER, ...many.flat()]);
  const training = start(['train', '--data', big, '--data-dir', stopped]);
  await training.until(/rows: \d+ read/);
  training.child.kill('SIGINT');
  const { status, stdout, stderr } = await training.ended;
  assert.equal(status, 130, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, /stopped by SIGINT/);
  assert.equal(existsSync(join(stopped, 'models', 'category_prediction', 'active.json')), false);
  assert.equal(existsSync(join(stopped, 'titans.db')), false);
});

it('predict into a pipe that closes early ends quietly', async () => {
  const dir = join(folder, 'early');
  await run(['train', '--data', older, '--model-type', 'simple', '--workers', '1', '--data-dir', dir]);
  const running = start(['predict', older, '--data-dir', dir]);
  running.child.stdout?.destroy();
  const { status, stderr } = await running.ended;
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /EPIPE|Error/);
});
