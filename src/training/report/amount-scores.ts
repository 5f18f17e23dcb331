import * as Plot from '@observablehq/plot';
import type { AmountFigures } from '../amount-figures.ts';
import type { AmountDetails } from '../amount-trainer.ts';
import { cleanText, html, type Markup, section, table } from './html.ts';
import { formatCount, formatFigure, formatSize, shorten } from './numbers.ts';
import { COLORS, drawPlot } from './plot.ts';

/** The model beside its baselines, on the same rows. */
export function renderAmountScores({ evaluation }: AmountDetails): Markup {
  const { scores, history_known, baselines, train_rows, test_rows, test_from } = evaluation;
  const rows = [
    { name: 'this model', of: scores },
    { name: 'this model, earlier amounts known as in serving', of: history_known.scores },
    { name: "median of the row's category", of: baselines.category_median },
    { name: "median of the row's merchant", of: baselines.merchant_median },
    { name: 'median of all', of: baselines.overall_median },
  ];
  return section(
    'Against simple ways to do it',
    html`<p>Fitted on ${formatCount(train_rows)} rows, judged on the ${formatCount(test_rows)} after them (from ${new Date(test_from).toISOString().slice(0, 10)}).</p>`,
    table(
      [
        { name: '' },
        { name: 'error of log', isNumber: true },
        { name: 'RMSE of log', isNumber: true },
        { name: 'mean error', isNumber: true },
        { name: 'median error', isNumber: true },
      ],
      rows.map(({ name, of }) => [
        name,
        formatFigure(of.mae_log),
        formatFigure(of.rmse_log),
        formatFigure(of.mae, 2),
        formatFigure(of.median_error, 2),
      ]),
    ),
    html`<p class="soft">An error of the log of 0.1 is about 10 % of the amount. Mean and median error are in units of each row's own currency.</p>`,
  );
}

/** What was predicted beside what it was, on log scales. */
export function renderAmountScatter({ sample }: AmountFigures): Markup {
  const points = sample.map(({ truth, predicted }) => ({
    truth: Math.max(1, Math.expm1(truth)),
    predicted: Math.max(1, Math.expm1(predicted)),
  }));
  const most = Math.max(10, ...points.flatMap(({ truth, predicted }) => [truth, predicted]));
  const scale = { type: 'log', domain: [1, most], ticks: 5, tickFormat: formatSize, grid: true } as const;
  const plot = drawPlot(
    {
      height: 560,
      marginLeft: 60,
      x: { ...scale, label: 'true amount →' },
      y: { ...scale, label: '↑ predicted amount' },
      marks: [
        Plot.link([0], { x1: 1, y1: 1, x2: most, y2: most, stroke: COLORS.faint, strokeDasharray: '5,4' }),
        Plot.dot(points, { x: 'truth', y: 'predicted', r: 2.2, fill: COLORS.model, fillOpacity: 0.4 }),
      ],
    },
    `${formatCount(points.length)} of the judged rows, without signs, on log scales; amounts below 1 are drawn at 1. On the dashed line the prediction is exact.`,
  );
  return section('Predicted and actual', plot);
}

/** Where the error lies. */
export function renderAmountCategories({ categories }: AmountFigures, baseline: string): Markup {
  const rows = categories.map((row, k) => ({ ...row, k }));
  const plot = drawPlot(
    {
      height: 50 + 24 * rows.length,
      marginLeft: 190,
      x: {
        label: 'error of the log amount →',
        grid: true,
        domain: [0, Math.max(0.1, ...rows.flatMap((row) => [row.mae_log, row.baseline]))],
      },
      y: {
        label: null,
        type: 'point',
        domain: rows.map(({ k }) => k),
        tickFormat: (k: number) => cleanText(shorten(rows[k].name)),
      },
      marks: [
        Plot.ruleY(rows, { y: 'k', x1: 'mae_log', x2: 'baseline', stroke: COLORS.faint }),
        Plot.dot(rows, { x: 'baseline', y: 'k', r: 4, fill: COLORS.other }),
        Plot.dot(rows, {
          x: 'mae_log',
          y: 'k',
          r: 5,
          fill: COLORS.model,
          title: (row: (typeof rows)[number]) =>
            cleanText(
              `${row.name}: ${formatCount(row.rows)} rows, model ${formatFigure(row.mae_log)}, ${baseline} ${formatFigure(row.baseline)}`,
            ),
        }),
      ],
    },
    `Mean error of the log amount in the categories with most judged rows. Further left is better.`,
    [
      { color: COLORS.model, name: 'this model' },
      { color: COLORS.other, name: baseline },
    ],
  );
  return section('Error by category', plot);
}
