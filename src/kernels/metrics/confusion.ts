import { assert } from '../../lib/assert.ts';

/** Rows counted by truth and prediction: `counts[truth * classes + predicted]`. */
export interface Confusion {
  readonly classes: number;
  readonly counts: Float64Array;
}

/** How one class fared. A ratio without a denominator is 0, as scikit-learn's `zero_division=0` has it. */
export interface ClassScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rows whose truth is this class. */
  readonly support: number;
  /** Rows predicted as this class. */
  readonly predicted: number;
}

/** Counts rows by truth and prediction; both hold class indices in `[0, classes)`. */
export function countConfusion(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): Confusion {
  assert(truth.length === predicted.length, 'one prediction per truth');
  const counts = new Float64Array(classes * classes);
  for (let i = 0; i < truth.length; i++) {
    assert(truth[i] >= 0 && truth[i] < classes && predicted[i] >= 0 && predicted[i] < classes, 'class range');
    counts[truth[i] * classes + predicted[i]]++;
  }
  return { classes, counts };
}

/** Precision, recall and F1 of every class, in class order. */
export function scoreClasses(confusion: Confusion): ClassScore[] {
  const { classes, counts } = confusion;
  const scores: ClassScore[] = [];
  for (let k = 0; k < classes; k++) {
    let support = 0;
    let predicted = 0;
    for (let j = 0; j < classes; j++) {
      support += counts[k * classes + j];
      predicted += counts[j * classes + k];
    }
    const hits = counts[k * classes + k];
    scores.push({
      precision: predicted === 0 ? 0 : hits / predicted,
      recall: support === 0 ? 0 : hits / support,
      f1: support + predicted === 0 ? 0 : (2 * hits) / (support + predicted),
      support,
      predicted,
    });
  }
  return scores;
}

/** Mean F1 over the classes that occur in truth or predictions (scikit-learn `f1_score(average='macro')`); NaN of no rows. */
export function macroF1Of(confusion: Confusion): number {
  let sum = 0;
  let present = 0;
  for (const score of scoreClasses(confusion)) {
    if (score.support + score.predicted === 0) continue;
    sum += score.f1;
    present++;
  }
  return sum / present;
}

/** {@link macroF1Of} of labels; memory grows with the number of classes, not with its square. */
export function macroF1(truth: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): number {
  assert(truth.length === predicted.length, 'one prediction per truth');
  const hits = new Float64Array(classes);
  const seen = new Float64Array(classes);
  for (let i = 0; i < truth.length; i++) {
    assert(truth[i] >= 0 && truth[i] < classes && predicted[i] >= 0 && predicted[i] < classes, 'class range');
    if (truth[i] === predicted[i]) hits[truth[i]]++;
    seen[truth[i]]++;
    seen[predicted[i]]++;
  }
  let sum = 0;
  let present = 0;
  for (let k = 0; k < classes; k++) {
    if (seen[k] === 0) continue;
    sum += (2 * hits[k]) / seen[k];
    present++;
  }
  return sum / present;
}
