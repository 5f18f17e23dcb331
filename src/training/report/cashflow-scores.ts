import * as Plot from '@observablehq/plot';
import type { CashflowFigures } from '../cashflow-figures.ts';
import type { CashflowDetails } from '../cashflow-trainer.ts';
import { html, type Markup, section, table } from './html.ts';
import { dayOf, formatCount, formatFigure, formatShare } from './numbers.ts';
import { COLORS, drawPlot } from './plot.ts';

/** The model beside its baselines, on the same forecasts. */
export function renderCashflowScores({ evaluation }: CashflowDetails): Markup {
  const { origins, horizon_days, accounts, test_from, scores, baselines } = evaluation;
  const rows = [
    { name: 'this model', of: scores },
    { name: 'mean of the same weekday, 8 weeks', of: baselines.weekday_mean },
    { name: 'seasonal naive: last week again', of: baselines.seasonal_naive },
  ];
  return section(
    'Against simple ways to do it',
    html`<p>${formatCount(origins)} forecasts of ${horizon_days} days of ${accounts === 1 ? '1 account' : `${accounts} accounts`}, each made with what was known on its day, from ${dayOf(test_from).toISOString().slice(0, 10)} on.</p>`,
    table(
      [{ name: '' }, { name: 'WAPE by day', isNumber: true }, { name: 'error of the total', isNumber: true }],
      rows.map(({ name, of }) => [name, formatFigure(of.wape), formatFigure(of.total_error)]),
    ),
    html`<p class="soft">WAPE: the misses of the daily net as a share of what flowed, account by account, so that accounts of any currency and size count alike. Error of the total: the misses of the net of whole forecasts, as a share of the same.</p>`,
  );
}

/** Each member alone, and how much it counts in the joint forecast. */
export function renderMembers({ evaluation }: CashflowDetails, { members }: CashflowFigures): Markup {
  const sorted = members.toSorted((a, b) => b.weight - a.weight);
  const bars = [
    { name: 'this model', wape: evaluation.scores.wape, isModel: true },
    ...sorted
      .filter(({ wape }) => Number.isFinite(wape))
      .map(({ name, wape }) => ({ name, wape, isModel: false })),
  ].toSorted((a, b) => a.wape - b.wape);
  const plot = drawPlot(
    {
      height: 50 + 24 * bars.length,
      marginLeft: 150,
      marginRight: 60,
      // Never so short that figures of nothing but rounding fill it.
      x: { label: 'WAPE by day →', grid: true, domain: [0, Math.max(0.1, ...bars.map(({ wape }) => wape))] },
      y: { label: null, domain: bars.map(({ name }) => name) },
      marks: [
        Plot.barX(bars, {
          x: 'wape',
          y: 'name',
          fill: ({ isModel }: { isModel: boolean }) => (isModel ? COLORS.model : COLORS.faint),
        }),
        Plot.text(bars, {
          x: 'wape',
          y: 'name',
          text: ({ wape }: { wape: number }) => formatFigure(wape),
          textAnchor: 'start',
          dx: 4,
        }),
      ],
      color: { type: 'identity' },
    },
    'Each member asked alone about the daily net, without the recurring payments the model plans ahead. The shorter the better.',
  );
  return section(
    'The members of the ensemble',
    plot,
    table(
      [
        { name: 'member' },
        { name: 'mean weight', isNumber: true },
        { name: 'WAPE alone', isNumber: true },
        { name: 'forecasts', isNumber: true },
      ],
      sorted.map(({ name, weight, wape, origins }) => [
        name,
        formatShare(weight),
        formatFigure(wape),
        origins === 0 ? '–' : formatCount(origins),
      ]),
    ),
    html`<p class="soft">A member with too short a history at some forecasts was asked at fewer of them. The fitted member (mstl) forecasts one direction only and is not asked alone.</p>`,
  );
}
