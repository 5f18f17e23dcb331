import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { type Database, migrateDatabase, openDatabase } from '../../src/stores/sql/database.ts';
import { createDatabase, type PostgresServer, postgresMissing, startPostgres } from '../servers/postgres.ts';

/** Opens a new, empty database with its schema up to date; whoever opens it closes it with `db.destroy()`. */
export type OpenDatabase = () => Promise<Database>;

/**
 * Runs one suite over every kind of database: SQLite in memory and in a file, and PostgreSQL where it is installed
 * (a private server for the test file, a database for each opening). In one line:
 *
 *     eachDatabase((name, open) => describeKeys(name, async () => createSqlKeys((await open()).db, name)));
 */
export function eachDatabase(suite: (name: string, open: OpenDatabase) => void): void {
  suite('SQLite in memory', () => openDatabase({ url: null, path: ':memory:' }));
  describe('SQLite', () => {
    const folder = mkdtempSync(join(tmpdir(), 'titans-sqlite-'));
    after(() => rmSync(folder, { recursive: true, force: true }));
    let made = 0;
    suite('a SQLite file', () =>
      openDatabase({ url: null, path: join(folder, String(made++), 'titans.db') }));
  });
  describe('PostgreSQL', { skip: postgresMissing() }, () => {
    const newUrl = useTestPostgres();
    suite('PostgreSQL', async () => {
      const location = { url: await newUrl(), path: '' };
      await migrateDatabase(location);
      return openDatabase(location);
    });
  });
}

/**
 * A PostgreSQL for the tests of the surrounding `describe` or file: the one TITANS_TEST_DATABASE_URL names, else a
 * private one. Returns what makes a new, empty database (without our tables) and gives its URL.
 */
export function useTestPostgres(): () => Promise<string> {
  const shared = process.env.TITANS_TEST_DATABASE_URL ?? '';
  let server: PostgresServer | null = null;
  before(async () => {
    if (shared === '') server = await startPostgres();
  });
  after(() => server?.close());
  return () => createDatabase(server?.url ?? shared);
}
