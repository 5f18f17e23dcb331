import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Transaction } from '../../src/bank/transaction.ts';
import { AppError } from '../../src/errors.ts';
import { FEATURE_FINGERPRINT } from '../../src/features/fingerprint.ts';
import { FEATURE_COUNT } from '../../src/features/vector.ts';
import { sha256 } from '../../src/lib/hash.ts';
import { encodeCategory } from '../../src/models/category-file.ts';
import { CATEGORY_MODEL } from '../../src/models/models.ts';
import { openRepository, type Repository } from '../../src/registry/repository.ts';
import { evaluateCategory } from '../../src/training/evaluate.ts';
import { fitReaders, openStudy, readForward, standardParameters } from '../../src/training/fit-category.ts';
import { countOlder } from '../../src/training/split.ts';
import { train } from '../../src/training/train.ts';
import { fitAndJudge, judgeCategory, trainCategory } from '../../src/training/train-category.ts';
import { BOOK, SIMPLE } from '../models/trained.ts';

function isCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof AppError && error.row.code === code;
}

describe('training the category model', () => {
  it('beats text alone, the merchant lookup and the majority on made-up accounts by a stated margin', async () => {
    const { scores, baselines } = await judgeCategory(BOOK, { ...SIMPLE, isSimple: false, workers: 2 });
    assert.ok(
      scores.accuracy > baselines.text_alone.accuracy,
      `${scores.accuracy} > ${baselines.text_alone.accuracy}`,
    );
    assert.ok(scores.accuracy > baselines.merchant_lookup.accuracy + 0.05);
    assert.ok(scores.accuracy > baselines.majority.accuracy + 0.4);
    assert.ok(scores.log_loss < baselines.text_alone.log_loss);
  });

  it('sets rows without a category aside and counts them', async () => {
    const half = BOOK.map((row, i) => (i % 3 === 0 ? { ...row, category: '' } : row));
    const trained = await trainCategory(half, null, SIMPLE);
    assert.equal(trained.rowsLabelled + trained.rowsUnlabelled, BOOK.length);
    assert.equal(trained.rowsUnlabelled, Math.ceil(BOOK.length / 3));
  });

  it('says what is missing when there is too little to learn from', async () => {
    const oneClass = BOOK.map((row) => ({ ...row, category: 'Everything' }));
    for (const rows of [[], BOOK.slice(0, 1), oneClass, BOOK.map((row) => ({ ...row, category: '' }))]) {
      await assert.rejects(trainCategory(rows, null, SIMPLE), isCode('data_insufficient'));
    }
  });

  it('learns from the least that is allowed, with constant columns and a category only the newest rows have', async () => {
    const rows: Transaction[] = BOOK.slice(0, 30).map((row, i) => ({
      ...row,
      description: 'same',
      merchantName: '',
      amountMinor: -100,
      category: i < 15 ? 'A' : i < 29 ? 'B' : 'only here',
    }));
    const { artifact, evaluation } = await trainCategory(rows, null, { ...SIMPLE, isSimple: false });
    assert.deepEqual(new Set(artifact.statistics.categories), new Set(['A', 'B', 'only here']));
    assert.equal(evaluation.test_rows, 6);
  });

  it('tries the trials it is asked for and keeps the best', async () => {
    const { trials, parameters } = await trainCategory(BOOK.slice(0, 600), null, {
      ...SIMPLE,
      isSimple: false,
      search: 2,
    });
    assert.equal(trials.length, 4);
    const best = trials.reduce((a, b) => (b.log_loss < a.log_loss ? b : a));
    assert.deepEqual({ ...parameters, log_loss: best.log_loss }, best);
  });

  it('stops when it is told to', async () => {
    const abort = new AbortController();
    const stopping = trainCategory(BOOK, null, {
      ...SIMPLE,
      signal: abort.signal,
      onProgress: (step) => step === 'computing features' && abort.abort(),
    });
    await assert.rejects(stopping, { name: 'AbortError' });
  });
});

