import { type ParsedLine, parseLine } from './parse-line.ts';

/** What the first lines of a delimited file tell about all of it. */
export interface Head {
  readonly delimiter: string;
  readonly lineEnd: '\n' | '\r\n' | '\r';
  /** Lines before the header (account details that some banks print first). */
  readonly preambleLines: number;
  /** Cells per record. */
  readonly width: number;
  /** Columns whose cells start with (or hold) a digit in nearly every line: by them a line is known to be a record. */
  readonly digitColumns: readonly number[] | null;
}

/** Characters of the file looked at. */
export const HEAD_CHARS = 1 << 20;
const LINES_MAX = 400;
const PREAMBLE_LINES_MAX = 30;
const DELIMITERS = [',', ';', '\t', '|'];
const DIGIT_SHARE_MIN = 0.8;
const SURPLUS_SHARE_MIN = 0.9;

/**
 * Finds delimiter, line end, header line and width from the beginning of a file (without its byte order mark).
 * The delimiter is the one that cuts most lines into the same number (two or more) of cells, as many as the header.
 */
export function inspectHead(head: string, isWhole: boolean): Head {
  const firstBreak = head.search(/[\r\n]/);
  const hasLineFeed = head.includes('\n');
  const lineEnd = !hasLineFeed && firstBreak !== -1 ? '\r' : head.includes('\r\n') ? '\r\n' : '\n';
  const lines = head.split(lineEnd === '\r' ? '\r' : /\r?\n/, LINES_MAX + 1);
  // The last line may be cut in the middle.
  if (!isWhole || lines.length > LINES_MAX) lines.pop();
  let best = { delimiter: ',', score: 0, width: 1, start: firstFilled(lines) };
  // Excel's own way to name the delimiter, on a line before the header.
  const named = /^sep=(.)$/.exec(lines[0] ?? '');
  if (named !== null) lines[0] = '';
  for (const delimiter of named === null ? DELIMITERS : [named[1]]) {
    const parsed = lines.map((line) => (line.trim() === '' ? null : parseLine(line, delimiter, null)));
    const candidate = rateDelimiter(parsed);
    const isBetter =
      candidate.score > best.score + 1e-9 ||
      (candidate.score > best.score - 1e-9 && candidate.width > best.width);
    if (candidate.width > 1 && isBetter) best = { delimiter, ...candidate };
  }
  const body = lines
    .slice(best.start + 1)
    // An odd number of quotes: the line is a part of a longer record.
    .filter((line) => line.trim() !== '' && line.split('"').length % 2 === 1)
    .map((line) => parseLine(line, best.delimiter, best.width))
    .filter((line) => line.form === 'exact' && line.cells.length === best.width);
  const shares = (test: (cell: string) => boolean): number[] =>
    Array.from({ length: best.width }, (_unused, column) => column).filter(
      (column) => body.filter((line) => test(line.cells[column])).length >= body.length * DIGIT_SHARE_MIN,
    );
  let digitColumns: readonly number[] | null = null;
  if (body.length > 0) {
    digitColumns = shares(startsWithDigit);
    // Dates such as Jan 5 and amounts such as EUR 5 only contain digits.
    if (digitColumns.length === 0) digitColumns = shares((cell) => /\d/.test(cell));
    if (digitColumns.length === 0) digitColumns = null;
  }
  return {
    delimiter: best.delimiter,
    lineEnd,
    preambleLines: best.start,
    width: best.width,
    digitColumns,
  };
}

/** Whether a cell starts as dates and amounts do, with or without quote, sign or currency sign. */
function startsWithDigit(cell: string): boolean {
  return /^\s*"?[-+(]?\p{Sc}?\d/u.test(cell);
}

function firstFilled(lines: readonly string[]): number {
  return Math.max(
    0,
    lines.findIndex((line) => line.trim() !== ''),
  );
}

function rateDelimiter(lines: readonly (ParsedLine | null)[]): {
  score: number;
  width: number;
  start: number;
} {
  const counts = new Map<number, number>();
  let total = 0;
  for (const line of lines) {
    if (line === null || line.form === 'damaged') continue;
    counts.set(line.cells.length, (counts.get(line.cells.length) ?? 0) + 1);
    total++;
  }
  let common = 1;
  for (const [width, count] of counts) if (count > (counts.get(common) ?? 0)) common = width;
  const start = findHeader(lines, common);
  const headerWidth = lines[start]?.cells.length ?? 1;
  let width = headerWidth;
  // Some banks end every row, but not the header, with a delimiter: the surplus cells are empty throughout.
  if (common > headerWidth && isSurplusEmpty(lines.slice(start + 1), headerWidth, common)) width = common;
  // Others end the header, but not the rows, with a delimiter: columns without a name and without cells.
  const header = lines[start]?.cells ?? [];
  if (common > 1 && common < headerWidth && header.slice(common).every((name) => name.trim() === ''))
    width = common;
  const matching = counts.get(width) ?? 0;
  return { score: total === 0 ? 0 : matching / total, width, start };
}

/** The first filled line, unless narrow lines come before one as wide as most: then that one. */
function findHeader(lines: readonly (ParsedLine | null)[], common: number): number {
  const first = lines.findIndex((line) => line !== null);
  if (first === -1) return 0;
  for (let i = first; i < Math.min(lines.length, first + PREAMBLE_LINES_MAX); i++) {
    const line = lines[i];
    if (line === null) continue;
    const filled = line.cells.filter((cell) => cell.trim() !== '').length;
    if (line.cells.length >= common && filled > Math.max(1, common / 2)) return i;
    if (filled > 2 || common < 3 || filled >= common - 1) return first;
  }
  return first;
}

function isSurplusEmpty(lines: readonly (ParsedLine | null)[], from: number, to: number): boolean {
  let wide = 0;
  let total = 0;
  for (const line of lines) {
    if (line === null) continue;
    total++;
    if (line.cells.length === to && line.cells.slice(from).every((cell) => cell.trim() === '')) wide++;
  }
  return total > 0 && wide >= total * SURPLUS_SHARE_MIN;
}
