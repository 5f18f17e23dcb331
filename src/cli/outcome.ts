import type { AmountDetails } from '../training/amount-trainer.ts';
import type { CategoryDetails } from '../training/category-trainer.ts';
import type { TrainOutcome } from '../training/train.ts';
import { formatAmountScores, formatBands, formatPercent, formatScores } from './scores-table.ts';

/** How each model's own part of the summary is told; a model without a row is told by its verdict alone. */
const DETAILS: Readonly<Record<string, (summary: TrainOutcome['summary']) => string[]>> = {
  category_prediction: (summary) => formatCategory(summary as unknown as CategoryDetails),
  amount_prediction: (summary) => formatAmount(summary as unknown as AmountDetails),
};

/** What a training came to, as plain text: data, figures beside those of the baselines, and the verdict. */
export function formatOutcome({ model, version, verdict, summary }: TrainOutcome): string[] {
  const { data } = summary;
  const setAside = data.rows_set_aside === 0 ? '' : `, ${data.rows_set_aside} set aside`;
  const [from, until] = [data.from, data.until].map((instant) => instant.slice(0, 10));
  return [
    `${model} ${version}: learnt from ${data.rows_used} rows${setAside}, ${from} to ${until}`,
    ...(DETAILS[model]?.(summary) ?? []),
    `${model} ${version} ${verdict}`,
  ];
}

function formatCategory({ evaluation }: CategoryDetails): string[] {
  const { scores, baselines } = evaluation;
  const [lower, upper] = evaluation.difference_to_text.map((share) => (100 * share).toFixed(1));
  const than = evaluation.beats_baseline ? 'more accurate than' : 'NOT more accurate than';
  return [
    `judged on the newest ${evaluation.test_rows} rows, fitted on the ${evaluation.train_rows} before them:`,
    '',
    formatScores([
      ['this model', scores],
      ['text alone', baselines.text_alone],
      ['merchant lookup', baselines.merchant_lookup],
      ['majority', baselines.majority],
    ]),
    '',
    formatBands(scores),
    `abstained: ${formatPercent(scores.abstained_share)}`,
    '',
    `${than} text alone: difference in accuracy ${lower} to ${upper} points (95 % interval)`,
  ];
}

function formatAmount({ evaluation }: AmountDetails): string[] {
  const { scores, baselines, intervals, best_baseline } = evaluation;
  const [lower, upper] = evaluation.difference_to_baseline.map((error) => error.toFixed(3));
  const than = evaluation.beats_baseline ? 'nearer to the truth than' : 'NOT nearer to the truth than';
  return [
    `judged on the newest ${evaluation.test_rows} rows, fitted on the ${evaluation.train_rows} before them:`,
    '',
    formatAmountScores([
      ['this model', scores],
      ['category median', baselines.category_median],
      ['merchant median', baselines.merchant_median],
      ['overall median', baselines.overall_median],
    ]),
    '',
    ...intervals.map(
      ({ level, coverage }) =>
        `intervals of ${formatPercent(level)} held the true amount in ${formatPercent(coverage)} of rows`,
    ),
    '',
    `${than} the ${best_baseline.replace('_', ' ')}: difference in error of log amount ${lower} to ${upper} (95 % interval)`,
  ];
}
