import type { Fault } from '../bank/transaction.ts';

/** Shared empty list, so that a clean row costs no array of its own. */
export const NONE: readonly Fault[] = Object.freeze([]);

/**
 * How the original text of a record may be used again: `exact` as it stands; `loose` has stray quotes that readers
 * disagree about (its cells are known); `damaged` cannot be cut into cells for certain.
 */
export type RecordForm = 'exact' | 'loose' | 'damaged';

/** One record as the file holds it, before its meaning is known. */
export interface RawRecord {
  /** 1-based physical line on which the record starts (for Parquet: 1-based row). */
  readonly line: number;
  /** The text of the record without its line end. */
  readonly original: string;
  /** As many cells as the table has columns, unless `form` is `damaged`. */
  readonly cells: readonly string[];
  readonly form: RecordForm;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** How the file was laid out; enough to write more of the same. */
export interface Layout {
  readonly format: 'csv' | 'json_lines' | 'parquet';
  /** Column delimiter (CSV; a comma otherwise). */
  readonly delimiter: string;
  readonly lineEnd: '\n' | '\r\n' | '\r';
  readonly hasBom: boolean;
  readonly encoding: string;
  readonly isCompressed: boolean;
}

/** A table cut into records and cells. */
export interface RawTable {
  readonly layout: Layout;
  /** Column names as written. */
  readonly columns: readonly string[];
  /** The header line as written, padded with delimiters to the width of the rows; empty where there is none. */
  readonly header: string;
  readonly records: readonly RawRecord[];
  /** Blank physical lines; they are no records. */
  readonly blankLines: number;
  /** Columns whose cells were numbers in the file itself: their decimal sign is a point. */
  readonly typedColumns: ReadonlySet<number>;
  readonly warnings: readonly string[];
}
