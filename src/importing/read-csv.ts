import { AppError } from '../errors.ts';
import type { DecodedText } from './decode-text.ts';
import { HEAD_CHARS, inspectHead } from './inspect-head.ts';
import { parseLine } from './parse-line.ts';
import type { RawRecord, RawTable } from './raw-table.ts';
import { scanRecords } from './scan-records.ts';
import { formatCells } from './write-cells.ts';

/** Cuts decoded text into a {@link RawTable}. Throws `table_unreadable` when there is no header. */
export function readCsv(path: string, decoded: DecodedText, isCompressed: boolean): RawTable {
  const head = joinHead(decoded.texts);
  const facts = inspectHead(head.text, head.isWhole);
  const scanner = scanRecords(decoded.texts, facts);
  const headerRecord = scanner.next();
  if (headerRecord === null) {
    throw new AppError('table_unreadable', `"${path}" is empty: it has no header line`);
  }
  let columns = [...headerRecord.cells];
  let header = headerRecord.original;
  const warnings = [...decoded.warnings];
  // Rows show how many columns there are; a header may be wrong in its width and still be well quoted.
  if (parseLine(header, facts.delimiter, facts.width).form !== 'exact') {
    columns = columns.map((name) => name.replaceAll('"', ''));
    header = formatCells(columns, facts.delimiter);
    warnings.push('The header has stray quotes; they were left out.');
  }
  if (columns.length > facts.width) {
    columns = columns.slice(0, facts.width);
    header = formatCells(columns, facts.delimiter);
  }
  while (columns.length < facts.width) {
    columns.push('');
    header += facts.delimiter;
  }
  if (facts.preambleLines > 0) {
    warnings.push(
      `The first ${facts.preambleLines} lines were skipped; the header is line ${headerRecord.line}.`,
    );
  }
  const records: RawRecord[] = [];
  for (let record = scanner.next(); record !== null; record = scanner.next()) records.push(record);
  return {
    layout: {
      format: 'csv',
      delimiter: facts.delimiter,
      lineEnd: facts.lineEnd,
      hasBom: decoded.hasBom,
      encoding: decoded.encoding,
      isCompressed,
    },
    columns,
    header,
    records,
    blankLines: scanner.blankLines(),
    typedColumns: new Set(),
    warnings,
  };
}

function joinHead(texts: readonly string[]): { text: string; isWhole: boolean } {
  let text = '';
  for (const [index, piece] of texts.entries()) {
    text += piece;
    const isLast = index === texts.length - 1;
    if (text.length > HEAD_CHARS) return { text: text.slice(0, HEAD_CHARS), isWhole: false };
    if (isLast) break;
  }
  return { text, isWhole: true };
}
