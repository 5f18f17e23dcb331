import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { sql } from 'kysely';
import { FIELDS, parseTransaction } from '../../src/bank/fields.ts';
import type { Transaction } from '../../src/bank/transaction.ts';
import type { AppError } from '../../src/errors.ts';
import { migrateDatabase, openDatabase } from '../../src/stores/sql/database.ts';
import { isCollision, translateFailure } from '../../src/stores/sql/failure.ts';
import { createSqlHistory } from '../../src/stores/sql/history.ts';
import { MIGRATIONS } from '../../src/stores/sql/migrations.ts';
import { connectPostgres, describePostgres, MIGRATING_LIMITS } from '../../src/stores/sql/postgres.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../servers/postgres.ts';
import { openWire } from '../servers/wire.ts';
import { useTestPostgres } from './each-database.ts';
import { transaction } from './history-contract.ts';
import { outputOf, startProcess } from './own-process.ts';

const skip = postgresMissing();

function isUnavailable(pattern: RegExp): (error: AppError) => boolean {
  return (error) => {
    assert.equal(error.name, 'AppError');
    assert.equal(error.row.code, 'store_unavailable');
    assert.match(error.detail, pattern);
    return true;
  };
}

describe('the schema of a PostgreSQL database', { skip }, () => {
  const newUrl = useTestPostgres();

  it('is never changed by opening it: an empty database is refused, with the command to run', async () => {
    const location = { url: await newUrl(), path: '' };
    await assert.rejects(openDatabase(location), isUnavailable(/lacks 0001-history.*titans migrate/));
    await assert.rejects(openDatabase(location), isUnavailable(/lacks 0001-history/));
    await migrateDatabase(location);
    const { db } = await openDatabase(location);
    await db.destroy();
  });

  it('is brought forward once when several processes do it at the same time', async () => {
    const location = { url: await newUrl(), path: '' };
    const applied = await Promise.all(Array.from({ length: 6 }, () => migrateDatabase(location)));
    assert.deepEqual(
      applied.flat(),
      MIGRATIONS.map((migration) => migration.name),
    );
  });

  it('of a newer program is refused, by those who serve and by those who migrate', async () => {
    const location = { url: await newUrl(), path: '' };
    await migrateDatabase(location);
    const { db } = await openDatabase(location);
    await db.insertInto('schema_migration').values({ name: '9999-future' }).execute();
    await db.destroy();
    await assert.rejects(openDatabase(location), isUnavailable(/newer version of this program.*9999-future/));
    await assert.rejects(migrateDatabase(location), isUnavailable(/9999-future/));
  });
});

