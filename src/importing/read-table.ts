import { setImmediate } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { splitAmount } from './amounts.ts';
import { buildRow, type ImportedRow } from './build-rows.ts';
import { splitDate } from './date-text.ts';
import { type DecodedText, decodeText } from './decode-text.ts';
import { resolveMapping } from './mapping.ts';
import { labelColumns } from './names.ts';
import { planRows } from './plan-rows.ts';
import type { Layout, RawTable } from './raw-table.ts';
import { readBytes } from './read-bytes.ts';
import { readCsv } from './read-csv.ts';
import { readJsonLines } from './read-json-lines.ts';
import { readParquet } from './read-parquet.ts';
import { recogniseColumns } from './recognise-columns.ts';
import { describeUnderstood, type Understood } from './understood.ts';

export type { ImportedRow } from './build-rows.ts';
export type { Understood } from './understood.ts';

export interface ReadTableOptions {
  /** Field -> column name(s); see {@link resolveMapping} for what else may be said. */
  readonly mapping?: Readonly<Record<string, string | readonly string[]>>;
  readonly timezone: string;
  readonly currency: string | null;
  readonly now: number;
  readonly amount: 'required' | 'optional';
  /** Accept Income with a negative amount as a reversal (cash-flow history) instead of putting the row aside. */
  readonly allowsReversal?: boolean;
  /** Called with a position in the file that only grows; it reaches the total when the last row is done. */
  readonly onProgress?: (bytesRead: number, bytesTotal: number) => void;
  readonly signal?: AbortSignal;
}

/** A table read: one row per input record, in file order. */
export interface Table {
  readonly path: string;
  /** The header as written. */
  readonly columns: readonly string[];
  /** The header line as written; empty for JSON lines. */
  readonly header: string;
  readonly layout: Layout;
  readonly understood: Understood;
  /** Labels of the columns that feed no field. */
  readonly ignoredColumns: readonly string[];
  readonly warnings: readonly string[];
  readonly rows: readonly ImportedRow[];
  readonly counts: TableCounts;
  /** What is wrong with the compressed file, if anything; the last row then has it as a fault. */
  readonly damage: string | null;
}

/** `records` = `usable` + `rejected`. */
export interface TableCounts {
  readonly records: number;
  readonly usable: number;
  readonly rejected: number;
  /** Usable rows with a warning. */
  readonly warned: number;
  /** Blank physical lines; they are no records. */
  readonly blankLines: number;
}

const ROWS_PER_TURN = 5000;
// Reading is the short part of the work, so it moves the progress little.
const READ_SHARE = 0.2;

/**
 * Reads a table of transactions: CSV with any usual delimiter, Parquet or JSON lines, each also gzipped (found by
 * content, not by name). Throws AppError `table_unreadable`, `columns_ambiguous` or `usage`; a bad row never throws,
 * it is a row without transaction.
 */
export async function readTable(path: string, options: ReadTableOptions): Promise<Table> {
  const { onProgress, signal } = options;
  let bytesTotal = 0;
  const bytes = await readBytes(
    path,
    (bytesRead, total) => {
      bytesTotal = total;
      onProgress?.(Math.floor(bytesRead * READ_SHARE), total);
    },
    signal,
  );
  if (bytes.chunks.length === 0) throw new AppError('table_unreadable', `"${path}" is empty`);
  const raw = markDamage(path, await readRaw(path, bytes), bytes.damage);
  signal?.throwIfAborted();

  refuseHeaderless(path, raw);
  const labels = labelColumns(raw.columns);
  const mapping = resolveMapping(options.mapping ?? {}, labels);
  const recognition = recogniseColumns(raw.columns, raw.records, mapping);
  const planned = planRows(raw, labels, recognition, mapping, {
    now: options.now,
    timezone: options.timezone,
    currency: options.currency,
    amount: options.amount,
    cutsLongText: true,
    allowsReversal: options.allowsReversal,
  });

  const rows: ImportedRow[] = [];
  let usable = 0;
  let warned = 0;
  for (const record of raw.records) {
    const row = buildRow(record, planned.plan);
    rows.push(row);
    if (row.transaction !== null) usable++;
    if (row.transaction !== null && row.warnings.length > 0) warned++;
    if (rows.length % ROWS_PER_TURN === 0) {
      // Lets signals, timers and the progress bar have their turn.
      await setImmediate();
      signal?.throwIfAborted();
      const share = READ_SHARE + (1 - READ_SHARE) * (rows.length / raw.records.length);
      onProgress?.(Math.floor(bytesTotal * share), bytesTotal);
    }
  }
  onProgress?.(bytesTotal, bytesTotal);
  const used = new Set([...planned.plan.columns.values()].flat());
  return {
    path,
    columns: raw.columns,
    header: raw.header,
    layout: raw.layout,
    understood: planned.understood,
    ignoredColumns: labels.filter((_label, column) => !used.has(column)),
    warnings: [
      ...(bytes.damage === null ? [] : [`Damaged: ${bytes.damage}; the rows before the damage were read.`]),
      ...(raw.records.length === 0 ? ['The file has a header and no rows.'] : []),
      ...raw.warnings,
      ...planned.warnings,
    ],
    rows,
    counts: {
      records: rows.length,
      usable,
      rejected: rows.length - usable,
      warned,
      blankLines: raw.blankLines,
    },
    damage: bytes.damage,
  };
}

