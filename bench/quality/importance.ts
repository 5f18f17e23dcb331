import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Transaction } from '../../src/bank/transaction.ts';
import { CATALOG } from '../../src/features/catalog.ts';
import { createReplay } from '../../src/features/replay.ts';
import { createRng, nextInt } from '../../src/lib/rng.ts';
import { type AnomalyArtifact, joinEvidence, jointTail, readSigns } from '../../src/models/anomaly.ts';
import { FOREST_SIGNS, SIGNS } from '../../src/models/anomaly-signs.ts';
import { countOlder } from '../../src/training/split.ts';
import { trainAmount } from '../../src/training/train-amount.ts';
import { fitAnomaly } from '../../src/training/train-anomaly.ts';
import { trainCategory } from '../../src/training/train-category.ts';
import { readCards } from './read-cards.ts';
import { readNewest } from './read-newest.ts';
import type { Section } from './section.ts';

const ROWS_NEWEST = 10_000;
const OPTIONS = { timezone: 'UTC', seed: 1, search: 0, isSimple: false, workers: 2 };
const ASKED_MAX = 4000;
/** Where the figures are kept, for `npm run docs` to put into docs/features.md. */
const FILE = join(import.meta.dirname, '..', '..', 'docs', 'feature-importance.json');

const BOOKS = [
  {
    name: 'Birmingham',
    file: 'birmingham_pcard.csv.gz',
    mapping: { category: 'account_description', account_id: 'card_id', tags: 'directorate' },
  },
  { name: 'household', file: 'daily_household_transactions.csv', mapping: { category: 'Category' } },
  { name: 'personal', file: 'personal_transactions.csv', mapping: { category: 'Category' } },
  { name: 'ANZ', file: 'anz_synthesised.csv.gz', mapping: { category: 'txn_description' } },
] as const;

/** Simulated card payments of one holder: the only book with merchant category codes, and one without categories. */
const CARDS = { name: 'TabFormer', file: 'tabformer_user0.csv.gz' };

type Shares = Readonly<Record<string, number>>;
type Found = { readonly category: Shares[]; readonly amount: Shares[]; readonly anomaly: Shares[] };

/** How much each feature matters to each model, the mean over real books; written to docs/feature-importance.json. */
export const IMPORTANCE_SECTION: Section = {
  name: 'importance',
  meaning: 'what each feature is worth to each model on real books; writes docs/feature-importance.json',
  files: [...BOOKS, CARDS].map(({ file }) => file),
  async run(data, say) {
    const found: Found = { category: [], amount: [], anomaly: [] };
    for (const { name, file, mapping } of BOOKS) {
      const rows = await readNewest(data, file, mapping, ROWS_NEWEST);
      say(`${name}: ${rows.length} rows`);
      found.category.push((await trainCategory(rows, null, OPTIONS)).importance);
      await weigh(rows, found);
    }
    const cards = readCards(join(data, CARDS.file), ROWS_NEWEST);
    say(`${CARDS.name}: ${cards.length} rows`);
    await weigh(cards, found);
    const features = Object.fromEntries(
      CATALOG.map(({ name }) => [
        name,
        {
          category: meanOf(found.category, name),
          amount: meanOf(found.amount, name),
          anomaly: meanOf(found.anomaly, name),
        },
      ]),
    );
    const measured = {
      date: new Date().toISOString().slice(0, 10),
      command: 'npm run quality importance',
      books: BOOKS.map(({ name }) => name).join(', '),
      cards: CARDS.name,
      rows_max: ROWS_NEWEST,
      features,
    };
    writeFileSync(FILE, `${JSON.stringify(measured, null, 2)}\n`);
    for (const [name, of] of Object.entries(features))
      say(
        `  ${name.padEnd(28)} category ${of.category.toFixed(4)} amount ${of.amount.toFixed(4)} anomaly ${of.anomaly.toFixed(4)}`,
      );
    const unused = Object.values(features).filter((of) => of.category + of.amount + of.anomaly === 0);
    return [
      { what: 'features that no model uses on any book', value: unused.length, comparison: '<=', bound: 0 },
    ];
  },
};

/** Adds what the features are worth to the two models that need no categories. */
async function weigh(rows: readonly Transaction[], found: Found): Promise<void> {
  found.amount.push((await trainAmount(rows, null, OPTIONS)).importance);
  const older = rows.slice(0, countOlder(rows.length));
  const artifact = await fitAnomaly(older, { trees: 100, max_samples: 256 }, OPTIONS);
  found.anomaly.push(permute(artifact, rows, older.length));
}

function meanOf(books: readonly Shares[], name: string): number {
  return Number((books.reduce((sum, shares) => sum + shares[name], 0) / books.length).toFixed(5));
}

/** Mean absolute change of the score of newer rows when one feature's value is that of another row. */
function permute(artifact: AnomalyArtifact, rows: Parameters<typeof fitAnomaly>[0], from: number): Shares {
  const { scratch } = artifact;
  const rng = createRng(1);
  const every = Math.max(1, Math.ceil((rows.length - from) / ASKED_MAX));
  const pool: Float32Array[] = [];
  const sums = new Float64Array(CATALOG.length);
  let asked = 0;
  const replay = createReplay();
  for (const [i, row] of rows.entries()) {
    if (i >= from && (i - from) % every === 0) {
      const view = readSigns(artifact, row, replay.past(row), OPTIONS.timezone, scratch);
      const vector = scratch.vector.slice();
      const own = jointTail(artifact, joinEvidence(artifact, scratch), view.habits.count);
      if (pool.length > 0) {
        const other = pool[nextInt(rng, pool.length)];
        for (let f = 0; f < CATALOG.length; f++) {
          const value = vector[f];
          vector[f] = other[f];
          for (let s = 0; s < SIGNS.length; s++) scratch.signs[s] = SIGNS[s].read({ ...view, vector });
          for (let n = 0; n < FOREST_SIGNS.length; n++) scratch.forestRow[n] = scratch.signs[FOREST_SIGNS[n]];
          sums[f] += Math.abs(jointTail(artifact, joinEvidence(artifact, scratch), view.habits.count) - own);
          vector[f] = value;
        }
        asked++;
      }
      pool.push(vector);
    }
    replay.remember(row, '');
  }
  return Object.fromEntries(CATALOG.map(({ name }, f) => [name, asked === 0 ? 0 : sums[f] / asked]));
}
