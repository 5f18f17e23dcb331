import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { AppError } from '../../src/errors.ts';
import type { RefreshFamily } from '../../src/stores/ports.ts';
import { createSqlHistory } from '../../src/stores/sql/history.ts';
import type { Tables } from '../../src/stores/sql/schema.ts';
import { openSqlite } from '../../src/stores/sql/sqlite.ts';
import { createSqlTokens } from '../../src/stores/sql/tokens.ts';
import { transaction } from './history-contract.ts';

/** Says so when it has the lock, and keeps it until it is killed. */
const HOLDER = `
  const { DatabaseSync } = require('node:sqlite');
  const database = new DatabaseSync(process.argv[1]);
  database.exec('begin immediate');
  console.log('locked');
  setInterval(() => {}, 1000);`;

const FAMILY: RefreshFamily = {
  id: 'family',
  keyRef: 'key',
  scopes: ['predict'],
  generation: 0,
  rotations: [],
  createdAt: 1,
  expiresAt: 2,
  revokedAt: null,
};

describe('while another process has the database locked', () => {
  const folder = mkdtempSync(join(tmpdir(), 'titans-locked-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  let made = 0;
  let path: string;
  let db: Kysely<Tables>;
  let holder: ChildProcess;

  beforeEach(async () => {
    path = join(folder, String(made++), 'titans.db');
    db = await openSqlite(path);
    await createSqlHistory(db, path).append([transaction({ id: 'before' })]);
  });
  afterEach(async () => {
    await release();
    await db.destroy();
  });

  async function lock(): Promise<void> {
    holder = spawn(process.execPath, ['-e', HOLDER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout as NonNullable<typeof holder.stdout>, 'data');
  }

  async function release(): Promise<void> {
    if (holder.exitCode !== null || holder.signalCode !== null) return;
    holder.kill('SIGKILL');
    await once(holder, 'exit');
  }

  function isLockedTooLong(error: AppError): boolean {
    assert.equal(error.row?.code, 'store_unavailable');
    assert.match(error.detail, /another process has kept the database locked for too long/);
    return true;
  }

  it('a write waits for it, and meanwhile timers fire and reads are answered', async () => {
    const history = createSqlHistory(db, path);
    await lock();
    let isOver = false;
    const write = history.append([transaction({ id: 'waiting' })]).finally(() => {
      isOver = true;
    });
    for (let tick = 0; tick < 30; tick++) {
      await pause(10);
      assert.equal(await history.count(), 1);
    }
    assert.equal(isOver, false, 'it still waits');
    await release();
    assert.deepEqual(await write, { inserted: 1, updated: 0, unchanged: 0 });
    assert.equal(await history.count(), 2);
  });

  it('any number of writes of any kind wait, and each is done once', async () => {
    const [history, tokens] = [createSqlHistory(db, path), createSqlTokens(db, path)];
    await lock();
    const writes = Array.from({ length: 100 }, (_, i) => history.append([transaction({ id: String(i) })]));
    const families = Array.from({ length: 100 }, (_, i) => tokens.createFamily({ ...FAMILY, id: String(i) }));
    await pause(100);
    assert.equal(await history.count(), 1);
    await release();
    for (const { inserted } of await Promise.all(writes)) assert.equal(inserted, 1);
    await Promise.all(families);
    assert.equal(await history.count(), 101);
    assert.equal((await tokens.family('99'))?.generation, 0);
  });

  it('a write fails that has waited as long as it may, and the next one succeeds', async () => {
    const impatient = await openSqlite(path, 200);
    const [history, tokens] = [createSqlHistory(impatient, path), createSqlTokens(impatient, path)];
    await lock();
    const writes = [1, 2, 3].map((id) => history.append([transaction({ id: String(id) })]));
    await Promise.all([
      ...writes.map((write) => assert.rejects(write, isLockedTooLong)),
      assert.rejects(tokens.createFamily(FAMILY), isLockedTooLong),
    ]);
    assert.equal(await history.count(), 1);
    await release();
    assert.equal((await history.append([transaction({ id: '1' })])).inserted, 1);
    await impatient.destroy();
  });

  it('it cannot be opened, until it is free', async () => {
    await lock();
    await assert.rejects(openSqlite(path, 100), isLockedTooLong);
    const opening = openSqlite(path);
    await pause(100);
    await release();
    await (await opening).destroy();
  });

  it('a program that closes it ends its waiting writes', async () => {
    const other = await openSqlite(path);
    await lock();
    const write = createSqlHistory(other, path).append([transaction({ id: 'late' })]);
    await pause(50);
    await Promise.all([assert.rejects(write, { name: 'AppError' }), other.destroy()]);
  });
});

describe('two connections that write to one file at once', () => {
  it('each get their turn, and no row is lost', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'titans-contended-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'titans.db');
    const opened = await Promise.all([openSqlite(path), openSqlite(path)]);
    const histories = opened.map((db) => createSqlHistory(db, path));
    await Promise.all(
      histories.flatMap((history, writer) =>
        Array.from({ length: 50 }, (_, i) => history.append([transaction({ id: `${writer} ${i}` })])),
      ),
    );
    for (const history of histories) assert.equal(await history.count(), 100);
    await Promise.all(histories.map((history) => history.close()));
  });
});
