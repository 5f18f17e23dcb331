import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Forest } from '../src/kernels/forest/forest.ts';
import { predictForest, predictForestBatch } from '../src/kernels/forest/predict.ts';
import { forestFromTensors, forestTensors } from '../src/kernels/forest/tensors.ts';
import { growForest } from '../src/training/grow-forest.ts';
import { type ClassificationData, makeClassification } from './classification-data.ts';
import { type IsolationFigures, measureIsolation, measureIsolationReference } from './isolation.ts';

/** What both sides do, on the same rows. */
const JOB = {
  train: 50_000,
  test: 10_000,
  features: 52,
  classes: 16,
  trees: 100,
  small_rows: 1_000,
  small_trees: 10,
  batches: [1_000, 50_000],
  singles: 300,
};

/** One side's figures. */
interface Figures {
  version: string;
  small_ms: number;
  fit_ms: number;
  accuracy: number;
  nodes: number;
  isolation_fit_ms: number;
  isolation_single_us: number;
  isolation_batch_ms: number;
  isolation_bytes: number;
  single_us: number;
  batch_ms: Record<string, number>;
  bytes: number;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

async function timed<T>(repeats: number, work: (repeat: number) => T | Promise<T>): Promise<[number, T]> {
  const times: number[] = [];
  let result: T | undefined;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const start = performance.now();
    result = await work(repeat);
    times.push(performance.now() - start);
  }
  return [median(times), result as T];
}

function fit(data: ClassificationData, rowCount: number, trees: number, workers: number, seed: number) {
  return growForest({
    rows: data.rows,
    rowCount,
    featureCount: data.featureCount,
    labels: data.labels.subarray(0, rowCount),
    classCount: data.classCount,
    trees,
    seed,
    workers,
  });
}

function accuracyOf(forest: Forest, data: ClassificationData): number {
  const { classCount, featureCount, labels } = data;
  const out = new Float64Array(JOB.test * classCount);
  predictForestBatch(forest, data.rows.subarray(JOB.train * featureCount), JOB.test, out);
  let right = 0;
  for (let i = 0; i < JOB.test; i++) {
    const row = out.subarray(i * classCount, (i + 1) * classCount);
    if (row.indexOf(Math.max(...row)) === labels[JOB.train + i]) right++;
  }
  return right / JOB.test;
}

/** Median and 99th percentile over every test row, three times, after one warming pass. */
function timeSingles(forest: Forest, data: ClassificationData): { p50: number; p99: number } {
  const out = new Float64Array(data.classCount);
  const times: number[] = [];
  for (let pass = 0; pass < 4; pass++) {
    for (let i = JOB.train; i < JOB.train + JOB.test; i++) {
      const start = performance.now();
      predictForest(forest, data.rows, i * data.featureCount, out);
      if (pass > 0) times.push((performance.now() - start) * 1000);
    }
  }
  times.sort((a, b) => a - b);
  return { p50: times[times.length >> 1], p99: times[Math.floor(times.length * 0.99)] };
}

async function measureOurs(data: ClassificationData): Promise<Figures> {
  const cold_ms = performance.now();
  await fit(data, JOB.small_rows, JOB.small_trees, 1, 0);
  const first_ms = performance.now() - cold_ms;
  const [small_ms] = await timed(5, (seed) => fit(data, JOB.small_rows, JOB.small_trees, 1, seed));
  const [fit_ms, forest] = await timed(1, () => fit(data, JOB.train, JOB.trees, 2, 0));
  const tensors = forestTensors(forest);
  const [load_ms, loaded] = await timed(3, () => forestFromTensors(tensors, forest));
  if (!loaded.ok) throw new Error(loaded.faults.join('; '));
  const { p50, p99 } = timeSingles(forest, data);
  console.log(
    `  ours: first small forest ${first_ms.toFixed(0)} ms, single row p99 ${p99.toFixed(1)} us, ` +
      `validating the arrays of a file ${load_ms.toFixed(0)} ms`,
  );
  const out = new Float64Array(Math.max(...JOB.batches) * data.classCount);
  const batch_ms: Record<string, number> = {};
  for (const size of JOB.batches) {
    [batch_ms[size]] = await timed(7, () => predictForestBatch(forest, data.rows, size, out));
  }
  return {
    ...ofIsolation(measureIsolation(data.rows, data.featureCount)),
    version: process.version,
    small_ms,
    fit_ms,
    accuracy: accuracyOf(forest, data),
    nodes: forest.nodes.length / 2,
    single_us: p50,
    batch_ms,
    bytes: Object.values(tensors).reduce((sum, tensor) => sum + tensor.byteLength, 0),
  };
}

function ofIsolation(figures: IsolationFigures) {
  return {
    isolation_fit_ms: figures.fit_ms,
    isolation_single_us: figures.single_us,
    isolation_batch_ms: figures.batch_ms,
    isolation_bytes: figures.bytes,
  };
}

/** A Python that can import scikit-learn, or undefined. */
function findPython(wanted: string | undefined): string | undefined {
  const candidates = wanted === undefined ? ['python3', 'python'] : [wanted];
  return candidates.find((python) => spawnSync(python, ['-c', 'import sklearn']).status === 0);
}

