import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Tables } from './schema.ts';

/** The SQL engines the stores run on. What they do not say in the same words is in this file, and nowhere else. */
export type Dialect = 'sqlite' | 'postgres';

/** Any number of our own: whoever changes the schema of a PostgreSQL database holds the advisory lock of this key. */
const SCHEMA_LOCK = 7_281_305_441;

/** Adds the primary key `name`, a number the engine counts up from 1 and never gives twice. */
export function addCounter<Table extends string>(
  table: CreateTableBuilder<Table, never>,
  name: string,
  dialect: Dialect,
): CreateTableBuilder<Table, never> {
  return dialect === 'postgres'
    ? table.addColumn(name, 'bigserial', (column) => column.primaryKey())
    : table.addColumn(name, 'integer', (column) => column.primaryKey().autoIncrement());
}

/** Whether there is a table `name` where unqualified names are looked up. */
export async function hasTable(db: Kysely<Tables>, name: string, dialect: Dialect): Promise<boolean> {
  const query =
    dialect === 'postgres'
      ? sql<{ found: unknown }>`select to_regclass(${name})::text as found`
      : sql<{
          found: unknown;
        }>`select max(name) as found from sqlite_master where type = 'table' and name = ${name}`;
  const { rows } = await query.execute(db);
  return rows[0].found !== null;
}

/**
 * Makes other processes that want to change the schema wait until this transaction ends. SQLite needs no word for
 * it: its writing transactions come one after another anyway.
 */
export async function lockSchema(transaction: Kysely<Tables>, dialect: Dialect): Promise<void> {
  if (dialect === 'postgres') {
    await sql`select pg_advisory_xact_lock(${sql.lit(SCHEMA_LOCK)})`.execute(transaction);
  }
}
