import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { formatOutcome } from '../../src/cli/outcome.ts';
import { AppError } from '../../src/errors.ts';
import { FEATURE_FINGERPRINT } from '../../src/features/fingerprint.ts';
import { createReplay } from '../../src/features/replay.ts';
import { rocAuc } from '../../src/kernels/metrics/ranking.ts';
import { assess } from '../../src/models/anomaly.ts';
import { ANOMALY_MODEL } from '../../src/models/models.ts';
import { openRepository, type Repository } from '../../src/registry/repository.ts';
import { ordinaryRows } from '../../src/training/ordinary-rows.ts';
import { train } from '../../src/training/train.ts';
import { fitAnomaly, trainAnomaly } from '../../src/training/train-anomaly.ts';
import { PLAIN } from '../features/arbitrary.ts';
import { BOOK, SIMPLE } from '../models/trained.ts';
import { ACCOUNTS, anomalyTraining } from '../models/trained-anomaly.ts';

const { transactions, truth } = ACCOUNTS;

describe('training the anomaly model', () => {
  it('tells rows made strange on purpose from the others better than a plain isolation forest, by .1', async () => {
    const { evaluation } = await anomalyTraining();
    assert.ok(evaluation.planted_auc > evaluation.baseline_auc + 0.1);
    assert.ok(evaluation.beats_baseline && evaluation.difference_to_baseline[0] > 0.1);
    assert.ok(evaluation.stability > 0.5);
    for (const { sensitivity, share } of evaluation.flagged.slice(1))
      assert.ok(share > sensitivity / 2 && share < 2 * sensitivity, `${share} at ${sensitivity}`);
  });

  it('finds the incidents planted in the made-up accounts in rows it has not seen', async () => {
    const cut = Math.floor(transactions.length * 0.5);
    const artifact = await fitAnomaly(
      transactions.slice(0, cut),
      { trees: 100, max_samples: 256 },
      { ...SIMPLE, isSimple: false },
    );
    const kinds = new Map(truth.anomalies.map(({ transactionId, kind }) => [transactionId, kind]));
    const replay = createReplay();
    const isPlanted: number[] = [];
    const scores: number[] = [];
    for (const [i, row] of transactions.entries()) {
      const kind = kinds.get(row.id as string);
      // Bursts and repeats of accounts that give bare dates share one instant, so none of them is history for another.
      const isVisible = row.timeKnown || kind === 'large_amount' || kind === 'odd_place_and_hour';
      if (i >= cut && (kind === undefined || isVisible)) {
        const reading = assess(artifact, row, replay.past(row), 'UTC');
        isPlanted.push(kind === undefined ? 0 : 1);
        scores.push(reading.score);
        if (kind === 'large_amount') assert.ok(reading.score > 0.98, `${row.id} ${reading.score}`);
      }
      replay.remember(row, '');
    }
    assert.ok(isPlanted.includes(1));
    assert.ok(rocAuc(isPlanted, scores) > 0.9, `${rocAuc(isPlanted, scores)}`);
  });

  it('needs no category, no account, no merchant and no time of day', async () => {
    const bare = BOOK.map((row) => ({
      ...row,
      accountId: null,
      category: '',
      merchantName: '',
      description: '',
      paymentMethod: '',
      location: '',
      timeKnown: false,
    }));
    const { artifact } = await trainAnomaly(bare, null, SIMPLE);
    const [usual, large] = [-2000, -9_000_000].map(
      (amountMinor) => assess(artifact, { ...bare[0], amountMinor }, [], 'UTC').score,
    );
    assert.ok(large > 0.99 && usual < large);
    const constant = Array.from({ length: 50 }, (_, i) => ({ ...PLAIN, at: PLAIN.at + i }));
    assert.ok((await trainAnomaly(constant, null, SIMPLE)).rows === 50);
  });

  it('says what is missing when there is too little, and stops when it is told to', async () => {
    await assert.rejects(
      trainAnomaly(BOOK.slice(0, 49), null, SIMPLE),
      (error) => error instanceof AppError && error.row.code === 'data_insufficient',
    );
    const controller = new AbortController();
    const running = trainAnomaly(BOOK, null, {
      ...SIMPLE,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await assert.rejects(running, { name: 'AbortError' });
  });
});

describe('ordinary traffic', () => {
  it('leaves out a fortnight in which strange rows crowd, and keeps those that come one by one', () => {
    const rows = Array.from({ length: 2000 }, (_, i) => ({
      ...PLAIN,
      accountId: `a${i % 20}`,
      at: Math.floor(i / 20) * 43_200_000,
    }));
    const strangeness = Float64Array.from(rows, (_, i) => (i % 131 === 0 ? 5 : 1 + (i % 7) / 100));
    for (const [i, row] of rows.entries())
      if (row.accountId === 'a3' && i < 400 && i % 40 === 3) strangeness[i] = 9;
    const { kept, incidentShare } = ordinaryRows(strangeness, rows);
    assert.ok(incidentShare > 0 && incidentShare < 0.02, `${incidentShare}`);
    for (const [i, row] of rows.entries()) if (kept[i] === 0) assert.equal(row.accountId, 'a3');
    assert.deepEqual(ordinaryRows(new Float64Array(), []), { kept: new Uint8Array(), incidentShare: 0 });
  });
});

describe('storing the anomaly model', () => {
  let folder: string;
  let repository: Repository;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'titans-anomaly-'));
    repository = openRepository(folder, {
      formats: { [ANOMALY_MODEL.name]: ANOMALY_MODEL.format },
      featureFingerprint: FEATURE_FINGERPRINT,
      clock: () => Date.UTC(2026, 0, 1),
    });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('compares with the active version on later rows, or else with its recipe refitted, and tells what came of it', async () => {
    const run = (rows: typeof BOOK, isSimple = true) =>
      train(
        { repository, clock: () => 0 },
        { ...SIMPLE, isSimple, model: ANOMALY_MODEL.name, rows, force: false },
      );
    const older = BOOK.slice(0, Math.floor(BOOK.length * 0.7));
    assert.equal((await run(older)).summary.comparison, null);
    const second = await run(BOOK);
    assert.equal(second.summary.comparison?.basis, 'later_rows');
    assert.equal(second.summary.comparison?.metric, 'planted_auc');
    const third = await run(BOOK);
    assert.equal(third.summary.comparison?.basis, 'refitted_recipe');
    assert.deepEqual(third.summary.comparison?.difference, [0, 0]);
    const fourth = await run(BOOK, false);
    assert.equal(fourth.summary.comparison?.basis, 'refitted_recipe');
    const text = formatOutcome(fourth).join('\n');
    assert.match(text, /plain isolation forest/);
    assert.doesNotMatch(text, /NaN|undefined/);
  });
});
