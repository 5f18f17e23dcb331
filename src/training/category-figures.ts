import type { Verdicts } from './score-category.ts';

/** How one category fared among the judged rows. Ratios without a denominator are NaN. */
export interface CategoryRow {
  readonly name: string;
  /** Rows that truly are of this category, and rows that were said to be. */
  readonly support: number;
  readonly predicted: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** What the report of a category model draws. */
export interface CategoryFigures {
  /** Categories that occur in truth or prediction, those with most rows first. */
  readonly classes: readonly CategoryRow[];
  /** Rows by truth (outer) and prediction (inner) of the largest categories; the last entry of both is all others. */
  readonly confusion: {
    readonly names: readonly string[];
    /** Whether the last name stands for all others and for no category. */
    readonly hasOthers: boolean;
    readonly counts: readonly (readonly number[])[];
  };
}

/** More could not be told apart on a screen. */
export const CONFUSION_CLASSES_MAX = 20;
const OTHERS = 'all others';

/** Counts verdicts by category; `names` holds the category of each class number. */
export function collectCategoryFigures(verdicts: Verdicts, names: readonly string[]): CategoryFigures {
  const { truth, predicted, classCount } = verdicts;
  const support = new Float64Array(classCount);
  const said = new Float64Array(classCount);
  const hits = new Float64Array(classCount);
  for (let i = 0; i < truth.length; i++) {
    support[truth[i]]++;
    said[predicted[i]]++;
    if (truth[i] === predicted[i]) hits[truth[i]]++;
  }
  const order = Array.from({ length: classCount }, (_, k) => k)
    .filter((k) => support[k] + said[k] > 0)
    .sort((a, b) => support[b] - support[a] || said[b] - said[a] || a - b);
  const classes = order.map((k) => ({
    name: names[k],
    support: support[k],
    predicted: said[k],
    precision: hits[k] / said[k],
    recall: hits[k] / support[k],
    f1: (2 * hits[k]) / (support[k] + said[k]),
  }));

  const shown = order.slice(0, CONFUSION_CLASSES_MAX);
  const hasOthers = shown.length < order.length;
  const size = shown.length + (hasOthers ? 1 : 0);
  const place = new Int32Array(classCount).fill(shown.length);
  for (const [at, k] of shown.entries()) place[k] = at;
  const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (let i = 0; i < truth.length; i++) counts[place[truth[i]]][place[predicted[i]]]++;
  return {
    classes,
    confusion: {
      names: [...shown.map((k) => names[k]), ...(hasOthers ? [OTHERS] : [])],
      hasOthers,
      counts,
    },
  };
}
