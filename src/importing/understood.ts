import type { DecimalSign } from './amounts.ts';
import type { Layout } from './raw-table.ts';

/** One field, the columns (by label) that feed it and how they were chosen. */
export interface UnderstoodField {
  readonly field: string;
  readonly columns: readonly string[];
  readonly chosenBy: 'map' | 'name' | 'content';
  readonly runnersUp: readonly string[];
}

/** How a table was read, for people and for the summary of a run. */
export interface Understood {
  readonly layout: Layout;
  readonly fields: readonly UnderstoodField[];
  /** Written forms of dates, most frequent first. */
  readonly dateFormats: readonly { readonly format: string; readonly count: number }[];
  /** Null when the table has no amount. */
  readonly decimal: DecimalSign | null;
  /** What decides between Income and Expense. */
  readonly direction: 'type_column' | 'debit_credit' | 'marks' | 'signed' | 'expense_positive' | null;
  readonly notes: readonly string[];
}

const DELIMITER_NAMES: Record<string, string> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' };

const DIRECTIONS: Record<string, string> = {
  type_column: 'the type column says Income or Expense',
  debit_credit: 'debit columns are Expense, credit columns are Income',
  marks: 'DR, CR or a plus sign beside the amount says the direction',
  signed: 'negative amounts are Expense, positive ones Income',
  expense_positive: 'positive amounts are Expense, negative ones refunds (Income)',
};

/** The fields in one line: `date = Date; amount = Betrag`. */
export function describeFields(fields: readonly UnderstoodField[]): string {
  if (fields.length === 0) return 'nothing';
  return fields.map(({ field, columns }) => `${field} = ${columns.join(' + ')}`).join('; ');
}

/** Several lines of plain text: layout, fields with their columns, dates, amounts, notes. No line end at the end. */
export function describeUnderstood(understood: Understood): string {
  const { layout } = understood;
  const lines: string[] = [];
  const name = { csv: 'delimited text', json_lines: 'JSON lines', parquet: 'Parquet' }[layout.format];
  const extras = [
    ...(layout.format === 'csv' ? [DELIMITER_NAMES[layout.delimiter] ?? layout.delimiter] : []),
    ...(layout.format === 'parquet' ? [] : [layout.encoding]),
    ...(layout.isCompressed ? ['gzip'] : []),
  ];
  lines.push(`format: ${[name, ...extras].join(', ')}`);
  const width = Math.max(0, ...understood.fields.map(({ field }) => field.length));
  for (const { field, columns, chosenBy } of understood.fields) {
    const how = chosenBy === 'map' ? ' (as mapped)' : chosenBy === 'content' ? ' (by its content)' : '';
    lines.push(`  ${field.padEnd(width)} = ${columns.join(' + ')}${how}`);
  }
  if (understood.dateFormats.length > 0) {
    const formats = understood.dateFormats.map(({ format, count }) => `${format} (${count})`);
    lines.push(`dates: ${formats.join(', ')}`);
  }
  if (understood.decimal !== null) lines.push(`decimal sign: ${understood.decimal}`);
  if (understood.direction !== null) lines.push(`direction: ${DIRECTIONS[understood.direction]}`);
  for (const note of understood.notes) lines.push(`note: ${note}`);
  return lines.join('\n');
}
