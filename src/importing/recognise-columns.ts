import { isCurrency } from '../bank/money.ts';
import type { Mapping } from './mapping.ts';
import { normaliseName } from './names.ts';
import { type ColumnProfile, profileColumn, sampleRecords } from './profile-columns.ts';
import type { RawRecord } from './raw-table.ts';
import { NOISE_WORDS, RECOGNISERS, type Recogniser } from './recognisers.ts';

/** One field and the columns that feed it. */
export interface FieldColumns {
  readonly field: string;
  readonly columns: readonly number[];
  readonly chosenBy: 'map' | 'name' | 'content';
  /** Other columns that could have been meant, best first. */
  readonly runnersUp: readonly number[];
}

/** Fields found in a table; `ties` are required fields with two equally good columns. */
export interface Recognition {
  readonly fields: ReadonlyMap<string, FieldColumns>;
  readonly ties: readonly { readonly field: string; readonly columns: readonly number[] }[];
  readonly profiles: readonly ColumnProfile[];
  readonly sample: readonly RawRecord[];
}

interface Candidate {
  readonly recogniser: Recogniser;
  readonly column: number;
  readonly score: number;
  readonly chosenBy: 'name' | 'content';
}

const TIE_BREAK = 1e-12;
const RUNNER_UP_SCORE = 0.5;
const LISTED_SCORE = 0.75;
const HOPELESS_SCORE = 0.1;
const REQUIRED = new Set(['date', 'amount']);

/**
 * Finds which column feeds which field: every (field, column) pair is scored by name and content and the best pairs
 * are taken one after the other. What the caller mapped is settled beforehand.
 */
export function recogniseColumns(
  columns: readonly string[],
  records: readonly RawRecord[],
  mapping: Mapping,
): Recognition {
  const sample = sampleRecords(records);
  const profiles = columns.map((_name, column) => profileColumn(sample, column));
  const fields = new Map<string, FieldColumns>();
  const taken = new Set<number>();
  for (const [field, numbers] of mapping.columns) {
    fields.set(field, { field, columns: numbers, chosenBy: 'map', runnersUp: [] });
    for (const column of numbers) taken.add(column);
  }
  // Who names an amount column wants no pair beside it, and the other way round.
  const isMapped = (field: string) => (mapping.columns.get(field)?.length ?? 0) > 0;
  if (isMapped('amount')) for (const field of ['debit', 'credit']) switchOff(fields, field);
  if (isMapped('debit') || isMapped('credit')) switchOff(fields, 'amount');
  if (isMapped('date')) for (const field of ['year', 'month', 'day']) switchOff(fields, field);

  const candidates = rateAll(columns, profiles).filter(
    ({ recogniser, column }) => !fields.has(recogniser.field) && !taken.has(column),
  );
  for (const { recogniser, column, chosenBy } of candidates) {
    if (fields.has(recogniser.field) || taken.has(column)) continue;
    fields.set(recogniser.field, { field: recogniser.field, columns: [column], chosenBy, runnersUp: [] });
    taken.add(column);
  }

  const ties: { field: string; columns: readonly number[] }[] = [];
  for (const [field, chosen] of fields) {
    if (chosen.chosenBy === 'map') continue;
    const score =
      candidates.find((c) => c.recogniser.field === field && c.column === chosen.columns[0])?.score ?? 0;
    const others = candidates.filter(
      (c) =>
        c.recogniser.field === field &&
        !taken.has(c.column) &&
        (c.score >= RUNNER_UP_SCORE || (REQUIRED.has(field) && chosen.chosenBy === 'content')),
    );
    fields.set(field, { ...chosen, runnersUp: others.map((c) => c.column) });
    const equals = others.filter(
      (c) => c.score > score - 1e-9 && !isSameContent(sample, c.column, chosen.columns[0]),
    );
    if (REQUIRED.has(field) && equals.length > 0) {
      ties.push({ field, columns: [chosen.columns[0], ...equals.map((c) => c.column)] });
    }
  }
  return { fields: settleParts(fields, sample, columns), ties, profiles, sample };
}

function switchOff(fields: Map<string, FieldColumns>, field: string): void {
  if (!fields.has(field)) fields.set(field, { field, columns: [], chosenBy: 'map', runnersUp: [] });
}

/** Every candidate, best first; equal scores keep the order of the columns. */
function rateAll(columns: readonly string[], profiles: readonly ColumnProfile[]): Candidate[] {
  const candidates: Candidate[] = [];
  for (const recogniser of RECOGNISERS) {
    for (let column = 0; column < columns.length; column++) {
      const profile = profiles[column];
      const byName = rateName(columns[column], recogniser);
      const byContent = profile.filled === 0 ? 0 : (recogniser.byContent?.(profile) ?? 0);
      let score = byName;
      // A column without any value is believed by its name.
      if (profile.filled === 0) score = byName >= LISTED_SCORE ? byName : 0;
      // Where nothing else is there, a column called date is the date, however bad its values: each is a reject.
      else if (!recogniser.accepts(profile)) {
        score = byName >= LISTED_SCORE && REQUIRED.has(recogniser.field) ? HOPELESS_SCORE : 0;
      }
      const chosenBy = byContent > score ? 'content' : 'name';
      score = Math.max(score, byContent);
      // Of two columns with equally good names the finer division is the category.
      if (score > 0 && recogniser.field === 'category') score += profile.distinctCount * TIE_BREAK;
      if (score > 0) candidates.push({ recogniser, column, score, chosenBy });
    }
  }
  return candidates.sort((a, b) => b.score - a.score || a.column - b.column);
}

const splitNames = new Map<string, ReadonlyMap<string, number>>();

