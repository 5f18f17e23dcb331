import { CATALOG } from '../features/catalog.ts';
import { featureImportance } from '../kernels/forest/importance.ts';

/** Mean decrease in impurity of each feature in a forest over the 52, by name, largest first; they sum to 1. */
export function nameImportance(forest: Parameters<typeof featureImportance>[0]): Record<string, number> {
  const importance = featureImportance(forest);
  const named = CATALOG.map(({ name }, i): [string, number] => [name, importance[i]]);
  return Object.fromEntries(named.sort((a, b) => b[1] - a[1]));
}
