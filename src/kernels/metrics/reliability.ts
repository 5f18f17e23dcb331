import { assert } from '../../lib/assert.ts';

/** One equal-width bin `(lower, upper]` of confidence; the first also holds 0. Means are NaN in an empty bin. */
export interface ReliabilityBin {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
  readonly confidence: number;
  readonly accuracy: number;
}

const BINS = 15;

/** Rows by confidence in `bins` equal-width bins, with mean confidence and share correct (`correct` holds 0 or 1). */
export function reliabilityTable(
  confidence: ArrayLike<number>,
  correct: ArrayLike<number>,
  bins = BINS,
): ReliabilityBin[] {
  assert(confidence.length === correct.length, 'one outcome per confidence');
  const counts = new Float64Array(bins);
  const confidences = new Float64Array(bins);
  const hits = new Float64Array(bins);
  for (let i = 0; i < confidence.length; i++) {
    assert(confidence[i] >= 0 && confidence[i] <= 1, 'confidence in [0, 1]');
    const bin = Math.max(0, Math.ceil(confidence[i] * bins) - 1);
    counts[bin]++;
    confidences[bin] += confidence[i];
    hits[bin] += correct[i];
  }
  return Array.from(counts, (count, bin) => ({
    lower: bin / bins,
    upper: (bin + 1) / bins,
    count,
    confidence: confidences[bin] / count,
    accuracy: hits[bin] / count,
  }));
}

/** Expected calibration error of the top label (Guo et al., 2017), in [0, 1]; NaN of no rows. */
export function expectedCalibrationError(
  confidence: ArrayLike<number>,
  correct: ArrayLike<number>,
  bins = BINS,
): number {
  let sum = 0;
  for (const bin of reliabilityTable(confidence, correct, bins)) {
    if (bin.count > 0) sum += bin.count * Math.abs(bin.accuracy - bin.confidence);
  }
  return sum / confidence.length;
}
