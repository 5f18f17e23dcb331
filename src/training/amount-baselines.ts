import type { Transaction } from '../bank/transaction.ts';
import { quantileSorted } from '../kernels/stats/quantile.ts';

/** Simple predictors of log amounts that a model must beat. */
export const AMOUNT_BASELINES = ['overall_median', 'category_median', 'merchant_median'] as const;
export type AmountBaseline = (typeof AMOUNT_BASELINES)[number];

/**
 * What each baseline, learnt from the first `trainCount` rows, says of the rows after them: the median log amount of
 * all rows, of the row's category, of the row's exact merchant text. Where a group was not seen, the overall median.
 */
export function predictBaselines(
  rows: readonly Transaction[],
  logs: Float64Array,
  trainCount: number,
): Readonly<Record<AmountBaseline, Float64Array>> {
  return {
    overall_median: groupMedians(rows, logs, trainCount, () => ''),
    category_median: groupMedians(rows, logs, trainCount, ({ category }) => category),
    merchant_median: groupMedians(rows, logs, trainCount, ({ merchantName, description }) =>
      (merchantName || description).toLowerCase(),
    ),
  };
}

function groupMedians(
  rows: readonly Transaction[],
  logs: Float64Array,
  trainCount: number,
  keyOf: (row: Transaction) => string,
): Float64Array {
  const groups = new Map<string, number[]>();
  for (let i = 0; i < trainCount; i++) {
    const key = keyOf(rows[i]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [logs[i]]);
    else group.push(logs[i]);
  }
  const medians = new Map([...groups].map(([key, group]) => [key, medianOf(group)]));
  const overall = medianOf(logs.subarray(0, trainCount));
  return Float64Array.from(rows.slice(trainCount), (row) => {
    const key = keyOf(row);
    return key === '' ? overall : (medians.get(key) ?? overall);
  });
}

function medianOf(values: ArrayLike<number>): number {
  return quantileSorted(Float64Array.from(values).sort(), 0.5);
}
