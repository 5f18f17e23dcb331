import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

/** Where distributions keep the server's programs, which are seldom on the PATH. */
const PROGRAM_FOLDERS = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/opt/homebrew/opt/postgresql@*/bin',
];
/** PostgreSQL refuses to run as root, which therefore starts it as the first of these users there is. */
const UNPRIVILEGED = ['postgres', 'nobody'];
const LANGUAGE = ['--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US'];
const PORT_ATTEMPTS_MAX = 5;
const SUPERUSER = 'titans';

/** A private PostgreSQL of one test file. */
export interface PostgresServer {
  /** Address of the database that is always there. */
  readonly url: string;
  readonly port: number;
  readonly password: string;
  /** Makes what looks like a new, empty database and returns its URL; see {@link createDatabase}. */
  createDatabase(): Promise<string>;
  /** `fast` waits for nobody, `immediate` is a crash: nothing is flushed. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  /** Starts it again on the same port, and waits until it answers. */
  start(): Promise<void>;
  /** Stops it and removes its folder; happens by itself when the process ends in any way. */
  close(): Promise<void>;
}

/** The folder of initdb and pg_ctl, or null when PostgreSQL is not installed. */
function findPrograms(): string | null {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...PROGRAM_FOLDERS.flatMap((pattern) => globSync(pattern).sort().reverse()),
  ];
  const isWhole = (folder: string) =>
    existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl'));
  return folders.find(isWhole) ?? null;
}

/** Why tests that need PostgreSQL are skipped, or false when they are not. */
export function postgresMissing(): string | false {
  return findPrograms() === null ? 'PostgreSQL (initdb, pg_ctl) is not installed' : false;
}

/** The user to run the server as; empty for our own. */
async function findUser(): Promise<{ uid?: number; gid?: number }> {
  if (process.geteuid?.() !== 0) return {};
  for (const name of UNPRIVILEGED) {
    try {
      const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, name])));
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      // The next name.
    }
  }
  throw new Error(`PostgreSQL needs a user other than root, such as ${UNPRIVILEGED.join(' or ')}`);
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Starts a PostgreSQL with a folder, a port and a password of its own. Needs {@link postgresMissing} to be false. */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = findPrograms() as string;
  const user = await findUser();
  const folder = mkdtempSync(join(tmpdir(), 'titans-pg-'));
  const data = join(folder, 'data');
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user.uid !== undefined && user.gid !== undefined) {
    for (const path of [folder, passwordFile]) chownSync(path, user.uid, user.gid);
  }
  const options = { ...user, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C' } };
  const pgCtl = join(programs, 'pg_ctl');

  // Whatever ends this process closes the pipe, and the shell then removes what it has left behind.
  const watchdog = spawn(
    '/bin/sh',
    ['-c', 'cat >/dev/null; "$1" -D "$2/data" -m immediate stop; rm -rf "$2"', 'sh', pgCtl, folder],
    { ...options, cwd: tmpdir(), detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
  );
  watchdog.unref();
  (watchdog.stdin as unknown as { unref(): void }).unref();

  const initialise = (locale: readonly string[]) =>
    run(
      join(programs, 'initdb'),
      [
        ...['-D', data, '-U', SUPERUSER, '-A', 'scram-sha-256', '--pwfile', passwordFile],
        ...['-E', 'UTF8', '--no-sync', '--no-instructions', ...locale],
      ],
      options,
    );
  // Text sorts as in a language where the server can: what only holds for sorting by code point must not pass.
  await initialise(LANGUAGE).catch(() => initialise(['--locale=C']));
  let port = 0;

  async function start(): Promise<void> {
    // Synced as in production; small, and no larger than a test needs.
    const settings = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories='' -c fsync=on -c max_connections=60 -c shared_buffers=32MB -c jit=off -c autovacuum=off`;
    const log = join(folder, 'server.log');
    await run(pgCtl, ['-D', data, '-w', '-s', '-l', log, '-o', settings, 'start'], options);
  }

  for (let attempt = 1; ; attempt++) {
    port = await findFreePort();
    try {
      await start();
      break;
    } catch (error) {
      // Someone else took the port in between.
      if (attempt === PORT_ATTEMPTS_MAX) throw error;
    }
  }
  const root = `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/`;

  return {
    url: `${root}postgres`,
    port,
    password,
    createDatabase: () => createDatabase(`${root}postgres`),
    start,
    async stop(mode) {
      await run(pgCtl, ['-D', data, '-w', '-s', '-m', mode, 'stop'], options);
    },
    async close() {
      watchdog.ref();
      watchdog.stdin?.end();
      if (watchdog.exitCode === null) await once(watchdog, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Makes a schema of its own in the database at `url` and returns the URL that has it for its only one: to whoever
 * connects it is an empty database, made in a tenth of the time. `name` makes it one that others find again.
 */
export async function createDatabase(
  url: string,
  name = `titans_${randomBytes(8).toString('hex')}`,
): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`create schema if not exists ${name}`);
  } finally {
    await client.end();
  }
  return urlOfSchema(url, name);
}

/** The URL under which `name` is the only schema. */
export function urlOfSchema(url: string, name: string): string {
  const made = new URL(url);
  made.searchParams.set('options', `-csearch_path=${name}`);
  return made.href;
}
