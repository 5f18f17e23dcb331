import { localTime } from '../bank/calendar.ts';
import type { Transaction } from '../bank/transaction.ts';
import { createReplay, type Replay } from '../features/replay.ts';
import { logAmount } from '../features/statistics.ts';
import type { IsolationForest } from '../kernels/isolation-forest/forest.ts';
import { growIsolationForest } from '../kernels/isolation-forest/grow.ts';
import { isolationScore } from '../kernels/isolation-forest/predict.ts';
import { lowerBound, rankSorted } from '../kernels/stats/quantile.ts';
import { type AnomalyArtifact, measure } from '../models/anomaly.ts';
import { breathe } from './breathe.ts';
import { PLANTINGS } from './plant-anomalies.ts';
import type { TrainOptions } from './trainer.ts';

/** Gives each transaction a number, higher is stranger; `past` is the replay as it stands then. */
export type Strangeness = (transaction: Transaction, replay: Replay) => number;

/** How strange the rows of a stretch of time are found, as they are and with something planted in a sample of them. */
export interface AnomalyVerdicts {
  readonly strangeness: Float64Array;
  /** By planting: the strangeness of each planted row. */
  readonly planted: readonly Float64Array[];
}

const PLANTED_MAX = 4000;
const BREATHE_ROWS = 256;

/** Judges the rows from `from` on, in order of time, each with the rows before it as history. */
export async function judgeRows(
  rows: readonly Transaction[],
  from: number,
  strangeness: Strangeness,
  { onProgress, signal }: Pick<TrainOptions, 'onProgress' | 'signal'>,
  step = 'judging the newest part',
): Promise<AnomalyVerdicts> {
  const replay = createReplay();
  const count = rows.length - from;
  const every = Math.max(1, Math.ceil(count / PLANTED_MAX));
  const own = new Float64Array(count);
  const planted: number[][] = PLANTINGS.map(() => []);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (i >= from) {
      own[i - from] = strangeness(row, replay);
      for (const [p, { plant }] of PLANTINGS.entries()) {
        const strange = (i - from) % every === 0 ? plant(row) : null;
        if (strange !== null) planted[p].push(strangeness(strange, replay));
      }
    }
    replay.remember(row, '');
    if (i % BREATHE_ROWS === 0) {
      onProgress?.(step, i, rows.length);
      await breathe(signal);
    }
  }
  onProgress?.(step, rows.length, rows.length);
  return { strangeness: own, planted: planted.map((list) => Float64Array.from(list)) };
}

/** The model's strangeness: minus the share of ordinary traffic that is stranger. */
export function byModel(artifact: AnomalyArtifact, timezone: string): Strangeness {
  return (row, replay) => -measure(artifact, row, replay.past(row), timezone).tailShare;
}

/** The baseline: an isolation forest on log amount, hour and weekday, as one would plainly set it up. */
export function byPlainForest(
  rows: readonly Transaction[],
  { timezone, seed }: Pick<TrainOptions, 'timezone' | 'seed'>,
): Strangeness {
  const data = new Float32Array(rows.length * PLAIN);
  for (const [i, row] of rows.entries()) writePlain(row, timezone, data, i * PLAIN);
  const forest: IsolationForest = growIsolationForest(
    { rows: data, rowCount: rows.length, featureCount: PLAIN },
    { seed },
  );
  const scratch = new Float32Array(PLAIN);
  return (row) => {
    writePlain(row, timezone, scratch, 0);
    return isolationScore(forest, scratch);
  };
}

const PLAIN = 3;

function writePlain(row: Transaction, timezone: string, out: Float32Array, offset: number): void {
  const { hour, minute, dayOfWeek } = localTime(row.at, timezone);
  out[offset] = Math.expm1(logAmount(row));
  out[offset + 1] = row.timeKnown ? hour + minute / 60 : Number.NaN;
  out[offset + 2] = dayOfWeek;
}

/** Rank of each planted row among the rows as they are, 0..1; their mean is the area under the ROC curve. */
export function rankPlanted({ strangeness, planted }: AnomalyVerdicts): readonly Float64Array[] {
  const sorted = Float64Array.from(strangeness).sort();
  return planted.map((values) => values.map((value) => rankSorted(sorted, value)));
}

/** Share of rows at or above a limit of strangeness. */
export function shareFrom(values: Float64Array, limit: number): number {
  const sorted = Float64Array.from(values).sort();
  return values.length === 0 ? Number.NaN : 1 - lowerBound(sorted, limit) / values.length;
}
