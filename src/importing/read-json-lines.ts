import type { Fault } from '../bank/transaction.ts';
import type { DecodedText } from './decode-text.ts';
import { NONE, type RawRecord, type RawTable } from './raw-table.ts';

/** Columns a JSON-lines file may have; further keys are left out of the columns and named. */
export const JSON_COLUMNS_MAX = 1000;

type Source = { readonly source: string };
// Sixteen digits and more do not survive as a JavaScript number: identifiers must be kept as they are written.
const LONG_NUMBER = /\d{16}/;

/**
 * Reads one JSON object a line into a {@link RawTable}: the columns are the keys in order of their first appearance,
 * null and missing are empty cells, nested values stay JSON text. A line that is no object becomes a damaged record.
 */
export function readJsonLines(decoded: DecodedText, isCompressed: boolean): RawTable {
  const columns = new Map<string, number>();
  const untyped = new Set<number>();
  const drafts: { line: number; original: string; cells: string[]; fault: Fault | null }[] = [];
  let blankLines = 0;
  let lineNumber = 0;
  let hasReturns = false;
  let isOverfull = false;

  function readLine(text: string): void {
    lineNumber++;
    const original = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (original !== text) hasReturns = true;
    if (original.trim() === '') {
      blankLines++;
      return;
    }
    const cells: string[] = [];
    let fault: Fault | null = null;
    const value = parseJson(original);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      fault = { pointer: '', detail: 'is not one JSON object' };
    } else {
      for (const [key, entry] of Object.entries(value)) {
        let column = columns.get(key);
        if (column === undefined) {
          if (columns.size >= JSON_COLUMNS_MAX) {
            isOverfull = true;
            continue;
          }
          column = columns.size;
          columns.set(key, column);
        }
        while (cells.length <= column) cells.push('');
        cells[column] = renderValue(entry);
        if (cells[column] !== '' && typeof entry !== 'number' && !(entry instanceof LongNumber)) {
          untyped.add(column);
        }
      }
    }
    drafts.push({ line: lineNumber, original, cells, fault });
  }

  let rest = '';
  for (const piece of decoded.texts) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) readLine(line);
  }
  if (rest !== '') readLine(rest);

  const records = drafts.map(({ line, original, cells, fault }): RawRecord => {
    while (cells.length < columns.size) cells.push('');
    return fault === null
      ? { line, original, cells, form: 'exact', faults: NONE, warnings: NONE }
      : { line, original, cells, form: 'damaged', faults: [fault], warnings: NONE };
  });
  const names = [...columns.keys()];
  return {
    layout: {
      format: 'json_lines',
      delimiter: ',',
      lineEnd: hasReturns ? '\r\n' : '\n',
      hasBom: decoded.hasBom,
      encoding: decoded.encoding,
      isCompressed,
    },
    columns: names,
    header: '',
    records,
    blankLines,
    typedColumns: new Set(Array.from(names.keys()).filter((column) => !untyped.has(column))),
    warnings: isOverfull
      ? [...decoded.warnings, `Only the first ${JSON_COLUMNS_MAX} keys were read as columns.`]
      : decoded.warnings,
  };
}

/** A number kept as written because a double would change it. */
class LongNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

function parseJson(text: string): unknown {
  try {
    if (!LONG_NUMBER.test(text)) return JSON.parse(text);
    const keepLong = (_key: string, value: unknown, context: Source) =>
      typeof value === 'number' && LONG_NUMBER.test(context.source) ? new LongNumber(context.source) : value;
    return JSON.parse(text, keepLong as (key: string, value: unknown) => unknown);
  } catch {
    return undefined;
  }
}

function renderValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (value instanceof LongNumber) return value.source;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
