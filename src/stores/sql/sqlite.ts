import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { translateFailure } from './failure.ts';
import { migrate } from './migrations.ts';
import { createPatience } from './patience.ts';
import type { Tables } from './schema.ts';
import { createSqliteDriver } from './sqlite-driver.ts';

/** How long a write waits for another process's write, which itself lasts milliseconds. */
const LOCK_WAIT_MS = 10_000;

/** The driver lets one in at a time; Kysely would do so from before a transaction waits until after it has ended. */
class SharedAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

function connect(path: string): DatabaseSync {
  const isFile = path !== ':memory:';
  if (isFile) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // SQLite would create the file readable by everyone; its journal files take over the mode of this one.
    closeSync(openSync(path, 'a', 0o600));
  }
  // SQLite itself never waits for a lock, since it would hold the event loop for as long.
  const database = new DatabaseSync(path, { timeout: 0 });
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

/** Connects to the file at `path`, creating it with mode 0600 where there is none; its schema is left as it is. */
export async function connectSqlite(path: string, lockWaitMs = LOCK_WAIT_MS): Promise<Kysely<Tables>> {
  // Changing the journal mode asks for the file alone, so two first starts may meet here.
  const database = await createPatience(lockWaitMs)(() => connect(path));
  return new Kysely<Tables>({
    dialect: {
      createDriver: () => createSqliteDriver(database, lockWaitMs),
      createQueryCompiler: () => new SqliteQueryCompiler(),
      createAdapter: () => new SharedAdapter(),
      createIntrospector: (db) => new SqliteIntrospector(db),
    },
  });
}

/**
 * Opens (creating it with mode 0600 where there is none) the embedded database at `path`, or a private one for
 * ':memory:', with its schema up to date. Throws AppError `store_unavailable` when the file is damaged, of a newer
 * program, or cannot be opened, or is locked by another process for longer than `lockWaitMs`.
 */
export async function openSqlite(path: string, lockWaitMs = LOCK_WAIT_MS): Promise<Kysely<Tables>> {
  let db: Kysely<Tables> | null = null;
  try {
    db = await connectSqlite(path, lockWaitMs);
    await migrate(db, 'sqlite');
    return db;
  } catch (error) {
    await db?.destroy();
    throw translateFailure(error, path);
  }
}
