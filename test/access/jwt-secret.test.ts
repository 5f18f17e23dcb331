import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { obtainSecret, secretFaults } from '../../src/access/jwt-secret.ts';
import { type Config, parseConfig } from '../../src/config.ts';
import { AppError } from '../../src/errors.ts';
import { SECRET, temporaryFolder } from './opened.ts';

const folder = temporaryFolder();

function configOf(dataDir: string, variables: Record<string, string> = {}): Config {
  return parseConfig({ TITANS_DATA_DIR: join(folder, dataDir), ...variables }, () => Buffer.alloc(0));
}

test('a configured secret is taken as it is, and nothing is written', async () => {
  assert.equal(await obtainSecret(configOf('none', { TITANS_JWT_SECRET: SECRET })), SECRET);
  assert.deepEqual(readdirSync(folder), []);
});

test('without one it is made once, for its owner only, and is the same ever after', async () => {
  const config = configOf('made');
  const secret = await obtainSecret(config);
  assert.match(secret, /^[\w-]{43}$/);
  assert.equal(await obtainSecret(config), secret);
  assert.deepEqual(readdirSync(join(folder, 'made')), ['jwt-secret']);
  assert.equal(statSync(join(folder, 'made', 'jwt-secret')).mode & 0o777, 0o600);
  assert.equal(readFileSync(join(folder, 'made', 'jwt-secret'), 'utf8').trim(), secret);
  assert.notEqual(await obtainSecret(configOf('another')), secret);
});

test('processes that start at once agree on one', async () => {
  const module = new URL('../../src/access/jwt-secret.ts', import.meta.url).href;
  const config = JSON.stringify({ ...configOf('together'), sources: {} });
  const program = `import { obtainSecret } from ${JSON.stringify(module)};
    const secrets = await Promise.all(Array.from({ length: 10 }, () => obtainSecret(${config})));
    process.stdout.write(secrets.join('\\n') + '\\n');`;
  const outputs = await Promise.all(
    [0, 1, 2].map(async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (piece: string) => {
        output += piece;
      });
      await once(child, 'close');
      return output.trim().split('\n');
    }),
  );
  assert.equal(outputs.flat().length, 30);
  assert.equal(new Set(outputs.flat()).size, 1);
  assert.deepEqual(readdirSync(join(folder, 'together')), ['jwt-secret']);
});

test('a damaged file is told, never used and never replaced', async () => {
  const config = configOf('damaged');
  await obtainSecret(config);
  const path = join(folder, 'damaged', 'jwt-secret');
  for (const content of ['', 'short', 'x'.repeat(31), ` ${SECRET}`, Buffer.alloc(40, 0xff)]) {
    writeFileSync(path, content);
    await assert.rejects(obtainSecret(config), (error: AppError) => {
      assert.equal(error.row.code, 'store_unavailable');
      assert.match(error.detail, /damaged/);
      return true;
    });
    assert.deepEqual(readFileSync(path), Buffer.from(content as string));
  }
});

test('a file that cannot be read or made is told', async () => {
  const config = configOf('blocked');
  mkdirSync(join(folder, 'blocked', 'jwt-secret'), { recursive: true });
  const isTold = (error: unknown) =>
    error instanceof AppError &&
    error.row.code === 'store_unavailable' &&
    /TITANS_JWT_SECRET/.test(error.detail);
  await assert.rejects(obtainSecret(config), isTold);
  rmSync(join(folder, 'blocked'), { recursive: true });
  writeFileSync(join(folder, 'blocked'), '');
  await assert.rejects(obtainSecret(config), isTold);
});

test('with PostgreSQL or Redis the secret has to be configured, because others must know it', async () => {
  for (const [name, url] of [
    ['TITANS_DATABASE_URL', 'postgres://db/titans'],
    ['TITANS_REDIS_URL', 'redis://db'],
  ]) {
    const config = configOf('shared', { [name]: url });
    await assert.rejects(obtainSecret(config), (error: AppError) => {
      assert.equal(error.row.code, 'config_invalid');
      assert.deepEqual(
        error.errors.map(({ pointer }) => pointer),
        ['TITANS_JWT_SECRET'],
      );
      assert.match(error.detail, new RegExp(name));
      return true;
    });
    assert.equal(await obtainSecret({ ...config, jwtSecret: SECRET }), SECRET);
    // As when they have faults of their own: an address that is wrong was meant to be one, a secret too.
    const { jwtSecret, databaseUrl, redis } = configOf('shared');
    assert.equal(
      secretFaults({ jwtSecret, ...(name === 'TITANS_REDIS_URL' ? { databaseUrl } : { redis }) }).length,
      1,
    );
    assert.equal(secretFaults({ redis: config.redis, databaseUrl: config.databaseUrl }).length, 0);
  }
});
