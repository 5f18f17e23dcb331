import * as Plot from '@observablehq/plot';
import type { AmountFigures } from '../amount-figures.ts';
import type { AmountDetails } from '../amount-trainer.ts';
import { html, type Markup, section, table } from './html.ts';
import { formatCount, formatFigure, formatShare } from './numbers.ts';
import { COLORS, drawPlot } from './plot.ts';

/** Whether intervals hold as often as they say. */
export function renderAmountCoverage(
  { evaluation }: Pick<AmountDetails, 'evaluation'>,
  { levels, levelRows }: AmountFigures,
): Markup {
  const plot = drawCoverage(
    levels,
    `How often intervals of each level held the true amount, over ${formatCount(levelRows)} judged rows. On the dashed line they hold as often as they say.`,
  );
  const known = new Map(evaluation.history_known.intervals.map((of) => [of.level, of]));
  return section(
    'Intervals',
    table(
      [
        { name: 'level', isNumber: true },
        { name: 'held', isNumber: true },
        { name: 'held, earlier amounts known', isNumber: true },
        { name: 'upper / lower', isNumber: true },
      ],
      evaluation.intervals.map(({ level, coverage, mean_width_log }) => [
        formatShare(level, 0),
        formatShare(coverage),
        formatShare(known.get(level)?.coverage),
        `${formatFigure(Math.exp(mean_width_log), 1)} times`,
      ]),
    ),
    html`<p class="soft">The last column is the typical ratio of an interval's ends.</p>`,
    plot,
  );
}

/** Coverage against level. */
export function drawCoverage(
  levels: readonly { readonly level: number; readonly coverage: number }[],
  caption: string,
): Markup {
  const from = Math.max(0, Math.min(...levels.flatMap(({ level, coverage }) => [level, coverage])) - 0.05);
  return drawPlot(
    {
      height: 360,
      marginLeft: 55,
      x: { label: 'level →', domain: [from, 1], tickFormat: '%', grid: true },
      y: { label: '↑ held', domain: [from, 1], tickFormat: '%', grid: true },
      marks: [
        Plot.link([0], { x1: from, y1: from, x2: 1, y2: 1, stroke: COLORS.faint, strokeDasharray: '5,4' }),
        Plot.line(levels, { x: 'level', y: 'coverage', stroke: COLORS.model }),
        Plot.dot(levels, {
          x: 'level',
          y: 'coverage',
          r: 4,
          fill: COLORS.model,
          title: ({ level, coverage }: (typeof levels)[number]) =>
            `${formatShare(level, 0)}: held ${formatShare(coverage)}`,
        }),
      ],
    },
    caption,
  );
}
