import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  countDuration,
  createDurationCounts,
  createLatencyWindow,
  DURATION_BOUNDS,
  summariseLatency,
  WINDOW_SECONDS,
} from '../../src/monitoring/durations.ts';

describe('durations', () => {
  it('fall into the bucket whose bound they do not exceed', () => {
    const counts = createDurationCounts();
    for (const seconds of [0, 0.00005, 0.000051, 0.001, 10, 10.1, 1000]) countDuration(counts, seconds);
    const at = (bound: number) => counts.buckets[DURATION_BOUNDS.indexOf(bound)];
    assert.equal(at(0.00005), 2);
    assert.equal(at(0.0001), 1);
    assert.equal(at(0.001), 1);
    assert.equal(at(10), 1);
    assert.equal(counts.buckets[DURATION_BOUNDS.length], 2);
    assert.ok(Math.abs(counts.sumSeconds - 1020.101101) < 1e-9);
  });
});

describe('latency window', () => {
  const WINDOW_MS = WINDOW_SECONDS * 1000;

  it('tells what it saw, to 2 %, and null before it saw anything', () => {
    const window = createLatencyWindow(() => 0);
    assert.deepEqual(summariseLatency([window.read()]), {
      count: 0,
      mean_ms: null,
      p50_ms: null,
      p95_ms: null,
      p99_ms: null,
      max_ms: null,
    });
    for (let ms = 1; ms <= 100; ms++) window.observe(ms);
    const { count, mean_ms, p50_ms, p95_ms, p99_ms, max_ms } = summariseLatency([window.read()]);
    assert.deepEqual([count, mean_ms, max_ms], [100, 50.5, 100]);
    for (const [found, exact] of [
      [p50_ms, 50],
      [p95_ms, 95],
      [p99_ms, 99],
    ] as const)
      assert.ok(found !== null && Math.abs(found - exact) <= 0.02 * exact, `${found}`);
  });

  it('keeps the window before and forgets older ones, whenever it is asked', () => {
    let now = 1_000_000;
    const window = createLatencyWindow(() => now);
    window.observe(1);
    now += WINDOW_MS;
    assert.equal(summariseLatency([window.read()]).count, 1, 'the window before counts');
    window.observe(2);
    now += WINDOW_MS;
    assert.deepEqual(
      [summariseLatency([window.read()]).count, summariseLatency([window.read()]).max_ms],
      [1, 2],
    );
    now += 10 * WINDOW_MS;
    assert.equal(summariseLatency([window.read()]).count, 0, 'nothing was seen for long');
    window.observe(3);
    now -= 5 * WINDOW_MS;
    assert.equal(summariseLatency([window.read()]).count, 0, 'a clock that was set back starts anew');
    window.observe(4);
    assert.equal(summariseLatency([window.read()]).count, 1);
  });
});
