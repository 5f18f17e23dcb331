import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SelectQueryNode,
} from 'kysely';
import { createMutex } from './mutex.ts';
import { createPatience } from './patience.ts';

const STATEMENTS_MAX = 64;

type Run = <Row>(text: string, parameters?: readonly unknown[]) => QueryResult<Row>;

/** Runs statements, and keeps the latest it has prepared. */
function createRun(database: DatabaseSync): Run {
  const statements = new Map<string, { statement: StatementSync; hasRows: boolean }>();

  function prepare(text: string) {
    const known = statements.get(text);
    if (known !== undefined) return known;
    const statement = database.prepare(text);
    const prepared = { statement, hasRows: statement.columns().length > 0 };
    if (statements.size >= STATEMENTS_MAX) statements.delete(statements.keys().next().value as string);
    statements.set(text, prepared);
    return prepared;
  }

  return <Row>(text: string, parameters: readonly unknown[] = []): QueryResult<Row> => {
    const { statement, hasRows } = prepare(text);
    const values = parameters as SQLInputValue[];
    if (hasRows) return { rows: statement.all(...values) as Row[] };
    const { changes, lastInsertRowid } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  };
}

/**
 * Kysely's driver for the built-in node:sqlite, which answers before it returns. What another process has locked is
 * asked for again later, for up to `lockWaitMs`; until then whatever else this process has to do goes on, here too: the
 * engine is taken for one statement or one transaction, and not while one waits.
 */
export function createSqliteDriver(database: DatabaseSync, lockWaitMs: number): Driver {
  const run = createRun(database);
  const engine = createMutex();
  // A read is hardly ever refused, and then not for the reason why a write waits.
  const patientRead = createPatience(lockWaitMs);
  const patientWrite = createPatience(lockWaitMs);
  // Only where the file system allows no write-ahead log do readers keep a commit waiting, which may then be repeated.
  const patientCommit = createPatience(lockWaitMs);
  /** The connection that has a transaction open, and with it the engine. */
  let owner: DatabaseConnection | null = null;

  async function runAlone<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    await engine.lock();
    try {
      return run(sql, parameters);
    } finally {
      engine.unlock();
    }
  }

  function connect(): DatabaseConnection {
    const connection: DatabaseConnection = {
      async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
        if (owner === connection) return run(query.sql, query.parameters);
        const patient = SelectQueryNode.is(query.query) ? patientRead : patientWrite;
        return patient(() => runAlone(query));
      },
      streamQuery() {
        throw new Error('an open cursor would keep the engine from everyone else; read pages');
      },
    };
    return connection;
  }

  async function begin(connection: DatabaseConnection): Promise<void> {
    await engine.lock();
    try {
      // A transaction here always writes. Taking the write lock at once makes a second process wait its turn, where
      // a transaction that first reads would be refused for good when it comes to write (SQLITE_BUSY_SNAPSHOT).
      run('begin immediate');
      owner = connection;
    } catch (error) {
      engine.unlock();
      throw error;
    }
  }

  function leave(): void {
    owner = null;
    engine.unlock();
  }

  function rollBack(): void {
    try {
      // A full or failing disk ends the transaction by itself. Rolling back what is no more would fail as well, and
      // hide the failure that says why.
      if (database.isTransaction) run('rollback');
    } finally {
      leave();
    }
  }

  return {
    async init() {},
    acquireConnection: async () => connect(),
    beginTransaction: (connection) => patientWrite(() => begin(connection)),
    async commitTransaction() {
      await patientCommit(() => run('commit'));
      leave();
    },
    rollbackTransaction: async () => rollBack(),
    async releaseConnection(connection) {
      if (owner === connection) rollBack();
    },
    destroy: async () => database.close(),
  };
}
