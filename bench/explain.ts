import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Transaction } from '../src/bank/transaction.ts';
import { FEATURE_COUNT } from '../src/features/vector.ts';
import { explainForest } from '../src/kernels/forest/explain.ts';
import { leavesByClass } from '../src/kernels/forest/explained-leaves.ts';
import type { Forest } from '../src/kernels/forest/forest.ts';
import { predictForest } from '../src/kernels/forest/predict.ts';
import { likeliest } from '../src/models/category.ts';
import {
  fitReaders,
  growOn,
  openStudy,
  readForward,
  standardParameters,
} from '../src/training/fit-category.ts';
import { synthesise } from '../src/training/synthetic.ts';
import { readNewest } from './quality/read-newest.ts';
import { findShap, plainForest, runShap } from './shap-reference.ts';

const ROWS = 60_000;
const EXPLAINED = 400;
const WARMING = 40;
/** The reference takes seconds for each, and as long again to read the trees of each class. */
const REFERENCE_ROWS = 3;
const FILE = 'birmingham_pcard.csv.gz';
const MAPPING = { category: 'account_description', account_id: 'card_id', tags: 'directorate' };

/**
 * `npm run bench explain`: exact contributions of single rows to a category forest of real size, one thread, and the shap
 * package on the same trees and rows where a Python has it.
 */
export async function benchExplain(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { python: { type: 'string' }, data: { type: 'string' } },
  });
  const folder = resolve(values.data ?? fileURLToPath(new URL('../../shared/data', import.meta.url)));
  const rows = await readRows(folder);
  const { forest, vectors } = await grow(rows);
  const count = vectors.length / FEATURE_COUNT;
  console.log(
    `${rows.length.toLocaleString('en')} rows, ${forest.classCount} categories, ${forest.treeCount} trees, ${(forest.nodes.length / 2).toLocaleString('en')} nodes`,
  );
  const out = new Float64Array(FEATURE_COUNT);
  const probabilities = new Float64Array(forest.classCount);
  const times: number[] = [];
  let gap = 0;
  let first = 0;
  for (let i = 0; i < EXPLAINED; i++) {
    const at = Math.floor((i * count) / EXPLAINED) * FEATURE_COUNT;
    predictForest(forest, vectors, at, probabilities);
    const label = likeliest(probabilities);
    const start = performance.now();
    const base = explainForest(forest, vectors, at, label, out);
    const took = performance.now() - start;
    if (i === 0) first = took;
    if (i >= WARMING) times.push(took);
    gap = Math.max(gap, Math.abs(out.reduce((sum, value) => sum + value, base) - probabilities[label]));
  }
  times.sort((a, b) => a - b);
  const median = times[times.length >> 1];
  const p99 = times[Math.floor(times.length * 0.99)];
  console.log(
    `ours: median ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, the first (indexes the leaves) ${first.toFixed(0)} ms; contributions + base value = output within ${gap.toExponential(0)}`,
  );
  const python = findShap(values.python ?? process.env['TITANS_BENCH_PYTHON']);
  if (python === undefined) {
    console.log(
      'the reference is missing: `pip install shap`, then `npm run bench explain -- --python PATH`',
    );
    return;
  }
  compare(forest, vectors, median, python);
}

function compare(forest: Forest, vectors: Float32Array, median: number, python: string): void {
  const out = new Float64Array(FEATURE_COUNT);
  const rows = vectors.slice(-REFERENCE_ROWS * FEATURE_COUNT);
  const probabilities = new Float64Array(forest.classCount);
  predictForest(forest, rows, 0, probabilities);
  const label = likeliest(probabilities);
  const ours: number[] = [];
  const theirs = runShap(python, plainForest(forest, leavesByClass(forest, label)), rows);
  let gap = 0;
  for (const [i, wanted] of theirs.values.entries()) {
    const start = performance.now();
    explainForest(forest, rows, i * FEATURE_COUNT, label, out);
    ours.push(performance.now() - start);
    for (const [f, value] of wanted.entries()) gap = Math.max(gap, Math.abs(value - out[f]));
  }
  ours.sort((a, b) => a - b);
  const mine = ours[ours.length >> 1];
  console.log(
    `shap ${theirs.shap}, ${REFERENCE_ROWS} rows of one class: median ${theirs.median_ms.toFixed(0)} ms, ours ${mine.toFixed(1)} ms on the same: ${(theirs.median_ms / mine).toPrecision(3)}x (median of all rows: ${(theirs.median_ms / median).toPrecision(3)}x); largest difference ${gap.toExponential(0)}`,
  );
}

async function readRows(folder: string): Promise<Transaction[]> {
  if (existsSync(join(folder, FILE))) {
    const rows = await readNewest(folder, FILE, MAPPING, ROWS);
    return rows.filter(({ category }) => category !== '');
  }
  console.log(`${folder} has no ${FILE}: made-up accounts are explained instead`);
  return synthesise({ seed: 1, accounts: 60, days: 730 }).transactions.slice(-ROWS);
}

/** The forest of a category model on all rows, and the vectors it was grown on. */
async function grow(rows: readonly Transaction[]): Promise<{ forest: Forest; vectors: Float32Array }> {
  const count = rows.length;
  const study = openStudy(rows, count, { timezone: 'UTC', seed: 1, search: 0, isSimple: false, workers: 2 });
  const parameters = standardParameters(count, false);
  const starts = study.cuts.filter((cut) => cut < count);
  const readers = await fitReaders(study, parameters, starts);
  const reading = await readForward(study, readers, starts, count);
  const forest = await growOn(study, reading, count, study.categories.length, parameters, 'growing');
  return { forest, vectors: reading.vectors };
}
