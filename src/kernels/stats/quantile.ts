/**
 * Quantile of the first `length` entries of an ascending array by linear interpolation (type 7 of Hyndman and Fan,
 * 1996; numpy's default). NaN for an empty array.
 */
export function quantileSorted(sorted: ArrayLike<number>, q: number, length = sorted.length): number {
  if (length === 0) return Number.NaN;
  const position = q * (length - 1);
  const low = Math.floor(position);
  const high = Math.ceil(position);
  const floor = sorted[low];
  return low === high ? floor : floor + (sorted[high] - floor) * (position - low);
}

/**
 * Median absolute deviation from `centre` of the first `length` entries of an ascending array, without a copy: the
 * deviations grow outward from the centre, so two pointers walk inward from both ends.
 */
export function deviationSorted(sorted: ArrayLike<number>, centre: number, length = sorted.length): number {
  if (length === 0) return Number.NaN;
  let low = 0;
  let high = length - 1;
  // The largest deviations sit at the ends; drop them until the middle one (or two) remain.
  const dropped = Math.floor((length - 1) / 2);
  for (let i = 0; i < dropped; i++) {
    if (centre - sorted[low] > sorted[high] - centre) low++;
    else high--;
  }
  const a = Math.max(Math.abs(centre - sorted[low]), Math.abs(sorted[high] - centre));
  if (length % 2 === 1) return a;
  if (centre - sorted[low] > sorted[high] - centre) low++;
  else high--;
  return (a + Math.max(Math.abs(centre - sorted[low]), Math.abs(sorted[high] - centre))) / 2;
}

/** Share of the first `length` ascending entries below `value`, ties counted half; NaN for an empty array or value. */
export function rankSorted(sorted: ArrayLike<number>, value: number, length = sorted.length): number {
  if (length === 0 || Number.isNaN(value)) return Number.NaN;
  const below = lowerBound(sorted, value, length);
  let end = below;
  let step = length;
  while (end < step) {
    const middle = (end + step) >> 1;
    if (sorted[middle] <= value) end = middle + 1;
    else step = middle;
  }
  return (below + end) / (2 * length);
}

/** Index of the first of `length` ascending entries that is not below `value`. */
export function lowerBound(sorted: ArrayLike<number>, value: number, length = sorted.length): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
