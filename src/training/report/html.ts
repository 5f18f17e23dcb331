/** Markup that is safe to insert as it is; everything else is escaped. */
export interface Markup {
  readonly markup: string;
}

/** What a template takes: text and numbers are escaped, markup is not. */
export type Insertion = string | number | Markup | readonly Markup[];

/** What XML may not hold, and so well-formed HTML neither. */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text without what markup may not hold: control characters and halves of characters. */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll(FORBIDDEN, '\ufffd');
}

/** Text as it may stand in markup and in attributes. */
export function escapeText(text: string): string {
  return cleanText(text).replaceAll(/[&<>"']/g, (character) => ESCAPES[character]);
}

/** Template of markup: what is inserted is escaped unless it is markup itself. */
export function html(parts: TemplateStringsArray, ...values: readonly Insertion[]): Markup {
  const pieces = values.map((value, i) => parts[i] + insert(value));
  return { markup: pieces.join('') + parts[values.length] };
}

/** Nothing to insert. */
export const NOTHING: Markup = { markup: '' };

function insert(value: Insertion): string {
  if (typeof value === 'string' || typeof value === 'number') return escapeText(`${value}`);
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('\n');
}

/** A heading with what it is about below. */
export function section(title: string, ...content: readonly Markup[]): Markup {
  return html`<section>
<h2>${title}</h2>
${content}
</section>`;
}

/** A head of a table; columns of numbers are aligned to the right. */
export interface Column {
  readonly name: string;
  readonly isNumber?: boolean;
}

/** A table that scrolls sideways on narrow screens. */
export function table(columns: readonly Column[], rows: readonly (readonly Insertion[])[]): Markup {
  const kind = (c: number) => (columns[c].isNumber ? 'number' : 'text');
  const head = columns.map(({ name }, c) => html`<th scope="col" class="${kind(c)}">${name}</th>`);
  const body = rows.map((row) => {
    const cells = row.map((cell, c) => html`<td class="${kind(c)}">${cell}</td>`);
    return html`<tr>${cells}</tr>`;
  });
  return html`<div class="wide"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody>
</table></div>`;
}

/** Names and values, one a line. */
export function facts(rows: readonly (readonly [string, Insertion])[]): Markup {
  const lines = rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`);
  return html`<dl>${lines}</dl>`;
}
