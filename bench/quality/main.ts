import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AMOUNT_SECTION } from './amount.ts';
import { ANOMALY_SECTION } from './anomaly.ts';
import { CASHFLOW_SECTION } from './cashflow.ts';
import { CATEGORY_SECTION } from './category.ts';
import { IMPORTANCE_SECTION } from './importance.ts';
import type { Check, Section } from './section.ts';

/** THE table of what the quality run judges. */
const SECTIONS: readonly Section[] = [
  CATEGORY_SECTION,
  AMOUNT_SECTION,
  ANOMALY_SECTION,
  CASHFLOW_SECTION,
  IMPORTANCE_SECTION,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string' }, help: { type: 'boolean' } },
});
const folder = resolve(values.data ?? fileURLToPath(new URL('../../../shared/data', import.meta.url)));

if (values.help) {
  console.log(
    'npm run quality -- [SECTION...] [--data FOLDER]\n\nTrains and judges on real data, always forward in time.\n',
  );
  for (const { name, meaning } of SECTIONS) console.log(`  ${name.padEnd(10)} ${meaning}`);
  process.exit(0);
}
const unknown = positionals.filter((name) => !SECTIONS.some((section) => section.name === name));
if (unknown.length > 0) {
  console.error(
    `No section ${unknown.join(', ')}; there are ${SECTIONS.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

let failed = 0;
let skipped = 0;
for (const section of SECTIONS) {
  if (positionals.length > 0 && !positionals.includes(section.name)) continue;
  console.log(`\n== ${section.name}: ${section.meaning}`);
  const missing = section.files.filter((file) => !existsSync(join(folder, file)));
  if (missing.length > 0) {
    console.log(`skipped: ${folder} lacks ${missing.join(', ')}`);
    skipped++;
    continue;
  }
  const checks = await section.run(folder, (line) => console.log(line));
  console.log('');
  for (const check of checks) {
    const holds = isHolding(check);
    if (!holds) failed++;
    const figure = `${check.value.toFixed(4)} ${check.comparison} ${check.bound.toFixed(4)}`;
    console.log(`${holds ? 'holds ' : 'FAILS '} ${figure.padEnd(22)} ${check.what}`);
  }
}
console.log(`\n${failed} figures fail, ${skipped} sections skipped`);
process.exitCode = failed > 0 ? 1 : 0;

function isHolding({ value, comparison, bound }: Check): boolean {
  return comparison === '>=' ? value >= bound : value <= bound;
}
