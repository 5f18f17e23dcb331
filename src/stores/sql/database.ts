import { existsSync } from 'node:fs';
import type { Kysely } from 'kysely';
import { AppError } from '../../errors.ts';
import type { Dialect } from './dialect.ts';
import { translateFailure } from './failure.ts';
import { MIGRATIONS, migrate, readSchema, type SchemaState } from './migrations.ts';
import type { Tables } from './schema.ts';
import { connectSqlite, openSqlite } from './sqlite.ts';

/** Which database: PostgreSQL when there is a URL, otherwise the SQLite file at `path`. */
export interface DatabaseLocation {
  readonly url: string | null;
  readonly path: string;
}

/** One open database, for every store that lives in it. */
export interface Database {
  readonly db: Kysely<Tables>;
  readonly dialect: Dialect;
  /** Names the database in logs; holds no secret. */
  readonly place: string;
}

/**
 * Opens the durable database with its schema known to be up to date: the embedded one is brought there, a server
 * must have been. Throws AppError `store_unavailable` when it cannot be reached, is damaged, lacks a schema step or
 * has one of a newer program.
 */
export async function openDatabase({ url, path }: DatabaseLocation): Promise<Database> {
  if (url === null) return { db: await openSqlite(path), dialect: 'sqlite', place: path };
  // The driver is imported only by those who have a server.
  const { connectPostgres, describePostgres } = await import('./postgres.ts');
  const database: Database = { db: connectPostgres(url), dialect: 'postgres', place: describePostgres(url) };
  try {
    const { pending } = await readSchema(database.db, 'postgres');
    if (pending.length > 0) {
      throw new AppError(
        'store_unavailable',
        `The database lacks ${pending.join(', ')}; run \`titans migrate\` once, then start again.`,
      );
    }
    return database;
  } catch (error) {
    await database.db.destroy();
    throw translateFailure(error, database.place);
  }
}

/** Applies the schema steps a database lacks, however long they take, and returns their names. */
export async function migrateDatabase(location: DatabaseLocation): Promise<readonly string[]> {
  return withConnection(location, migrate);
}

/** Which schema steps a database has and lacks. Changes nothing, and makes no file where there is none. */
export async function inspectDatabase(location: DatabaseLocation): Promise<SchemaState> {
  if (location.url === null && !existsSync(location.path)) {
    return { applied: [], pending: MIGRATIONS.map((migration) => migration.name) };
  }
  return withConnection(location, readSchema);
}

async function withConnection<Answer>(
  { url, path }: DatabaseLocation,
  work: (db: Kysely<Tables>, dialect: Dialect) => Promise<Answer>,
): Promise<Answer> {
  let place = path;
  let db: Kysely<Tables> | null = null;
  try {
    if (url === null) {
      db = await connectSqlite(path);
      return await work(db, 'sqlite');
    }
    const { connectPostgres, describePostgres, MIGRATING_LIMITS } = await import('./postgres.ts');
    place = describePostgres(url);
    db = connectPostgres(url, MIGRATING_LIMITS);
    return await work(db, 'postgres');
  } catch (error) {
    throw translateFailure(error, place);
  } finally {
    await db?.destroy();
  }
}
