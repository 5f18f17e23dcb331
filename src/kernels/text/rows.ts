import { CONTEXT_GROUP, type Tokens } from './tokens.ts';
import { findColumn, type TokensOf, type Vocabulary } from './vocabulary.ts';

/** How much the character, word and context groups weigh in a row (their lengths; a context token's value). */
const GROUP_WEIGHTS = [0.7, 0.7, 0.5];

/** One weighted sparse row, reused: the first `length` columns and values count. */
export interface SparseRow {
  length: number;
  columns: Uint32Array;
  values: Float32Array;
  groups: Uint8Array;
  /** Where a column stands in `columns`, if it does: stale entries are recognised and need no clearing. */
  readonly places: Uint32Array;
}

/** Many sparse rows: row `i` is `[starts[i], starts[i + 1])` of columns and values. */
export interface SparseRows {
  readonly starts: Float64Array;
  readonly columns: Uint32Array;
  readonly values: Float32Array;
}

export function createRow(vocabulary: Vocabulary): SparseRow {
  return {
    length: 0,
    columns: new Uint32Array(512),
    values: new Float32Array(512),
    groups: new Uint8Array(512),
    places: new Uint32Array(vocabulary.hashes.length),
  };
}

/**
 * Weighs the tokens of one row: sublinear term frequency times IDF, L2-normalised within the characters and within the
 * words, so that neither a long descriptor nor a chatty one counts for more; a context token has one fixed value.
 * Tokens without a column are left out.
 */
export function encodeRow(vocabulary: Vocabulary, tokens: Tokens, row: SparseRow): void {
  if (row.columns.length < tokens.length) growRow(row, tokens.length);
  const { columns, values, groups, places } = row;
  let length = 0;
  for (let i = 0; i < tokens.length; i++) {
    const column = findColumn(vocabulary, tokens.hashes[i]);
    if (column < 0) continue;
    const place = places[column];
    if (place < length && columns[place] === column) values[place]++;
    else {
      places[column] = length;
      columns[length] = column;
      values[length] = 1;
      groups[length++] = tokens.groups[i];
    }
  }
  row.length = length;

  let chars = 0;
  let words = 0;
  for (let i = 0; i < length; i++) {
    if (groups[i] === CONTEXT_GROUP) continue;
    const value = (values[i] === 1 ? 1 : 1 + Math.log(values[i])) * vocabulary.idf[columns[i]];
    values[i] = value;
    if (groups[i] === 0) chars += value * value;
    else words += value * value;
  }
  const charScale = chars > 0 ? GROUP_WEIGHTS[0] / Math.sqrt(chars) : 0;
  const wordScale = words > 0 ? GROUP_WEIGHTS[1] / Math.sqrt(words) : 0;
  for (let i = 0; i < length; i++) {
    if (groups[i] === CONTEXT_GROUP) values[i] = GROUP_WEIGHTS[2];
    else values[i] *= groups[i] === 0 ? charScale : wordScale;
  }
}

/** Encodes rows `0 .. rows - 1` one after the other. */
export function encodeRows(
  vocabulary: Vocabulary,
  rows: number,
  tokensOf: TokensOf,
  tokens: Tokens,
): SparseRows {
  const row = createRow(vocabulary);
  const starts = new Float64Array(rows + 1);
  let columns = new Uint32Array(Math.max(1024, rows * 32));
  let values = new Float32Array(columns.length);
  let end = 0;
  for (let i = 0; i < rows; i++) {
    tokensOf(i, tokens);
    encodeRow(vocabulary, tokens, row);
    if (end + row.length > columns.length) {
      const size = Math.max(end + row.length, Math.ceil(columns.length * 1.5));
      const widerColumns = new Uint32Array(size);
      widerColumns.set(columns);
      columns = widerColumns;
      const widerValues = new Float32Array(size);
      widerValues.set(values);
      values = widerValues;
    }
    columns.set(row.columns.subarray(0, row.length), end);
    values.set(row.values.subarray(0, row.length), end);
    end += row.length;
    starts[i + 1] = end;
  }
  return { starts, columns: columns.slice(0, end), values: values.slice(0, end) };
}

function growRow(row: SparseRow, length: number): void {
  const size = Math.max(length, row.columns.length * 2);
  row.columns = new Uint32Array(size);
  row.values = new Float32Array(size);
  row.groups = new Uint8Array(size);
}
