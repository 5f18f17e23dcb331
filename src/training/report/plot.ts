import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { cleanText, html, type Markup, NOTHING } from './html.ts';

/** Colours of marks by what they mean; page.ts gives each a value for light and for dark. */
export const COLORS = {
  model: 'var(--model)',
  other: 'var(--other)',
  third: 'var(--third)',
  faint: 'var(--faint)',
  ink: 'var(--ink)',
} as const;

/** Width of every plot in its own units; the page scales it. */
export const PLOT_WIDTH = 680;

/** What a colour of a plot stands for. */
export interface LegendRow {
  readonly color: string;
  readonly name: string;
}

/** A plot as inline SVG, under a legend and over a sentence that says how to read it. */
export function drawPlot(
  options: Plot.PlotOptions,
  caption: string,
  legend: readonly LegendRow[] = [],
): Markup {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const drawn = Plot.plot({
    document,
    width: PLOT_WIDTH,
    marginBottom: 46,
    ariaLabel: cleanText(caption),
    style: { fontSize: '12px', background: 'none' },
    ...options,
    x: { labelOffset: 40, ...options.x },
  });
  drawn.setAttribute('role', 'img');
  const svg: Markup = { markup: withNamespace(drawn.outerHTML) };
  const names = legend.map(
    ({ color, name }) => html`<span><i style="background:${color}"></i>${name}</span>`,
  );
  return html`<figure>
${legend.length === 0 ? NOTHING : html`<p class="legend">${names}</p>`}
<div class="wide">${svg}</div>
<figcaption>${caption}</figcaption>
</figure>`;
}

/** An SVG that is copied out of the page must say what it is. */
function withNamespace(svg: string): string {
  return svg.startsWith('<svg xmlns') ? svg : svg.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"');
}
