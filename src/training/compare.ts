import type { Transaction } from '../bank/transaction.ts';
import { pairedBootstrap } from '../kernels/metrics/bootstrap.ts';
import type { Comparison } from './trainer.ts';

/** Fewer later rows than this say too little; the active version's recipe is then refitted instead. */
export const COMPARED_ROWS_MIN = 30;

/** Position of the first row from `from` on, in order of time, that the active version has not seen either. */
export function firstLaterRow(rows: readonly Transaction[], from: number, trainedUntil: number): number {
  let later = from;
  while (later < rows.length && rows[later].at <= trainedUntil) later++;
  return later;
}

/** Metrics of comparisons that are errors. */
const ERROR_METRICS: ReadonlySet<string> = new Set(['mae_log', 'wape']);

/** Whether less of a compared metric is better. */
export function isLowerBetter(metric: string): boolean {
  return ERROR_METRICS.has(metric);
}

/** Compares two versions by what each scored of `metric` on the same rows: paired bootstrap of the difference of the means. */
export function compareScores(
  metric: string,
  { version, basis, seed }: Pick<Comparison, 'version' | 'basis'> & { readonly seed: number },
  ours: Float64Array | Uint8Array,
  theirs: Float64Array | Uint8Array,
): Comparison {
  const { lower, upper } = pairedBootstrap(ours, theirs, { seed });
  return {
    version,
    basis,
    rows: ours.length,
    unit: 'rows',
    metric,
    value_new: mean(ours),
    value_active: mean(theirs),
    difference: [lower, upper],
    is_worse: isLowerBetter(metric) ? lower > 0 : upper < 0,
  };
}

function mean(values: Float64Array | Uint8Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
