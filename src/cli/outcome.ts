import type { CashflowDetails } from '../training/cashflow-trainer.ts';
import type { CategoryDetails } from '../training/category-trainer.ts';
import type { TrainOutcome } from '../training/train.ts';
import { formatBands, formatPercent, formatScores } from './scores-table.ts';
import { formatTable } from './table.ts';

/** How each model's own part of the summary is told; a model without a row is told by its verdict alone. */
const DETAILS: Readonly<Record<string, (summary: TrainOutcome['summary']) => string[]>> = {
  cashflow_forecasting: (summary) => formatCashflow(summary as unknown as CashflowDetails),
  category_prediction: (summary) => formatCategory(summary as unknown as CategoryDetails),
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

function formatCashflow({ evaluation }: CashflowDetails): string[] {
  const { accounts, origins, horizon_days, scores, baselines } = evaluation;
  const [lower, upper] = evaluation.difference_to_seasonal_naive.map((share) => (100 * share).toFixed(1));
  const than = evaluation.beats_baseline ? 'misses less than' : 'does NOT miss less than';
  const rows = [
    { name: 'this model', of: scores },
    { name: 'weekday mean', of: baselines.weekday_mean },
    { name: 'seasonal naive', of: baselines.seasonal_naive },
  ].map(({ name, of }) => [name, of.wape.toFixed(3), of.total_error.toFixed(3)]);
  return [
    `judged on ${origins} forecasts of ${horizon_days} days of the newest fifth, ${accounts} accounts:`,
    '',
    formatTable(['', 'WAPE by day', 'error of the total'], rows, ['WAPE by day', 'error of the total']),
    '',
    `80 % intervals held ${formatPercent(scores.coverage_80)} of the days`,
    `${than} the seasonal naive: difference in WAPE ${lower} to ${upper} points (95 % interval)`,
  ];
}
