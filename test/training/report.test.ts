import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Transaction } from '../../src/bank/transaction.ts';
import { formatOutcome } from '../../src/cli/outcome.ts';
import { FEATURE_FINGERPRINT } from '../../src/features/fingerprint.ts';
import { MODEL_NAMES, type ModelName } from '../../src/models/model.ts';
import { MODELS } from '../../src/models/models.ts';
import { openRepository, REPORT_FILE, type Repository } from '../../src/registry/repository.ts';
import { collectAmountFigures } from '../../src/training/amount-figures.ts';
import type { AmountDetails } from '../../src/training/amount-trainer.ts';
import type { AnomalyDetails } from '../../src/training/anomaly-trainer.ts';
import { recordFits } from '../../src/training/cashflow-figures.ts';
import type { CashflowDetails } from '../../src/training/cashflow-trainer.ts';
import { collectCategoryFigures } from '../../src/training/category-figures.ts';
import type { CategoryDetails } from '../../src/training/category-trainer.ts';
import { html, table } from '../../src/training/report/html.ts';
import {
  formatCount,
  formatFigure,
  formatShare,
  formatSize,
  shorten,
} from '../../src/training/report/numbers.ts';
import { drawReport } from '../../src/training/report/report.ts';
import { type TrainingSummary, type TrainOutcome, train } from '../../src/training/train.ts';
import { BOOK, SIMPLE } from '../models/trained.ts';

const HOSTILE = '<script>alert("x")</script> & \'co\' \u0007\ud800';
/** The book, its largest category under a name that would break a careless page. */
const ROWS: readonly Transaction[] = BOOK.map((row) =>
  row.category === 'Food & Dining' ? { ...row, category: HOSTILE } : row,
);

let folder: string;
let repository: Repository;
const outcomes = new Map<ModelName, TrainOutcome>();
const pages = new Map<ModelName, string>();

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'titans-report-'));
  repository = openRepository(folder, {
    formats: Object.fromEntries(MODELS.map((model) => [model.name, model.format])),
    featureFingerprint: FEATURE_FINGERPRINT,
    clock: () => Date.UTC(2026, 0, 1),
  });
  for (const model of MODEL_NAMES) {
    const outcome = await train(
      { repository, clock: () => 0 },
      { ...SIMPLE, model, rows: ROWS, force: false },
    );
    outcomes.set(model, outcome);
    pages.set(model, await readFile(outcome.report as string, 'utf8'));
  }
});
after(() => rm(folder, { recursive: true, force: true }));

function pageOf(model: ModelName): string {
  return pages.get(model) as string;
}

interface Details {
  readonly category_prediction: CategoryDetails;
  readonly amount_prediction: AmountDetails;
  readonly anomaly_detection: AnomalyDetails;
  readonly cashflow_forecasting: CashflowDetails;
}

function summaryOf<Name extends ModelName>(model: Name): TrainingSummary & Details[Name] {
  return (outcomes.get(model) as TrainOutcome).summary as TrainingSummary & Details[Name];
}

