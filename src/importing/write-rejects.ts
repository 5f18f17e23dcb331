import type { Fault } from '../bank/transaction.ts';
import type { Table } from './read-table.ts';
import { formatCells } from './write-cells.ts';
import { writeFileAtomic } from './write-file.ts';

const HEADER = ['file', 'line', 'reason', 'original'];

/** Faults as one readable text: `amount: "abc" ... is not an amount; date: the date is empty`. */
export function formatFaults(faults: readonly Fault[]): string {
  return faults
    .map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer.slice(1)}: ${detail}`))
    .join('; ');
}

/**
 * Writes the rows without transaction of one or more tables as CSV: file, line, reason, original text. The file
 * appears whole or not at all; without rejects it holds the header only. Returns the number of rejects.
 */
export async function writeRejects(
  path: string,
  tables: readonly Pick<Table, 'path' | 'rows'>[],
): Promise<number> {
  let count = 0;
  function* lines(): Generator<string> {
    yield `${formatCells(HEADER, ',')}\n`;
    for (const table of tables) {
      for (const row of table.rows) {
        if (row.transaction !== null) continue;
        count++;
        const cells = [table.path, String(row.line), formatFaults(row.faults), row.original];
        yield `${formatCells(cells, ',')}\n`;
      }
    }
  }
  await writeFileAtomic(path, lines());
  return count;
}
