import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { OPTIONS } from '../../src/config.ts';
import { urlOfSchema } from './postgres.ts';

// The whole suite runs twice: with the embedded stores, and with servers (TITANS_TEST_STORES=servers npm test, which
// starts them and names them in TITANS_TEST_DATABASE_URL and TITANS_TEST_REDIS_URL). What a test would keep in a data
// directory then lies in a schema, and a numbered Redis database, that belong to this directory.

/** Processes that share a server share a secret to sign with, from the version on that signs. */
const SHARED: Record<string, string> = OPTIONS.some((option) => option.name === 'TITANS_JWT_SECRET')
  ? { TITANS_JWT_SECRET: 'a secret for the tests, 32 bytes and more' }
  : {};
/** What `--databases` says where the run starts Redis (scripts/test.ts). */
const REDIS_DATABASES = 10_000;
const made = new Set<string>();

/** The settings that send the stores of `dataDir` to the servers of this test run; none when they are embedded. */
export function storeVariables(dataDir: string): Record<string, string> {
  const { TITANS_TEST_DATABASE_URL: url = '', TITANS_TEST_REDIS_URL: redis = '' } = process.env;
  const variables: Record<string, string> = {};
  if (redis !== '')
    variables.TITANS_REDIS_URL = `${redis}/${hashOf(dataDir).readUInt32BE() % REDIS_DATABASES}`;
  if (url !== '') Object.assign(variables, databaseVariables(databaseOf(url, dataDir)));
  else if (redis !== '') Object.assign(variables, SHARED);
  return variables;
}

/** The settings of a process that keeps its rows in the PostgreSQL database at `url`. */
export function databaseVariables(url: string): Record<string, string> {
  return { TITANS_DATABASE_URL: url, ...SHARED };
}

/** Sends what a command line run in this process keeps in `dataDir` to the same place; null: nowhere in particular. */
export function setStoreVariables(dataDir: string | null): void {
  for (const name of ['TITANS_DATABASE_URL', 'TITANS_REDIS_URL', 'TITANS_JWT_SECRET'])
    delete process.env[name];
  if (dataDir !== null) Object.assign(process.env, storeVariables(dataDir));
}

/** What `--data-dir` says in a command line. */
export function dataDirOf(args: readonly string[]): string | null {
  const at = args.indexOf('--data-dir');
  return at < 0 ? null : args[at + 1];
}

function hashOf(dataDir: string): Buffer {
  return createHash('sha256').update(resolve(dataDir)).digest();
}

/** Tests read their settings at once, so a process of its own makes the schema while this one waits. */
function databaseOf(url: string, dataDir: string): string {
  const name = `titans_${hashOf(dataDir).toString('hex', 0, 8)}`;
  if (!made.has(name)) {
    const program = join(import.meta.dirname, 'make-schema.ts');
    const { status, stderr } = spawnSync(process.execPath, [program, url, name], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`no schema could be made for ${dataDir}: ${stderr}`);
    made.add(name);
  }
  return urlOfSchema(url, name);
}
