import type { Stream } from './recurring.ts';

/** From so many days with money on, it is known what an ordinary one is. */
const DAYS_MIN = 14;
/** A day this many times the largest ordinary one is taken for a slip or a once-in-years event. */
const TIMES = 4;
const SHARE = 0.01;
/** Of fewer days one may be much larger than the others and come again, such as the only rent among groceries. */
const TIMES_OF_FEW = 100;

/**
 * Marks absurd days as missing, so that no mean follows them: those above four times the largest day once the top
 * hundredth (at least one day) is left out. Where there are too few days to know, the largest is marked only if it is a
 * hundred times every other day and every day of `others`, the money in the other direction: next to a little interest a
 * salary is no slip. Days on which a recurring stream paid are never absurd.
 */
export function setAsideOutliers(
  values: Float64Array,
  others: Float64Array,
  streams: readonly Stream[],
  first: number,
): { readonly values: Float64Array; readonly outliers: readonly number[] } {
  const limit = mostOrdinary(values, others);
  if (limit === null) return { values, outliers: [] };
  const isPlanned = new Set(streams.flatMap((stream) => stream.payments.map(({ day }) => day - first)));
  const outliers: number[] = [];
  const cleaned = values.slice();
  for (let i = 0; i < values.length; i++) {
    if (!(values[i] > limit) || isPlanned.has(i)) continue;
    outliers.push(i);
    cleaned[i] = Number.NaN;
  }
  return { values: cleaned, outliers };
}

/** The most that a day may have without being absurd; null where nothing tells. */
function mostOrdinary(values: Float64Array, others: Float64Array): number | null {
  const sorted = values.filter((value) => value > 0).sort();
  const { length } = sorted;
  if (length >= DAYS_MIN) return TIMES * sorted[length - 1 - Math.ceil(length * SHARE)];
  const known = others.filter((value) => value > 0);
  // A day that has no other of its kind is told by the other direction alone, which must then be known well.
  if (length < 2 && known.length < DAYS_MIN) return null;
  const next = length < 2 ? 0 : sorted[length - 2];
  return TIMES_OF_FEW * known.reduce((most, value) => Math.max(most, value), next);
}
