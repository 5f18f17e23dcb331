import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { sql } from 'kysely';
import type { AppError } from '../../src/errors.ts';
import type { HistoryStore } from '../../src/stores/ports.ts';
import { translateFailure } from '../../src/stores/sql/failure.ts';
import { createSqlHistory } from '../../src/stores/sql/history.ts';
import { MIGRATIONS, migrate } from '../../src/stores/sql/migrations.ts';
import { openSqlite } from '../../src/stores/sql/sqlite.ts';
import { eachDatabase } from './each-database.ts';
import { describeHistory, transaction } from './history-contract.ts';
import { outputOf, startProcess } from './own-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'titans-history-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;

function newPath(): string {
  return join(folder, String(made++), 'titans.db');
}

async function openHistory(path: string): Promise<HistoryStore> {
  return createSqlHistory(await openSqlite(path), path);
}

eachDatabase((name, open) =>
  describeHistory(name, async () => {
    const { db, place } = await open();
    return createSqlHistory(db, place);
  }),
);

function isUnavailable(pattern: RegExp): (error: AppError) => boolean {
  return (error) => {
    assert.equal(error.name, 'AppError');
    assert.equal(error.row.code, 'store_unavailable');
    assert.match(error.detail, pattern);
    return true;
  };
}

describe('the embedded database', () => {
  it('is made readable by its owner only, journal included', async () => {
    const path = newPath();
    const history = await openHistory(path);
    await history.append([transaction()]);
    for (const suffix of ['', '-wal', '-shm']) assert.equal(statSync(path + suffix).mode & 0o777, 0o600);
    assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700);
    await history.close();
  });

  it('keeps rows from one run to the next', async () => {
    const path = newPath();
    const first = await openHistory(path);
    await first.append([transaction()]);
    const revision = await first.revision();
    await first.close();
    const second = await openHistory(path);
    assert.deepEqual(await second.before('a', 1, 1), [transaction()]);
    assert.equal(await second.revision(), revision);
    await second.close();
  });

  it('serves several processes that start and write at once, and each sees the others', async () => {
    const path = newPath();
    const outputs = await Promise.all(
      [0, 1, 2].map((writer) =>
        outputOf(
          startProcess(`
            const history = await openHistory(${JSON.stringify({ url: null, path })});
            for (let i = 0; i < 40; i++) {
              await history.append([
                transaction({ id: '${writer}-' + i }),
                transaction({ id: 'shared', reference: '${writer}-' + i }),
              ]);
              await history.before('a', 1, 10);
            }
            await history.close();
            console.log('done');`),
        ),
      ),
    );
    assert.deepEqual(outputs, ['done\n', 'done\n', 'done\n']);
    const history = await openHistory(path);
    assert.equal(await history.count(), 121);
    assert.equal(await history.revision(), 120);
    await history.close();
  });

  it('sees at once what another connection has written', async () => {
    const path = newPath();
    const [one, two] = [await openHistory(path), await openHistory(path)];
    const revision = await two.revision();
    await one.append([transaction()]);
    assert.ok((await two.revision()) > revision);
    assert.equal((await two.before('a', 1, 9)).length, 1);
    await Promise.all([one.close(), two.close()]);
  });

  it('answers "before" and "all" from an index, without sorting', async () => {
    const db = await openSqlite(':memory:');
    const plans = await Promise.all(
      [
        sql`select at from history where account_id = 'a' and at < 5 order by at desc, seq desc limit 9`,
        sql`select at from history where at >= 5 and (at > 5 or seq > 7) order by at, seq limit 9`,
      ].map(async (query) => (await sql<{ detail: string }>`explain query plan ${query}`.execute(db)).rows),
    );
    for (const [plan, index] of [
      [plans[0], /USING (COVERING )?INDEX history_account_at \(account_id=\? AND at<\?\)/],
      [plans[1], /USING (COVERING )?INDEX history_at \(at>\?\)/],
    ] as const) {
      assert.equal(plan.length, 1);
      assert.match(plan[0].detail, index);
    }
    await db.destroy();
  });

  it('undoes a whole write that fails in its middle', async () => {
    const db = await openSqlite(':memory:');
    const history = createSqlHistory(db, 'memory');
    await sql`create trigger refuse before insert on history when new.transaction_id = 'bad'
      begin select raise(abort, 'refused'); end`.execute(db);
    const rows = ['good', 'bad'].map((id) => transaction({ id }));
    await assert.rejects(history.append(rows), isUnavailable(/did not answer/));
    assert.equal(await history.count(), 0);
    assert.equal(await history.revision(), 0);
    await history.append([rows[0]]);
    assert.equal(await history.count(), 1);
    await history.close();
  });
});

