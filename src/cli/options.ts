import { InvalidArgumentError } from 'commander';
import { SCOPES, type Scope } from '../access/scopes.ts';
import type { Variables } from '../config.ts';
import type { OptionRow, OptionValues } from './command.ts';

/** Parses a whole number of at least `least`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`It must be a whole number ${range}.`);
  };
}

/** Parses one of a few words. */
export function oneOf(words: readonly string[]): (text: string) => string {
  return (text) => {
    if (words.includes(text)) return text;
    throw new InvalidArgumentError(`It must be one of ${words.join(', ')}.`);
  };
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION_DAYS_MAX = 3650;

/** Parses a duration such as 90d of at least `least` milliseconds into milliseconds. */
export function duration(least: number): (text: string) => number {
  return (text) => {
    const match = /^(\d{1,9})([smhd])$/.exec(text);
    const ms = match === null ? Number.NaN : Number(match[1]) * UNITS[match[2]];
    const value = text === '0' ? 0 : ms;
    if (value >= least && value <= DURATION_DAYS_MAX * UNITS.d) return value;
    throw new InvalidArgumentError(
      `It must be a number with s, m, h or d, such as 30m, 12h or 90d, up to ${DURATION_DAYS_MAX}d.`,
    );
  };
}

/** Parses scopes separated by commas. */
export function scopeList(text: string): readonly Scope[] {
  const named = text.split(',').map((name) => name.trim());
  const scopes = SCOPES.map(({ name }) => name).filter((name) => named.includes(name));
  if (scopes.length === new Set(named).size) return scopes;
  throw new InvalidArgumentError(`It must be some of ${SCOPES.map(({ name }) => name).join(', ')}.`);
}

/** What `--map` collects: columns by field, in the order given. */
export type ColumnMap = Readonly<Record<string, readonly string[]>>;

/** Adds one `field=column` to those before it. */
export function addMapping(text: string, previous: unknown): ColumnMap {
  const cut = text.indexOf('=');
  if (cut < 1) throw new InvalidArgumentError('It must be field=column, such as category=Kategorie.');
  const field = text.slice(0, cut).trim();
  const before = (previous as ColumnMap | undefined) ?? {};
  const columns = Object.hasOwn(before, field) ? before[field] : [];
  return { ...before, [field]: [...columns, text.slice(cut + 1)] };
}

/** Names that `--model-type` takes, in the order of the help. */
export const MODEL_TYPES = [
  'all',
  'category_prediction',
  'amount_prediction',
  'anomaly_detection',
  'cashflow_forecasting',
] as const;

export const DATA_DIR: OptionRow = {
  flags: '--data-dir <directory>',
  meaning: 'where models and the database live (TITANS_DATA_DIR)',
};

/** Options of every command that reads a table. */
export const TABLE_OPTIONS: readonly OptionRow[] = [
  {
    flags: '--map <field=column>',
    meaning: 'which column feeds a field; repeatable (date, amount, category, account_id, tags, ...)',
    parse: addMapping,
  },
  { flags: '--currency <code>', meaning: 'currency of rows that name none (TITANS_CURRENCY)' },
  { flags: '--timezone <zone>', meaning: 'where dates without an offset are local (TITANS_TIMEZONE)' },
  { flags: '--rejects <file>', meaning: 'where rows that cannot be used are listed with their reasons' },
  { flags: '--strict', meaning: 'exit with 1 when any row was rejected' },
];

/** The settings that options of the command line overrule. */
export function configFlags(options: OptionValues): Variables {
  const pairs: readonly (readonly [string, unknown])[] = [
    ['TITANS_DATA_DIR', options.dataDir],
    ['TITANS_CURRENCY', options.currency],
    ['TITANS_TIMEZONE', options.timezone],
    ['TITANS_HOST', options.host],
    ['TITANS_PORT', options.port],
  ];
  return Object.fromEntries(
    pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, `${value}`]])),
  );
}
