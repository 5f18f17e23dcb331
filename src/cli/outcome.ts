import type { AmountDetails } from '../training/amount-trainer.ts';
import type { AnomalyDetails } from '../training/anomaly-trainer.ts';
import type { CashflowDetails } from '../training/cashflow-trainer.ts';
import type { CategoryDetails } from '../training/category-trainer.ts';
import type { TrainOutcome } from '../training/train.ts';
import { formatAmountScores, formatBands, formatPercent, formatScores } from './scores-table.ts';
import { formatTable } from './table.ts';

/** How each model's own part of the summary is told; a model without a row is told by its verdict alone. */
const DETAILS: Readonly<Record<string, (summary: TrainOutcome['summary']) => string[]>> = {
  amount_prediction: (summary) => formatAmount(summary as unknown as AmountDetails),
  anomaly_detection: (summary) => formatAnomaly(summary as unknown as AnomalyDetails),
  cashflow_forecasting: (summary) => formatCashflow(summary as unknown as CashflowDetails),
  category_prediction: (summary) => formatCategory(summary as unknown as CategoryDetails),
};

/** What a training came to, as plain text: data, figures beside those of the baselines, and the verdict. */
export function formatOutcome({ model, version, verdict, summary, report }: TrainOutcome): string[] {
  const { data } = summary;
  const setAside =
    data.rows_set_aside === 0 ? '' : `, ${data.rows_set_aside} set aside (they ${data.set_aside_because})`;
  const [from, until] = [data.from, data.until].map((instant) => instant.slice(0, 10));
  return [
    `${model} ${version}: learnt from ${data.rows_used} rows${setAside}, ${from} to ${until}`,
    ...(DETAILS[model]?.(summary) ?? []),
    `${model} ${version} ${verdict}`,
    report === null ? `no report: it could not be drawn (${summary.report_failure})` : `report: ${report}`,
  ];
}

function formatAnomaly({ evaluation, incident_share }: AnomalyDetails): string[] {
  const { planted, flagged, beats_baseline, difference_to_baseline, stability } = evaluation;
  const [lower, upper] = difference_to_baseline.map((share) => (100 * share).toFixed(1));
  const figures = ['this model', 'plain isolation forest', 'flagged at .01'];
  return [
    `judged on the newest ${evaluation.test_rows} rows, fitted on the ${evaluation.train_rows} before them; no labels are used.`,
    'Chance that a row made strange on purpose is found stranger than one as it is:',
    '',
    formatTable(
      ['made strange by', ...figures],
      planted.map(({ kind, auc, baseline_auc, flagged: share }) => [
        kind,
        auc.toFixed(3),
        baseline_auc.toFixed(3),
        formatPercent(share),
      ]),
      figures,
    ),
    '',
    ...flagged.map(
      ({ sensitivity, share }) =>
        `flagged at sensitivity ${formatPercent(sensitivity)}: ${formatPercent(share)} of the newest rows`,
    ),
    `another seed flags ${formatPercent(stability)} of the same rows; ${formatPercent(incident_share)} of the rows came in incidents and were not taken for ordinary`,
    '',
    `${beats_baseline ? 'better' : 'NOT better'} than an isolation forest on amount, hour and weekday: difference ${lower} to ${upper} points (95 % interval)`,
  ];
}

function formatCategory({ evaluation }: CategoryDetails): string[] {
  const { scores, baselines } = evaluation;
  const [lower, upper] = evaluation.difference_to_text.map((share) => (100 * share).toFixed(1));
  const than = evaluation.beats_baseline ? 'more accurate than' : 'not shown to be more accurate than';
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

function formatCashflow({ evaluation }: CashflowDetails): string[] {
  const { accounts, origins, horizon_days, scores, baselines } = evaluation;
  const [lower, upper] = evaluation.difference_to_seasonal_naive.map((share) => (100 * share).toFixed(1));
  // A lower error on a few forecasts may be luck: what the interval does not show is not said.
  const than = evaluation.beats_baseline
    ? 'misses less than'
    : scores.wape < baselines.seasonal_naive.wape
      ? 'missed less than, but is not shown to miss less in the long run than,'
      : 'does NOT miss less than';
  const rows = [
    { name: 'this model', of: scores },
    { name: 'weekday mean', of: baselines.weekday_mean },
    { name: 'seasonal naive', of: baselines.seasonal_naive },
  ].map(({ name, of }) => [name, of.wape.toFixed(3), of.total_error.toFixed(3)]);
  return [
    `judged on ${origins} forecasts of ${horizon_days} days of the newest fifth, ${accounts} account${accounts === 1 ? '' : 's'}:`,
    '',
    formatTable(['', 'WAPE by day', 'error of the total'], rows, ['WAPE by day', 'error of the total']),
    '',
    `80 % intervals held ${formatPercent(scores.coverage_80)} of the days`,
    `${than} the seasonal naive: difference in WAPE ${lower} to ${upper} points (95 % interval)`,
  ];
}
