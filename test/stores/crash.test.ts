import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AppError } from '../../src/errors.ts';
import { createRng } from '../../src/lib/rng.ts';
import type { HistoryStore } from '../../src/stores/ports.ts';
import { type DatabaseLocation, migrateDatabase, openDatabase } from '../../src/stores/sql/database.ts';
import { createSqlHistory } from '../../src/stores/sql/history.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../servers/postgres.ts';
import { transaction } from './history-contract.ts';
import { outputOf, startProcess } from './own-process.ts';

const ROWS = 10_000;

const folder = mkdtempSync(join(tmpdir(), 'titans-crash-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function openHistory(location: DatabaseLocation): Promise<HistoryStore> {
  const { db, place } = await openDatabase(location);
  return createSqlHistory(db, place);
}

/** How many rows of an account are there; they must be the first so many that were written, in order and whole. */
async function countWhole(history: HistoryStore, accountId: string): Promise<number> {
  let rows = 0;
  for await (const row of history.all({ accountId })) assert.equal(row.id, String(rows++));
  return rows;
}

/** Writes `ROWS` rows of one account in portions of 1 to 600 and says after each how many are acknowledged. */
function writer(location: DatabaseLocation, accountId: string): string {
  return `
    const history = await openHistory(${JSON.stringify(location)});
    for (let at = 0, portion = 1; at < ${ROWS}; at += portion, portion = (portion * 7) % 613) {
      const rows = Array.from({ length: portion }, (_, i) =>
        transaction({ accountId: ${JSON.stringify(accountId)}, id: String(at + i), at: at + i }));
      await history.append(rows);
      process.stdout.write(at + portion + '\\n');
    }
    await history.close();`;
}

/** Starts a writer, kills it once it has said that `rows` are acknowledged, and returns what it said last. */
async function killWriter(location: DatabaseLocation, accountId: string, rows: number): Promise<number> {
  const child = startProcess(writer(location, accountId));
  let output = '';
  let problems = '';
  child.stderr?.on('data', (piece) => {
    problems += piece;
  });
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    output += piece;
    if (Number(output.trimEnd().split('\n').at(-1)) >= rows) child.kill('SIGKILL');
  });
  const [, signal] = await once(child, 'close');
  assert.equal(signal, 'SIGKILL', `the writer was through before it was killed: ${problems}`);
  return Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1));
}

/** Kills `rounds` writers at places of their own; after each, the database opens and has what was acknowledged. */
async function surviveKills(location: DatabaseLocation, rounds: number): Promise<void> {
  const rng = createRng(5);
  const acknowledged = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    const accountId = `round ${round}`;
    acknowledged.set(accountId, await killWriter(location, accountId, 1 + Math.floor(rng() * 3000)));
    const history = await openHistory(location);
    for (const [account, rows] of acknowledged) {
      const kept = await countWhole(history, account);
      assert.ok(kept >= rows, `${kept} of ${rows} acknowledged rows of ${account}`);
    }
    assert.equal((await history.append([transaction({ id: accountId })])).inserted, 1);
    await history.close();
  }
}

describe('every acknowledged row is there, and the database opens', () => {
  it('after kill -9 in the middle of 10,000 writes to SQLite, 20 times', () =>
    surviveKills({ url: null, path: join(folder, 'killed', 'titans.db') }, 20));

  it('after the disk of SQLite was full, and the failure says so', async () => {
    const location = { url: null, path: join(folder, 'full', 'titans.db') };
    const output = await outputOf(
      startProcess(
        `const history = await openHistory(${JSON.stringify(location)});
        let kept = 0;
        for (;;) {
          const rows = Array.from({ length: 100 }, (_, i) => transaction({ id: String(kept + i), at: kept + i }));
          const failure = await history.append(rows).then(() => null, (error) => error);
          if (failure !== null) {
            const read = (await history.before('a', 1e9, 5)).length;
            console.log(JSON.stringify({ kept, code: failure.row?.code, detail: failure.detail, read }));
            break;
          }
          kept += 100;
        }`,
        4000,
      ),
    );
    const { kept, code, detail, read } = JSON.parse(output);
    assert.equal(code, 'store_unavailable');
    assert.match(detail, /disk/);
    assert.equal(read, 5, 'what is there can still be read');
    assert.ok(kept > 0);
    const history = await openHistory(location);
    assert.equal(await countWhole(history, 'a'), kept);
    assert.equal((await history.append([transaction({ id: 'after' })])).inserted, 1);
    await history.close();
  });

  describe('with PostgreSQL', { skip: postgresMissing() }, () => {
    let server: PostgresServer;
    before(async () => {
      server = await startPostgres();
    });
    after(() => server?.close());

    async function newLocation(): Promise<DatabaseLocation> {
      const location = { url: await server.createDatabase(), path: '' };
      await migrateDatabase(location);
      return location;
    }

    it('after kill -9 in the middle of 10,000 writes, 5 times', async () =>
      surviveKills(await newLocation(), 5));

    it('after the server was stopped with -m immediate under writes, 5 times', async () => {
      const location = await newLocation();
      const history = await openHistory(location);
      const acknowledged = new Map<string, number>();
      for (let round = 0; round < 5; round++) {
        let isStopping = false;
        let rows = 0;
        const write = async (accountId: string) => {
          for (let at = 0; ; at++) {
            try {
              await history.append([transaction({ accountId, id: String(at), at })]);
            } catch (error) {
              assert.ok(error instanceof AppError && error.row.code === 'store_unavailable', String(error));
              assert.ok(isStopping, error.detail);
              return;
            }
            acknowledged.set(accountId, at + 1);
            rows++;
            if (rows === 100 && !isStopping) {
              isStopping = true;
              await server.stop('immediate');
            }
          }
        };
        await Promise.all(Array.from({ length: 4 }, (_, writer) => write(`round ${round} writer ${writer}`)));
        await server.start();
        const again = await openHistory(location);
        for (const [account, kept] of acknowledged) {
          assert.ok((await countWhole(again, account)) >= kept, account);
        }
        await again.close();
      }
      await history.close();
    });
  });
});
