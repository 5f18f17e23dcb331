import type { Fault } from '../bank/transaction.ts';
import type { Head } from './inspect-head.ts';
import { parseLine } from './parse-line.ts';
import { NONE, type RawRecord } from './raw-table.ts';

/** Physical lines one quoted cell may span; a longer one is taken for a stray quote. */
export const RECORD_LINES_MAX = 1000;
/** Characters one record may have. */
export const RECORD_CHARS_MAX = 1 << 23;

/** Records of a delimited file, one after the other, with the number of blank lines met so far. */
export interface RecordScanner {
  /** The next record (the header first), or null at the end. */
  next(): RawRecord | null;
  blankLines(): number;
}

/**
 * Cuts text into records by RFC 4180, tolerant of damage: a physical line is lost at most by itself. A quoted cell may
 * span lines only while none of them looks like a record of its own (as many cells as the header, cells that start with
 * digits where those of other rows do); otherwise the quote is a stray one and only the line on which it opens is put aside.
 */
export function scanRecords(texts: readonly string[], head: Head): RecordScanner {
  const { delimiter, width, digitColumns } = head;
  const lines = createLineReader(texts, head.lineEnd);
  let lineNumber = 0;
  let blank = 0;

  function looksLikeRecord(line: string): boolean {
    // Without one plain row to compare with, quotes are believed.
    if (digitColumns === null) return false;
    for (const cells of [parseLine(line, delimiter, width).cells, line.split(delimiter)]) {
      if (cells.length === width && digitColumns.every((column) => /\d/.test(cells[column]))) return true;
    }
    return false;
  }

  /** How many physical lines a record that opens a quote on its first line spans; 1 when it must be given up. */
  function spanOf(first: string): number {
    let state = quoteStateAfter(first, delimiter, false);
    let length = first.length;
    for (let span = 1; state === 'open' && span < RECORD_LINES_MAX && length < RECORD_CHARS_MAX; span++) {
      const line = lines.peek(span - 1);
      if (line === null) return 1;
      length += line.length + 1;
      state = quoteStateAfter(line, delimiter, true);
      if (state === 'open' && looksLikeRecord(line)) return 1;
      if (state === 'closed') {
        const isPairOfStrays = looksLikeRecord(first) && looksLikeRecord(line);
        return isPairOfStrays ? 1 : span + 1;
      }
    }
    return 1;
  }

  function next(): RawRecord | null {
    for (;;) {
      const first = lines.shift();
      if (first === null) return null;
      lineNumber++;
      const line = lineNumber;
      if (lineNumber <= head.preambleLines) continue;
      if (first.trim() === '' && (first === '' || delimiter !== '\t' || !first.includes('\t'))) {
        blank++;
        continue;
      }
      let original = first;
      let parsed = parseLine(first, delimiter, width);
      if (parsed.form !== 'exact') {
        const span = spanOf(first);
        if (span > 1) {
          for (let i = 1; i < span; i++) original += lines.endBefore() + lines.shift();
          lineNumber += span - 1;
          const whole = parseLine(original, delimiter, width);
          if (whole.form === 'exact') parsed = whole;
        }
      }
      return toRecord(line, original, parsed.cells, parsed.form);
    }
  }

  function toRecord(
    line: number,
    original: string,
    cells: readonly string[],
    form: RawRecord['form'],
  ): RawRecord {
    if (form === 'exact' && cells.length === width && !original.includes('\u0000')) {
      return { line, original, cells, form, faults: NONE, warnings: NONE };
    }
    const faults: Fault[] = [];
    const warnings: Fault[] = [];
    if (form === 'damaged') {
      const column = cells.findIndex((cell) => cell.startsWith('"')) + 1;
      faults.push({ pointer: '', detail: `a quote opens in cell ${column} and is never closed` });
    } else if (cells.length !== width) {
      faults.push({
        pointer: '',
        detail: `has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, the header has ${width}`,
      });
    } else if (form === 'loose') {
      warnings.push({ pointer: '', detail: 'has stray quotes; they were read as text' });
    }
    if (original.includes('\u0000')) faults.push({ pointer: '', detail: 'contains a NUL character' });
    const isDamaged = form === 'damaged' || cells.length !== width;
    return { line, original, cells, form: isDamaged ? 'damaged' : form, faults, warnings };
  }

  return { next, blankLines: () => blank };
}

/** Whether a quoted cell is open at the end of a line, given whether one was open at its start. */
function quoteStateAfter(line: string, delimiter: string, isOpen: boolean): 'open' | 'closed' | 'malformed' {
  let at = 0;
  let inside = isOpen;
  for (;;) {
    if (!inside) {
      if (line[at] === '"') {
        inside = true;
        at++;
      } else {
        const end = line.indexOf(delimiter, at);
        if (end === -1) return 'closed';
        at = end + 1;
        continue;
      }
    }
    const quote = line.indexOf('"', at);
    if (quote === -1) return 'open';
    if (line[quote + 1] === '"') {
      at = quote + 2;
    } else if (quote + 1 >= line.length) {
      return 'closed';
    } else if (line[quote + 1] === delimiter) {
      inside = false;
      at = quote + 2;
    } else return 'malformed';
  }
}

interface LineReader {
  /** The next line without its line end, or null. */
  shift(): string | null;
  peek(index: number): string | null;
  /** The line end that stood before the line `shift` gives next. */
  endBefore(): string;
}

function createLineReader(texts: readonly string[], lineEnd: string): LineReader {
  const breakChar = lineEnd === '\r' ? '\r' : '\n';
  const queue: { text: string; end: string }[] = [];
  let chunk = 0;
  let text = texts.length === 0 ? '' : texts[0];
  let at = 0;
  let isDone = texts.length === 0;
  let lastEnd = '';

  function pull(): { text: string; end: string } | null {
    if (isDone) return null;
    for (;;) {
      const stop = text.indexOf(breakChar, at);
      if (stop !== -1) {
        const hasReturn = breakChar === '\n' && stop > at && text.charCodeAt(stop - 1) === 13;
        const line = text.slice(at, hasReturn ? stop - 1 : stop);
        at = stop + 1;
        return { text: line, end: hasReturn ? '\r\n' : breakChar };
      }
      chunk++;
      if (chunk >= texts.length) {
        isDone = true;
        return at < text.length ? { text: text.slice(at), end: '' } : null;
      }
      text = text.slice(at) + texts[chunk];
      at = 0;
    }
  }

  function shift(): string | null {
    const entry = queue.length > 0 ? (queue.shift() as { text: string; end: string }) : pull();
    if (entry === null) return null;
    lastEnd = entry.end;
    return entry.text;
  }

  function peek(index: number): string | null {
    while (queue.length <= index) {
      const entry = pull();
      if (entry === null) return null;
      queue.push(entry);
    }
    return queue[index].text;
  }

  return { shift, peek, endBefore: () => lastEnd };
}
