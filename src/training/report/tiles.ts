import { html, type Markup } from './html.ts';

/** One headline figure and what it is to be read against. */
export interface Tile {
  readonly value: string;
  readonly name: string;
}

/** The few figures a reader looks for first. */
export function renderTiles(tiles: readonly Tile[]): Markup {
  const boxes = tiles.map(
    ({ value, name }) => html`<div class="tile"><b>${value}</b><span>${name}</span></div>`,
  );
  return html`<div class="tiles">${boxes}</div>`;
}
