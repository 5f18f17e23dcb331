import * as Plot from '@observablehq/plot';
import { type CashflowFigures, type Fan, SKETCH_LEVELS } from '../cashflow-figures.ts';
import { html, type Markup, section } from './html.ts';
import { dayOf, formatShare, formatSize } from './numbers.ts';
import { COLORS, drawPlot } from './plot.ts';

/** Forecasts of a few accounts beside what happened. */
export function renderFans({ fans }: CashflowFigures): Markup {
  const levels = SKETCH_LEVELS.map((level) => formatShare(level, 0)).join(', ');
  return section(
    'Forecast and what happened',
    html`<p>The newest judged forecast of ${fans.length === 1 ? 'the account' : `the ${fans.length} busiest accounts`}, net of each day. The bands are the intervals of ${levels}, the widest the palest.</p>`,
    ...fans.map(drawFan),
  );
}

function drawFan(fan: Fan, index: number): Markup {
  const ahead = fan.net.map((net, h) => ({ day: dayOf(fan.first + h), net, actual: fan.actual[h] }));
  const past = fan.past.map((actual, d) => ({ day: dayOf(fan.firstPast + d), actual }));
  const bands = fan.bounds.map(({ lower, upper }) =>
    lower.map((low, h) => ({ day: dayOf(fan.first + h), lower: low, upper: upper[h] })),
  );
  return drawPlot(
    {
      height: 260,
      marginLeft: 65,
      x: { type: 'utc', label: null },
      y: {
        label: null,
        grid: true,
        tickFormat: formatSize,
        type: 'symlog',
        constant: spreadOf(fan),
        ticks: ticksOf(fan),
      },
      marks: [
        Plot.ruleY([0], { stroke: COLORS.faint }),
        ...bands.toReversed().map((band) =>
          Plot.areaY(band, {
            x: 'day',
            y1: 'lower',
            y2: 'upper',
            fill: COLORS.model,
            fillOpacity: 0.16,
            curve: 'step',
          }),
        ),
        Plot.ruleX([dayOf(fan.first)], { stroke: COLORS.faint, strokeDasharray: '4,3' }),
        Plot.lineY(past, { x: 'day', y: 'actual', stroke: COLORS.ink, strokeOpacity: 0.55, curve: 'step' }),
        Plot.lineY(ahead, { x: 'day', y: 'net', stroke: COLORS.model, strokeWidth: 2, curve: 'step' }),
        Plot.dot(ahead, { x: 'day', y: 'actual', r: 2.5, fill: COLORS.other }),
      ],
    },
    `Account ${index + 1} of the busiest, in its own currency; the scale is even near zero and logarithmic further out.`,
    [
      { color: COLORS.ink, name: 'before the forecast' },
      { color: COLORS.model, name: 'forecast' },
      { color: COLORS.other, name: 'what happened' },
    ],
  );
}

/** Zero and, on both sides, the power of ten below the largest size and the two before it. */
function ticksOf({ past, actual, bounds }: Fan): number[] {
  const all = [...past, ...actual, ...bounds.flatMap(({ lower, upper }) => [...lower, ...upper])];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const largest = Math.max(-least, most);
  if (!(largest > 0)) return [0];
  const power = 10 ** Math.floor(Math.log10(largest));
  const steps = [power / 10, power / 2, power, 3 * power];
  return [...steps.map((step) => -step), 0, ...steps].filter((tick) => tick >= least && tick <= most);
}

/** Where the scale turns from even to logarithmic: the usual size of a day on which something flows. */
function spreadOf({ past, actual }: Fan): number {
  const sizes = [...past, ...actual]
    .map(Math.abs)
    .filter((size) => size > 0)
    .sort((a, b) => a - b);
  return sizes.length === 0 ? 1 : sizes[sizes.length >> 1];
}
