import { FIELDS } from '../bank/fields.ts';
import { AppError, type ErrorPlace } from '../errors.ts';
import type { DecimalSign } from './amounts.ts';
import type { DateOrder } from './date-text.ts';
import type { SignRule } from './directions.ts';

/** Parts of a date or an amount that have columns of their own. */
export const PARTS = ['debit', 'credit', 'time', 'year', 'month', 'day'];

/** Fields that several columns may feed. Tags become `column=value`, account ids are joined by `/`, texts by a space. */
const PLURAL = new Set(
  FIELDS.filter((field) => field.kind === 'text' || field.kind === 'tags').map((f) => f.name),
);

const SETTINGS: Record<string, readonly string[]> = {
  date_order: ['day_first', 'month_first', 'year_first'],
  decimal: ['point', 'comma'],
  sign: ['signed', 'expense_positive'],
};

/** What the caller said about the columns: by `--map field=column` and the settings among them. */
export interface Mapping {
  /** Column numbers by field; an empty list means "read no column for it". */
  readonly columns: ReadonlyMap<string, readonly number[]>;
  readonly dateOrder: DateOrder | null;
  readonly decimal: DecimalSign | null;
  readonly sign: SignRule | null;
}

/**
 * Resolves a mapping against the columns of a table. Keys are fields of bank/fields.ts, the parts `debit credit time
 * year month day`, or the settings `date_order`, `decimal`, `sign`; an empty column name switches a field off.
 * Throws `usage` with every fault at once.
 */
export function resolveMapping(
  mapping: Readonly<Record<string, string | readonly string[]>>,
  labels: readonly string[],
): Mapping {
  const errors: ErrorPlace[] = [];
  const columns = new Map<string, readonly number[]>();
  const settings = new Map<string, string>();
  const fields = [...FIELDS.map((field) => field.name), ...PARTS];
  for (const [field, value] of Object.entries(mapping)) {
    const names = (typeof value === 'string' ? [value] : [...value]).filter(
      (name, index, all) => all.indexOf(name) === index,
    );
    if (Object.hasOwn(SETTINGS, field)) {
      const known = SETTINGS[field];
      if (names.length === 1 && known.includes(names[0])) settings.set(field, names[0]);
      else errors.push({ pointer: `--map ${field}`, detail: `must be one of ${known.join(', ')}` });
      continue;
    }
    if (!fields.includes(field)) {
      const detail = `unknown field; known are ${[...fields, ...Object.keys(SETTINGS)].join(', ')}`;
      errors.push({ pointer: `--map ${field}`, detail });
      continue;
    }
    const numbers: number[] = [];
    for (const name of names) {
      if (name === '') continue;
      const found = findColumn(name, labels);
      if (typeof found === 'number') numbers.push(found);
      else errors.push({ pointer: `--map ${field}=${name}`, detail: found });
    }
    if (numbers.length > 1 && !PLURAL.has(field)) {
      errors.push({ pointer: `--map ${field}`, detail: 'takes one column only' });
    }
    columns.set(field, numbers);
  }
  if (errors.length > 0) {
    const detail = errors.map((error) => `${error.pointer}: ${error.detail}`).join('; ');
    throw new AppError('usage', detail, { errors });
  }
  return {
    columns,
    dateOrder: (settings.get('date_order') ?? null) as DateOrder | null,
    decimal: (settings.get('decimal') ?? null) as DecimalSign | null,
    sign: (settings.get('sign') ?? null) as SignRule | null,
  };
}

/** The number of a column, or what is wrong with the name. */
function findColumn(name: string, labels: readonly string[]): number | string {
  const exact = labels.indexOf(name);
  if (exact !== -1) return exact;
  const folded = name.trim().toLowerCase();
  const close = labels.flatMap((label, index) => (label.trim().toLowerCase() === folded ? [index] : []));
  if (close.length === 1) return close[0];
  const numbered = labels.filter((label) => label.startsWith(`${name}#`));
  if (numbered.length > 1) return `the name occurs ${numbered.length} times; say ${numbered.join(' or ')}`;
  return `no such column; the columns are ${labels.join(', ')}`;
}
