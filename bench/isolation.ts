import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { growIsolationForest } from '../src/kernels/isolation-forest/grow.ts';
import { isolationScore, isolationScores } from '../src/kernels/isolation-forest/predict.ts';
import { isolationTensors } from '../src/kernels/isolation-forest/tensors.ts';
import { encodeSafetensors } from '../src/kernels/safetensors/encode.ts';

/** What both sides do, on the same rows. */
const JOB = { rows: 50_000, trees: 100, max_samples: 256, singles: 200 };

/** One side's figures of the isolation forest. */
export interface IsolationFigures {
  readonly fit_ms: number;
  readonly single_us: number;
  readonly batch_ms: number;
  readonly bytes: number;
}

function medianOf(count: number, work: (i: number) => unknown): number {
  const times = Array.from({ length: count }, (_, i) => {
    const start = performance.now();
    work(i);
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[count >> 1];
}

/** Fits, scores one row and all rows, and weighs the file; one thread, like the reference. */
export function measureIsolation(rows: Float32Array, featureCount: number): IsolationFigures {
  const data = { rows: rows.subarray(0, JOB.rows * featureCount), rowCount: JOB.rows, featureCount };
  const fit = (seed: number) =>
    growIsolationForest(data, { seed, trees: JOB.trees, maxSamples: JOB.max_samples });
  const fit_ms = medianOf(7, fit);
  const forest = fit(0);
  const out = new Float64Array(JOB.rows);
  for (let i = 0; i < 20_000; i++) isolationScore(forest, data.rows, i * featureCount);
  return {
    fit_ms,
    single_us: 1000 * medianOf(10_001, (i) => isolationScore(forest, data.rows, i * featureCount)),
    batch_ms: medianOf(5, () => isolationScores(forest, data.rows, JOB.rows, out)),
    bytes: encodeSafetensors(isolationTensors(forest), {}).byteLength,
  };
}

/** The same by scikit-learn, whose file is its pickle. */
export function measureIsolationReference(
  python: string,
  rows: Float32Array,
  features: number,
): IsolationFigures {
  const folder = mkdtempSync(join(tmpdir(), 'titans-bench-'));
  try {
    writeFileSync(join(folder, 'job.json'), JSON.stringify({ ...JOB, features }));
    writeFileSync(join(folder, 'rows.f32'), rows.subarray(0, JOB.rows * features));
    const run = spawnSync(python, [join(import.meta.dirname, 'sklearn_isolation.py'), folder], {
      encoding: 'utf8',
    });
    if (run.status !== 0) throw new Error(`the reference failed:\n${run.stderr}`);
    return JSON.parse(run.stdout) as IsolationFigures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
