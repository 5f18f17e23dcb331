import { join } from 'node:path';
import type { Transaction } from '../../src/bank/transaction.ts';
import { readTable } from '../../src/importing/read-table.ts';

/** The newest `count` usable rows of a table in order of time, its columns named by `mapping`. */
export async function readNewest(
  data: string,
  file: string,
  mapping: Readonly<Record<string, string>>,
  count: number,
): Promise<Transaction[]> {
  const table = await readTable(join(data, file), {
    mapping,
    timezone: 'UTC',
    currency: null,
    now: 0,
    amount: 'required',
  });
  return table.rows
    .flatMap(({ transaction }) => transaction ?? [])
    .toSorted((a, b) => a.at - b.at)
    .slice(-count);
}
