import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import { translateFailure } from './failure.ts';
import { migrate } from './migrations.ts';
import type { Tables } from './schema.ts';

/** How long a write waits for another process's write, which itself lasts milliseconds. */
const BUSY_TIMEOUT_MS = 10_000;
const STATEMENTS_MAX = 64;
const SQLITE_BUSY = 5;
const OPEN_ATTEMPTS_MAX = 100;
const OPEN_PAUSE_MS = 20;
const NOTHING_CHANGED = { changes: 0, lastInsertRowid: 0 };

/** Gives Kysely's SqliteDialect the built-in node:sqlite, and keeps the statements it has prepared. */
function adapt(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => {
      statements.clear();
      database.close();
    },
    prepare: (text) => {
      const known = statements.get(text);
      if (known !== undefined) return known;
      // A transaction here always writes. Taking the write lock at once makes a second process wait its turn, where
      // a transaction that first reads would be refused without waiting when it comes to write (SQLITE_BUSY_SNAPSHOT).
      const source = text === 'begin' ? 'begin immediate' : text;
      const statement = adaptStatement(database, source, database.prepare(source));
      if (statements.size >= STATEMENTS_MAX) statements.delete(statements.keys().next().value as string);
      statements.set(text, statement);
      return statement;
    },
  };
}

function adaptStatement(database: DatabaseSync, source: string, statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
    run(parameters) {
      // A full or failing disk ends the transaction by itself. Rolling back what is no more would fail as well, and
      // hide the failure that says why.
      if (source === 'rollback' && !database.isTransaction) return NOTHING_CHANGED;
      return statement.run(...(parameters as SQLInputValue[]));
    },
    // An iteration outlives this call, so it has a statement of its own.
    iterate: (parameters) => database.prepare(source).iterate(...(parameters as SQLInputValue[])),
  };
}

function connect(path: string): DatabaseSync {
  const isFile = path !== ':memory:';
  if (isFile) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // SQLite would create the file readable by everyone; its journal files take over the mode of this one.
    closeSync(openSync(path, 'a', 0o600));
  }
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // In WAL mode a commit survives the end of the process at any setting, since it is in the system's cache; FULL
    // also syncs it to the disk, so that what was acknowledged survives a power cut. Writes come in batches, one
    // sync each. The cache of 16 MB keeps the indexes of a large history at hand.
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -16000');
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/** Changing the journal mode asks for the file alone and does not wait for it, so two first starts may meet here. */
function connectPatiently(path: string): DatabaseSync {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let attempt = 1; ; attempt++) {
    try {
      return connect(path);
    } catch (error) {
      const code = (error as { errcode?: number }).errcode ?? 0;
      if ((code & 0xff) !== SQLITE_BUSY || attempt === OPEN_ATTEMPTS_MAX) throw error;
      Atomics.wait(pause, 0, 0, OPEN_PAUSE_MS);
    }
  }
}

/** Connects to the file at `path`, creating it with mode 0600 where there is none; its schema is left as it is. */
export function connectSqlite(path: string): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapt(connectPatiently(path)) }) });
}

/**
 * Opens (creating it with mode 0600 where there is none) the embedded database at `path`, or a private one for
 * ':memory:', with its schema up to date. Throws AppError `store_unavailable` when the file is damaged, of a newer
 * program, or cannot be opened.
 */
export async function openSqlite(path: string): Promise<Kysely<Tables>> {
  let db: Kysely<Tables> | null = null;
  try {
    db = connectSqlite(path);
    await migrate(db, 'sqlite');
    return db;
  } catch (error) {
    await db?.destroy();
    throw translateFailure(error, path);
  }
}
