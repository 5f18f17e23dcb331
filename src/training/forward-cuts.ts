// Shares of the training rows at which forward blocks begin: each block is read by what lies before it.
const CUTS = [0.35, 0.48, 0.61, 0.74, 0.87];
const CUTS_SIMPLE = [0.4, 0.7];

/** Ascending row numbers: starts of the forward blocks of `trainCount` time-ordered rows, then `trainCount` itself. */
export function forwardCuts(trainCount: number, isSimple: boolean): readonly number[] {
  const shares = isSimple ? CUTS_SIMPLE : CUTS;
  const starts = shares.map((share) => Math.max(1, Math.floor(share * trainCount)));
  return [...new Set([...starts, trainCount])].sort((a, b) => a - b);
}
