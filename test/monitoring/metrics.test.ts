import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fixedClock } from '../../src/lib/clock.ts';
import { MODEL_NAMES } from '../../src/models/model.ts';
import { createMetrics, METRICS, writeMetrics } from '../../src/monitoring/metrics.ts';
import { createMonitor } from '../../src/monitoring/monitor.ts';
import { NOW } from '../harness.ts';
import { parsePrometheus } from './prometheus-text.ts';

function setUp() {
  const monitor = createMonitor(fixedClock(NOW));
  const readMetrics = createMetrics({
    version: '1.2.3',
    monitor,
    isServing: (name) => name === 'category_prediction',
    cacheEntries: () => 7,
    isLimitDegraded: () => true,
  });
  const write = async () => writeMetrics([await readMetrics()]);
  return { monitor, readMetrics, write, read: async () => parsePrometheus(await write()) };
}

describe('metrics', () => {
  it('writes every series of the table with what was counted, as strict Prometheus text', async () => {
    const { monitor, read } = setUp();
    const route = monitor.traffic.route('POST', '/predict/category');
    route.observe(200, 0.4);
    route.observe(200, 40);
    route.observe(422, 1);
    monitor.predictions.observe('category_prediction', 'features', 0.03);
    const counts = monitor.predictions.of('category_prediction');
    counts.outcomes.abstained = 3;
    counts.cache.hits = 2;
    counts.reloads.refused = 1;
    monitor.access.failures.reload = 4;
    monitor.access.replays = 5;
    const families = await read();
    for (const { name, type, help } of METRICS) {
      assert.equal(families.get(name)?.type, type, name);
      assert.equal(families.get(name)?.help, help);
    }
    const value = (family: string, name: string, labels: Record<string, string>) =>
      families
        .get(family)
        ?.samples.find(
          (sample) =>
            sample.name === name &&
            Object.entries(labels).every(([key, label]) => sample.labels[key] === label),
        )?.value;
    const http = 'titans_http_request_duration_seconds';
    assert.equal(value(http, `${http}_count`, { route: '/predict/category', status: '200' }), 2);
    assert.equal(value(http, `${http}_bucket`, { status: '200', le: '0.0005' }), 1);
    assert.equal(value(http, `${http}_sum`, { status: '422', method: 'POST' }), 0.001);
    const phase = 'titans_prediction_duration_seconds';
    assert.equal(value(phase, `${phase}_count`, { model: 'category_prediction', phase: 'features' }), 1);
    const simple = (name: string, labels: Record<string, string> = {}) => value(name, name, labels);
    assert.equal(simple('titans_predictions_total', { outcome: 'abstained' }), 3);
    assert.equal(simple('titans_feature_cache_hits_total', { model: 'category_prediction' }), 2);
    assert.equal(simple('titans_feature_cache_entries'), 7);
    assert.equal(simple('titans_rate_limit_degraded'), 1);
    assert.equal(simple('titans_models_ready'), 1);
    assert.equal(simple('titans_model_ready', { model: 'amount_prediction' }), 0);
    assert.equal(simple('titans_model_reloads_total', { outcome: 'refused' }), 1);
    assert.equal(simple('titans_access_failures_total', { work: 'reload' }), 4);
    assert.equal(simple('titans_refresh_replays_total'), 5);
    assert.equal(simple('titans_build_info', { version: '1.2.3' }), 1);
    for (const usual of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
    ])
      assert.ok(families.has(usual), usual);
  });

  it('names series in base units, and each only with the labels of its row', async () => {
    const { monitor, read } = setUp();
    monitor.traffic.route('GET', '/health').observe(200, 1);
    const families = await read();
    for (const { name, type, labels } of METRICS) {
      assert.match(name, /^titans_[a-z_]+$/);
      if (type === 'counter') assert.match(name, /_total$/);
      else assert.doesNotMatch(name, /_total$/);
      if (type === 'histogram') assert.match(name, /_seconds$/);
      assert.doesNotMatch(name, /_(ms|milliseconds|kb|mb|percent|ratio)/);
      for (const sample of families.get(name)?.samples ?? []) {
        const { le: _le, ...own } = sample.labels;
        assert.deepEqual(Object.keys(own).sort(), [...labels].sort(), name);
      }
    }
  });

  it('gives every model its series before the first prediction, so that a rate starts at zero', async () => {
    const families = await setUp().read();
    for (const { name, labels } of METRICS.filter((row) => row.labels.includes('model'))) {
      const found = new Set(families.get(name)?.samples.map((sample) => sample.labels.model));
      assert.deepEqual([...found], [...MODEL_NAMES], `${name} by ${labels}`);
    }
  });

  it('reads at the time it is asked', async () => {
    const { monitor, read } = setUp();
    await read();
    monitor.traffic.inFlight = 5;
    assert.equal((await read()).get('titans_http_requests_in_flight')?.samples[0].value, 5);
  });

  // A second opinion where there is one; the strict reader above is the check.
  if (spawnSync('promtool', ['--version']).status === 0) {
    it('satisfies promtool', async () => {
      const { monitor, write } = setUp();
      monitor.traffic.route('GET', '/health').observe(200, 1);
      const own = (await write()).split('\n\n').filter((family) => family.startsWith('# HELP titans_'));
      const input = `${own.join('\n')}\n`;
      const run = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
      assert.equal(run.status, 0, run.stdout + run.stderr);
    });
  }

  it('adds up what processes counted, and tells of readiness the least', async () => {
    const [one, other] = [setUp(), setUp()];
    one.monitor.traffic.route('POST', '/predict/category').observe(200, 0.4);
    other.monitor.traffic.route('POST', '/predict/category').observe(200, 40);
    const readings = structuredClone([await one.readMetrics(), await other.readMetrics()]);
    const families = parsePrometheus(await writeMetrics(readings));
    for (const { name, type, help } of METRICS) {
      assert.deepEqual([families.get(name)?.type, families.get(name)?.help], [type, help], name);
    }
    const text = await writeMetrics(readings);
    assert.match(text, /^titans_http_request_duration_seconds_count\{[^}]*\} 2$/m);
    assert.match(text, /^titans_http_request_duration_seconds_bucket\{[^}]*le="0.0005"[^}]*\} 1$/m);
    assert.match(text, /^titans_models_ready 1$/m);
    assert.match(text, /^titans_feature_cache_entries 14$/m);
    assert.match(text, /^titans_build_info\{version="1.2.3"\} 1$/m);
  });
});
