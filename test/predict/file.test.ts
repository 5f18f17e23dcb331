import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Transaction } from '../../src/bank/transaction.ts';
import { HISTORY_MAX, toPastRow } from '../../src/features/past.ts';
import { type CategoryArtifact, classify } from '../../src/models/category.ts';
import { type FileRequest, predictFile } from '../../src/predict/file.ts';
import type { HistoryStore } from '../../src/stores/ports.ts';
import { createSqlHistory } from '../../src/stores/sql/history.ts';
import { openSqlite } from '../../src/stores/sql/sqlite.ts';
import { synthesise } from '../../src/training/synthetic.ts';
import { trainCategory } from '../../src/training/train-category.ts';

const timezone = 'UTC';
const all = synthesise({ seed: 5, accounts: 3, days: 200 }).transactions;
const learnt = all.slice(0, Math.floor(all.length * 0.6));
/** The newest rows, without labels: what somebody would want labelled. */
const newest = all.slice(learnt.length).map((row) => ({ ...row, category: '' }));

let artifact: CategoryArtifact;
before(async () => {
  const options = { timezone, seed: 1, search: 0, isSimple: true, workers: 1 };
  ({ artifact } = await trainCategory(learnt, null, options));
});

async function historyOf(rows: readonly Transaction[]): Promise<HistoryStore> {
  const history = createSqlHistory(await openSqlite(':memory:'), 'memory');
  await history.append(rows);
  return history;
}

async function answer(
  rows: readonly (Transaction | null)[],
  stored: readonly Transaction[] = [],
  more: Partial<FileRequest> = {},
) {
  const history = await historyOf(stored);
  try {
    const request = { rows: rows.map((transaction) => ({ transaction })), topK: 3, ...more };
    return await predictFile({ model: { artifact }, history, timezone }, request);
  } finally {
    await history.close();
  }
}

/** What the same model says when it is asked row by row with the history as it was then: the way of serving. */
async function answerOneByOne(rows: readonly Transaction[], stored: readonly Transaction[]) {
  const history = await historyOf(stored);
  const answers = [];
  for (const row of rows) {
    const rowsBefore = row.accountId === null ? [] : await history.before(row.accountId, row.at, HISTORY_MAX);
    const past = rowsBefore.map((earlier) => toPastRow(earlier));
    answers.push(classify(artifact, row, past, timezone, 3));
    await history.append([row]);
  }
  await history.close();
  return answers;
}

describe('a file is answered as if its rows had come one by one', () => {
  it('on an empty history', async () => {
    const rows = newest.slice(0, 150);
    assert.deepEqual(await answer(rows), await answerOneByOne(rows, []));
  });

  it('on top of a stored history, also where that goes on after the file begins', async () => {
    const rows = newest.filter((_, index) => index % 3 === 0).slice(0, 80);
    const others = newest.filter((_, index) => index % 3 !== 0);
    const stored = [...learnt, ...others];
    assert.deepEqual(await answer(rows, stored), await answerOneByOne(rows, stored));
  });

  it('with the categories a file gives for some of its rows', async () => {
    const rows = all.slice(learnt.length, learnt.length + 120);
    const mixed = rows.map((row, index) => (index % 2 === 0 ? row : { ...row, category: '' }));
    assert.deepEqual(await answer(mixed), await answerOneByOne(mixed, []));
  });
});

it('answers stand in file order, whatever the order of time', async () => {
  const rows = newest.slice(0, 60);
  const forward = await answer(rows);
  const backward = await answer([...rows].reverse());
  assert.deepEqual(backward.reverse(), forward);
});

it('a row that cannot be used keeps its place and changes nothing', async () => {
  const rows = newest.slice(0, 20);
  const [first, ...rest] = rows;
  const answers = await answer([null, first, null, ...rest, null]);
  assert.equal(answers.length, 23);
  assert.deepEqual([answers[0], answers[2], answers[22]], [null, null, null]);
  assert.deepEqual(
    answers.filter((one) => one !== null),
    await answer(rows),
  );
});

it('a row of the file that is stored already counts once, by id or by content', async () => {
  for (const forget of [false, true]) {
    const strip = (row: Transaction) => (forget ? { ...row, id: null } : row);
    const rows = newest.slice(0, 60).map(strip);
    const once = await answer(rows, learnt.map(strip));
    assert.deepEqual(await answer(rows, [...learnt.map(strip), ...rows]), once);
  }
});

it('two equal rows of a file stay two, whether they are stored or not', async () => {
  const twice = newest.slice(0, 30).flatMap((row) => [
    { ...row, id: null },
    { ...row, id: null },
  ]);
  const answers = await answer(twice);
  assert.deepEqual(await answer(twice, twice), answers);
  assert.deepEqual(await answerOneByOne(twice.slice(0, 1), []), answers.slice(0, 1));
});

it('a category known in the store is known of the same row in the file', async () => {
  const labelled = all.slice(learnt.length, learnt.length + 60);
  const rows = newest.slice(0, 60);
  const known = await answer(rows, labelled);
  const last = known.length - 1;
  const given = await answer([...labelled.slice(0, last), rows[last]], []);
  assert.deepEqual(known[last], given[last]);
});

it('never sees the category of the row itself, nor anything later', async () => {
  const rows = newest.slice(0, 40);
  const plain = await answer(rows);
  const changed = rows.map((row, index) => (index >= 20 ? { ...row, category: 'Anything' } : row));
  const later = await answer([...changed.slice(0, 21), ...newest.slice(60, 90)]);
  assert.deepEqual(later.slice(0, 21), plain.slice(0, 21));
});

it('without account no history is read', async () => {
  const rows = newest.slice(0, 30).map((row) => ({ ...row, accountId: null }));
  const alone = await Promise.all(rows.map(async (row) => (await answer([row]))[0]));
  assert.deepEqual(await answer(rows, learnt), alone);
});

it('leaves its input as it was, and reports progress up to the end', async () => {
  const rows = structuredClone(newest.slice(0, 50));
  const copy = structuredClone(rows);
  const seen: (readonly [number, number])[] = [];
  await answer(rows, [], { onProgress: (done, total) => seen.push([done, total]) });
  assert.deepEqual(rows, copy);
  assert.deepEqual(seen.at(-1), [50, 50]);
});

it('an empty file has no answers', async () => {
  assert.deepEqual(await answer([]), []);
});

it('stops when it is told to', async () => {
  const reason = new Error('enough');
  await assert.rejects(answer(newest, learnt, { signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const many = Array.from({ length: 20 }, () => newest)
    .flat()
    .map((row) => ({ ...row, accountId: null }));
  const stop = (done: number) => {
    if (done > 0) controller.abort(reason);
  };
  await assert.rejects(answer(many, [], { signal: controller.signal, onProgress: stop }), reason);
});
