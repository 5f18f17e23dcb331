import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { AppError } from '../../src/errors.ts';
import { type ReadTableOptions, readTable, type Table } from '../../src/importing/read-table.ts';

const folder = mkdtempSync(join(tmpdir(), 'titans-importing-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

/** A path in a folder that vanishes after the tests of this process. */
export function newPath(name = 'table.csv'): string {
  return join(folder, `${count++}-${name}`);
}

export function newFile(content: string | Uint8Array, name = 'table.csv'): string {
  const path = newPath(name);
  writeFileSync(path, content);
  return path;
}

export const OPTIONS: ReadTableOptions = {
  timezone: 'UTC',
  currency: null,
  now: Date.UTC(2026, 0, 1),
  amount: 'required',
};

export function read(content: string | Uint8Array, options: Partial<ReadTableOptions> = {}): Promise<Table> {
  return readTable(newFile(content), { ...OPTIONS, ...options });
}

/** The AppError a call fails with. */
export async function failure(call: () => Promise<unknown>): Promise<AppError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('did not fail');
}

/** Column that feeds a field, by label; undefined when the field was not found. */
export function columnsOf(table: Table, field: string): readonly string[] | undefined {
  return table.understood.fields.find((entry) => entry.field === field)?.columns;
}

/** Dates as ISO text, null for rejected rows. */
export function datesOf(table: Table): (string | null)[] {
  return table.rows.map(({ transaction }) =>
    transaction === null ? null : new Date(transaction.at).toISOString().replace('.000Z', ''),
  );
}

export function amountsOf(table: Table): (number | null)[] {
  return table.rows.map(({ transaction }) => transaction?.amountMinor ?? null);
}
