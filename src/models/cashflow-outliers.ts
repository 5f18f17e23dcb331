import type { Stream } from './recurring.ts';

/** Fewer days with money than this are all ordinary. */
const DAYS_MIN = 14;
/** A day this many times the largest ordinary one is taken for a slip or a once-in-years event. */
const TIMES = 4;
const SHARE = 0.01;

/**
 * Marks absurd days as missing, so that no mean follows them: those above four times the largest day once the top
 * hundredth (at least one day) is left out. Days on which a recurring stream paid are never absurd.
 */
export function setAsideOutliers(
  values: Float64Array,
  streams: readonly Stream[],
  first: number,
): { readonly values: Float64Array; readonly outliers: readonly number[] } {
  const sorted = values.filter((value) => value > 0).sort();
  if (sorted.length < DAYS_MIN) return { values, outliers: [] };
  const ordinary = sorted[sorted.length - 1 - Math.ceil(sorted.length * SHARE)];
  const isPlanned = new Set(streams.flatMap((stream) => stream.payments.map(({ day }) => day - first)));
  const outliers: number[] = [];
  const cleaned = values.slice();
  for (let i = 0; i < values.length; i++) {
    if (!(values[i] > TIMES * ordinary) || isPlanned.has(i)) continue;
    outliers.push(i);
    cleaned[i] = Number.NaN;
  }
  return { values: cleaned, outliers };
}