function rankOf(names: string): ReadonlyMap<string, number> {
  let ranks = splitNames.get(names);
  if (ranks === undefined) {
    ranks = new Map(names.split('|').map((name, rank) => [name, rank]));
    splitNames.set(names, ranks);
  }
  return ranks;
}

/** How well a column name fits: 0 not at all, above 0.75 a listed name, 0.5 to 0.7 in part. */
function rateName(name: string, recogniser: Recogniser): number {
  const full = normaliseName(name);
  const words = full.split(' ').filter((word) => !NOISE_WORDS.has(word) && !isCurrencyWord(word, full));
  const core = words.join(' ');
  const strong = rankOf(recogniser.names);
  const weak = rankOf(recogniser.weakNames ?? '');
  const penalty = (rank: number) => Math.min(0.15, 0.003 * rank);
  const exact = strong.get(full);
  if (exact !== undefined) return 1 - penalty(exact);
  const stripped = core === '' ? undefined : strong.get(core);
  if (stripped !== undefined) return 0.96 - penalty(stripped);
  const rough = weak.get(full) ?? (core === '' ? undefined : weak.get(core));
  if (rough !== undefined) return 0.55 - 0.005 * rough;
  const forbidden = rankOf(recogniser.not ?? '');
  if (core === '' || words.some((word) => forbidden.has(word))) return 0;
  let best = 0;
  for (const [phrase, rank] of strong) {
    if (phrase.length >= 4 && ` ${core} `.includes(` ${phrase} `))
      best = Math.max(best, 0.7 - penalty(rank) / 2);
  }
  for (const [phrase] of weak) {
    if (phrase.length >= 5 && ` ${core} `.includes(` ${phrase} `)) best = Math.max(best, 0.5);
  }
  return best;
}

const TYPE = RECOGNISERS.find((recogniser) => recogniser.field === 'type') as Recogniser;

/** Whether a column is called as type columns are. */
export function isTypeName(name: string): boolean {
  return rateName(name, TYPE) >= LISTED_SCORE;
}

function isCurrencyWord(word: string, full: string): boolean {
  return word.length === 3 && word !== full && isCurrency(word.toUpperCase());
}

function isSameContent(sample: readonly RawRecord[], a: number, b: number): boolean {
  return sample.every((record) => record.cells[a] === record.cells[b]);
}

/** Drops parts that are not needed and joins a card number with its holder where it is not unique without. */
function settleParts(
  found: ReadonlyMap<string, FieldColumns>,
  sample: readonly RawRecord[],
  names: readonly string[],
): ReadonlyMap<string, FieldColumns> {
  const fields = new Map([...found].filter(([, chosen]) => chosen.columns.length > 0));
  const drop = (...parts: string[]) => {
    for (const part of parts) if (fields.get(part)?.chosenBy !== 'map') fields.delete(part);
  };
  const hasParts = ['year', 'month', 'day'].every((part) => fields.has(part));
  const date = fields.get('date');
  if (hasParts && date?.chosenBy !== 'map' && (date === undefined || date.chosenBy === 'content')) {
    fields.delete('date');
  } else drop('year', 'month', 'day');
  if (fields.has('merchant_name') || fields.get('description')?.chosenBy !== 'content') {
    if (fields.get('description')?.chosenBy === 'content') fields.delete('description');
  }
  settleAmount(fields, sample);
  const account = fields.get('account_id');
  if (account !== undefined && account.chosenBy === 'name') {
    const holder = account.runnersUp.find(
      (column) =>
        /\b(user|customer|client|member|cardholder|kunde|cliente|klant)/.test(normaliseName(names[column])) &&
        isSharedAmong(sample, account.columns[0], column),
    );
    if (holder !== undefined) {
      fields.set('account_id', {
        ...account,
        columns: [holder, account.columns[0]],
        runnersUp: account.runnersUp.filter((column) => column !== holder),
      });
    }
  }
  return fields;
}

/** Either one amount column or a debit and credit pair, never both. */
function settleAmount(fields: Map<string, FieldColumns>, sample: readonly RawRecord[]): void {
  const amount = fields.get('amount');
  const hasPair = fields.has('debit') && fields.has('credit');
  const isPairMapped = fields.get('debit')?.chosenBy === 'map' || fields.get('credit')?.chosenBy === 'map';
  if (amount === undefined || isPairMapped) {
    if (isPairMapped) fields.delete('amount');
    return;
  }
  const isSigned = sample.some((record) => /[-(\u2212]/.test(record.cells[amount.columns[0]]));
  const keepsAmount = amount.chosenBy === 'map' || isSigned || fields.has('type') || !hasPair;
  // A lone debit or credit column beside a column merely guessed by its content is the better amount.
  const keepsLone =
    !hasPair && amount.chosenBy === 'content' && (fields.has('debit') || fields.has('credit'));
  if (keepsAmount && !keepsLone) {
    const pair = [fields.get('debit'), fields.get('credit')].flatMap((part) => part?.columns ?? []);
    fields.set('amount', { ...amount, runnersUp: [...pair, ...amount.runnersUp] });
    fields.delete('debit');
    fields.delete('credit');
  } else {
    fields.delete('amount');
  }
}

/** Whether values of `column` occur with several values of `holder`. */
function isSharedAmong(sample: readonly RawRecord[], column: number, holder: number): boolean {
  const holders = new Map<string, string>();
  const shared = new Set<string>();
  for (const { cells } of sample) {
    const before = holders.get(cells[column]);
    if (before === undefined) holders.set(cells[column], cells[holder]);
    else if (before !== cells[holder]) shared.add(cells[column]);
  }
  return shared.size > holders.size * 0.05;
}
