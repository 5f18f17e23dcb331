import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { TokenReply } from '../../src/http/schemas/tokens.ts';
import { NOW } from '../harness.ts';
import { type Ran, run, type Started, start, temporaryFolder } from './command-line.ts';

const folder = temporaryFolder();
const HOUR_MS = 3_600_000;
const KEY = /^titans_[a-z2-9]{12}_[\w-]{43}\n$/;

function prefixOf(credential: string): string {
  return credential.slice(0, 'titans_'.length + 12);
}

describe('titans keys', () => {
  const dataDir = join(folder, 'keys');
  const keys = (args: readonly string[], at = NOW): Promise<Ran> =>
    run(['keys', ...args, '--data-dir', dataDir], { clock: () => at });

  it('create writes the key alone to standard output, and what to know to standard error', async () => {
    const { status, stdout, stderr } = await keys([
      'create',
      'web',
      '--scopes',
      'predict, models:read',
      '--expires',
      '90d',
    ]);
    assert.equal(status, 0);
    assert.match(stdout, KEY);
    assert.ok(stderr.includes(prefixOf(stdout)) && !stderr.includes(stdout.trim()));
    assert.match(stderr, /until 2025-04-06T09:30:00Z; scopes: predict, models:read\n.*cannot be shown again/);
  });

  it('list shows everything but the key', async () => {
    const { stdout: key } = await keys(['create', 'ledger']);
    const { status, stdout } = await keys(['list']);
    assert.equal(status, 0);
    assert.match(stdout, /^prefix +name +scopes +state +created +expires +last used\n/);
    assert.match(stdout, /web +predict models:read +active +2025-01-06T09:30:00Z +2025-04-06T09:30:00Z$/m);
    assert.match(
      stdout,
      new RegExp(`^${prefixOf(key)} +ledger +predict write models:read models:write +active`, 'm'),
    );
    assert.ok(!stdout.includes(key.trim().slice(prefixOf(key).length + 1)));
    const listed: Record<string, unknown>[] = JSON.parse(
      (await keys(['list', '--json'], NOW + 90 * 24 * HOUR_MS)).stdout,
    );
    const { prefix, ...facts } = listed.find(({ name }) => name === 'web') ?? {};
    assert.match(String(prefix), /^titans_/);
    assert.deepEqual(facts, {
      name: 'web',
      scopes: ['predict', 'models:read'],
      state: 'expired',
      created_at: '2025-01-06T09:30:00Z',
      expires_at: '2025-04-06T09:30:00Z',
      revoked_at: null,
      last_used_at: null,
      old_secret_works_until: null,
    });
  });

  it('rotate gives another key of the same prefix and says how long the old one works', async () => {
    const { stdout: key } = await keys(['create', 'rotated', '--json']);
    const { prefix, key: old } = JSON.parse(key);
    const day = await keys(['rotate', prefix]);
    assert.match(day.stdout, KEY);
    assert.notEqual(day.stdout.trim(), old);
    assert.equal(prefixOf(day.stdout), prefix);
    assert.match(day.stderr, /old secret works until 2025-01-07T09:30:00Z/);
    assert.match((await keys(['list'])).stdout, /rotated .*active, old secret until 2025-01-07T09:30:00Z/);
    const json = JSON.parse((await keys(['rotate', prefix, '--overlap', '30m', '--json'])).stdout);
    assert.equal(json.old_secret_works_until, '2025-01-06T10:00:00Z');
    const leaked = await keys(['rotate', prefix, '--overlap', '0']);
    assert.match(leaked.stderr, /Every older secret has ended/);
    assert.doesNotMatch((await keys(['list'])).stdout, /old secret/);
  });

  it('revoke ends a key, and a revoked one cannot be rotated', async () => {
    const { stdout: key } = await keys(['create', 'ended']);
    const revoked = await keys(['revoke', prefixOf(key)]);
    assert.deepEqual([revoked.status, revoked.stdout], [0, `${prefixOf(key)} is revoked\n`]);
    assert.match((await keys(['list'])).stdout, /ended .* revoked/);
    const { status, stderr } = await keys(['rotate', prefixOf(key)]);
    assert.equal(status, 1);
    assert.match(stderr, /No such API key/);
    assert.equal((await keys(['revoke', 'titans_aaaaaaaaaaaa'])).status, 1);
  });

  it('an empty list says how to begin', async () => {
    const { status, stdout, stderr } = await run(['keys', 'list', '--data-dir', join(folder, 'empty')]);
    assert.deepEqual([status, stdout], [0, '']);
    assert.match(stderr, /keys create NAME/);
  });

  for (const [what, args] of [
    ['an unknown scope', ['create', 'x', '--scopes', 'predict,admin']],
    ['a duration without a unit', ['create', 'x', '--expires', '90']],
    ['a key that would be over at once', ['create', 'x', '--expires', '0']],
    ['more than ten years', ['rotate', 'titans_aaaaaaaaaaaa', '--overlap', '3651d']],
    ['a name that is empty', ['create', ' ']],
    ['a name of several lines', ['create', 'a\nb']],
    ['no prefix', ['revoke']],
  ] as const) {
    it(`refuses ${what} with exit status 2`, async () => {
      assert.equal((await keys(args)).status, 2);
    });
  }

  it('does not repeat a whole key that is given where the prefix belongs', async () => {
    const { stdout: key } = await keys(['create', 'careless']);
    const { status, stderr } = await keys(['revoke', key.trim()]);
    assert.equal(status, 2);
    assert.ok(!stderr.includes(key.trim()));
  });
});

