import type { Clock } from '../lib/clock.ts';
import { type AccessCounts, createAccessCounts } from './access-counts.ts';
import { type Analytics, createAnalytics } from './analytics.ts';
import { createPredictionCounts, type PredictionCounts } from './predictions.ts';
import { createTraffic, type Traffic } from './traffic.ts';

/** Everything one process counts about what it serves. Nothing of it outlives the process. */
export interface Monitor {
  readonly traffic: Traffic;
  readonly predictions: PredictionCounts;
  readonly analytics: Analytics;
  readonly access: AccessCounts;
  /** Milliseconds on a clock that is never set, for measuring how long something took. */
  readonly now: () => number;
}

/** A monitor that has counted nothing; `now` is the one that durations are measured with. */
export function createMonitor(clock: Clock, now: () => number = () => performance.now()): Monitor {
  return {
    traffic: createTraffic(clock),
    predictions: createPredictionCounts(clock),
    analytics: createAnalytics(clock),
    access: createAccessCounts(),
    now,
  };
}
