import { CATALOG, type FeatureReader } from './catalog.ts';
import type { FeatureContext } from './context.ts';

/** Number of features in a vector. */
export const FEATURE_COUNT = CATALOG.length;

/**
 * Writes the features of one context to `out[offset .. offset + 52)`; those hidden from `reader` are NaN, and their
 * formulas are not even run.
 */
export function featurize(
  context: FeatureContext,
  reader: FeatureReader,
  out: Float32Array,
  offset = 0,
): void {
  for (let i = 0; i < CATALOG.length; i++) {
    const feature = CATALOG[i];
    out[offset + i] = feature.hiddenFrom.includes(reader) ? Number.NaN : feature.compute(context);
  }
}
