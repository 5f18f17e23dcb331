import type { ImportedRow } from './build-rows.ts';
import { normaliseName } from './names.ts';
import type { Table } from './read-table.ts';
import { formatCell, formatCells } from './write-cells.ts';

/** Columns `titans predict` may add, in the order in which they are written. */
export const OUTPUT_COLUMNS = [
  'predicted_category',
  'confidence_score',
  'confidence_band',
  'top_predictions',
  'predicted_amount',
  'amount_lower',
  'amount_upper',
  'is_anomaly',
  'anomaly_score',
  'risk_level',
  'reasons',
  'error',
] as const;
export type OutputColumn = (typeof OUTPUT_COLUMNS)[number];

/** Values of one row; missing and null are written empty (JSON lines: left out). */
export type OutputValues = Partial<
  Record<OutputColumn, string | number | boolean | readonly string[] | null>
>;

/** Formats the output of `titans predict`. Every text ends with the line end of the input file. */
export interface Output {
  /** The names under which the asked-for columns are written. */
  readonly names: ReadonlyMap<OutputColumn, string>;
  readonly warnings: readonly string[];
  /** The header line (after a byte order mark where the input has one); empty for JSON lines. */
  readonly header: string;
  /** The output row of an input row. */
  formatRow(row: ImportedRow, values: OutputValues): string;
}

/**
 * Prepares output for a table: its own header and rows, the asked-for columns appended. The text of a good row is kept
 * as it stands in the file. A row with stray quotes, about which readers disagree, is written with its cells quoted
 * rightly. A row that cannot be cut into cells keeps its place: its whole text is the first cell and the others are
 * empty, so that the output always has one record per input record and the same number of cells in each. Text is
 * written as UTF-8. JSON lines get further keys; a line that is no object becomes `{"original": ...}`. Parquet becomes
 * CSV. Lines before the header are not repeated. A name the input already has gets a suffix.
 */
export function createOutput(
  table: Pick<Table, 'columns' | 'header' | 'layout'>,
  asked: readonly OutputColumn[],
): Output {
  const { format, delimiter, lineEnd, hasBom } = table.layout;
  const present = new Set(table.columns.map(normaliseName));
  const names = new Map<OutputColumn, string>();
  const warnings: string[] = [];
  for (const column of OUTPUT_COLUMNS) {
    if (!asked.includes(column)) continue;
    let name: string = column;
    for (let suffix = 2; present.has(normaliseName(name)); suffix++) name = `${column}_${suffix}`;
    if (name !== column) warnings.push(`The file already has a column "${column}"; ours is named "${name}".`);
    present.add(normaliseName(name));
    names.set(column, name);
  }
  if (!table.layout.encoding.startsWith('utf-8')) {
    warnings.push(`The output is written as UTF-8; the file is ${table.layout.encoding}.`);
  }
  const mark = hasBom ? '\ufeff' : '';

  if (format === 'json_lines') {
    const formatRow = (row: ImportedRow, values: OutputValues) => appendJson(row, values, names) + lineEnd;
    return { names, warnings, header: '', formatRow };
  }
  const width = table.columns.length;
  function formatRow(row: ImportedRow, values: OutputValues): string {
    const added = [...names.keys()].map((column) => formatCell(render(values[column]), delimiter));
    return [formatOriginal(row, width, delimiter), ...added].join(delimiter) + lineEnd;
  }
  const header = mark + [table.header, ...names.values()].join(delimiter) + lineEnd;
  return { names, warnings, header, formatRow };
}

function formatOriginal(row: ImportedRow, width: number, delimiter: string): string {
  if (row.form === 'exact') return row.original;
  if (row.form === 'loose') return formatCells(row.cells, delimiter);
  return `"${row.original.replaceAll('"', '""')}"${delimiter.repeat(width - 1)}`;
}

// Spreadsheets run cells that start so as formulas; numbers are formatted by us and never pass here.
const FORMULA = /^[=+\-@\t\r]/;

function render(value: OutputValues[OutputColumn]): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : value.join('; ');
  return FORMULA.test(text) ? `'${text}` : text;
}

function appendJson(
  row: ImportedRow,
  values: OutputValues,
  names: ReadonlyMap<OutputColumn, string>,
): string {
  const added: string[] = [];
  for (const [column, name] of names) {
    const value = values[column];
    if (value !== null && value !== undefined) {
      added.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
    }
  }
  const original = row.original.trimEnd();
  if (row.form === 'damaged') {
    return `{${[`"original":${JSON.stringify(row.original)}`, ...added].join(',')}}`;
  }
  if (added.length === 0) return original;
  const body = original.slice(0, -1);
  const glue = body.trimEnd().endsWith('{') ? '' : ',';
  return `${body}${glue}${added.join(',')}}`;
}
