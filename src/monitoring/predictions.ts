import type { Clock } from '../lib/clock.ts';
import { MODEL_NAMES, type ModelName } from '../models/model.ts';
import {
  countDuration,
  createDurationCounts,
  createLatencyWindow,
  type DurationCounts,
  type LatencyWindow,
} from './durations.ts';

/** Steps of a prediction that are timed: reading the account's past, making the features, the model's answer. */
export const PHASES = ['history', 'features', 'model'] as const;
export type Phase = (typeof PHASES)[number];

/** How a prediction ended. An abstention and a flagged transaction are answers, counted under their own name. */
export const OUTCOMES = ['answered', 'abstained', 'flagged', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What was counted of one phase of one model. */
export interface PhaseCounts {
  readonly durations: DurationCounts;
  readonly latency: LatencyWindow;
}

/** What was counted of one model. */
export interface ModelCounts {
  readonly phases: Readonly<Record<Phase, PhaseCounts>>;
  readonly outcomes: Record<Outcome, number>;
  readonly cache: { hits: number; misses: number };
  readonly reloads: { reloaded: number; refused: number };
}

/** Predictions by model. */
export interface PredictionCounts {
  of(model: ModelName): ModelCounts;
  /** Counts how long a phase took. */
  observe(model: ModelName, phase: Phase, ms: number): void;
}

export function createPredictionCounts(clock: Clock): PredictionCounts {
  const counts = new Map(MODEL_NAMES.map((name) => [name, createModelCounts(clock)]));
  const of = (model: ModelName) => counts.get(model) as ModelCounts;
  return {
    of,
    observe(model, phase, ms) {
      const { durations, latency } = of(model).phases[phase];
      countDuration(durations, ms / 1000);
      latency.observe(ms);
    },
  };
}

function createModelCounts(clock: Clock): ModelCounts {
  const phase = (): PhaseCounts => ({
    durations: createDurationCounts(),
    latency: createLatencyWindow(clock),
  });
  return {
    phases: { history: phase(), features: phase(), model: phase() },
    outcomes: { answered: 0, abstained: 0, flagged: 0, failed: 0 },
    cache: { hits: 0, misses: 0 },
    reloads: { reloaded: 0, refused: 0 },
  };
}
