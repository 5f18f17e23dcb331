import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Fault } from '../bank/transaction.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { describeTable, readTable, type Table } from '../importing/read-table.ts';
import { formatFaults, writeRejects } from '../importing/write-rejects.ts';
import type { OptionValues } from './command.ts';
import { type Io, writeLines } from './io.ts';
import type { ColumnMap } from './options.ts';
import { isPlainFile, isSameFile } from './output-file.ts';
import type { Progress } from './progress.ts';

/** Reads a table with the options of the command line and shows, on standard error, how it was understood. */
export async function readDataFile(
  io: Io,
  config: Config,
  path: string,
  options: OptionValues,
  progress: Progress,
): Promise<Table> {
  const name = basename(path);
  const table = await readTable(path, {
    mapping: options.map as ColumnMap | undefined,
    timezone: config.timezone,
    currency: config.currency,
    now: io.clock(),
    amount: 'required',
    onProgress: (done, total) => progress.update(`reading ${name}`, done, total),
    signal: io.signal,
  });
  progress.end();
  writeLines(
    io.stderr,
    `${path}:`,
    ...describeTable(table)
      .split('\n')
      .map((line) => `  ${line}`),
  );
  return table;
}

/** The name of a file without folder and without the endings of its format: `card.csv.gz` is `card`. */
export function stemOf(path: string): string {
  return basename(path)
    .replace(/\.gz$/i, '')
    .replace(/(?<=.)\.(?:csv|tsv|txt|jsonl|ndjson|json|parquet)$/i, '');
}

/**
 * Lists the rows that cannot be used, with line number, reason and original text, and says where. By default in the
 * data directory, in a file named after the first table; there, a list of an earlier run is removed when nothing was
 * rejected now. Returns the number of rejected rows.
 */
export async function listRejects(
  io: Io,
  config: Config,
  tables: readonly Table[],
  options: OptionValues,
): Promise<number> {
  const rejected = tables.reduce((sum, table) => sum + table.counts.rejected, 0);
  const given = options.rejects as string | undefined;
  const path = given ?? (await defaultRejectsPath(config, tables));
  if (rejected === 0 && given === undefined) {
    await rm(path, { force: true });
    return 0;
  }
  if (given === undefined) await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  if (!(await isPlainFile(path))) throw new AppError('usage', `--rejects "${path}" is not a plain file`);
  await writeRejects(path, tables);
  if (rejected > 0) writeLines(io.stderr, `rejected rows: ${rejected}, listed with their reasons in ${path}`);
  return rejected;
}

/**
 * Refuses tables without a column of categories: without one there is nothing to learn from or to compare with, and
 * that is more likely a question of names. `purpose` says what the category is needed for.
 * @throws AppError `columns_ambiguous` that lists the columns.
 */
export function requireCategories(tables: readonly Table[], purpose: string): void {
  if (tables.length === 0) return;
  if (tables.some(({ understood }) => understood.fields.some(({ field }) => field === 'category'))) return;
  const columns = [...new Set(tables.flatMap((table) => table.columns))].join(', ');
  throw new AppError(
    'columns_ambiguous',
    `no column holds the category ${purpose}; name it with --map category=COLUMN. Columns: ${columns}.`,
  );
}

/**
 * Refuses tables whose every row was rejected.
 * @throws AppError `data_insufficient` with the commonest reason.
 */
export function requireUsable(tables: readonly Table[]): void {
  const records = tables.reduce((sum, table) => sum + table.counts.records, 0);
  const usable = tables.reduce((sum, table) => sum + table.counts.usable, 0);
  if (records === 0 || usable > 0) return;
  throw new AppError(
    'data_insufficient',
    `every row was rejected (${records} of ${records}), most often for: ${commonestReason(tables)}`,
  );
}

/** The reason that most rows were rejected for, in the words of the first of them; quoted values do not tell apart. */
function commonestReason(tables: readonly Table[]): string {
  const reasons = new Map<string, { count: number; first: readonly Fault[] }>();
  for (const row of tables.flatMap(({ rows }) => rows)) {
    if (row.transaction !== null) continue;
    const key = formatFaults(row.faults).replaceAll(/"[^"]*"/g, '""');
    const reason = reasons.get(key) ?? { count: 0, first: row.faults };
    reason.count++;
    reasons.set(key, reason);
  }
  const [{ count, first }] = [...reasons.values()].sort((a, b) => b.count - a.count);
  return `${formatFaults(first)} (${count} rows)`;
}

/** Says once more, as the last of a run, that a compressed file was damaged; whether one was. */
export function reportDamage(io: Io, tables: readonly Table[]): boolean {
  const damaged = tables.filter(({ damage }) => damage !== null);
  for (const { path, damage } of damaged) {
    writeLines(io.stderr, `titans: "${path}": ${damage}; only the rows before the damage were used.`);
  }
  return damaged.length > 0;
}

/** A list of rejects, corrected by hand, may itself be an input; it is then not written over. */
async function defaultRejectsPath(config: Config, tables: readonly Table[]): Promise<string> {
  const stem = join(config.dataDir, 'rejects', `${stemOf(tables[0].path)}-rejects`);
  let path = `${stem}.csv`;
  for (let number = 2; await isAmong(path, tables); number++) path = `${stem}-${number}.csv`;
  return path;
}

async function isAmong(path: string, tables: readonly Table[]): Promise<boolean> {
  const found = await Promise.all(tables.map((table) => isSameFile(path, table.path)));
  return found.includes(true);
}