describe('a history in PostgreSQL', { skip }, () => {
  const newUrl = useTestPostgres();

  async function openHistory() {
    const location = { url: await newUrl(), path: '' };
    await migrateDatabase(location);
    const { db, place } = await openDatabase(location);
    return { db, history: createSqlHistory(db, place) };
  }

  it('takes every text a transaction may have come with, and gives it back', async () => {
    const { history } = await openHistory();
    const names = FIELDS.filter((field) => field.kind === 'text').map((field) => field.name);
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        '\0',
        'a\0b',
        '\ud800',
        '\udc00x',
        '',
        ' ',
        "'; drop table history; --",
        '\\',
        '%',
        'ﬀ',
        '👩‍👩‍👧',
      ),
    );
    const fields = fc.record(Object.fromEntries(names.map((name) => [name, nasty])), { requiredKeys: [] });
    const options = {
      now: 0,
      timezone: 'UTC',
      currency: null,
      amount: 'required',
      cutsLongText: true,
    } as const;
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fields, fc.array(nasty, { maxLength: 3 }), async (drawn, tags) => {
        const parsed = parseTransaction({ amount: -1, ...drawn, tags }, options);
        if (!parsed.ok) return;
        taken++;
        const row: Transaction = {
          ...parsed.transaction,
          accountId: parsed.transaction.accountId ?? 'a',
          at: taken,
        };
        await history.append([row]);
        assert.deepEqual(await history.before(row.accountId as string, taken + 1, 1), [row]);
      }),
      { seed: 4, numRuns: 150 },
    );
    assert.ok(taken > 75);
    await history.close();
  });

  it('holds the largest amounts exactly and refuses to guess beyond what a double holds', async () => {
    const { db, history } = await openHistory();
    const row = transaction({ amountMinor: -1e15, balanceAfterMinor: Number.MAX_SAFE_INTEGER });
    await history.append([row]);
    assert.deepEqual(await history.before('a', 1, 1), [row]);
    await sql`update history set amount_minor = 9007199254740993`.execute(db);
    await assert.rejects(history.before('a', 1, 1), isUnavailable(/database cannot be used/));
    assert.equal(await history.count(), 1);
    await history.close();
  });

  it('takes the same rows from many writers in opposite order at once, each row once', async () => {
    const { history } = await openHistory();
    const rows = Array.from({ length: 60 }, (_, index) => transaction({ id: String(index), at: index }));
    const writers = Array.from({ length: 8 }, (_, writer) => (writer % 2 === 0 ? rows : rows.toReversed()));
    const counts = await Promise.all(writers.map((batch) => history.append(batch)));
    assert.equal(
      counts.reduce((sum, { inserted }) => sum + inserted, 0),
      rows.length,
    );
    assert.equal(await history.count(), rows.length);
    await history.close();
  });

  it('tries again when the server ends an append to free one that waits for it in turn', async () => {
    const { db, history } = await openHistory();
    const row = (identity: string) => sql`
      insert into history (account_id, identity, content_hash, at, time_known, description, merchant_name, category,
        payment_method, location, merchant_category_code, country, reference, tags)
      values ('a', ${identity}, '', 0, 1, '', '', '', '', '', '', '', '', '[]')`;
    const waiting = sql<{ waiting: boolean }>`
      select exists (select 1 from pg_locks where not granted and locktype = 'transactionid') as waiting`;
    let appended: Promise<unknown> = Promise.resolve();
    await db.transaction().execute(async (other) => {
      await sql`set local deadlock_timeout = '1h'`.execute(other);
      await row('=b').execute(other);
      appended = history.append([transaction({ id: 'a' }), transaction({ id: 'b' })]);
      while (!(await waiting.execute(db)).rows[0].waiting) await pause(5);
      // Each now waits for the other; this one never looks for that, so the append is the one that the server ends.
      await row('=a').execute(other);
    });
    assert.deepEqual(await appended, { inserted: 0, updated: 2, unchanged: 0 });
    await history.close();
  });

  it('lets any number of long readings wait without keeping others out', async () => {
    const { history } = await openHistory();
    await history.append(
      Array.from({ length: 1200 }, (_, index) => transaction({ id: `${index}`, at: index })),
    );
    const readings = Array.from({ length: 25 }, () => history.all()[Symbol.asyncIterator]());
    for (const reading of readings) await reading.next();
    await history.append([transaction({ id: 'meanwhile', at: 5000 })]);
    for (const reading of readings) {
      let rows = 1;
      while (!(await reading.next()).done) rows++;
      assert.equal(rows, 1201);
    }
    await history.close();
  });
});

