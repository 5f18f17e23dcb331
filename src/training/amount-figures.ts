import type { Transaction } from '../bank/transaction.ts';
import type { LevelCoverage } from './evaluate-amount.ts';

/** What the report of an amount model draws; logs are natural ones of 1 + |amount| in major units. */
export interface AmountFigures {
  /** A sample of judged rows. */
  readonly sample: readonly { readonly truth: number; readonly predicted: number }[];
  /** Mean error of the log amount by category, most rows first; the model's and the best baseline's. */
  readonly categories: readonly {
    readonly name: string;
    readonly rows: number;
    readonly mae_log: number;
    readonly baseline: number;
  }[];
  /** How often intervals of each level held the truth, over a sample of the judged rows. */
  readonly levels: readonly LevelCoverage[];
  readonly levelRows: number;
}

const SAMPLE_MAX = 1500;
const CATEGORIES_MAX = 20;
const NO_CATEGORY = '(no category)';

/** Samples and groups what was said of the judged rows; all arrays are of the same rows. */
export function collectAmountFigures(
  rows: readonly Transaction[],
  truth: Float64Array,
  predicted: Float64Array,
  baseline: Float64Array,
  curve: Pick<AmountFigures, 'levels' | 'levelRows'>,
): AmountFigures {
  const step = Math.max(1, Math.ceil(rows.length / SAMPLE_MAX));
  const sample: AmountFigures['sample'][number][] = [];
  for (let i = 0; i < rows.length; i += step) sample.push({ truth: truth[i], predicted: predicted[i] });
  const groups = new Map<string, { rows: number; own: number; other: number }>();
  for (const [i, { category }] of rows.entries()) {
    const name = category === '' ? NO_CATEGORY : category;
    let group = groups.get(name);
    if (group === undefined) {
      group = { rows: 0, own: 0, other: 0 };
      groups.set(name, group);
    }
    group.rows++;
    group.own += Math.abs(predicted[i] - truth[i]);
    group.other += Math.abs(baseline[i] - truth[i]);
  }
  const categories = [...groups]
    .sort(([, a], [, b]) => b.rows - a.rows)
    .slice(0, CATEGORIES_MAX)
    .map(([name, group]) => ({
      name,
      rows: group.rows,
      mae_log: group.own / group.rows,
      baseline: group.other / group.rows,
    }));
  return { sample, categories, ...curve };
}