function measureReference(python: string, data: ClassificationData): Figures {
  const folder = mkdtempSync(join(tmpdir(), 'titans-bench-'));
  try {
    writeFileSync(join(folder, 'job.json'), JSON.stringify({ ...JOB, repeats: 1 }));
    writeFileSync(join(folder, 'rows.f32'), data.rows);
    writeFileSync(join(folder, 'labels.u16'), data.labels);
    const script = join(import.meta.dirname, 'sklearn_forest.py');
    const run = spawnSync(python, [script, folder], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`the reference failed:\n${run.stderr}`);
    const forest = JSON.parse(run.stdout) as Figures;
    return {
      ...forest,
      ...ofIsolation(measureIsolationReference(python, data.rows, data.featureCount)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The median of every figure. */
function middle(rounds: readonly Figures[]): Figures {
  const of = (figure: (round: Figures) => number): number => median(rounds.map(figure));
  return {
    version: rounds[0].version,
    small_ms: of((round) => round.small_ms),
    fit_ms: of((round) => round.fit_ms),
    accuracy: of((round) => round.accuracy),
    nodes: of((round) => round.nodes),
    single_us: of((round) => round.single_us),
    batch_ms: Object.fromEntries(JOB.batches.map((size) => [size, of((round) => round.batch_ms[size])])),
    bytes: of((round) => round.bytes),
    isolation_fit_ms: of((round) => round.isolation_fit_ms),
    isolation_single_us: of((round) => round.isolation_single_us),
    isolation_batch_ms: of((round) => round.isolation_batch_ms),
    isolation_bytes: of((round) => round.isolation_bytes),
  };
}

function printTable(ours: Figures, theirs: Figures | undefined): void {
  const line = (
    what: string,
    mine: number,
    other: number | undefined,
    unit: string,
    digits: number,
  ): void => {
    const reference = other === undefined ? '-' : `${other.toFixed(digits)} ${unit}`;
    const ratio = other === undefined ? '' : `${(other / mine).toPrecision(3)}x`;
    console.log(
      what.padEnd(44) +
        `${mine.toFixed(digits)} ${unit}`.padStart(14) +
        reference.padStart(14) +
        ratio.padStart(10),
    );
  };
  console.log(
    '\n' + ''.padEnd(44) + 'ours'.padStart(14) + 'scikit-learn'.padStart(14) + 'ratio'.padStart(10),
  );
  line(
    'training 50,000 x 52, 100 trees, 2 workers',
    ours.fit_ms / 1000,
    theirs && theirs.fit_ms / 1000,
    's',
    2,
  );
  line('training 1,000 x 52, 10 trees', ours.small_ms, theirs?.small_ms, 'ms', 1);
  line('single row (median)', ours.single_us, theirs?.single_us, 'us', 1);
  for (const size of JOB.batches) {
    const what = `batch of ${size.toLocaleString('en')} rows`;
    line(what, ours.batch_ms[size], theirs?.batch_ms[size], 'ms', 1);
  }
  line('model bytes', ours.bytes / 1e6, theirs && theirs.bytes / 1e6, 'MB', 1);
  line('nodes', ours.nodes / 1e6, theirs && theirs.nodes / 1e6, 'M', 2);
  line('isolation forest: fit, 100 x 256', ours.isolation_fit_ms, theirs?.isolation_fit_ms, 'ms', 1);
  line('isolation forest: single row', ours.isolation_single_us, theirs?.isolation_single_us, 'us', 1);
  line('isolation forest: 50,000 rows', ours.isolation_batch_ms, theirs?.isolation_batch_ms, 'ms', 1);
  line('isolation forest: file', ours.isolation_bytes / 1e6, theirs && theirs.isolation_bytes / 1e6, 'MB', 2);
  const gap = theirs && `, ${((ours.accuracy - theirs.accuracy) * 100).toFixed(2)} points apart`;
  console.log(
    `test accuracy: ours ${ours.accuracy.toFixed(4)}${theirs ? `, theirs ${theirs.accuracy.toFixed(4)}${gap}` : ''}`,
  );
}

/** `npm run bench kernels`: the forest against scikit-learn's on the same seeded rows, ratios of one run. */
export async function benchKernels(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { python: { type: 'string' }, repeats: { type: 'string', default: '3' } },
  });
  const repeats = Math.max(1, Number.parseInt(values.repeats, 10) || 3);
  console.log(
    `${JOB.train} x ${JOB.features} rows for training, ${JOB.test} for testing, ${JOB.classes} classes, ${JOB.trees} full-depth trees`,
  );
  const data = makeClassification(JOB.train + JOB.test, JOB.features, JOB.classes, 7, 2.2);
  const python = findPython(values.python ?? process.env['TITANS_BENCH_PYTHON']);
  const ours: Figures[] = [];
  const theirs: Figures[] = [];
  // The two take turns, so that a machine that is busy for a while is busy for both.
  for (let repeat = 1; repeat <= repeats; repeat++) {
    console.log(`round ${repeat} of ${repeats}`);
    ours.push(await measureOurs(data));
    if (python !== undefined) theirs.push(measureReference(python, data));
  }
  if (python === undefined) {
    printTable(middle(ours), undefined);
    console.log(
      '\nThe reference is missing: no Python with scikit-learn was found, so there are no ratios. Get it with\n' +
        '`apt install python3-sklearn` or `pip install scikit-learn`, or name another Python with\n' +
        '`npm run bench kernels -- --python PATH` (or TITANS_BENCH_PYTHON).',
    );
    return;
  }
  printTable(middle(ours), middle(theirs));
  console.log(
    `medians of ${repeats} rounds; Node.js ${process.version}, scikit-learn ${theirs[0].version} (n_jobs=2 to train, 1 to predict)`,
  );
}
