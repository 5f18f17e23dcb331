import * as Plot from '@observablehq/plot';
import type { AnomalyFigures } from '../anomaly-figures.ts';
import { html, type Markup, section } from './html.ts';
import { formatCount, formatShare } from './numbers.ts';
import { COLORS, drawPlot } from './plot.ts';

/** Which signs the strangest rows are strange by. */
export function renderReasons({ reasons, reasonRows }: AnomalyFigures): Markup {
  const title = 'Why rows are strange';
  if (reasons.length === 0)
    return section(title, html`<p>None of the newest rows is strange enough to have reasons.</p>`);
  const plot = drawPlot(
    {
      height: 50 + 22 * reasons.length,
      marginLeft: 190,
      marginRight: 110,
      x: { label: 'mean share of the evidence →', tickFormat: '%', grid: true, ticks: 5 },
      y: { label: null, domain: reasons.map(({ feature }) => feature) },
      marks: [
        Plot.barX(reasons, { x: 'evidence', y: 'feature', fill: COLORS.model }),
        Plot.text(reasons, {
          x: 'evidence',
          y: 'feature',
          text: ({ named }: { named: number }) => `in ${formatShare(named, 0)} of rows`,
          textAnchor: 'start',
          dx: 4,
        }),
        Plot.ruleX([0], { stroke: COLORS.faint }),
      ],
    },
    `The reasons given for the ${formatCount(reasonRows)} strangest of the newest rows: how much of the evidence each sign carries on average, and how many rows name it. Attributed by the model itself, not by fixed rules.`,
  );
  return section(title, plot);
}
