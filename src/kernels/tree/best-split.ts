import { MISSING_CODE } from './bins.ts';

/** The best split found so far in a node; its score is numerator / denominator, compared without dividing. */
export interface BestSplit {
  /** -1 while none was found. */
  feature: number;
  /** Codes up to this one go left. */
  rank: number;
  missingLeft: boolean;
  /** Whether the node has missing values of the feature, so that their side was learnt. */
  sawMissing: boolean;
  leftWeight: number;
  numerator: number;
  denominator: number;
}

export function createBestSplit(): BestSplit {
  return {
    feature: -1,
    rank: 0,
    missingLeft: false,
    sawMissing: false,
    leftWeight: 0,
    numerator: -1,
    denominator: 1,
  };
}

/** Forgets the split of the node before. */
export function clearBestSplit(best: BestSplit): void {
  best.feature = -1;
  best.numerator = -1;
  best.denominator = 1;
}

/** Notes a better split between two neighbouring codes of a feature. */
export function acceptSplit(
  best: BestSplit,
  feature: number,
  binCount: number,
  code: number,
  next: number,
  missingLeft: boolean,
  sawMissing: boolean,
  leftWeight: number,
  numerator: number,
  denominator: number,
): void {
  best.feature = feature;
  // Midway between the codes seen; what is not missing stays on one side when the split is "missing or not".
  best.rank = next === MISSING_CODE ? binCount - 1 : (code + next - 1) >> 1;
  best.missingLeft = missingLeft;
  best.sawMissing = sawMissing;
  best.leftWeight = leftWeight;
  best.numerator = numerator;
  best.denominator = denominator;
}