describe('a PostgreSQL that fails', { skip }, () => {
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server?.close());

  /** The failure of opening `url`; neither it nor anything that would be logged of it may hold the password. */
  async function failureOf(url: string): Promise<AppError> {
    const error: AppError = await openDatabase({ url, path: '' }).then(
      () => assert.fail('it opened'),
      (failure) => failure,
    );
    const cause = error.cause as Error & { cause?: unknown };
    const told = JSON.stringify([
      error.detail,
      error.internal,
      { ...cause },
      cause?.message,
      `${cause?.stack}`,
    ]);
    const { password } = new URL(url);
    assert.ok(!told.includes(server.password) && (password === '' || !told.includes(password)), told);
    assert.equal(error.row.code, 'store_unavailable');
    return error;
  }

  it('is told of in words a person can act on, and never with the password', async () => {
    const url = new URL(server.url);
    const wrong = new URL(url);
    wrong.password = 'not-the-pass-word';
    assert.match((await failureOf(wrong.href)).detail, /refuses this user or password/);
    const missing = new URL(url);
    missing.pathname = '/nowhere';
    assert.match((await failureOf(missing.href)).detail, /no database of this name/);
    const secure = new URL(url);
    secure.searchParams.set('sslmode', 'verify-full');
    assert.match((await failureOf(secure.href)).detail, /secure connection/);
    const unknown = new URL(url);
    unknown.hostname = 'titans.invalid';
    assert.match((await failureOf(unknown.href)).detail, /name of the database server/);
    const closed = await openWire(server.port);
    await closed.close();
    const refusing = new URL(url);
    refusing.port = String(closed.port);
    assert.match((await failureOf(refusing.href)).detail, /does not answer at its address/);
  });

  it('that accepts connections and says nothing is given up', async () => {
    const wire = await openWire(server.port);
    wire.freeze();
    const url = new URL(server.url);
    url.port = String(wire.port);
    assert.match((await failureOf(url.href)).detail, /did not answer in time/);
    await wire.close();
  });

  it('that falls silent in a query is given up, and used again once it speaks', async () => {
    const wire = await openWire(server.port);
    const url = new URL(await server.createDatabase());
    await migrateDatabase({ url: url.href, path: '' });
    url.port = String(wire.port);
    const limits = { ...MIGRATING_LIMITS, query_timeout: 300 };
    const history = createSqlHistory(connectPostgres(url.href, limits), 'silent');
    await history.append([transaction()]);
    wire.freeze();
    await assert.rejects(history.before('a', 1, 1), isUnavailable(/did not answer in time/));
    await assert.rejects(history.append([transaction({ id: 'x' })]), isUnavailable(/did not answer in time/));
    wire.thaw();
    assert.deepEqual(await history.before('a', 1, 1), [transaction()]);
    assert.equal((await history.append([transaction({ id: 'x' })])).inserted, 1);
    await history.close();
    await wire.close();
  });

  it('that falls silent does not keep a process that closes its store from ending', async () => {
    const wire = await openWire(server.port);
    const url = new URL(await server.createDatabase());
    await migrateDatabase({ url: url.href, path: '' });
    url.port = String(wire.port);
    const child = startProcess(`
      const history = await openHistory(${JSON.stringify({ url: url.href, path: '' })});
      const waiting = setInterval(() => {}, 1000);
      process.once('SIGUSR2', async () => {
        clearInterval(waiting);
        await history.close();
        console.log('closed');
      });
      console.log('open');`);
    const output = outputOf(child);
    await once(child.stdout as Readable, 'data');
    wire.freeze();
    child.kill('SIGUSR2');
    assert.equal(await output, 'open\nclosed\n');
    await wire.close();
  });

  it('that ends a statement for taking too long says so and goes on', async () => {
    const url = await server.createDatabase();
    const db = connectPostgres(url, { ...MIGRATING_LIMITS, statement_timeout: 50 });
    const slow = sql`select pg_sleep(60)`.execute(db).catch((error) => {
      throw translateFailure(error, 'slow');
    });
    await assert.rejects(slow, isUnavailable(/did not answer in time/));
    assert.deepEqual((await sql`select 1 as one`.execute(db)).rows, [{ one: 1 }]);
    await db.destroy();
  });

  it('and comes back is used again, without a new start of ours', async () => {
    const location = { url: await server.createDatabase(), path: '' };
    await migrateDatabase(location);
    const { db, place } = await openDatabase(location);
    const history = createSqlHistory(db, place);
    await history.append([transaction()]);
    // One connection is idle, another is in the middle of a transaction when the server goes.
    let isOpen = () => {};
    const opened = new Promise<void>((resolve) => {
      isOpen = resolve;
    });
    let goOn = () => {};
    const stopped = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const cut = db.transaction().execute(async (inside) => {
      await sql`select 1`.execute(inside);
      isOpen();
      await stopped;
      await sql`select 1`.execute(inside);
    });
    await opened;
    await server.stop('immediate');
    goOn();
    await assert.rejects(cut);
    await assert.rejects(
      history.before('a', 1, 1),
      isUnavailable(/does not answer|was lost|starting or stopping/),
    );
    await assert.rejects(
      history.append([transaction({ id: 'x' })]),
      isUnavailable(/does not answer|was lost/),
    );
    await server.start();
    assert.deepEqual(await history.before('a', 1, 1), [transaction()]);
    assert.equal((await history.append([transaction({ id: 'x' })])).inserted, 1);
    await history.close();
  });
});

describe('a failure of PostgreSQL', () => {
  it('quotes no value of a row, neither to the caller nor in the log', () => {
    const cause = Object.assign(new Error('invalid input syntax for type bigint: "MY SALARY 12.50"'), {
      code: '22P02',
      detail: 'MY SALARY',
    });
    const error = translateFailure(cause, 'postgresql://db/titans');
    assert.doesNotMatch(`${error.detail} ${error.internal} ${(error.cause as Error).stack}`, /SALARY/);
    assert.match(error.internal ?? '', /22P02/);
  });

  it('has a meaning for what an operator can do something about', () => {
    for (const code of [
      '08006',
      '25006',
      '28P01',
      '3D000',
      '42501',
      '42P01',
      '53100',
      '53300',
      '57014',
      '57P03',
      '58030',
    ]) {
      const { detail } = translateFailure(Object.assign(new Error('x'), { code }), 'place');
      assert.doesNotMatch(detail, /as it should/);
    }
    assert.match(
      translateFailure(Object.assign(new Error('x'), { code: '0A000' }), 'p').detail,
      /as it should/,
    );
    assert.equal(isCollision(Object.assign(new Error('deadlock'), { code: '40P01' })), true);
    assert.equal(isCollision(null), false);
  });

  it('names the place without user and password', () => {
    assert.equal(
      describePostgres('postgres://u:p@db.example.com:5433/titans?x=1'),
      'postgresql://db.example.com:5433/titans',
    );
    assert.equal(describePostgres('postgres:///titans?host=/run/pg'), 'postgresql:///run/pg/titans');
  });
});
