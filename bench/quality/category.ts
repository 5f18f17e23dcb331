import { join } from 'node:path';
import type { Transaction } from '../../src/bank/transaction.ts';
import { readTable } from '../../src/importing/read-table.ts';
import type { CategoryScores } from '../../src/training/score-category.ts';
import { type CategoryTraining, judgeCategory } from '../../src/training/train-category.ts';
import type { Check, Section } from './section.ts';

const ROWS_NEWEST = 60_000;
const WORKERS = 2;
const SEED = 1;

interface Book {
  readonly name: string;
  readonly file: string;
  readonly mapping: Readonly<Record<string, string>>;
  /** Floors of accuracy and macro-F1, where some were set. */
  readonly floors?: readonly [accuracy: number, macroF1: number];
  readonly eceMax?: number;
}

/** Data sets and columns of the protocol: newest 60,000 rows by date, first 80 % train, last 20 % test. */
const BOOKS: readonly Book[] = [
  {
    name: 'Birmingham',
    file: 'birmingham_pcard.csv.gz',
    mapping: { category: 'account_description', account_id: 'card_id', tags: 'directorate' },
    floors: [0.71, 0.43],
    eceMax: 0.03,
  },
  {
    name: 'Gateshead',
    file: 'gateshead_payments_2020-2021.csv.gz',
    mapping: { category: 'spend_level_2', tags: 'strategic_group' },
    floors: [0.86, 0.47],
  },
  { name: 'household', file: 'daily_household_transactions.csv', mapping: { category: 'Category' } },
  { name: 'personal', file: 'personal_transactions.csv', mapping: { category: 'Category' } },
];

/** The category model against majority, exact-merchant lookup and text alone of the same run. */
export const CATEGORY_SECTION: Section = {
  name: 'category',
  meaning: 'category model on four real books, newest fifth judged by the four fifths before it',
  files: BOOKS.map(({ file }) => file),
  async run(data, say) {
    const checks: Check[] = [];
    for (const book of BOOKS) {
      const rows = await readNewest(data, book);
      const evaluation = await judgeCategory(rows, {
        timezone: 'UTC',
        seed: SEED,
        search: 0,
        isSimple: false,
        workers: WORKERS,
      });
      tell(book.name, evaluation, say);
      checks.push(...demand(book, evaluation));
    }
    return checks;
  },
};

async function readNewest(data: string, { file, mapping }: Book): Promise<Transaction[]> {
  const table = await readTable(join(data, file), {
    mapping,
    timezone: 'UTC',
    currency: null,
    now: 0,
    amount: 'required',
  });
  return table.rows
    .flatMap(({ transaction }) => (transaction === null || transaction.category === '' ? [] : [transaction]))
    .toSorted((a, b) => a.at - b.at)
    .slice(-ROWS_NEWEST);
}

type Judged = CategoryTraining['evaluation'];

function tell(
  name: string,
  { scores, baselines, train_rows, test_rows }: Judged,
  say: (line: string) => void,
): void {
  say(`\n${name}: ${train_rows} rows fitted, ${test_rows} judged`);
  say('                  accuracy  macro-F1  log loss  ECE    Brier');
  const lines: [string, CategoryScores][] = [
    ['this model', scores],
    ['text alone', baselines.text_alone],
    ['merchant lookup', baselines.merchant_lookup],
    ['majority', baselines.majority],
  ];
  for (const [label, of] of lines) {
    say(
      `  ${label.padEnd(16)}${of.accuracy.toFixed(4)}    ${of.macro_f1.toFixed(4)}    ${of.log_loss.toFixed(4)}    ${of.ece.toFixed(3)}  ${of.brier.toFixed(3)}`,
    );
  }
  for (const { band, from, share, precision } of scores.bands) {
    say(
      `  ${band.padEnd(10)} from ${from.toFixed(2)}: ${(100 * share).toFixed(1)} % of rows${share === 0 ? '' : `, ${(100 * precision).toFixed(1)} % right`}`,
    );
  }
  say(`  abstained: ${(100 * scores.abstained_share).toFixed(1)} %`);
}

function demand({ name, floors, eceMax }: Book, { scores, difference_to_text, test_rows }: Judged): Check[] {
  const checks: Check[] = [
    {
      what: `${name}: upper end of the 95 % interval of accuracy minus text alone (not worse)`,
      value: difference_to_text[1],
      comparison: '>=',
      bound: 0,
    },
  ];
  if (floors !== undefined) {
    checks.push({ what: `${name}: accuracy`, value: scores.accuracy, comparison: '>=', bound: floors[0] });
    checks.push({ what: `${name}: macro-F1`, value: scores.macro_f1, comparison: '>=', bound: floors[1] });
  }
  if (eceMax !== undefined) {
    checks.push({
      what: `${name}: expected calibration error`,
      value: scores.ece,
      comparison: '<=',
      bound: eceMax,
    });
  }
  for (const { band, from, share, precision } of scores.bands.slice(0, 2)) {
    const rows = share * test_rows;
    if (rows === 0) continue;
    const bound = from - 2 * Math.sqrt((from * (1 - from)) / rows);
    checks.push({
      what: `${name}: precision of ${band}, less two standard errors`,
      value: precision,
      comparison: '>=',
      bound,
    });
  }
  return checks;
}
