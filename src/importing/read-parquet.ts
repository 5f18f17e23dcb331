import { parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { AppError } from '../errors.ts';
import { NONE, type RawRecord, type RawTable } from './raw-table.ts';
import { formatCells } from './write-cells.ts';

type Kind = 'date' | 'local_time' | 'instant' | 'number' | 'other';

/**
 * Reads a Parquet file into a {@link RawTable}. Cells are rendered as text: dates as YYYY-MM-DD, timestamps as ISO 8601
 * (with Z only when the file says they are adjusted to UTC), nested values as JSON. Throws `table_unreadable`.
 */
export async function readParquet(path: string, bytes: Buffer, isCompressed: boolean): Promise<RawTable> {
  try {
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const metadata = await parquetMetadataAsync(file as never);
    const columns: string[] = [];
    const kinds: Kind[] = [];
    for (const child of parquetSchema(metadata).children) {
      columns.push(child.element.name);
      kinds.push(kindOf(child.element));
    }
    let rows: readonly unknown[][] = [];
    const onComplete = (all: unknown[][]) => {
      rows = all;
    };
    await parquetRead({ file: file as never, metadata, compressors, rowFormat: 'array', onComplete });
    const records = rows.map((row, index): RawRecord => {
      const cells = columns.map((_name, column) => renderValue(row[column], kinds[column]));
      const original = formatCells(cells, ',');
      return { line: index + 1, original, cells, form: 'exact', faults: NONE, warnings: NONE };
    });
    return {
      layout: {
        format: 'parquet',
        delimiter: ',',
        lineEnd: '\n',
        hasBom: false,
        encoding: 'utf-8',
        isCompressed,
      },
      columns,
      header: formatCells(columns, ','),
      records,
      blankLines: 0,
      typedColumns: new Set(Array.from(kinds.keys()).filter((column) => kinds[column] === 'number')),
      warnings: [],
    };
  } catch (error) {
    throw new AppError('table_unreadable', `"${path}" is a Parquet file that cannot be read`, {
      internal: String(error),
      cause: error,
    });
  }
}

interface Element {
  readonly type?: string;
  readonly converted_type?: string;
  readonly logical_type?: { readonly type: string; readonly isAdjustedToUTC?: boolean };
}

function kindOf(element: Element): Kind {
  const logical = element.logical_type;
  if (logical?.type === 'DATE' || element.converted_type === 'DATE') return 'date';
  if (logical?.type === 'TIMESTAMP') return logical.isAdjustedToUTC ? 'instant' : 'local_time';
  if (element.converted_type?.startsWith('TIMESTAMP')) return 'instant';
  // The old 96-bit timestamps of Hive and Impala carry local time.
  if (element.type === 'INT96') return 'local_time';
  if (logical?.type === 'STRING' || element.converted_type === 'UTF8') return 'other';
  return element.type === 'BYTE_ARRAY' ? 'other' : 'number';
}

function renderValue(value: unknown, kind: Kind): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) return '';
    const text = value.toISOString();
    if (kind === 'date') return text.slice(0, 10);
    return kind === 'instant' ? text : text.slice(0, -1);
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value === 'object') {
    return JSON.stringify(value, (_key, entry) => (typeof entry === 'bigint' ? entry.toString() : entry));
  }
  return String(value);
}
