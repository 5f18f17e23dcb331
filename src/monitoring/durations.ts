import {
  addToHistogram,
  clearHistogram,
  createLogHistogram,
  histogramQuantile,
  type LogHistogram,
  mergeHistogram,
} from '../kernels/stats/log-histogram.ts';
import type { Clock } from '../lib/clock.ts';

/** Upper bounds of the Prometheus buckets, in seconds: a prediction takes tens of microseconds, a forecast seconds. */
export const DURATION_BOUNDS: readonly number[] = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Durations since the start, for Prometheus. */
export interface DurationCounts {
  /** By bucket of {@link DURATION_BOUNDS}, not cumulative; the last one holds what is longer than all bounds. */
  readonly buckets: Float64Array;
  sumSeconds: number;
}

export function createDurationCounts(): DurationCounts {
  return { buckets: new Float64Array(DURATION_BOUNDS.length + 1), sumSeconds: 0 };
}

/** Counts one duration. */
export function countDuration(counts: DurationCounts, seconds: number): void {
  let bucket = 0;
  while (bucket < DURATION_BOUNDS.length && seconds > DURATION_BOUNDS[bucket]) bucket++;
  counts.buckets[bucket]++;
  counts.sumSeconds += seconds;
}

/** Quantiles describe the last 5 to 10 minutes: the window that is filling and the whole one before it. */
export const WINDOW_SECONDS = 300;

/** Durations in milliseconds; null where there were none. */
export interface LatencySummary {
  readonly count: number;
  readonly mean_ms: number | null;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
  readonly max_ms: number | null;
}

/** Recent durations, with quantiles of at most 2 % relative error. */
export interface LatencyWindow {
  observe(ms: number): void;
  /** A copy of what the window holds, in milliseconds. */
  read(): LogHistogram;
}

export function createLatencyWindow(clock: Clock): LatencyWindow {
  let current = createLogHistogram();
  let previous = createLogHistogram();
  let startedAt = clock();

  /** Lets windows that are over go; a clock that was set back starts a new one. */
  function turn(): void {
    const now = clock();
    const age = now - startedAt;
    if (age >= 0 && age < WINDOW_SECONDS * 1000) return;
    const isNext = age >= 0 && age < 2 * WINDOW_SECONDS * 1000;
    [current, previous] = [previous, current];
    clearHistogram(current);
    if (!isNext) clearHistogram(previous);
    startedAt = isNext ? startedAt + WINDOW_SECONDS * 1000 : now;
  }

  return {
    observe(ms) {
      turn();
      addToHistogram(current, ms);
    },
    read() {
      turn();
      return addUpHistograms([current, previous]);
    },
  };
}

/** All that several histograms counted. */
function addUpHistograms(histograms: readonly LogHistogram[]): LogHistogram {
  const all = createLogHistogram();
  for (const histogram of histograms) mergeHistogram(all, histogram);
  return all;
}

/** What the windows of one process or several say together. */
export function summariseLatency(windows: readonly LogHistogram[]): LatencySummary {
  const all = addUpHistograms(windows);
  const at = (share: number) => toMicros(histogramQuantile(all, share));
  return {
    count: all.count,
    mean_ms: toMicros(all.sum / all.count),
    p50_ms: at(0.5),
    p95_ms: at(0.95),
    p99_ms: at(0.99),
    max_ms: toMicros(all.max),
  };
}

/** Milliseconds to the microsecond; null when there is nothing to tell. */
function toMicros(ms: number): number | null {
  return Number.isFinite(ms) ? Math.round(ms * 1000) / 1000 : null;
}
