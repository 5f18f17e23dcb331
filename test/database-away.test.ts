import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildApp } from '../src/http/app.ts';
import { createServices, type Services } from '../src/services.ts';
import { synthesise } from '../src/training/synthetic.ts';
import { activateModel } from './active-model.ts';
import { start } from './cli/command-line.ts';
import { API_KEY, capturedLog, NOW, post, testConfig } from './harness.ts';
import { type PostgresServer, postgresMissing, startPostgres } from './servers/postgres.ts';
import { databaseVariables } from './servers/stores.ts';

const rows = synthesise({ seed: 2, accounts: 2, days: 150 }).transactions;
const account = rows[0].accountId as string;
/** One of an account nobody asked for before: what is known of those asked for needs no database for a second. */
const withAccount = (name: string) =>
  post('/predict/category', { amount: -5, account_id: `${account} ${name}`, date: '2030-01-01' });
const without = post('/predict/category', { amount: -5, date: '2030-01-01' });

describe('with PostgreSQL for a store', { skip: postgresMissing() }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'titans-away-'));
  let server: PostgresServer;
  let url: string;
  let services: Services;

  before(async () => {
    server = await startPostgres();
    url = await server.createDatabase();
    services = createServices(testConfig({ TITANS_DATA_DIR: folder, ...databaseVariables(url) }), () => NOW);
  });
  after(async () => {
    await services?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A command line in a process of its own, on the database of this suite. */
  function titans(...args: string[]) {
    return start([...args, '--data-dir', folder], { ...databaseVariables(url), TITANS_API_KEYS: API_KEY });
  }

  it('serve refuses an unmigrated database and names the command, which does it once', async () => {
    const refused = await titans('serve', '--port', '0').ended;
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /lacks 0001-history.*run `\S+ migrate`/);
    const planned = await titans('migrate', '--dry-run').ended;
    assert.match(planned.stdout, /^0001-history +pending$/m);
    const done = await titans('migrate').ended;
    assert.equal(done.status, 0);
    assert.match(done.stdout, /^applied 0001-history$/m);
    assert.match((await titans('migrate').ended).stdout, /nothing to apply/);
    const listed = await titans('migrate', '--status').ended;
    assert.match(listed.stdout, /^0001-history +applied$/m);
    assert.doesNotMatch(listed.stdout, /pending/);
    for (const { stdout, stderr } of [refused, planned, done, listed]) {
      assert.ok(!`${stdout}${stderr}`.includes(server.password));
    }
  });

  it('a server that goes fails only what needs it, and is used again once it is back', async () => {
    await activateModel(services, rows);
    await (await services.history()).append(rows.slice(0, 200));
    await services.registry.load();
    const { lines, logger } = capturedLog();
    const app = buildApp({ ...(await services.http('1.0.0')), logger });
    assert.equal((await app.inject(withAccount('before'))).statusCode, 200);
    await server.stop('immediate');
    for (let i = 0; i < 3; i++) {
      const failed = await app.inject(withAccount(`away ${i}`));
      assert.equal(failed.statusCode, 503);
      assert.equal(failed.json().code, 'store_unavailable');
      assert.match(failed.json().detail, /database server/);
      assert.ok(failed.headers['retry-after']);
      assert.equal((await app.inject(without)).statusCode, 200);
      assert.equal((await app.inject('/livez')).statusCode, 200);
    }
    await server.start();
    assert.equal((await app.inject(withAccount('back'))).statusCode, 200);
    await app.close();
    assert.ok(lines.length > 0);
    assert.ok(!lines.join('').includes(server.password));
  });
});

describe('titans migrate on the embedded database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'titans-migrate-'));
  const dataDir = join(folder, 'var');
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Run here, with no server whatever the suite runs on. */
  async function migrate(...flags: string[]) {
    return start(['migrate', ...flags, '--data-dir', dataDir], { TITANS_DATABASE_URL: '' }).ended;
  }

  it('says what it would do without making anything, does it once, and can be left out', async () => {
    assert.match((await migrate('--dry-run')).stdout, /^0001-history +pending$/m);
    assert.match((await migrate('--status')).stdout, /^0001-history +pending$/m);
    const done = await migrate();
    assert.equal(done.status, 0);
    assert.match(done.stdout, /^applied 0001-history$/m);
    assert.match((await migrate('--dry-run')).stdout, /nothing to apply/);
  });

  it('that cannot be opened fails with the reason', async () => {
    const { status, stderr } = await start(['migrate', '--data-dir', '/dev/null/var'], {
      TITANS_DATABASE_URL: '',
    }).ended;
    assert.equal(status, 1);
    assert.match(stderr, /Store unavailable/);
  });
});
