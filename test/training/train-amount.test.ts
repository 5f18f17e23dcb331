import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../../src/errors.ts';
import { logAmount } from '../../src/features/statistics.ts';
import { createRng } from '../../src/lib/rng.ts';
import { AMOUNT_TRAINER } from '../../src/training/amount-trainer.ts';
import { evaluateAmount } from '../../src/training/evaluate-amount.ts';
import { synthesise } from '../../src/training/synthetic.ts';
import { judgeAmount, trainAmount } from '../../src/training/train-amount.ts';
import { BOOK, SIMPLE, trainedAmount } from '../models/trained.ts';

/** Enough rows for a difference to be no chance. */
const LARGER = synthesise({ seed: 5, accounts: 8, days: 300 }).transactions;

describe('training the amount model', () => {
  it('beats every median on made-up accounts by a stated margin, with intervals that hold what they promise', async () => {
    const { evaluation } = await judgeAmount(LARGER, { ...SIMPLE, isSimple: false, workers: 2 });
    const { scores, baselines, intervals } = evaluation;
    assert.ok(scores.mae_log < 0.6 * baselines.overall_median.mae_log);
    assert.ok(scores.mae_log < 0.5 * baselines.category_median.mae_log);
    assert.ok(scores.mae_log < 0.7 * baselines.merchant_median.mae_log);
    assert.equal(evaluation.beats_baseline, true);
    for (const { level, coverage } of intervals) assert.ok(Math.abs(coverage - level) < 0.12, `${coverage}`);
  });

  it('claims no skill where amounts follow from nothing', async () => {
    const rng = createRng(9);
    const random = LARGER.map((row) => ({
      ...row,
      currency: null,
      amountMinor: -Math.round(Math.exp(4 + 4 * rng())),
    }));
    const { evaluation, trials } = await judgeAmount(random, { ...SIMPLE, isSimple: false, workers: 2 });
    assert.equal(evaluation.beats_baseline, false);
    assert.ok(evaluation.scores.mae_log < 1.03 * evaluation.baselines.overall_median.mae_log);
    assert.ok(trials.length >= 4);
  });

  it('sets rows without an amount aside, and says what is missing when there is too little', async () => {
    const some = BOOK.slice(0, 300).map((row, i) => (i % 3 === 0 ? { ...row, amountMinor: null } : row));
    const trained = await trainAmount(some, null, SIMPLE);
    assert.deepEqual([trained.rowsUsed, trained.rowsSetAside], [200, 100]);
    for (const rows of [[], BOOK.slice(0, 49)]) {
      await assert.rejects(
        trainAmount(rows, null, SIMPLE),
        (error) => error instanceof AppError && error.row.code === 'data_insufficient',
      );
    }
    const same = BOOK.slice(0, 50).map((row) => ({ ...row, amountMinor: -100 }));
    assert.equal((await trainAmount(same, null, SIMPLE)).artifact.forest.levels.length, 1);
  });

  it('is compared with the active version on later rows, or with its recipe refitted', async () => {
    const active = {
      version: '1.0.0',
      artifact: await trainedAmount(),
      trainedUntil: BOOK[Math.floor(BOOK.length * 0.8)].at,
      parameters: null,
    };
    const later = await trainAmount(BOOK, active, SIMPLE);
    assert.equal(later.comparison?.basis, 'later_rows');
    assert.equal(later.comparison?.metric, 'mae_log');
    const until = { ...active, trainedUntil: Number.POSITIVE_INFINITY };
    assert.equal((await trainAmount(BOOK, until, SIMPLE)).comparison, null);
    const same = await trainAmount(BOOK, { ...until, parameters: later.parameters }, SIMPLE);
    assert.equal(same.comparison?.basis, 'refitted_recipe');
    assert.deepEqual(same.comparison?.difference, [0, 0]);
    const other = { ...later.parameters, min_samples_leaf: 400 };
    const worse = await trainAmount(BOOK, { ...until, parameters: other }, SIMPLE);
    assert.ok((worse.comparison?.value_active ?? 0) > (worse.comparison?.value_new ?? 0));
    assert.equal(worse.comparison?.is_worse, false);
  });

  it('hands over metrics, probes and details, and reads an active version from its bytes', async () => {
    const first = await AMOUNT_TRAINER.train(BOOK, null, SIMPLE);
    assert.ok(first.facts.metrics.mae_log > 0 && first.facts.metrics.coverage_80 > 0);
    assert.ok(first.facts.probes.length > 0);
    const active = {
      version: '1.0.0',
      bytes: first.bytes,
      trainedUntil: Date.parse(first.facts.trained_until),
      summary: first.details,
    };
    assert.equal((await AMOUNT_TRAINER.train(BOOK, active, SIMPLE)).comparison?.is_worse, false);
    const damaged = { ...active, bytes: first.bytes.slice(9) };
    assert.equal((await AMOUNT_TRAINER.train(BOOK, damaged, SIMPLE)).comparison, null);
  });

  it('stops when it is told to', async () => {
    const abort = new AbortController();
    const stopping = trainAmount(BOOK, null, {
      ...SIMPLE,
      signal: abort.signal,
      onProgress: (step) => step === 'computing features' && abort.abort(),
    });
    await assert.rejects(stopping, { name: 'AbortError' });
  });
});

describe('judging the amount model', () => {
  it('never shows a judged row the amounts of other judged rows, unless asked to', async () => {
    const artifact = await trainedAmount();
    const part = BOOK.slice(-200);
    const swapped = part.map((row, i) => (i < 150 ? { ...row, amountMinor: -99_999_999 } : row));
    const judge = async (rows: typeof part, isHistoryKnown: boolean) =>
      (await evaluateAmount(artifact, rows, { timezone: 'UTC', isHistoryKnown })).predicted;
    assert.deepEqual(await judge(swapped, false), await judge(part, false));
    assert.notDeepEqual(await judge(swapped, true), await judge(part, true));
    assert.ok(part.every((row) => Number.isFinite(logAmount(row))));
  });
});
