import type { Forest } from './forest.ts';

/** Mean decrease of Gini impurity by feature, summing to 1 (all 0 where no tree split); a new array. */
export function featureImportance(forest: Pick<Forest, 'importance'>): Float64Array {
  return forest.importance.slice();
}
