import * as Plot from '@observablehq/plot';
import type { CategoryScores } from '../score-category.ts';
import { html, type Markup, section, table } from './html.ts';
import { formatCount, formatShare } from './numbers.ts';
import { COLORS, drawPlot } from './plot.ts';

/** How much each confidence band holds, and how often it is right. */
export function renderBands({ bands, rows, abstained_share }: CategoryScores): Markup {
  return section(
    'Confidence bands',
    table(
      [
        { name: 'band' },
        { name: 'confidence', isNumber: true },
        { name: 'rows', isNumber: true },
        { name: 'share of rows', isNumber: true },
        { name: 'right', isNumber: true },
      ],
      bands.map(({ band, from, share, precision }) => [
        band,
        from === 0 ? 'below' : `from ${formatShare(from, 0)}`,
        formatCount(Math.round(share * rows)),
        formatShare(share),
        formatShare(precision),
      ]),
    ),
    html`<p class="soft">It abstains from ${formatShare(abstained_share)} of the rows, where its guess would be wrong more often than right.</p>`,
  );
}

/** How often it is right at each confidence, in 15 equal bins. */
export function renderReliability({ reliability, ece }: CategoryScores): Markup {
  const bins = reliability.filter(({ count }) => count > 0);
  const most = Math.max(...bins.map(({ count }) => count));
  const plot = drawPlot(
    {
      height: 420,
      marginLeft: 55,
      x: { label: 'confidence', domain: [0, 1], tickFormat: '%' },
      y: { label: 'how often right', domain: [0, 1], tickFormat: '%', grid: true },
      r: { range: [2.5, 16], domain: [0, most] },
      marks: [
        Plot.link([0], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: COLORS.faint, strokeDasharray: '5,4' }),
        Plot.ruleX(bins, { x: 'confidence', y1: 'confidence', y2: 'accuracy', stroke: COLORS.other }),
        Plot.dot(bins, {
          x: 'confidence',
          y: 'accuracy',
          r: 'count',
          fill: COLORS.model,
          fillOpacity: 0.85,
          title: (bin: (typeof bins)[number]) =>
            `${formatCount(bin.count)} rows: confidence ${formatShare(bin.confidence)}, right ${formatShare(bin.accuracy)}`,
        }),
      ],
    },
    `Each dot is one of 15 equal bins of confidence, the larger, the more rows. On the dashed line, confidence means what it says; the orange gaps, weighted by rows, are the calibration error of ${formatShare(ece)}. Abstentions are included.`,
  );
  return section('Reliability of confidence', plot);
}
