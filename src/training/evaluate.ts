import type { Transaction } from '../bank/transaction.ts';
import type { PastRow } from '../features/past.ts';
import { createReplay } from '../features/replay.ts';
import { ABSTAIN_BELOW, type CategoryArtifact, judge } from '../models/category.ts';
import { breathe } from './breathe.ts';
import { type CategoryScores, createVerdicts, scoreVerdicts, type Verdicts } from './score-category.ts';

export interface EvaluateOptions {
  readonly timezone: string;
  /** Rows before those to be judged, in order of time: their accounts' confirmed history. */
  readonly before?: readonly Transaction[];
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Scores of a model on labelled rows, with the verdict on each row in their order. */
export interface Evaluation {
  readonly scores: CategoryScores;
  readonly verdicts: Verdicts;
  /** Category of each class number of the verdicts. */
  readonly names: readonly string[];
}

/** Collects verdicts on labelled rows, asked one by one in whatever order. */
export interface CategoryJudging {
  readonly verdicts: Verdicts;
  /** Category of each class number of the verdicts. */
  readonly names: readonly string[];
  /** Asks the model about row `i` of those to be judged; the row's own category is only compared with. */
  judge(i: number, row: Transaction, past: readonly PastRow[]): void;
}

/** Room for the verdicts of a model on `rows`. */
export function openCategoryJudging(
  artifact: CategoryArtifact,
  rows: readonly Transaction[],
  timezone: string,
): CategoryJudging {
  const { categories, categoryCodes } = artifact.statistics;
  const codes = new Map(categoryCodes);
  for (const { category } of rows) if (!codes.has(category)) codes.set(category, codes.size);
  const verdicts = createVerdicts(rows.length, codes.size);
  return {
    verdicts,
    names: [...codes].sort(([, a], [, b]) => a - b).map(([name]) => name),
    judge(i, row, past) {
      const { best } = judge(artifact, row, past, timezone);
      const { joint } = artifact.scratch;
      const truth = codes.get(row.category) as number;
      verdicts.truth[i] = truth;
      verdicts.predicted[i] = best;
      verdicts.confidence[i] = joint[best];
      verdicts.probability[i] = truth < categories.length ? joint[truth] : 0;
      let squares = truth < categories.length ? 0 : 1;
      for (let k = 0; k < joint.length; k++) squares += (joint[k] - (k === truth ? 1 : 0)) ** 2;
      verdicts.squaredError[i] = squares;
    },
  };
}

const BREATHE_ROWS = 1024;

/**
 * Judges a category model on labelled rows in order of time. Rows see earlier ones as history, but never their
 * categories: what is judged is a stretch of time in which nobody confirmed anything.
 */
export async function evaluateCategory(
  artifact: CategoryArtifact,
  rows: readonly Transaction[],
  options: EvaluateOptions,
): Promise<Evaluation> {
  const judging = openCategoryJudging(artifact, rows, options.timezone);
  const replay = createReplay();
  for (const row of options.before ?? []) replay.remember(row, row.category);
  for (const [i, row] of rows.entries()) {
    judging.judge(i, row, replay.past(row));
    replay.remember(row, '');
    if (i % BREATHE_ROWS === 0) {
      options.onProgress?.(i, rows.length);
      await breathe(options.signal);
    }
  }
  options.onProgress?.(rows.length, rows.length);
  const { verdicts, names } = judging;
  return { scores: scoreVerdicts(verdicts, ABSTAIN_BELOW), verdicts, names };
}
