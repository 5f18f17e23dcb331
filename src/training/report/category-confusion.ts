import * as Plot from '@observablehq/plot';
import type { CategoryFigures } from '../category-figures.ts';
import { cleanText, type Markup, section } from './html.ts';
import { formatCount, formatShare, shorten } from './numbers.ts';
import { COLORS, drawPlot, PLOT_WIDTH } from './plot.ts';

const [LEFT, RIGHT, BOTTOM] = [190, 20, 150];
const CELL_MAX = 60;

/** Which categories are taken for which: rows of the truth, columns of the prediction. */
export function renderConfusion({ names, counts, hasOthers }: CategoryFigures['confusion']): Markup {
  const keys = names.map((_, k) => k);
  const labels = names.map((name) => cleanText(shorten(name, 22)));
  const cells = counts.flatMap((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.flatMap((count, predicted) =>
      count === 0 ? [] : [{ truth, predicted, count, share: count / total }],
    );
  });
  const label = (k: number) => labels[k];
  const size = Math.min(PLOT_WIDTH - LEFT - RIGHT, CELL_MAX * names.length);
  const plot = drawPlot(
    {
      height: size + RIGHT + BOTTOM,
      marginLeft: LEFT,
      marginTop: RIGHT,
      marginRight: PLOT_WIDTH - LEFT - size,
      marginBottom: BOTTOM,
      x: {
        domain: keys,
        label: 'said to be →',
        labelOffset: BOTTOM - 8,
        tickFormat: label,
        tickRotate: -45,
        tickSize: 3,
      },
      y: { domain: keys, label: '↓ truly', tickFormat: label, tickSize: 3 },
      opacity: { type: 'sqrt', domain: [0, 1], range: [0.04, 1] },
      marks: [
        Plot.frame({ stroke: COLORS.faint }),
        Plot.cell(cells, {
          x: 'predicted',
          y: 'truth',
          fill: ({ truth, predicted }: (typeof cells)[number]) =>
            truth === predicted ? COLORS.model : COLORS.other,
          fillOpacity: 'share',
          inset: 0.5,
          title: ({ truth, predicted, count, share }: (typeof cells)[number]) =>
            cleanText(
              `${formatCount(count)} rows (${formatShare(share)}) of ${names[truth]} were said to be ${names[predicted]}`,
            ),
        }),
      ],
      color: { type: 'identity' },
    },
    `Each row is what the transactions truly are, each column what the model said; the darker, the larger the share of the row. Blue is right, orange is wrong.${hasOthers ? ` The largest ${names.length - 1} categories; the last row and column hold all others, where right means one other category taken for another or for itself.` : ''}`,
  );
  return section('Confusion', plot);
}
