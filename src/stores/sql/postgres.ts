import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import { DatabaseError, Pool, type PoolClient, types } from 'pg';
import type { Tables } from './schema.ts';

/** Connections a process opens at most; times the number of processes this must stay below max_connections. */
const POOL_MAX = 10;
/** How long opening a connection, or waiting for one that is free, may take. */
const CONNECT_TIMEOUT_MS = 2000;
/** An unused connection is given back after this. */
const IDLE_TIMEOUT_MS = 30_000;
/** A transaction that does nothing, as of a process that was stopped in its middle, is ended by the server. */
const IDLE_TRANSACTION_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_DELAY_MS = 10_000;

/** How long statements may take: the server ends them, and we stop waiting when it does not even do that. */
export interface StatementLimits {
  readonly statement_timeout: number | false;
  readonly query_timeout: number | undefined;
  readonly lock_timeout: number | undefined;
}

/** Queries of the running program read and write at most a thousand rows by an index. */
export const SERVING_LIMITS: StatementLimits = {
  statement_timeout: 5000,
  query_timeout: 6000,
  lock_timeout: undefined,
};

/** A schema step may rebuild an index over everything; only waiting for others is bounded. */
export const MIGRATING_LIMITS: StatementLimits = {
  statement_timeout: false,
  query_timeout: undefined,
  lock_timeout: 60_000,
};

/** A bigint as a number. Throws for one that a double cannot hold exactly, rather than handing out a neighbour. */
function parseBigint(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('a bigint beyond 2^53 - 1 cannot be read');
  return value;
}

/** Numbers are numbers, and instants the text the database gives, as with SQLite. */
const PARSERS = new Map<number, (text: string) => unknown>([
  [types.builtins.INT8, parseBigint],
  [types.builtins.TIMESTAMP, String],
  [types.builtins.TIMESTAMPTZ, String],
]);

function getTypeParser(id: number, format?: 'text' | 'binary') {
  const parser = format === 'binary' ? undefined : PARSERS.get(id);
  return parser ?? types.getTypeParser(id, format as 'text');
}

/** Whether the server has refused one statement and goes on; after anything else the connection is in doubt. */
function isAnswer(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity === 'ERROR';
}

/** A connection that is closed when released once it has failed, and until then refuses at once what comes after. */
function guardClient(client: PoolClient): PostgresPoolClient {
  let failure: unknown = null;
  async function query(text: string, parameters: readonly unknown[]) {
    if (failure !== null) throw failure;
    try {
      return await client.query(text, parameters as unknown[]);
    } catch (error) {
      if (!isAnswer(error)) failure = error;
      throw error;
    }
  }
  return {
    query: query as unknown as PostgresPoolClient['query'],
    release: (isDiscarded) => client.release(isDiscarded === true || failure !== null),
  };
}

function createPool(url: string, limits: StatementLimits): PostgresPool {
  const pool = new Pool({
    connectionString: url,
    application_name: 'titans-finance',
    max: POOL_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    types: { getTypeParser: getTypeParser as typeof types.getTypeParser },
    ...limits,
  });
  // A server that goes away tells every connection. An 'error' nobody listens to would end the process: those of
  // unused connections come through the pool, which drops them, those of used ones through the connection itself,
  // whose query fails as well and is what tells.
  pool.on('error', () => {});
  const clients = new Set<PoolClient>();
  pool.on('connect', (client) => {
    clients.add(client);
    client.on('error', () => {});
  });
  pool.on('remove', (client) => clients.delete(client));
  return {
    connect: async () => guardClient(await pool.connect()),
    async end() {
      await pool.end();
      // Each has said good-bye; a server that does not answer it must not keep this process from ending.
      for (const client of clients) (client as PoolClient & { unref(): void }).unref();
    },
    options: {},
  };
}

/** A pool of connections to the PostgreSQL database at `url`; the first is opened by the first query. */
export function connectPostgres(url: string, limits: StatementLimits = SERVING_LIMITS): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: createPool(url, limits) }) });
}

/** Where a database is, for logs: no user, no password. */
export function describePostgres(url: string): string {
  const { host, pathname, searchParams } = new URL(url);
  return `postgresql://${searchParams.get('host') ?? host}${pathname}`;
}
