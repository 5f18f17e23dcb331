import * as Plot from '@observablehq/plot';
import type { AnomalyFigures } from '../anomaly-figures.ts';
import { type Markup, section, table } from './html.ts';
import { formatCount, formatShare } from './numbers.ts';
import { COLORS, drawPlot } from './plot.ts';

const KIND_COLORS = [COLORS.faint, COLORS.other, COLORS.third, COLORS.model];

/** Scores of rows as they are beside those of rows made strange. */
export function renderDistributions({ distributions }: AnomalyFigures): Markup {
  const shown = distributions.filter(({ rows }) => rows > 0);
  const bars = shown.flatMap(({ kind, shares }) =>
    shares.map((share, bin) => ({
      kind: kind.replaceAll('_', ' '),
      from: bin / shares.length,
      until: (bin + 1) / shares.length,
      share,
    })),
  );
  const kinds = shown.map(({ kind }) => kind.replaceAll('_', ' '));
  const color = (kind: string) => KIND_COLORS[kinds.indexOf(kind) % KIND_COLORS.length];
  const plot = drawPlot(
    {
      height: 130 * shown.length + 50,
      marginLeft: 55,
      marginRight: 20,
      x: { label: 'score: share of ordinary traffic that is less strange →', domain: [0, 1] },
      y: { label: null, tickFormat: '%', grid: true, ticks: 3 },
      fy: { label: null, domain: kinds, axis: null },
      marks: [
        Plot.rectY(bars, {
          fy: 'kind',
          x1: 'from',
          x2: 'until',
          y: 'share',
          fill: ({ kind }: { kind: string }) => color(kind),
          inset: 0.5,
        }),
        Plot.text(kinds, {
          fy: (kind: string) => kind,
          text: (kind: string) => kind,
          frameAnchor: 'top-left',
          dx: 6,
          dy: 2,
        }),
        Plot.ruleY([0], { stroke: COLORS.faint }),
      ],
      color: { type: 'identity' },
    },
    `Share of rows by score. Ordinary traffic spreads evenly by construction; what was made strange (${shown
      .slice(1)
      .map(({ meaning, rows }) => `${meaning}: ${formatCount(rows)} rows`)
      .join('; ')}) crowds at the right.`,
  );
  return section('Scores', plot);
}

/** How much of the newest traffic is flagged at each sensitivity. */
export function renderFlagged({ flagged }: AnomalyFigures): Markup {
  const least = 0.0005;
  const points = flagged
    .filter(({ share }) => share > 0)
    .map((row) => ({ ...row, share: Math.max(least, row.share) }));
  const ticks = [0.001, 0.01, 0.1, 1];
  const tickFormat = (share: number) => formatShare(share, share < 0.01 ? 1 : 0);
  const plot = drawPlot(
    {
      height: 360,
      marginLeft: 60,
      x: { type: 'log', label: 'sensitivity asked for →', domain: [least, 1], ticks, tickFormat, grid: true },
      y: { type: 'log', label: '↑ flagged', domain: [least, 1], ticks, tickFormat, grid: true },
      marks: [
        Plot.link([0], { x1: least, y1: least, x2: 1, y2: 1, stroke: COLORS.faint, strokeDasharray: '5,4' }),
        Plot.line(points, { x: 'sensitivity', y: 'share', stroke: COLORS.model }),
        Plot.dot(points, { x: 'sensitivity', y: 'share', r: 4, fill: COLORS.model }),
      ],
    },
    'Share of the newest rows flagged against the sensitivity asked for, on log scales. On the dashed line exactly the accepted share is flagged; real incidents lift it above.',
  );
  return section(
    'What is flagged',
    table(
      [
        { name: 'sensitivity', isNumber: true },
        { name: 'flagged', isNumber: true },
      ],
      flagged.map(({ sensitivity, share }) => [formatShare(sensitivity), formatShare(share, 2)]),
    ),
    plot,
  );
}
