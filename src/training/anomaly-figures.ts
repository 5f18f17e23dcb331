import type { Transaction } from '../bank/transaction.ts';
import { createReplay } from '../features/replay.ts';
import { type AnomalyArtifact, assess } from '../models/anomaly.ts';
import { breathe } from './breathe.ts';
import { type AnomalyVerdicts, shareFrom } from './judge-anomaly.ts';
import { PLANTINGS } from './plant-anomalies.ts';
import type { TrainOptions } from './trainer.ts';

/** What the report of an anomaly model draws. */
export interface AnomalyFigures {
  /** Shares of rows by score in equal-width bins from 0 to 1: the rows as they are, then those of each planting. */
  readonly distributions: readonly {
    readonly kind: string;
    readonly meaning: string;
    readonly rows: number;
    readonly shares: readonly number[];
  }[];
  /** Share of the newest rows flagged at sensitivities from small to large. */
  readonly flagged: readonly { readonly sensitivity: number; readonly share: number }[];
  /** What the reasons of the strangest of the newest rows name, most evidence first. */
  readonly reasons: readonly {
    readonly feature: string;
    /** Share of those rows that name it, and its mean share of their evidence. */
    readonly named: number;
    readonly evidence: number;
  }[];
  readonly reasonRows: number;
}

const BINS = 25;
const FLAGGED = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];
/** Asking for reasons takes a hundred times as long as a score. */
const REASON_ROWS_MAX = 300;
const REASON_ROWS_MIN = 100;
const REASON_SHARE = 0.01;
const BREATHE_ROWS = 1024;

/** Counts what was found strange among the rows from `from` on, and asks the strangest ones for their reasons. */
export async function collectAnomalyFigures(
  rows: readonly Transaction[],
  from: number,
  artifact: AnomalyArtifact,
  verdicts: AnomalyVerdicts,
  { timezone, signal }: Pick<TrainOptions, 'timezone' | 'signal'>,
): Promise<AnomalyFigures> {
  const distributions = [
    { kind: 'as they are', meaning: 'the newest rows', values: verdicts.strangeness },
    ...PLANTINGS.map(({ kind, meaning }, p) => ({ kind, meaning, values: verdicts.planted[p] })),
  ].map(({ kind, meaning, values }) => ({ kind, meaning, rows: values.length, shares: binScores(values) }));
  const strangest = Array.from(verdicts.strangeness, (value, i) => ({ value, i }))
    .sort((a, b) => b.value - a.value || a.i - b.i)
    .slice(
      0,
      Math.min(
        REASON_ROWS_MAX,
        Math.max(REASON_ROWS_MIN, Math.ceil(REASON_SHARE * verdicts.strangeness.length)),
      ),
    );
  const wanted = new Set(strangest.map(({ i }) => from + i));

  const replay = createReplay();
  const found = new Map<string, { named: number; evidence: number }>();
  for (const [i, row] of rows.entries()) {
    if (wanted.has(i)) {
      for (const { feature, contribution } of assess(artifact, row, replay.past(row), timezone).reasons) {
        const reason = found.get(feature) ?? { named: 0, evidence: 0 };
        found.set(feature, { named: reason.named + 1, evidence: reason.evidence + contribution });
      }
    }
    replay.remember(row, '');
    if (i % BREATHE_ROWS === 0) await breathe(signal);
  }
  return {
    distributions,
    flagged: FLAGGED.map((sensitivity) => ({
      sensitivity,
      share: shareFrom(verdicts.strangeness, -sensitivity),
    })),
    reasons: [...found]
      .map(([feature, { named, evidence }]) => ({
        feature,
        named: named / wanted.size,
        evidence: evidence / wanted.size,
      }))
      .sort((a, b) => b.evidence - a.evidence),
    reasonRows: wanted.size,
  };
}

/** Shares of scores (1 + strangeness, the share of ordinary traffic that is less strange) by bin. */
function binScores(strangeness: Float64Array): number[] {
  const shares = new Array<number>(BINS).fill(0);
  for (const value of strangeness)
    shares[Math.min(BINS - 1, Math.max(0, Math.floor((1 + value) * BINS)))] += 1 / strangeness.length;
  return shares;
}