describe('schema steps', () => {
  it('are applied once each, in order, and recorded', async () => {
    const db = await openSqlite(':memory:');
    assert.deepEqual(await migrate(db, 'sqlite'), []);
    const step = {
      name: '9999-note',
      up: async (transaction: typeof db) =>
        transaction.schema.createTable('note').addColumn('id', 'integer').execute(),
    };
    assert.deepEqual(await migrate(db, 'sqlite', [...MIGRATIONS, step]), ['9999-note']);
    assert.deepEqual(await migrate(db, 'sqlite', [...MIGRATIONS, step]), []);
    const recorded = await db.selectFrom('schema_migration').selectAll().orderBy('name').execute();
    assert.deepEqual(
      recorded.map((row) => row.name),
      [...MIGRATIONS.map((migration) => migration.name), '9999-note'],
    );
    assert.ok(recorded.every((row) => /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(row.applied_at)));
    await db.destroy();
  });

  it('leave nothing behind when one fails', async () => {
    const db = await openSqlite(':memory:');
    const broken = {
      name: '9999-broken',
      up: async (transaction: typeof db) => {
        await transaction.schema.createTable('half').addColumn('id', 'integer').execute();
        throw new Error('stopped');
      },
    };
    await assert.rejects(migrate(db, 'sqlite', [...MIGRATIONS, broken]), /stopped/);
    const { rows } = await sql`select name from sqlite_master where name = 'half'`.execute(db);
    assert.deepEqual(rows, []);
    assert.deepEqual(await migrate(db, 'sqlite'), []);
    await db.destroy();
  });

  it('refuse a database that a newer program has moved further', async () => {
    const path = newPath();
    const db = await openSqlite(path);
    await db.insertInto('schema_migration').values({ name: '9999-future' }).execute();
    await db.destroy();
    await assert.rejects(openSqlite(path), isUnavailable(/newer version of this program.*9999-future/));
  });
});

describe('a damaged or unreachable database', () => {
  async function filled(rows: number): Promise<string> {
    const path = newPath();
    const history = await openHistory(path);
    await history.append(
      Array.from({ length: rows }, (_, index) => transaction({ id: String(index), at: index })),
    );
    await history.close();
    return path;
  }

  /** Opens and uses everything; the first failure is the answer. */
  async function useAll(path: string): Promise<void> {
    const history = await openHistory(path);
    try {
      await history.revision();
      await history.count();
      for await (const _ of history.all());
      await history.before('a', 1e9, 1000);
      await history.append([transaction({ id: '1', reference: 'new' })]);
    } finally {
      await history.close();
    }
  }

  it('is named when it is no database at all', async () => {
    const path = await filled(1);
    writeFileSync(path, 'date,amount\n2025-01-01,5\n'.repeat(200));
    await assert.rejects(useAll(path), isUnavailable(/not a database/));
  });

  it('is named when its header is overwritten', async () => {
    const path = await filled(50);
    const bytes = readFileSync(path);
    bytes.fill(0xff, 0, 100);
    writeFileSync(path, bytes);
    await assert.rejects(useAll(path), isUnavailable(/not a database/));
  });

  it('is named when it has lost its second half', async () => {
    const path = await filled(2000);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length / 2));
    await assert.rejects(useAll(path), isUnavailable(/damaged/));
  });

  it('is named when its pages are overwritten', async () => {
    const path = await filled(2000);
    const bytes = readFileSync(path);
    for (let at = 4096; at < bytes.length; at += 4096) bytes.fill(0xa5, at, at + 2048);
    writeFileSync(path, bytes);
    await assert.rejects(useAll(path), isUnavailable(/damaged/));
  });

  it('never ends the process, wherever one page is overwritten', async () => {
    const path = await filled(300);
    const sound = readFileSync(path);
    for (let at = 0; at < sound.length; at += 4096) {
      const bytes = Buffer.from(sound);
      bytes.fill(0x5a, at, at + 4096);
      writeFileSync(path, bytes);
      await useAll(path).catch((error: AppError) => assert.equal(error.row?.code, 'store_unavailable'));
      rmSync(`${path}-wal`, { force: true });
      rmSync(`${path}-shm`, { force: true });
    }
  });

  it('is named when a directory stands in its place', async () => {
    const path = newPath();
    mkdirSync(path, { recursive: true });
    await assert.rejects(openSqlite(path), isUnavailable(/is a directory/));
  });

  it('is named when a file stands where its folder should be', async () => {
    const path = newPath();
    writeFileSync(join(path, '..'), '');
    await assert.rejects(openSqlite(path), isUnavailable(/not a directory|cannot be opened|did not answer/));
  });

  it('is named when this user may not open it', async () => {
    const path = await filled(1);
    chmodSync(path, 0o000);
    // Permissions do not bind root, which therefore steps down for a moment.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      await assert.rejects(openSqlite(path), isUnavailable(/may not be opened by this user/));
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it('keeps particulars for the log and out of what the caller reads', () => {
    const cause = Object.assign(new Error('near "secret": syntax error'), { errcode: 1 });
    const error = translateFailure(cause, '/data/titans.db');
    assert.doesNotMatch(error.detail, /secret|titans\.db/);
    assert.match(error.internal ?? '', /titans\.db.*secret/);
    assert.equal(error.cause, cause);
    assert.equal(translateFailure(error, 'elsewhere'), error);
    assert.match(translateFailure('text', 'x').internal ?? '', /text/);
    for (const errcode of [5, 8, 10, 13, 14]) {
      assert.doesNotMatch(translateFailure({ errcode }, 'x').detail, /did not answer/);
    }
  });
});