/** Every tag closed in order, every attribute quoted, no bare `<` or `&`: what XML calls well-formed. */
function assertWellFormed(page: string): void {
  const open: string[] = [];
  const body = page.replace(/^<!doctype html>\s*/, '');
  const tag = /<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/y;
  let at = 0;
  while (at < body.length) {
    if (body[at] === '<') {
      tag.lastIndex = at;
      const found = tag.exec(body);
      assert.ok(found !== null, `not a tag: ${body.slice(at, at + 80)}`);
      const [whole, closes, name, , isEmpty] = found;
      if (closes === '/') assert.equal(open.pop(), name);
      else if (isEmpty !== '/') open.push(name);
      at += whole.length;
    } else {
      const next = body.indexOf('<', at);
      const text = body.slice(at, next < 0 ? body.length : next);
      assert.doesNotMatch(text, /&(?!(?:amp|lt|gt|quot|nbsp|#\d+);)/);
      at += text.length;
    }
  }
  assert.deepEqual(open, []);
}

describe('the report of a training', () => {
  it('lies beside the summary of every model', () => {
    for (const model of MODEL_NAMES) {
      const { report, version } = outcomes.get(model) as TrainOutcome;
      assert.equal(report, join(folder, 'models', model, version, 'report.html'));
      assert.ok(pageOf(model).includes(`<h1>${model} <span class="soft">${version}</span></h1>`));
    }
  });

  it('is well-formed, holds no script and refers to no other host', () => {
    for (const model of MODEL_NAMES) {
      const page = pageOf(model);
      assertWellFormed(page);
      assert.doesNotMatch(page, /<script|javascript:|<link|<img|<iframe|\son\w+=|url\(|@import/i);
      const addresses = page.match(/(?:https?:)?\/\/[a-z][^"'\s<]*/gi) ?? [];
      assert.ok(addresses.length > 0);
      assert.deepEqual([...new Set(addresses)], ['http://www.w3.org/2000/svg']);
      assert.match(page, /default-src &#39;none&#39;|default-src 'none'/);
      assert.doesNotMatch(page, /NaN|undefined|\[object|Infinity/);
    }
  });

  it('escapes the names of categories, in tables and in drawings', () => {
    const page = pageOf('category_prediction');
    assert.ok(!page.includes('<script'));
    assert.ok(
      page.includes('<td class="text">&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;co&#39;'),
    );
    assert.match(page, /<text[^>]*>&lt;script&gt;/);
    assert.match(pageOf('amount_prediction'), /<text[^>]*>&lt;script&gt;/);
  });

  it('says what was trained on what, and why it serves', () => {
    for (const model of MODEL_NAMES) {
      const { data, verdict } = summaryOf(model);
      const page = pageOf(model);
      for (const text of [data.sha256, data.from, data.until, verdict, process.version, FEATURE_FINGERPRINT])
        assert.ok(page.includes(text), `${model}: ${text}`);
      assert.ok(page.includes(formatCount(data.rows_used)));
    }
  });

  it('shows the figures of the summary', () => {
    const shown = (model: ModelName, ...texts: readonly string[]) => {
      for (const text of texts) assert.ok(pageOf(model).includes(`>${text}<`), `${model}: ${text}`);
    };
    const category = summaryOf('category_prediction').evaluation;
    shown('category_prediction', formatShare(category.scores.accuracy), formatFigure(category.scores.ece));
    shown('category_prediction', formatFigure(category.baselines.text_alone.log_loss));
    for (const band of category.scores.bands) shown('category_prediction', formatShare(band.share));
    const amount = summaryOf('amount_prediction').evaluation;
    shown(
      'amount_prediction',
      formatFigure(amount.scores.mae_log),
      formatFigure(amount.baselines.merchant_median.mae_log),
    );
    for (const interval of amount.intervals) shown('amount_prediction', formatShare(interval.coverage));
    const anomaly = summaryOf('anomaly_detection').evaluation;
    shown('anomaly_detection', formatFigure(anomaly.planted_auc), formatFigure(anomaly.baseline_auc));
    for (const { sensitivity, share } of anomaly.flagged)
      shown('anomaly_detection', formatShare(sensitivity), formatShare(share, 2));
    const cashflow = summaryOf('cashflow_forecasting').evaluation;
    shown(
      'cashflow_forecasting',
      formatFigure(cashflow.scores.wape),
      formatShare(cashflow.scores.coverage_80),
    );
    // The seasonal naive is also a member asked alone, on the same forecasts.
    const naive = formatFigure(cashflow.baselines.seasonal_naive.wape);
    assert.ok(pageOf('cashflow_forecasting').split(`>${naive}<`).length > 2);
  });

  it('says loudly when a model does not beat its baseline, and not otherwise', () => {
    for (const model of MODEL_NAMES) {
      const summary = summaryOf(model);
      assert.equal(
        pageOf(model).includes('does NOT beat its baseline'),
        !summary.evaluation.beats_baseline,
        model,
      );
    }
    const random = summaryOf('amount_prediction');
    const figures = collectAmountFigures([], new Float64Array(), new Float64Array(), new Float64Array(), {
      levels: [],
      levelRows: 0,
    });
    const evaluation = { ...random.evaluation, beats_baseline: false };
    const page = drawReport({ ...random, evaluation }, figures)('v1.0.9');
    assert.match(page, /class="note bad"><strong>It does NOT beat its baseline/);
    assertWellFormed(page);
  });

  it('does not count as damage when somebody deletes or edits it', async () => {
    const { report, version } = outcomes.get('category_prediction') as TrainOutcome;
    await writeFile(report as string, 'notes of mine');
    await repository.readArtifact('category_prediction', version);
  });

  it('tells what the version was compared with', async () => {
    const again = await train(
      { repository, clock: () => 0 },
      { ...SIMPLE, model: 'anomaly_detection', rows: ROWS, force: false },
    );
    const page = await readFile(again.report as string, 'utf8');
    assert.match(page, /recipe refitted on the same older part/);
    assert.match(page, /planted_auc/);
  });
});

it('says on the terminal whether a lead of the forecast is shown or may be luck', () => {
  const outcome = outcomes.get('cashflow_forecasting') as TrainOutcome;
  const { evaluation } = summaryOf('cashflow_forecasting');
  const naive = evaluation.baselines.seasonal_naive.wape;
  const tell = (
    beats_baseline: boolean,
    difference_to_seasonal_naive: readonly [number, number],
    timesNaive = 0.9,
  ) => {
    const scores = { ...evaluation.scores, wape: timesNaive * naive };
    const told = { ...evaluation, accounts: 1, scores, beats_baseline, difference_to_seasonal_naive };
    return formatOutcome({ ...outcome, summary: { ...outcome.summary, evaluation: told } }).join('\n');
  };
  assert.match(tell(true, [-0.4, -0.1]), /^misses less than the seasonal naive/m);
  assert.match(
    tell(false, [-0.8, 0.4]),
    /^missed less than, but is not shown to miss less .* seasonal naive/m,
  );
  assert.match(tell(false, [-0.1, 0.4], 2), /^does NOT miss less than the seasonal naive/m);
  assert.match(tell(true, [-0.4, -0.1]), /newest fifth, 1 account:/);
});

it('does not call a version compared that was activated while it was trained', async () => {
  const request = { ...SIMPLE, model: 'cashflow_forecasting', rows: ROWS, force: false } as const;
  const before = outcomes.get(request.model)?.version as string;
  let asked = 0;
  const active = async () => (asked++ === 0 ? before : '1.77.0');
  const { verdict, isActivated } = await train(
    { repository: { ...repository, active }, clock: () => 0 },
    request,
  );
  assert.equal(isActivated, true);
  assert.equal(verdict, 'activated: not compared with 1.77.0, which was activated meanwhile');
});

it('does not cost the model when it cannot be drawn: the version is stored and active, and says why', async () => {
  const outcome = await train(
    { repository, clock: () => 0, drawReport: () => Promise.reject(new Error('no ink')) },
    { ...SIMPLE, model: 'cashflow_forecasting', rows: ROWS, force: true },
  );
  const { model, version, report, isActivated } = outcome;
  assert.deepEqual([report, isActivated], [null, true]);
  assert.equal(await repository.active(model), version);
  await repository.readArtifact(model, version);
  const summary = (await repository.readSummary(model, version)) as TrainingSummary;
  assert.equal(summary.report_failure, 'no ink');
  assert.equal(existsSync(repository.path(model, version, REPORT_FILE)), false);
  assert.ok(formatOutcome(outcome).includes('no report: it could not be drawn (no ink)'));
});

describe('what a report draws', () => {
  it('counts the largest categories apart and all others together, and loses no row', () => {
    const classCount = 30;
    const truth = Int32Array.from({ length: 900 }, (_, i) => Math.floor(Math.sqrt(i)));
    const predicted = truth.map((label, i) => (i % 3 === 0 ? (label + 1) % classCount : label));
    const empty = new Float64Array(900);
    const { classes, confusion } = collectCategoryFigures(
      { truth, predicted, classCount, confidence: empty, probability: empty, squaredError: empty },
      Array.from({ length: classCount }, (_, k) => `c${k}`),
    );
    assert.equal(confusion.names.length, 21);
    assert.ok(confusion.hasOthers);
    assert.equal(
      confusion.counts.flat().reduce((sum, count) => sum + count, 0),
      900,
    );
    assert.equal(classes[0].name, 'c29');
    assert.equal(classes[0].support, 59);
    assert.equal(
      confusion.counts[0].reduce((sum, count) => sum + count, 0),
      59,
    );
    const right = truth.filter((label, i) => label === 29 && predicted[i] === 29).length;
    assert.equal(classes[0].recall, right / 59);
  });

  it('samples amounts and averages errors by category', () => {
    const rows = Array.from({ length: 4000 }, (_, i) => ({ ...BOOK[0], category: i % 4 === 0 ? '' : 'A' }));
    const truth = Float64Array.from(rows, (_, i) => i % 7);
    const { sample, categories } = collectAmountFigures(
      rows,
      truth,
      truth.map((value) => value + 0.5),
      truth.map((value) => value - 1),
      { levels: [], levelRows: 0 },
    );
    assert.ok(sample.length > 1000 && sample.length <= 1500);
    assert.deepEqual(categories, [
      { name: 'A', rows: 3000, mae_log: 0.5, baseline: 1 },
      { name: '(no category)', rows: 1000, mae_log: 0.5, baseline: 1 },
    ]);
  });

  it('replays fits instead of fitting again, whatever is done to the answers', () => {
    let fits = 0;
    const { record, replay } = recordFits((values) => {
      fits++;
      return values.length === 0 ? null : values.map((value) => value + fits);
    });
    assert.ok(record !== null);
    const first = record(Float64Array.of(1, 2), 2) as Float64Array;
    assert.equal(record(new Float64Array(), 2), null);
    first[0] = 99;
    for (let round = 0; round < 2; round++) {
      const again = replay();
      assert.deepEqual(again?.(Float64Array.of(0), 2), Float64Array.of(2, 3));
      assert.equal(again?.(Float64Array.of(0), 2), null);
    }
    assert.equal(fits, 2);
    assert.equal(recordFits(null).replay(), null);
  });

  it('inserts markup as it is and everything else escaped', () => {
    assert.equal(html`<p>${'a < b'} ${html`<b>${1}</b>`}</p>`.markup, '<p>a &lt; b <b>1</b></p>');
    assert.match(table([{ name: '<x>', isNumber: true }], [['"']]).markup, /&lt;x&gt;[\s\S]*&quot;/);
  });

  it('writes numbers as people read them', () => {
    assert.equal(formatCount(1234567).replaceAll('\u2009', ' '), '1 234 567');
    assert.equal(formatShare(0.1234), '12.3 %');
    assert.equal(formatShare(Number.NaN), '–');
    assert.equal(formatFigure(null), '–');
    assert.deepEqual([1500, -2_000_000, 0, 0.5].map(formatSize), ['1.5k', '-2M', '0', '0.5']);
    assert.equal(shorten('a'.repeat(40), 10), `${'a'.repeat(9)}…`);
  });
});