describe('two servers over one data directory', () => {
  const dataDir = join(folder, 'served');
  const servers: Started[] = [];
  const urls: string[] = [];
  let credential = '';

  function call(server: number, path: string, body: unknown, authorization?: string): Promise<Response> {
    return fetch(urls[server] + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(authorization && { authorization: `Bearer ${authorization}` }),
      },
      body: JSON.stringify(body),
    });
  }

  async function tokensOf(reply: Promise<Response>): Promise<TokenReply> {
    const answer = await reply;
    assert.equal(answer.status, 200);
    return (await answer.json()) as TokenReply;
  }

  /** 503 model_not_loaded: there is no model, and the door was passed. */
  async function isAdmitted(server: number, authorization: string): Promise<boolean> {
    const { status } = await call(server, '/predict/category', { amount: -1 }, authorization);
    assert.ok(status === 503 || status === 401, String(status));
    return status === 503;
  }

  /** Waits until both servers refuse; fails by the limit of the test run if they never do. */
  async function untilRefused(authorization: string): Promise<void> {
    for (const server of [0, 1]) {
      while (await isAdmitted(server, authorization)) await pause(20);
    }
  }

  before(async () => {
    credential = (await run(['keys', 'create', 'only', '--data-dir', dataDir])).stdout.trim();
    // Started at once, without any key in the configuration and without a secret.
    const begin = () => start(['serve', '--port', '0', '--data-dir', dataDir], { TITANS_LOG_LEVEL: 'trace' });
    servers.push(begin(), begin());
    for (const server of servers) urls.push((await server.until(/listening at (http:[^"]+)/))[1]);
  });
  after(async () => {
    for (const server of servers) server.child.kill('SIGTERM');
    await Promise.all(servers.map((server) => server.ended));
  });

  it('start with a managed key alone, and take each other for one service', async () => {
    const { access_token, refresh_token } = await tokensOf(call(0, '/auth/token', {}, credential));
    assert.ok(await isAdmitted(1, credential));
    assert.ok(await isAdmitted(1, access_token));
    await tokensOf(call(1, '/auth/refresh', { refresh_token }));
  });

  it('answer 50 parallel refreshes of one token with one successor, and nobody is logged out', async () => {
    const { refresh_token } = await tokensOf(call(0, '/auth/token', {}, credential));
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => tokensOf(call(index % 2, '/auth/refresh', { refresh_token }))),
    );
    const successors = new Set(answers.map((answer) => answer.refresh_token));
    assert.equal(successors.size, 1);
    for (const [index, { access_token }] of answers.entries()) {
      assert.ok(await isAdmitted((index + 1) % 2, access_token));
    }
    const [successor] = successors;
    await tokensOf(call(1, '/auth/refresh', { refresh_token: successor }));
  });

  it('learn of what was revoked elsewhere: a session, then the key with all its tokens', async () => {
    const ended = await tokensOf(call(0, '/auth/token', {}, credential));
    const lasting = await tokensOf(call(0, '/auth/token', {}, credential));
    assert.ok(await isAdmitted(1, ended.access_token));
    assert.equal((await call(0, '/auth/revoke', { token: ended.refresh_token })).status, 200);
    await untilRefused(ended.access_token);
    assert.ok(await isAdmitted(1, lasting.access_token));
    const { status } = await run(['keys', 'revoke', prefixOf(credential), '--data-dir', dataDir]);
    assert.equal(status, 0);
    await untilRefused(credential);
    await untilRefused(lasting.access_token);
    const refused = await call(1, '/auth/refresh', { refresh_token: lasting.refresh_token });
    assert.equal(refused.status, 401);
    for (const server of servers) {
      const { stdout, stderr } = server.said();
      for (const secret of [credential, lasting.access_token, lasting.refresh_token, ended.refresh_token]) {
        assert.ok(!stdout.includes(secret) && !stderr.includes(secret), 'a secret was logged');
      }
      assert.equal(stderr, '');
    }
  });
});
