import { html, type Markup } from './html.ts';

/** One thing a reader must know before the figures: `bad` is said loudly. */
export interface Note {
  readonly tone: 'good' | 'fair' | 'bad';
  /** The gist, in a few words. */
  readonly gist: string;
  readonly text: string;
}

/** Notes as boxes, the bad ones first. */
export function renderNotes(notes: readonly Note[]): Markup {
  const order = ['bad', 'fair', 'good'];
  const sorted = notes.toSorted((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone));
  const boxes = sorted.map(
    ({ tone, gist, text }) => html`<p class="note ${tone}"><strong>${gist}</strong> ${text}</p>`,
  );
  return html`${boxes}`;
}

const ROWS_FEW = 300;

/** What few judged rows mean for everything below; nothing when there are enough. */
export function noteFew(rows: number, what = 'rows'): readonly Note[] {
  if (rows >= ROWS_FEW) return [];
  return [
    {
      tone: 'fair',
      gist: `Judged on only ${rows} ${what}.`,
      text: 'Every figure below may be off by several points; judge again once there is more data.',
    },
  ];
}
