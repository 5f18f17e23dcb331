import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../src/errors.ts';
import { explainForest } from '../../src/kernels/forest/explain.ts';
import { forestFromTensors, forestTensors } from '../../src/kernels/forest/tensors.ts';
import { binFeatures } from '../../src/kernels/tree/bins.ts';
import { createExplainPool } from '../../src/workers/explain-pool.ts';
import { createThreads } from '../../src/workers/threads.ts';
import { growSmall, messyTable } from '../kernels/forest-fixtures.ts';

const CLASSES = 5;
const FEATURES = 6;

function grow(seed: number, n = 300, trees = 5) {
  const { rows, labels } = messyTable(n, FEATURES, CLASSES, seed);
  return { rows, forest: growSmall(binFeatures(rows, n, FEATURES), labels, CLASSES, { trees, seed }) };
}

function isTimeout(error: unknown): boolean {
  return error instanceof AppError && error.row.code === 'timeout' && error.row.status === 503;
}

test('a thread explains as the caller would, whichever of many forests, shared already or not', async (t) => {
  const pool = createExplainPool();
  t.after(() => pool.close());
  // More forests than a thread keeps prepared, so that some are prepared twice.
  const grown = Array.from({ length: 9 }, (_, seed) => grow(seed));
  const shared = new Map(
    Object.entries(forestTensors(grown[0].forest)).map(([name, data]) => {
      const type = data.constructor as Float32ArrayConstructor;
      const copy = new type(new SharedArrayBuffer(data.byteLength));
      copy.set(data as Float32Array);
      return [name, copy];
    }),
  );
  const revived = forestFromTensors(Object.fromEntries(shared), grown[0].forest);
  assert.ok(revived.ok);
  grown.push({ rows: grown[0].rows, forest: revived.forest });
  await pool.warm({ kind: 'classes', forest: grown[0].forest, label: 0 });
  for (let round = 0; round < 2; round++) {
    const asked = grown.flatMap(({ rows, forest }) =>
      [0, 7, 21].map((at) => ({
        forest,
        row: rows.slice(at * FEATURES, (at + 1) * FEATURES),
        label: at % CLASSES,
      })),
    );
    const found = await Promise.all(
      asked.map(({ forest, row, label }) => {
        const copy = row.slice();
        const answer = pool.explain({ kind: 'classes', forest, label }, copy);
        copy.fill(0);
        return answer;
      }),
    );
    for (const [i, { forest, row, label }] of asked.entries()) {
      const wanted = new Float64Array(FEATURES);
      assert.equal(found[i].base, explainForest(forest, row, 0, label, wanted));
      assert.deepEqual(found[i].contributions, wanted);
    }
  }
});

test('what takes too long, or would wait behind too many, is a timeout, and the threads go on', async (t) => {
  const threads = createThreads();
  t.after(() => threads.close());
  const { rows, forest } = grow(1);
  const { scratch: _, ...trees } = forest;
  const task = {
    forest: { kind: 'classes' as const, trees },
    key: 'f',
    row: rows.slice(0, FEATURES),
    label: 1,
  };
  await assert.rejects(threads.run('explain', task, 0), isTimeout);
  const many = Array.from({ length: 400 }, () => threads.run('explain', task, 60_000));
  const settled = await Promise.allSettled(many);
  const refused = settled.filter((one) => one.status === 'rejected');
  assert.ok(refused.length > 0 && refused.length < 150, `${refused.length} refused`);
  for (const { reason } of refused) assert.ok(isTimeout(reason));
  assert.equal((await threads.run('explain', task, 60_000)).contributions.length, FEATURES);
});

test('closing twice is allowed, and a task afterwards starts the threads anew', async () => {
  const pool = createExplainPool();
  const { rows, forest } = grow(2);
  await pool.close();
  await pool.explain({ kind: 'classes', forest, label: 0 }, rows.slice(0, FEATURES));
  await pool.close();
  await pool.close();
});
