import { AppError } from '../../errors.ts';

/** What SQLite's primary result codes (sqlite.org/rescode.html) mean to whoever runs the program. */
const MEANINGS = new Map<number, string>([
  [5, 'another process has kept the database locked for too long'],
  [8, 'the database file may not be written'],
  [10, 'the disk reported an error'],
  [11, 'the database file is damaged; restore it from a backup or move it away'],
  [13, 'the disk is full'],
  [14, 'the database file cannot be opened'],
  [26, 'the file is not a database, or its beginning is damaged; restore it from a backup or move it away'],
]);

const SYSTEM_MEANINGS = new Map<string, string>([
  ['EACCES', 'the database file may not be opened by this user'],
  ['EPERM', 'the database file may not be opened by this user'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EISDIR', 'the path of the database is a directory'],
  ['ENOTDIR', 'a part of the path of the database is not a directory'],
]);

/** What PostgreSQL's codes (postgresql.org/docs, appendix A) mean; a whole class is named by its first two characters. */
const STATE_MEANINGS = new Map<string, string>([
  ['08', 'the connection to the database server was lost'],
  ['25006', 'the database server takes no writes now (a standby?)'],
  ['25P03', 'a transaction was left open for too long'],
  ['28', 'the database server refuses this user or password'],
  ['3D000', 'the database server has no database of this name'],
  ['40', 'other writes came in between; try again'],
  ['42501', 'this user may not use the tables; grant the rights or use the user that made them'],
  ['42P01', 'a table is missing; run `titans migrate`'],
  ['53100', 'the disk of the database server is full'],
  ['53200', 'the database server is out of memory'],
  ['53300', 'the database server has no connection left; raise its max_connections or run fewer processes'],
  ['53', 'the database server has not enough resources'],
  ['55P03', 'another process has kept the database locked for too long'],
  ['57014', 'the database server did not answer in time'],
  ['57P', 'the database server is starting or stopping'],
  ['58', 'the disk of the database server reported an error'],
  ['XX', 'the database server found its own data damaged'],
]);
/** PostgreSQL's codes; none begins with the E of the system's. */
const STATE = /^[0-9A-DF-Z][0-9A-Z]{4}$/;
/** Classes of codes whose messages may quote a value: data exceptions and broken constraints. */
const QUOTING_STATE = /^2[23]/;

const NETWORK_MEANINGS = new Map<string, string>([
  ['ECONNREFUSED', 'the database server does not answer at its address'],
  ['ECONNRESET', 'the connection to the database server was lost'],
  ['EPIPE', 'the connection to the database server was lost'],
  ['ENOTFOUND', 'the name of the database server is not known'],
  ['EAI_AGAIN', 'the name of the database server cannot be looked up now'],
  ['ETIMEDOUT', 'the database server did not answer in time'],
  ['EHOSTUNREACH', 'the database server cannot be reached'],
  ['ENETUNREACH', 'the database server cannot be reached'],
]);

/** The `pg` package gives its own failures no code, only words. */
const DRIVER_MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/timeout/i, 'the database server did not answer in time'],
  [/terminated|connection error|was closed/i, 'the connection to the database server was lost'],
  [/password|SASL/i, 'the database server refuses this user or password'],
  [/SSL|certificate/i, 'no secure connection to the database server can be made'],
];

function meaningOf({ code = '', errcode = 0, message = '' }: Failure): string | undefined {
  if (STATE.test(code)) {
    const known = [code, code.slice(0, 3), code.slice(0, 2)].find((key) => STATE_MEANINGS.has(key));
    return known === undefined ? undefined : STATE_MEANINGS.get(known);
  }
  return (
    MEANINGS.get(errcode & 0xff) ??
    SYSTEM_MEANINGS.get(code) ??
    NETWORK_MEANINGS.get(code) ??
    DRIVER_MEANINGS.find(([pattern]) => code === '' && errcode === 0 && pattern.test(message))?.[1]
  );
}

interface Failure {
  readonly code?: string;
  readonly errcode?: number;
  readonly message?: string;
}

/** Whether a write failed only because of others at the same time (serialization failure, deadlock) and may be repeated. */
export function isCollision(error: unknown): boolean {
  return ['40001', '40P01'].includes((error as Failure | null)?.code ?? '');
}

/** The AppError `store_unavailable` that stands for a failure of the database; an AppError stays what it is. */
export function translateFailure(error: unknown, place: string): AppError {
  if (error instanceof AppError) return error;
  const failure: Failure = typeof error === 'object' && error !== null ? error : {};
  const meaning = meaningOf(failure) ?? 'the database did not answer as it should';
  const isQuoting = QUOTING_STATE.test(failure.code ?? '') && STATE.test(failure.code ?? '');
  const cause = isQuoting ? new Error(`refused with SQLSTATE ${failure.code}`) : error;
  return new AppError('store_unavailable', `The database cannot be used: ${meaning}.`, {
    internal: `${place}: ${cause instanceof Error ? cause.message || failure.code : String(cause)}`,
    cause,
  });
}

/** Returns what does a piece of work on the database and translates how it fails; see {@link translateFailure}. */
export function guardFailures(place: string): <T>(work: () => Promise<T>) => Promise<T> {
  return async (work) => {
    try {
      return await work();
    } catch (error) {
      throw translateFailure(error, place);
    }
  };
}
