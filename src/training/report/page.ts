import { html, type Markup } from './html.ts';

/** Everything is in the page: it can be mailed, archived and opened anywhere, and asks nobody for anything. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1d2733; --soft: #5b6776; --line: #dfe4ea; --panel: #f5f7f9;
  --model: #1f6fb5; --other: #c2571a; --third: #5a8f29; --faint: #b4bdc8;
  --good: #1d7f46; --fair: #99660a; --bad: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12171d; --ink: #e4e9ef; --soft: #9aa7b5; --line: #2b3540; --panel: #1a222b;
    --model: #6cb2f0; --other: #f19a62; --third: #9fd06a; --faint: #4d5a68;
    --good: #62c98c; --fair: #e0b050; --bad: #ff8a80;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 0 0 .75rem; }
section { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1.5rem; }
p { margin: .5rem 0; max-width: 46rem; }
.soft, figcaption { color: var(--soft); font-size: .9rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.25rem 0; }
.tile { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; }
.tile b { display: block; font-size: 1.5rem; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: .85rem; }
.note { border-left: .3rem solid var(--soft); background: var(--panel); padding: .6rem 1rem; margin: .6rem 0; max-width: none; }
.note.good { border-color: var(--good); }
.note.fair { border-color: var(--fair); }
.note.bad { border-color: var(--bad); }
.note.bad strong { color: var(--bad); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
th.number, td.number { text-align: right; white-space: nowrap; }
td.text { min-width: 9rem; overflow-wrap: anywhere; }
tr.own td { font-weight: 600; }
dl { margin: 0; display: grid; gap: .2rem; font-size: .92rem; }
dl div { display: grid; grid-template-columns: minmax(8rem, 13rem) 1fr; gap: 1rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 1.25rem 0; }
figure svg { width: 100%; min-width: 34rem; max-width: 50rem; height: auto; }
figcaption { max-width: 46rem; margin-top: .5rem; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .9rem; margin: 0 0 .25rem; }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: .15rem; margin-right: .4rem; vertical-align: -.05rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 2rem; }
@media print { section { break-inside: avoid; } }
`;

/** A whole document around its content. */
export function page(title: string, content: readonly Markup[]): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="${POLICY}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>${title}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`.markup;
}
