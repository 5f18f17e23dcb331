import { type Kysely, sql } from 'kysely';
import { AppError } from '../../errors.ts';
import { createAccess } from './create-access.ts';
import { addCounter, type Dialect, hasTable, lockSchema } from './dialect.ts';
import type { Tables } from './schema.ts';

/** One forward step of the schema. Steps already released are never edited; a correction is a new step. */
export interface Migration {
  readonly name: string;
  /** Runs inside the transaction that records the step. */
  up(db: Kysely<Tables>, dialect: Dialect): Promise<void>;
}

async function createHistory(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  await addCounter(db.schema.createTable('history'), 'seq', dialect)
    .addColumn('account_id', 'text', (column) => column.notNull())
    .addColumn('identity', 'text', (column) => column.notNull())
    .addColumn('content_hash', 'text', (column) => column.notNull())
    .addColumn('transaction_id', 'text')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('time_known', 'smallint', (column) => column.notNull())
    .addColumn('amount_minor', 'bigint')
    .addColumn('currency', 'text')
    .addColumn('type', 'text')
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('merchant_name', 'text', (column) => column.notNull())
    .addColumn('category', 'text', (column) => column.notNull())
    .addColumn('payment_method', 'text', (column) => column.notNull())
    .addColumn('location', 'text', (column) => column.notNull())
    .addColumn('merchant_category_code', 'text', (column) => column.notNull())
    .addColumn('country', 'text', (column) => column.notNull())
    .addColumn('reference', 'text', (column) => column.notNull())
    .addColumn('tags', 'text', (column) => column.notNull())
    .addColumn('balance_after_minor', 'bigint')
    .execute();
  await db.schema
    .createIndex('history_identity')
    .unique()
    .on('history')
    .columns(['account_id', 'identity'])
    .execute();
  // The first answers "newest of this account before then", the second "everything in order of time".
  await db.schema
    .createIndex('history_account_at')
    .on('history')
    .columns(['account_id', 'at', 'seq'])
    .execute();
  await db.schema.createIndex('history_at').on('history').columns(['at', 'seq']).execute();
  await db.schema
    .createTable('history_revision')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .execute();
  await db.insertInto('history_revision').values({ id: 1, revision: 0 }).execute();
}

async function createIdempotency(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('idempotency')
    .addColumn('caller', 'text', (column) => column.notNull())
    .addColumn('idempotency_key', 'text', (column) => column.notNull())
    .addColumn('ordinal', 'bigint', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addColumn('lease_until', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('reply', 'text')
    .addPrimaryKeyConstraint('idempotency_identity', ['caller', 'idempotency_key'])
    .execute();
  // The first finds a caller's oldest entries, the second those whose time is over.
  await db.schema
    .createIndex('idempotency_ordinal')
    .on('idempotency')
    .columns(['caller', 'ordinal'])
    .execute();
  await db.schema.createIndex('idempotency_expiry').on('idempotency').columns(['expires_at']).execute();
}

/** THE table of schema steps, oldest first. */
export const MIGRATIONS: readonly Migration[] = [
  { name: '0001-history', up: createHistory },
  { name: '0002-access', up: createAccess },
  { name: '0003-idempotency', up: createIdempotency },
];

/** How far the schema of a database has come. */
export interface SchemaState {
  /** Steps that were done, oldest first. */
  readonly applied: readonly string[];
  /** Steps that are still to be done, in their order. */
  readonly pending: readonly string[];
}

/**
 * Which steps a database has and which it lacks; changes nothing. Throws AppError `store_unavailable` for a database
 * that a newer program has already moved further.
 */
export async function readSchema(
  db: Kysely<Tables>,
  dialect: Dialect,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<SchemaState> {
  const isKept = await hasTable(db, 'schema_migration', dialect);
  const rows = isKept ? await db.selectFrom('schema_migration').select('name').execute() : [];
  const done = new Set(rows.map((row) => row.name));
  const unknown = [...done].filter((name) => !migrations.some((migration) => migration.name === name)).sort();
  if (unknown.length > 0) {
    throw new AppError(
      'store_unavailable',
      `The database was made by a newer version of this program (it has ${unknown.join(', ')}).`,
    );
  }
  const names = migrations.map((migration) => migration.name);
  return {
    applied: names.filter((name) => done.has(name)),
    pending: names.filter((name) => !done.has(name)),
  };
}

/**
 * Brings the schema to the newest step and returns the names applied now. All or nothing, and safe when several
 * processes start at once: the whole run is one writing transaction under one lock. Throws as {@link readSchema} does.
 */
export async function migrate(
  db: Kysely<Tables>,
  dialect: Dialect,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<readonly string[]> {
  return db.transaction().execute(async (transaction) => {
    await lockSchema(transaction, dialect);
    await transaction.schema
      .createTable('schema_migration')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('applied_at', 'timestamp', (column) => column.notNull().defaultTo(sql`current_timestamp`))
      .execute();
    const { pending } = await readSchema(transaction, dialect, migrations);
    for (const migration of migrations.filter(({ name }) => pending.includes(name))) {
      await migration.up(transaction, dialect);
      await transaction.insertInto('schema_migration').values({ name: migration.name }).execute();
    }
    return pending;
  });
}