async function readRaw(path: string, bytes: Awaited<ReturnType<typeof readBytes>>): Promise<RawTable> {
  const { chunks, isCompressed } = bytes;
  if (chunks[0].subarray(0, 4).toString('latin1') === 'PAR1') {
    return readParquet(path, Buffer.concat(chunks), isCompressed);
  }
  const decoded = decodeText(path, chunks, { isTruncated: bytes.damage !== null });
  const start = firstCharacters(decoded);
  if (start.startsWith('{')) return readJsonLines(decoded, isCompressed);
  if (start.startsWith('[')) {
    throw new AppError(
      'table_unreadable',
      `"${path}" is one JSON array; write one JSON object per line instead (jq -c '.[]' does it)`,
    );
  }
  if (start.startsWith('<')) {
    throw new AppError('table_unreadable', `"${path}" is XML or HTML, not a table; ask the bank for CSV`);
  }
  if (start === '') throw new AppError('table_unreadable', `"${path}" is empty: it has blank lines only`);
  return readCsv(path, decoded, isCompressed);
}

function firstCharacters(decoded: DecodedText): string {
  for (const text of decoded.texts) {
    const start = text.trimStart().slice(0, 16);
    if (start !== '') return start;
  }
  return '';
}

/** Makes the damage of a compressed file a fault of its last record, which was cut, so that it is never silent. */
function markDamage(path: string, raw: RawTable, damage: string | null): RawTable {
  if (damage === null) return raw;
  const fault = { pointer: '', detail: `${damage}: this row may be cut and all that follow are lost` };
  const last = raw.records.at(-1);
  if (last === undefined)
    throw new AppError('table_unreadable', `"${path}": ${damage} and no row could be read`);
  const marked = { ...last, form: 'damaged' as const, faults: [...last.faults, fault] };
  return { ...raw, records: [...raw.records.slice(0, -1), marked] };
}

/** A first line with a date and a number among its cells is a row, not a header. */
function refuseHeaderless(path: string, raw: RawTable): void {
  if (raw.layout.format !== 'csv') return;
  const hasDate = raw.columns.some((name) => !/^\d*\.?\d*$/.test(name.trim()) && splitDate(name) !== null);
  const hasNumber = raw.columns.some((name) => {
    const amount = splitAmount(name);
    return amount !== null && amount !== 'empty';
  });
  if (hasDate && hasNumber) {
    throw new AppError(
      'table_unreadable',
      `"${path}" has no header: its first line holds data. Put a line with the column names first.`,
    );
  }
}

/** What was understood, what was ignored, what was warned about and how many rows came of it, as plain text. */
export function describeTable(table: Table): string {
  const { counts } = table;
  const lines = [describeUnderstood(table.understood)];
  if (table.ignoredColumns.length > 0) lines.push(`ignored columns: ${table.ignoredColumns.join(', ')}`);
  for (const warning of table.warnings) lines.push(`warning: ${warning}`);
  const blank = counts.blankLines > 0 ? `, ${counts.blankLines} blank lines` : '';
  lines.push(
    `rows: ${counts.records} read, ${counts.usable} usable, ${counts.rejected} rejected, ${counts.warned} with warnings${blank}`,
  );
  return lines.join('\n');
}