describe('activating what was trained', () => {
  let folder: string;
  let repository: Repository;
  const request = { ...SIMPLE, model: 'category_prediction' as const, force: false };
  let clock = Date.UTC(2026, 0, 1);
  const dependencies = () => ({ repository, clock: () => clock++ });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'titans-train-'));
    repository = openRepository(folder, {
      formats: { category_prediction: CATEGORY_MODEL.format },
      featureFingerprint: FEATURE_FINGERPRINT,
    });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('activates the first version, keeps a worse one aside unless forced, and replaces by a better one', async () => {
    const older = BOOK.slice(0, Math.floor(BOOK.length * 0.6));
    const first = await train(dependencies(), { ...request, rows: older });
    assert.equal(first.isActivated, true);
    assert.equal(first.summary.comparison, null);
    assert.equal(await repository.active('category_prediction'), '1.0.0');

    // Labels shuffled among the rows: nothing can be learnt, so it must be worse on rows later than the first saw.
    const nonsense = BOOK.map((row, i) => ({
      ...row,
      category: i < BOOK.length * 0.75 ? BOOK[(i * 7919) % BOOK.length].category : row.category,
    }));
    const worse = await train(dependencies(), { ...request, rows: nonsense });
    assert.equal(worse.summary.comparison?.basis, 'later_rows');
    assert.equal(worse.isActivated, false);
    assert.match(worse.verdict, /worse.*--force/);
    assert.equal(await repository.active('category_prediction'), '1.0.0');

    const forced = await train(dependencies(), { ...request, rows: nonsense, force: true });
    assert.equal(forced.isActivated, true);
    assert.match(forced.verdict, /by force/);

    const better = await train(dependencies(), { ...request, rows: BOOK });
    assert.equal(better.summary.comparison?.basis, 'refitted_recipe');
    assert.equal(better.isActivated, true);
    assert.equal(better.summary.data.rows, BOOK.length);
    assert.match(better.summary.data.sha256, /^[0-9a-f]{64}$/);
  });

  it('trains nothing that has no trainer', async () => {
    await assert.rejects(
      train(dependencies(), { ...request, model: 'nothing' as 'category_prediction', rows: BOOK }),
      isCode('usage'),
    );
  });
});

describe('judging', () => {
  it('never shows a judged row the categories of other judged rows', async () => {
    const { artifact } = await trainCategory(BOOK, null, SIMPLE);
    const part = BOOK.slice(-200);
    const one = await evaluateCategory(artifact, part, { timezone: 'UTC' });
    const swapped = part.map((row, i) => (i < 100 ? { ...row, category: 'Housing' } : row));
    const other = await evaluateCategory(artifact, swapped, { timezone: 'UTC' });
    assert.deepEqual(other.verdicts.predicted, one.verdicts.predicted);
    assert.deepEqual(other.verdicts.confidence, one.verdicts.confidence);
  });

  it('counts a category the model does not know as an error with probability 0', async () => {
    const { artifact } = await trainCategory(BOOK, null, SIMPLE);
    const unknown = BOOK.slice(-20).map((row) => ({ ...row, category: 'Invented' }));
    const { scores } = await evaluateCategory(artifact, unknown, { timezone: 'UTC' });
    assert.equal(scores.accuracy, 0);
    assert.ok(scores.log_loss > 13 && scores.brier > 1);
  });
});

describe('expanding folds', () => {
  const trainCount = countOlder(BOOK.length);
  const parameters = standardParameters(trainCount, true);
  // Two categories change places, so that the list of categories and their order by frequency stay the same.
  const swap = (rows: readonly Transaction[], from: number, until: number) => {
    const tail = rows.slice(from, until);
    const [a, b] = twoCategories(tail);
    let [ofA, ofB] = [0, 0];
    const wanted = Math.min(count(tail, a), count(tail, b));
    return rows.map((row, i) => {
      if (i < from || i >= until) return row;
      if (row.category === a && ofA++ < wanted) return { ...row, category: b };
      if (row.category === b && ofB++ < wanted) return { ...row, category: a };
      return row;
    });
  };
  const count = (rows: readonly Transaction[], category: string) =>
    rows.filter((row) => row.category === category).length;
  const twoCategories = (rows: readonly Transaction[]) =>
    [...new Set(rows.map((row) => row.category))].slice(0, 2);

  it('read a block without any label of it or of what follows', async () => {
    const plain = openStudy(BOOK, trainCount, SIMPLE);
    const [, cut] = plain.cuts;
    const changed = swap(BOOK, cut, trainCount);
    assert.notDeepEqual(changed, BOOK);
    const other = openStudy(changed, trainCount, SIMPLE);
    assert.deepEqual(other.categories, plain.categories);
    const readings = [];
    for (const study of [plain, other]) {
      const readers = await fitReaders(study, parameters, study.cuts);
      readings.push(await readForward(study, readers, study.cuts, BOOK.length));
    }
    const [one, two] = readings;
    // The block that begins at the cut is read by what was fitted before it, so its vectors must not move either.
    const next = plain.cuts[2];
    const vectors = (next - one.begin) * FEATURE_COUNT;
    assert.equal(
      sha256(bytesOf(two.vectors.slice(0, vectors))),
      sha256(bytesOf(one.vectors.slice(0, vectors))),
    );
    assert.notEqual(sha256(bytesOf(two.vectors)), sha256(bytesOf(one.vectors)));
    const sampled = one.sample.filter((row) => row < next).length * plain.trainCategories;
    assert.ok(sampled > 0);
    for (const member of [0, 2]) {
      const [a, b] = [one, two].map(({ members }) => sha256(bytesOf(members[member].slice(0, sampled))));
      assert.equal(a, b);
    }
  });

  it('judge with a model that never saw a label of the newest part', async () => {
    const judged = [];
    for (const rows of [BOOK, swap(BOOK, trainCount, BOOK.length)]) {
      const { forward } = await fitAndJudge(rows, SIMPLE);
      judged.push(sha256(encodeCategory(forward.artifact)));
    }
    assert.equal(judged[1], judged[0]);
  });
});

function bytesOf(array: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
