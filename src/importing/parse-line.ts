import type { RecordForm } from './raw-table.ts';

/** The cells of one physical line read by itself. `damaged`: a quote opens and never closes. */
export interface ParsedLine {
  readonly cells: readonly string[];
  readonly form: RecordForm;
}

/**
 * Reads one line by RFC 4180. Where quotes are not as they should be, two tolerant readings are tried and the one that
 * gives `width` cells is taken (`loose`): a cell ends at a quote before a delimiter (`"5" pipe",`), or quotes merely
 * vanish (`"5" pipe,`). A quote inside a cell that does not start with one is ordinary text.
 */
export function parseLine(line: string, delimiter: string, width: number | null): ParsedLine {
  if (!line.includes('"')) return { cells: line.split(delimiter), form: 'exact' };
  const strict = readQuoted(line, delimiter, 'strict');
  if (strict !== null) return { cells: strict, form: 'exact' };
  for (const mode of ['closes_at_delimiter', 'closes_at_quote'] as const) {
    const loose = readQuoted(line, delimiter, mode);
    if (loose !== null && loose.length === width) return { cells: loose, form: 'loose' };
  }
  return { cells: line.split(delimiter), form: 'damaged' };
}

/** Cells of a line, or null when its quotes do not allow this way of reading. */
function readQuoted(
  line: string,
  delimiter: string,
  mode: 'strict' | 'closes_at_delimiter' | 'closes_at_quote',
): string[] | null {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    let end: number;
    if (line[at] === '"') {
      let text = '';
      let from = at + 1;
      for (;;) {
        const quote = line.indexOf('"', from);
        if (quote === -1) return null;
        const next = line[quote + 1];
        if (next === '"' && (mode !== 'closes_at_delimiter' || !isCellEnd(line, quote + 2, delimiter))) {
          text += line.slice(from, quote + 1);
          from = quote + 2;
        } else if (isCellEnd(line, quote + 1, delimiter)) {
          text += line.slice(from, quote);
          end = quote + 1;
          break;
        } else if (mode === 'strict') {
          return null;
        } else if (mode === 'closes_at_delimiter') {
          text += line.slice(from, quote + 1);
          from = quote + 1;
        } else {
          const rest = cellEnd(line, quote + 1, delimiter);
          text += line.slice(from, quote) + line.slice(quote + 1, rest);
          end = rest;
          break;
        }
      }
      cells.push(text);
    } else {
      end = cellEnd(line, at, delimiter);
      cells.push(line.slice(at, end));
    }
    if (end >= line.length) return cells;
    at = end + 1;
  }
}

function isCellEnd(line: string, at: number, delimiter: string): boolean {
  return at >= line.length || line[at] === delimiter;
}

function cellEnd(line: string, at: number, delimiter: string): number {
  const end = line.indexOf(delimiter, at);
  return end === -1 ? line.length : end;
}
