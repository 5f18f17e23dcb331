import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { forestTensors } from '../../src/kernels/forest/tensors.ts';
import { binFeatures } from '../../src/kernels/tree/bins.ts';
import { growForest } from '../../src/training/grow-forest.ts';
import { growSmall, messyTable } from '../kernels/forest-fixtures.ts';

const { rows, labels } = messyTable(4000, 6, 5, 17);
const request = { rows, rowCount: 4000, featureCount: 6, labels, classCount: 5, trees: 7, seed: 3 };
// Few rows stay on the calling thread, many go to workers: every guarantee holds for both.
const small = { ...request, rowCount: 400 };

describe('growing a forest in worker threads', () => {
  it('gives the same bytes with no, one and two workers, and as growing the trees here', async () => {
    for (const size of [request, small]) {
      const bins = binFeatures(rows, size.rowCount, 6);
      const here = forestTensors(growSmall(bins, labels, 5, { trees: 7, seed: 3 }));
      for (const workers of [0, 1, 2]) {
        assert.deepEqual(forestTensors(await growForest({ ...size, workers })), here);
      }
    }
  });

  it('takes bins instead of rows, and weights, and leaves its inputs alone', async () => {
    const bins = binFeatures(rows, 4000, 6);
    const rowWeights = Float32Array.from({ length: 4000 }, (_, i) => (i % 4) / 2);
    const classWeights = Float32Array.of(1, 2, 3, 4, 5);
    const options = { trees: 6, seed: 1, rowWeights, classWeights, minSamplesLeaf: 2 };
    const before = structuredClone({ bins, rowWeights, labels });
    const forest = await growForest({ bins, labels, classCount: 5, workers: 2, ...options });
    assert.deepEqual({ bins, rowWeights, labels }, before);
    assert.deepEqual(forestTensors(forest), forestTensors(growSmall(bins, labels, 5, options)));
  });

  it('reports every tree once, in rising numbers', async () => {
    for (const size of [request, small]) {
      const seen: number[][] = [];
      await growForest({ ...size, workers: 2, onProgress: (done, total) => seen.push([done, total]) });
      assert.deepEqual(
        seen,
        [1, 2, 3, 4, 5, 6, 7].map((done) => [done, 7]),
      );
    }
  });

  it('stops when its signal is aborted, before and during the work', async () => {
    await assert.rejects(growForest({ ...request, workers: 1, signal: AbortSignal.abort() }), {
      name: 'AbortError',
    });
    for (const size of [request, { ...small, rowCount: 40 }]) {
      const controller = new AbortController();
      const running = growForest({
        ...size,
        trees: 500,
        workers: 2,
        signal: controller.signal,
        onProgress: () => controller.abort(),
      });
      await assert.rejects(running, { name: 'AbortError' });
    }
  });

  it('passes on what a worker finds wrong', async () => {
    await assert.rejects(
      growForest({ ...request, classCount: 2, workers: 2 }),
      /label is not below classCount/,
    );
    await assert.rejects(growForest({ labels, classCount: 5, workers: 1 }), /give bins or rows/);
  });
});
