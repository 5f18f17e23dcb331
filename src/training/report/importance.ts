import * as Plot from '@observablehq/plot';
import { html, type Markup, section } from './html.ts';
import { formatShare } from './numbers.ts';
import { COLORS, drawPlot } from './plot.ts';

const SHOWN_MAX = 25;

/** What the forest of the served model splits by: the weightiest features, and how much the others add up to. */
export function renderImportance(importance: Readonly<Record<string, number>>): Markup {
  const rows = Object.entries(importance).filter(([, share]) => share > 0);
  if (rows.length === 0)
    return section('Feature importance', html`<p>The forest splits by no feature at all.</p>`);
  const shown = rows.slice(0, SHOWN_MAX).map(([name, share]) => ({ name, share }));
  const rest = rows.slice(SHOWN_MAX).reduce((sum, [, share]) => sum + share, 0);
  const unused = Object.keys(importance).length - rows.length;
  const plot = drawPlot(
    {
      height: 40 + 20 * shown.length,
      marginLeft: 190,
      marginRight: 60,
      x: { label: null, ticks: 5, tickFormat: '%', grid: true },
      y: { label: null, domain: shown.map(({ name }) => name) },
      marks: [
        Plot.barX(shown, { x: 'share', y: 'name', fill: COLORS.model }),
        Plot.text(shown, {
          x: 'share',
          y: 'name',
          text: ({ share }: { share: number }) => formatShare(share),
          textAnchor: 'start',
          dx: 4,
        }),
        Plot.ruleX([0], { stroke: COLORS.faint }),
      ],
    },
    `Mean decrease in impurity in the served model's forest, as a share of all. The ${rows.length - shown.length} further features it uses add up to ${formatShare(rest)}; ${unused} of ${Object.keys(importance).length} are hidden from this model, empty in this data or never useful.`,
  );
  return section('Feature importance', plot);
}
