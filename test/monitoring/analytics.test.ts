import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Analytics, createAnalytics, reportAnalytics } from '../../src/monitoring/analytics.ts';
import { NOW } from '../harness.ts';

const HOUR_MS = 3_600_000;

function report({ counts }: Analytics, now = NOW) {
  return reportAnalytics([counts], now);
}

describe('analytics', () => {
  it('reports nothing but zeros and nulls before anything was answered', () => {
    const empty = report(createAnalytics(() => NOW));
    assert.equal(empty.since, '2025-01-06T09:30:00.000Z');
    assert.equal(empty.predictions.total, 0);
    assert.equal(empty.category.abstention_share, null);
    assert.deepEqual(empty.category.mix, []);
    assert.deepEqual(empty.amount, { count: 0, mean: null, p50: null, p95: null, max: null });
    assert.equal(empty.anomaly.anomaly_rate, null);
    assert.equal(empty.predictions.by_hour.length, 24);
  });

  it('counts what answers said: mix, confidence, bands, abstentions, amounts, anomalies', () => {
    const analytics = createAnalytics(() => NOW);
    analytics.category('Rent', 1, 'VERY_HIGH', false);
    analytics.category('Food', 0.95, 'HIGH', false);
    analytics.category('Food', 0.25, 'LOW', true);
    analytics.category('Fees', 0, 'LOW', true);
    for (const amount of [-10, 10, -30]) analytics.amount(amount);
    analytics.anomaly(true, 'critical');
    analytics.anomaly(false, 'low');
    analytics.anomaly(false, 'low');
    analytics.anomaly(false, 'medium');
    analytics.cashflow();
    const { predictions, category, amount, anomaly, cashflow } = report(analytics);
    assert.equal(predictions.total, 12);
    assert.deepEqual(predictions.by_model, {
      category_prediction: 4,
      amount_prediction: 3,
      anomaly_detection: 4,
      cashflow_forecasting: 1,
    });
    assert.deepEqual(predictions.by_hour.at(-1), { hour: '2025-01-06T09:00:00.000Z', count: 12 });
    assert.deepEqual(category.mix, [
      { category: 'Food', count: 2, share: 0.5 },
      { category: 'Fees', count: 1, share: 0.25 },
      { category: 'Rent', count: 1, share: 0.25 },
    ]);
    assert.equal(category.abstention_share, 0.5);
    assert.equal(category.mean_confidence, 0.55);
    assert.deepEqual(category.confidence_bands, { VERY_HIGH: 1, HIGH: 1, MEDIUM: 0, LOW: 2 });
    assert.deepEqual(
      category.confidence_histogram.map((bin) => bin.count),
      [1, 0, 1, 0, 0, 0, 0, 0, 0, 2],
    );
    assert.deepEqual(category.confidence_histogram[2], { from: 0.2, to: 0.3, count: 1 });
    assert.equal(amount.count, 3);
    assert.equal(amount.mean, 16.67);
    assert.equal(amount.max, 30);
    assert.ok(Math.abs((amount.p50 ?? 0) - 10) <= 0.2);
    assert.deepEqual(anomaly, {
      count: 4,
      flagged: 1,
      anomaly_rate: 0.25,
      risk_levels: { low: 2, medium: 1, high: 0, critical: 1 },
    });
    assert.equal(cashflow.count, 1);
  });

  it('counts at most 256 categories apart, and loses none of the rest', () => {
    const analytics = createAnalytics(() => NOW);
    for (let i = 0; i < 1000; i++) analytics.category(`category ${i}`, 0.5, 'LOW', false);
    analytics.category('category 3', 0.5, 'LOW', false);
    const { mix, other, count } = report(analytics).category;
    assert.equal(mix.length, 256);
    assert.equal(other, 744);
    assert.equal(mix[0].category, 'category 3');
    assert.equal(
      mix.reduce((sum, row) => sum + row.count, other),
      count,
    );
  });

  it('forgets an hour once it is a day old', () => {
    let now = NOW;
    const analytics = createAnalytics(() => now);
    analytics.cashflow();
    now += 23 * HOUR_MS;
    analytics.cashflow();
    const day = report(analytics, now).predictions.by_hour;
    assert.deepEqual([day[0].count, day[23].count], [1, 1]);
    assert.equal(day[0].hour, '2025-01-06T09:00:00.000Z');
    now += HOUR_MS;
    const next = report(analytics, now).predictions.by_hour;
    assert.equal(
      next.reduce((sum, row) => sum + row.count, 0),
      1,
    );
    analytics.cashflow();
    assert.equal(
      report(analytics, now).predictions.by_hour[23].count,
      1,
      'the place of a day before is counted anew',
    );
    assert.equal(report(analytics, now).predictions.total, 3);
  });

  it('adds up what processes counted as if one had counted it all', () => {
    let now = NOW;
    const processes = [
      createAnalytics(() => NOW - 5000),
      createAnalytics(() => now),
      createAnalytics(() => now),
    ];
    const alone = createAnalytics(() => now);
    for (let i = 0; i < 600; i++) {
      now = NOW + (i % 3) * HOUR_MS;
      for (const one of [processes[1 + (i % 2)], alone]) {
        one.category(`category ${i % 7}`, (i % 100) / 100, i % 3 === 0 ? 'LOW' : 'HIGH', i % 5 === 0);
        one.amount(i);
        one.anomaly(i % 11 === 0, 'low');
      }
    }
    // What goes from process to process is a copy.
    const counts = processes.map((one) => structuredClone(one.counts));
    const together = reportAnalytics(counts, now);
    assert.equal(together.processes, 3);
    assert.equal(together.since, new Date(NOW - 5000).toISOString());
    const expected = report(alone, now);
    const mean = together.category.mean_confidence as number;
    assert.ok(Math.abs(mean - (expected.category.mean_confidence as number)) < 1e-12);
    assert.deepEqual(
      { ...together, since: '', processes: 1, category: { ...together.category, mean_confidence: 0 } },
      { ...expected, since: '', category: { ...expected.category, mean_confidence: 0 } },
    );
  });
});
