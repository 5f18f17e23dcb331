import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { revokeKey, rotateKey } from '../../src/access/managed-keys.ts';
import { ALL_SCOPES } from '../../src/access/scopes.ts';
import { ACCESS_SECONDS, GRACE_MS, REFRESH_MS } from '../../src/access/token-grants.ts';
import { AppError } from '../../src/errors.ts';
import type { Problem } from '../../src/http/schemas/problem.ts';
import type { TokenReply } from '../../src/http/schemas/tokens.ts';
import { createMemoryBroadcast } from '../../src/stores/memory/broadcast.ts';
import { type DatabaseLocation, migrateDatabase } from '../../src/stores/sql/database.ts';
import { API_KEY, AUTHORIZATION, capturedLog, post, testConfig, testLimits } from '../harness.ts';
import { postgresMissing } from '../servers/postgres.ts';
import { useTestPostgres } from '../stores/each-database.ts';
import {
  makeKey,
  movableClock,
  type OpenedAccess,
  type OpenOptions,
  OTHER_SECRET,
  open,
  refreshStatus,
  SECRET,
  statusWith,
  temporaryFolder,
  tokensFrom,
} from './opened.ts';

const folder = temporaryFolder();
let made = 0;
const HOUR_MS = 3_600_000;
const { authorization } = AUTHORIZATION;

function newPath(): string {
  return join(folder, `${made++}.db`);
}

/** The answer to the exchange of a refresh token. */
function exchange(app: OpenedAccess['app'], { refresh_token }: TokenReply): Promise<TokenReply> {
  return tokensFrom(app, '/auth/refresh', { refresh_token });
}

/** Runs `work` with one process over a database of its own and a clock it may move. */
async function withAccess(
  work: (opened: OpenedAccess, time: { at: number }) => Promise<void>,
  options: Omit<OpenOptions, 'clock'> = {},
): Promise<void> {
  const time = movableClock();
  const opened = await open(':memory:', { ...options, clock: time.clock });
  try {
    await work(opened, time);
  } finally {
    await opened.close();
  }
}

describe('a managed key', () => {
  it('is a caller with its own scopes as soon as it is known; no other text is', () =>
    withAccess(async (opened, time) => {
      const { access } = opened;
      const key = await makeKey(opened, time.at, { scopes: ['predict', 'models:read'] });
      assert.equal(access.authenticate(key.credential), null, 'not read yet');
      await access.reload();
      const caller = await access.authenticate(key.credential);
      assert.equal(caller?.id, key.prefix);
      assert.deepEqual([...(caller?.scopes ?? [])], ['predict', 'models:read']);
      const stranger = await makeKey(opened, time.at);
      for (const wrong of [
        key.prefix,
        `${key.prefix}_`,
        `${key.credential}A`,
        key.credential.slice(0, -1),
        key.credential.toUpperCase(),
        key.prefix + stranger.credential.slice(key.prefix.length),
        stranger.credential,
      ]) {
        assert.equal(await access.authenticate(wrong), null);
      }
    }));

  it('lets a caller in beside the keys of the configuration, which keep all scopes', () =>
    withAccess(async (opened, time) => {
      const key = await makeKey(opened, time.at);
      await opened.access.reload();
      assert.equal(await statusWith(opened.app, key.credential), 200);
      assert.equal(await statusWith(opened.app, API_KEY), 200);
      assert.deepEqual((await opened.access.authenticate(API_KEY))?.scopes, ALL_SCOPES);
    }));

  it('is stored as a hash only', () =>
    withAccess(async (opened, time) => {
      const { credential, prefix } = await makeKey(opened, time.at);
      const stored = JSON.stringify(await opened.apiKeys.list(0));
      assert.ok(stored.includes(prefix));
      assert.ok(!stored.includes(credential.slice(prefix.length + 1)));
    }));

  it('does only what its scopes say, and a refusal names the scope', () =>
    withAccess(async (opened, time) => {
      const key = await makeKey(opened, time.at, { scopes: ['models:read'] });
      await opened.access.reload();
      const reply = await opened.app.inject(
        post('/predict/category', { amount: -1 }, { authorization: `Bearer ${key.credential}` }),
      );
      assert.equal(reply.statusCode, 403);
      assert.equal(reply.headers['www-authenticate'], 'Bearer error="insufficient_scope", scope="predict"');
    }));

  it('ends at its expiry to the millisecond, with what was issued to it', () =>
    withAccess(async (opened, time) => {
      const key = await makeKey(opened, time.at, { expiresAt: time.at + 60_000 });
      await opened.access.reload();
      const headers = { authorization: `Bearer ${key.credential}` };
      const tokens = await tokensFrom(opened.app, '/auth/token', {}, headers);
      assert.equal(tokens.expires_in, 60);
      time.at += 59_999;
      assert.equal(await statusWith(opened.app, key.credential), 200);
      assert.equal(await statusWith(opened.app, tokens.access_token), 200);
      time.at += 1;
      assert.equal(await statusWith(opened.app, key.credential), 401);
      assert.equal(await statusWith(opened.app, tokens.access_token), 401);
      assert.equal(await refreshStatus(opened.app, tokens.refresh_token), 401);
    }));

  it('that is revoked ends at the next look, in every process, with what was issued to it', async () => {
    const time = movableClock();
    const path = newPath();
    const [one, two] = [await open(path, time), await open(path, time)];
    const key = await makeKey(one, time.at);
    await Promise.all([one.access.reload(), two.access.reload()]);
    const tokens = await tokensFrom(
      one.app,
      '/auth/token',
      {},
      { authorization: `Bearer ${key.credential}` },
    );
    for (const { app } of [one, two]) {
      assert.equal(await statusWith(app, key.credential), 200);
      assert.equal(await statusWith(app, tokens.access_token), 200);
    }
    await revokeKey(one.apiKeys, key.prefix, time.at);
    for (const { app, access } of [one, two]) {
      await access.reload();
      assert.equal(await statusWith(app, key.credential), 401);
      assert.equal(await statusWith(app, tokens.access_token), 401);
      assert.equal(await refreshStatus(app, tokens.refresh_token), 401);
    }
    await Promise.all([one.close(), two.close()]);
  });

  it('that is rotated locks nobody out: old and new work side by side, then the old one ends', () =>
    withAccess(async (opened, time) => {
      const { app, access, apiKeys } = opened;
      const old = await makeKey(opened, time.at);
      await access.reload();
      const before = await tokensFrom(app, '/auth/token', {}, { authorization: `Bearer ${old.credential}` });
      const renewed = await rotateKey(apiKeys, old.prefix, HOUR_MS, time.at);
      await access.reload();
      assert.equal(renewed.prefix, old.prefix);
      const after = await tokensFrom(
        app,
        '/auth/token',
        {},
        { authorization: `Bearer ${renewed.credential}` },
      );
      time.at += HOUR_MS - 1;
      assert.equal(await statusWith(app, old.credential), 200);
      assert.equal(await statusWith(app, renewed.credential), 200);
      const next = await tokensFrom(app, '/auth/refresh', { refresh_token: before.refresh_token });
      assert.equal(await statusWith(app, next.access_token), 200);
      time.at += 1;
      assert.equal(await statusWith(app, old.credential), 401);
      assert.equal(await statusWith(app, next.access_token), 401);
      assert.equal(await refreshStatus(app, next.refresh_token), 401);
      assert.equal(await statusWith(app, renewed.credential), 200);
      assert.equal(await refreshStatus(app, after.refresh_token), 200);
    }));

  it('that is rotated without overlap ends its old secret at the next look', () =>
    withAccess(async (opened, time) => {
      const old = await makeKey(opened, time.at);
      const renewed = await rotateKey(opened.apiKeys, old.prefix, 0, time.at);
      await opened.access.reload();
      assert.equal(await statusWith(opened.app, old.credential), 401);
      assert.equal(await statusWith(opened.app, renewed.credential), 200);
    }));

  it('that does not exist can neither be rotated nor revoked', () =>
    withAccess(async ({ apiKeys }, time) => {
      const isNotFound = (error: unknown) => error instanceof AppError && error.row.code === 'key_not_found';
      await assert.rejects(rotateKey(apiKeys, 'titans_aaaaaaaaaaaa', 0, time.at), isNotFound);
      await assert.rejects(revokeKey(apiKeys, 'titans_aaaaaaaaaaaa', time.at), isNotFound);
    }));

  it('has its latest use written down', () =>
    withAccess(async (opened, time) => {
      const key = await makeKey(opened, time.at);
      await opened.access.reload();
      await statusWith(opened.app, key.credential);
      time.at += 5000;
      await opened.access.upkeep();
      assert.equal((await opened.apiKeys.list(0))[0].lastUsedAt, time.at);
      time.at += 5000;
      await opened.access.upkeep();
      assert.equal((await opened.apiKeys.list(0))[0].lastUsedAt, time.at - 5000);
    }));
});

describe('POST /auth/token', () => {
  it('gives tokens for the key, never stored by anyone on the way', () =>
    withAccess(async ({ app }) => {
      const asKey: Record<string, string> = { authorization: '', 'x-api-key': API_KEY };
      for (const headers of [{ authorization }, asKey]) {
        const reply = await app.inject(post('/v1/auth/token', {}, headers));
        assert.equal(reply.statusCode, 200);
        assert.equal(reply.headers['cache-control'], 'no-store');
        const body = reply.json();
        assert.deepEqual(Object.keys(body), [
          'access_token',
          'refresh_token',
          'token_type',
          'expires_in',
          'scope',
        ]);
        assert.deepEqual(
          [body.token_type, body.expires_in, body.scope],
          ['Bearer', ACCESS_SECONDS, 'predict write models:read models:write'],
        );
        assert.equal(await statusWith(app, body.access_token), 200);
      }
    }));

  it('limits the tokens to the scopes asked for, also after an exchange', () =>
    withAccess(async ({ app }) => {
      const first = await tokensFrom(app, '/auth/token', { scopes: ['models:read', 'write', 'write'] });
      const next = await tokensFrom(app, '/auth/refresh', { refresh_token: first.refresh_token });
      for (const tokens of [first, next]) {
        assert.equal(tokens.scope, 'write models:read');
        assert.equal(await statusWith(app, tokens.access_token), 403);
      }
    }));

  it('refuses scopes the key does not have, unknown ones, and anything that is no list', () =>
    withAccess(async (opened, time) => {
      const { app, access } = opened;
      const key = await makeKey(opened, time.at, { scopes: ['predict'] });
      await access.reload();
      const headers = { authorization: `Bearer ${key.credential}` };
      const answer = async (body: unknown) =>
        (await app.inject(post('/auth/token', body, headers))).json<Problem>();
      const forbidden = await answer({ scopes: ['predict', 'write'] });
      assert.deepEqual([forbidden.status, forbidden.code], [403, 'forbidden']);
      assert.match(forbidden.detail, /write/);
      const pointers = async (body: unknown) => {
        const { status, errors } = await answer(body);
        assert.equal(status, 422);
        return errors.map(({ pointer }) => pointer);
      };
      assert.deepEqual(await pointers({ scopes: ['admin', 'predict', 7], scope: 'x', 'a/b~': 1 }), [
        '/scope',
        '/a~1b~0',
        '/scopes/0',
        '/scopes/2',
      ]);
      assert.deepEqual(await pointers({ scopes: [] }), ['/scopes']);
      assert.deepEqual(await pointers({ scopes: 'predict' }), ['/scopes']);
      assert.deepEqual(await pointers([]), ['']);
    }));

  it('needs the key itself: a token is refused, so that its end stays its end', () =>
    withAccess(async ({ app }) => {
      const { access_token } = await tokensFrom(app, '/auth/token', {});
      const reply = await app.inject(post('/auth/token', {}, { authorization: `Bearer ${access_token}` }));
      assert.equal(reply.statusCode, 403);
      assert.equal(reply.headers['www-authenticate'], 'Bearer error="insufficient_scope"');
      const unknown = await app.inject(post('/auth/token', {}, { authorization: 'Bearer unknown-key' }));
      assert.equal(unknown.statusCode, 401);
      const nobody = await app.inject({ method: 'POST', url: '/auth/token', payload: {} });
      assert.deepEqual([nobody.statusCode, nobody.headers['www-authenticate']], [401, 'Bearer']);
    }));
});

describe('POST /auth/refresh', () => {
  it('a straggler of the grace gets the same successor though that was exchanged already', () =>
    withAccess(async ({ app }, time) => {
      const first = await tokensFrom(app, '/auth/token', {});
      const second = await exchange(app, first);
      time.at += 4000;
      const third = await exchange(app, second);
      time.at += GRACE_MS - 4000;
      assert.equal((await exchange(app, first)).refresh_token, second.refresh_token);
      assert.equal((await exchange(app, second)).refresh_token, third.refresh_token);
      assert.equal(await refreshStatus(app, third.refresh_token), 200);
    }));

  it('a replay after the grace ends the family and its access tokens, in every process, also after a restart', async () => {
    const time = movableClock();
    const path = newPath();
    const [one, two] = [await open(path, time), await open(path, time)];
    const first = await tokensFrom(one.app, '/auth/token', {});
    const other = await tokensFrom(one.app, '/auth/token', {});
    const second = await exchange(one.app, first);
    assert.equal(await statusWith(two.app, second.access_token), 200);
    time.at += GRACE_MS + 1;
    const replay = await two.app.inject(post('/auth/refresh', { refresh_token: first.refresh_token }));
    assert.equal(replay.statusCode, 401);
    assert.equal(replay.json().code, 'token_invalid');
    assert.match(
      String(replay.headers['www-authenticate']),
      /^Bearer error="invalid_token", error_description="[^"]+used before[^"]+"$/,
    );
    await one.access.reload();
    for (const { app } of [one, two]) {
      for (const { access_token, refresh_token } of [first, second]) {
        assert.equal(await statusWith(app, access_token), 401);
        assert.equal(await refreshStatus(app, refresh_token), 401);
      }
      assert.equal(await statusWith(app, other.access_token), 200, 'the other family lives');
    }
    await Promise.all([one.close(), two.close()]);
    const again = await open(path, time);
    assert.equal(await statusWith(again.app, second.access_token), 401);
    assert.equal(await refreshStatus(again.app, second.refresh_token), 401);
    assert.equal(await refreshStatus(again.app, other.refresh_token), 200);
    await again.close();
  });

  it('a replay is found out by a process that started after the exchange', async () => {
    const time = movableClock();
    const path = newPath();
    const before = await open(path, time);
    const first = await tokensFrom(before.app, '/auth/token', {});
    const second = await exchange(before.app, first);
    await before.close();
    const after = await open(path, time);
    assert.equal((await exchange(after.app, first)).refresh_token, second.refresh_token);
    time.at += GRACE_MS + 1;
    assert.equal(await refreshStatus(after.app, first.refresh_token), 401);
    assert.equal(await refreshStatus(after.app, second.refresh_token), 401);
    await after.close();
  });

  it('a token that the store, restored from a backup, has not seen yet is still taken', () =>
    withAccess(async ({ app, tokens }, time) => {
      let latest = await tokensFrom(app, '/auth/token', {});
      const id = latest.refresh_token.slice('titans_refresh_'.length).split('.')[0];
      const backup = await tokens.family(id);
      for (let i = 0; i < 3; i++) latest = await exchange(app, latest);
      assert.ok(backup !== null);
      assert.equal(await tokens.rotate(id, 3, backup), true);
      time.at += GRACE_MS + 1;
      latest = await exchange(app, latest);
      assert.equal(await refreshStatus(app, latest.refresh_token), 200);
    }));

  it('refuses what it did not make, in the form of every failure', () =>
    withAccess(async ({ app }) => {
      const { refresh_token, access_token } = await tokensFrom(app, '/auth/token', {});
      const [body, , mac] = refresh_token.split('.');
      const last = mac.at(-1) === 'A' ? 'B' : 'A';
      for (const forged of [
        '',
        'x',
        'x'.repeat(10_000),
        access_token,
        API_KEY,
        refresh_token.slice(0, -1),
        `${refresh_token}A`,
        ` ${refresh_token}`,
        `${body}.1.${mac}`,
        `${body}.0.${mac.slice(0, -1)}${last}`,
        refresh_token.toLowerCase(),
      ]) {
        const reply = await app.inject(post('/auth/refresh', { refresh_token: forged }));
        assert.equal(reply.statusCode, 401);
        assert.equal(reply.json().code, 'token_invalid');
        assert.match(String(reply.headers['www-authenticate']), /^Bearer error="invalid_token"/);
      }
      assert.equal(await refreshStatus(app, refresh_token), 200);
      for (const wrong of [{}, { refresh_token: 7 }, { refresh_token, more: 1 }]) {
        assert.equal((await app.inject(post('/auth/refresh', wrong))).statusCode, 422);
      }
    }));

  it('a refresh token waits for 30 days, and each use gives its successor 30 more', () =>
    withAccess(async ({ app }, time) => {
      const first = await tokensFrom(app, '/auth/token', {});
      time.at += REFRESH_MS - 1;
      const second = await exchange(app, first);
      time.at += REFRESH_MS - 1;
      const third = await exchange(app, second);
      time.at += REFRESH_MS;
      assert.equal(await refreshStatus(app, third.refresh_token), 401);
    }));

  it('is no credential, and no credential is asked for', () =>
    withAccess(async ({ app }) => {
      const { refresh_token } = await tokensFrom(app, '/auth/token', {});
      assert.equal(await statusWith(app, refresh_token), 401);
      const reply = await app.inject({ method: 'POST', url: '/auth/refresh', payload: { refresh_token } });
      assert.equal(reply.statusCode, 200);
      assert.equal(reply.headers['cache-control'], 'no-store');
    }));

  it('ends for a key that was taken out of the configuration; reordering or adding keys ends nothing', async () => {
    const time = movableClock();
    const path = newPath();
    const keys = (list: string) => ({ ...time, variables: { TITANS_API_KEYS: list } });
    const before = await open(path, keys(`another-key,${API_KEY}`));
    const tokens = await tokensFrom(before.app, '/auth/token', {});
    await before.close();
    const reordered = await open(path, keys(`${API_KEY},new-long-key`));
    assert.equal(await statusWith(reordered.app, tokens.access_token), 200);
    const next = await exchange(reordered.app, tokens);
    await reordered.close();
    const without = await open(path, keys('new-long-key'));
    assert.equal(await statusWith(without.app, next.access_token), 401);
    assert.equal(await refreshStatus(without.app, next.refresh_token), 401);
    await without.close();
  });
});

/** Promises that hang on what the database does when several processes ask at once. */
function describeTogether(name: string, newDatabase: () => Promise<DatabaseLocation>): void {
  describe(`two processes over ${name}`, () => {
    it('50 parallel exchanges over two processes: all answered, one family, one successor, nobody logged out', async () => {
      const time = movableClock();
      const location = await newDatabase();
      const processes = [await open(location, time), await open(location, time)];
      const [{ app }] = processes;
      const first = await tokensFrom(app, '/auth/token', {});
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          tokensFrom(processes[index % 2].app, '/auth/refresh', { refresh_token: first.refresh_token }),
        ),
      );
      const successors = new Set(answers.map((answer) => answer.refresh_token));
      assert.equal(successors.size, 1);
      const [successor] = successors;
      assert.notEqual(successor, first.refresh_token);
      assert.equal(new Set(answers.map((answer) => answer.access_token)).size, 50);
      for (const { access_token } of answers) {
        for (const process of processes) assert.equal(await statusWith(process.app, access_token), 200);
      }
      time.at += GRACE_MS + 1;
      assert.equal(await refreshStatus(processes[1].app, successor), 200, 'the successor still works');
      await Promise.all(processes.map(({ close }) => close()));
    });

    it('an exchange and a revocation at once: whichever comes first, the family is over', async () => {
      const time = movableClock();
      const location = await newDatabase();
      const [one, two] = [await open(location, time), await open(location, time)];
      for (let round = 0; round < 10; round++) {
        const first = await tokensFrom(one.app, '/auth/token', {});
        const [exchanged, revoked] = await Promise.all([
          one.app.inject(post('/auth/refresh', { refresh_token: first.refresh_token })),
          two.app.inject(post('/auth/revoke', { token: first.refresh_token })),
        ]);
        assert.equal(revoked.statusCode, 200);
        await one.access.reload();
        for (const { access_token, refresh_token } of [first, exchanged.json<TokenReply>()]) {
          if (refresh_token === undefined) continue;
          assert.equal(await statusWith(one.app, access_token), 401);
          assert.equal(await refreshStatus(one.app, refresh_token), 401);
        }
      }
      await Promise.all([one.close(), two.close()]);
    });
  });
}

describeTogether('a SQLite file', async () => ({ url: null, path: newPath() }));
describe('PostgreSQL', { skip: postgresMissing() }, () => {
  const newUrl = useTestPostgres();
  describeTogether('PostgreSQL', async () => {
    const location = { url: await newUrl(), path: '' };
    await migrateDatabase(location);
    return location;
  });
});

describe('POST /auth/revoke', () => {
  it('of a refresh token, however old, ends its family and the access tokens of it, everywhere', async () => {
    const time = movableClock();
    const path = newPath();
    const [one, two] = [await open(path, time), await open(path, time)];
    const first = await tokensFrom(one.app, '/auth/token', {});
    const second = await exchange(one.app, first);
    assert.equal(await statusWith(two.app, second.access_token), 200);
    const reply = await one.app.inject({
      method: 'POST',
      url: '/auth/revoke',
      payload: { token: first.refresh_token, token_type_hint: 'refresh_token' },
    });
    assert.deepEqual([reply.statusCode, reply.json()], [200, { success: true }]);
    assert.equal(await statusWith(one.app, second.access_token), 401, 'at once where it was revoked');
    await two.access.reload();
    for (const { app } of [one, two]) {
      assert.equal(await statusWith(app, first.access_token), 401);
      assert.equal(await statusWith(app, second.access_token), 401);
      assert.equal(await refreshStatus(app, second.refresh_token), 401);
    }
    await Promise.all([one.close(), two.close()]);
  });

  it('is heard of at once by processes that a broadcast connects', async () => {
    const time = movableClock();
    const path = newPath();
    const broadcast = createMemoryBroadcast();
    const [one, two] = [await open(path, { ...time, broadcast }), await open(path, { ...time, broadcast })];
    const tokens = await tokensFrom(one.app, '/auth/token', {});
    assert.equal(await statusWith(two.app, tokens.access_token), 200);
    const heard = new Promise((resolve) => broadcast.subscribe('access', resolve));
    await one.app.inject(post('/auth/revoke', { token: tokens.refresh_token }));
    await heard;
    while ((await statusWith(two.app, tokens.access_token)) === 200) await pause(1);
    await Promise.all([one.close(), two.close()]);
  });

  it('of an access token ends that one alone', () =>
    withAccess(async ({ app }) => {
      const first = await tokensFrom(app, '/auth/token', {});
      const second = await exchange(app, first);
      await app.inject(post('/auth/revoke', { token: first.access_token }));
      assert.equal(await statusWith(app, first.access_token), 401);
      assert.equal(await statusWith(app, second.access_token), 200);
      assert.equal(await refreshStatus(app, second.refresh_token), 200);
    }));

  it('answers 200 for whatever is a token or none, and ends no key', () =>
    withAccess(async ({ app }) => {
      const { refresh_token } = await tokensFrom(app, '/auth/token', {});
      for (const token of [
        '',
        'nonsense',
        API_KEY,
        `${refresh_token}x`,
        'x'.repeat(20_000),
        refresh_token,
        refresh_token,
      ]) {
        assert.equal((await app.inject(post('/auth/revoke', { token }))).statusCode, 200);
      }
      assert.equal(await statusWith(app, API_KEY), 200);
      for (const wrong of [{}, { token: null }, { token: 'x', token_type_hint: 1 }]) {
        assert.equal((await app.inject(post('/auth/revoke', wrong))).statusCode, 422);
      }
    }));
});

describe('strangers at one address', () => {
  it('keep nobody there from refreshing or revoking a token, however often they fail or ask', async () => {
    const time = movableClock();
    const config = testConfig({ TITANS_RATE_LIMIT: '5/60s' });
    const { app, tokens, close } = await open(newPath(), {
      ...time,
      services: { limits: testLimits(config, time.clock) },
    });
    const first = await tokensFrom(app, '/auth/token', {});
    const revoke = async (token: string) => (await app.inject(post('/auth/revoke', { token }))).statusCode;
    for (let i = 0; i < 6; i++) await app.inject('/');
    assert.equal((await app.inject('/')).statusCode, 429);
    for (let i = 0; i < 30; i++) assert.equal(await refreshStatus(app, 'a guess'), 401);
    for (let i = 0; i < 30; i++) assert.equal(await revoke('a guess'), 200);
    assert.deepEqual([await refreshStatus(app, 'a guess'), await revoke('a guess')], [429, 429]);
    const second = await exchange(app, first);
    assert.equal(await revoke(first.access_token), 200);
    assert.equal(await revoke(second.refresh_token), 200);
    const { revision } = await tokens.revokedSince(0);
    for (const ended of [first.access_token, first.refresh_token, second.refresh_token]) {
      assert.equal(await revoke(ended), 429, 'what has ended is no credential any more');
      assert.equal((await tokens.revokedSince(0)).revision, revision, 'and nothing is written for it');
    }
    await close();
  });
});

describe('the signing secret', () => {
  const renewed = { TITANS_JWT_SECRET: OTHER_SECRET, TITANS_JWT_SECRET_PREVIOUS: SECRET };

  it('changed with the one before it still known locks nobody out; dropped later, still nobody', async () => {
    const time = movableClock();
    const path = newPath();
    const before = await open(path, time);
    const key = await makeKey(before, time.at);
    await before.access.reload();
    const managed = await tokensFrom(
      before.app,
      '/auth/token',
      {},
      { authorization: `Bearer ${key.credential}` },
    );
    const configured = await tokensFrom(before.app, '/auth/token', {});
    await before.close();

    const during = await open(path, { ...time, variables: renewed });
    const nexts = [];
    for (const tokens of [managed, configured]) {
      assert.equal(await statusWith(during.app, tokens.access_token), 200);
      nexts.push(await exchange(during.app, tokens));
    }
    await during.close();

    time.at += GRACE_MS + 1;
    const after = await open(path, { ...time, variables: { TITANS_JWT_SECRET: OTHER_SECRET } });
    for (const tokens of nexts) {
      assert.equal(await statusWith(after.app, tokens.access_token), 200);
      assert.equal(await refreshStatus(after.app, tokens.refresh_token), 200);
    }
    for (const tokens of [managed, configured]) {
      assert.equal(await statusWith(after.app, tokens.access_token), 401);
      assert.equal(await refreshStatus(after.app, tokens.refresh_token), 401);
    }
    await after.close();
  });

  it('changed process by process, the next one told first: parallel exchanges still give one successor', async () => {
    const time = movableClock();
    const path = newPath();
    const old = { TITANS_JWT_SECRET: SECRET, TITANS_JWT_SECRET_PREVIOUS: OTHER_SECRET };
    const processes = [
      await open(path, { ...time, variables: old }),
      await open(path, { ...time, variables: renewed }),
    ];
    let latest = await tokensFrom(processes[0].app, '/auth/token', {});
    for (let round = 0; round < 4; round++) {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) => exchange(processes[(index + round) % 2].app, latest)),
      );
      assert.equal(new Set(answers.map((answer) => answer.refresh_token)).size, 1);
      for (const { app } of processes) {
        for (const { access_token } of answers) assert.equal(await statusWith(app, access_token), 200);
      }
      latest = answers[round];
    }
    await Promise.all(processes.map(({ close }) => close()));
  });
});

describe('what is over', () => {
  it('is deleted: families, revocations, and memory of both', () =>
    withAccess(async ({ app, tokens, access }, time) => {
      const { refresh_token } = await tokensFrom(app, '/auth/token', {});
      await tokensFrom(app, '/auth/token', {});
      await app.inject(post('/auth/revoke', { token: refresh_token }));
      assert.equal((await tokens.revokedSince(0)).revoked.length, 1);
      time.at += REFRESH_MS;
      await access.upkeep();
      await access.reload();
      assert.equal((await tokens.revokedSince(0)).revoked.length, 0);
      assert.equal(await tokens.purge(time.at, 0), 0, 'no family is left');
    }));
});

describe('while the store fails', () => {
  it('what is known stays known, and tokens cannot be exchanged', async () => {
    const time = movableClock();
    const opened = await open(':memory:', time);
    const key = await makeKey(opened, time.at);
    await opened.access.reload();
    const tokens = await tokensFrom(opened.app, '/auth/token', {});
    const ended = await tokensFrom(opened.app, '/auth/token', {});
    await opened.app.inject(post('/auth/revoke', { token: ended.refresh_token }));
    // Closes the database alone; the app goes on.
    opened.access.close();
    const { app } = opened;
    await closeDatabase(opened);
    await assert.rejects(opened.access.reload());
    assert.equal(await statusWith(app, key.credential), 200);
    assert.equal(await statusWith(app, tokens.access_token), 200);
    assert.equal(await statusWith(app, ended.access_token), 401);
    const reply = await app.inject(post('/auth/refresh', { refresh_token: tokens.refresh_token }));
    assert.deepEqual([reply.statusCode, reply.json().code], [503, 'store_unavailable']);
    await app.close();
  });
});

it('no key, token or secret is ever logged, even at trace', async () => {
  const time = movableClock();
  const { lines, logger } = capturedLog('trace');
  const opened = await open(':memory:', { ...time, services: { logger } });
  const { app, access, apiKeys } = opened;
  const key = await makeKey(opened, time.at);
  await access.reload();
  const first = await tokensFrom(app, '/auth/token', {}, { authorization: `Bearer ${key.credential}` });
  const second = await exchange(app, first);
  await statusWith(app, second.access_token);
  await statusWith(app, `${second.access_token}x`);
  time.at += GRACE_MS + 1;
  await refreshStatus(app, first.refresh_token);
  await app.inject(post('/auth/revoke', { token: second.access_token }));
  await app.inject(post('/auth/refresh', `{"refresh_token": "${second.refresh_token}"`));
  await app.inject(post('/auth/token', { scopes: [second.access_token] }));
  const renewed = await rotateKey(apiKeys, key.prefix, 0, time.at);
  await access.reload();
  await statusWith(app, renewed.credential);
  await closeDatabase(opened);
  await refreshStatus(app, second.refresh_token);
  await app.close();
  const text = lines.join('');
  assert.match(text, /store_unavailable/);
  const signature = second.access_token.split('.')[2];
  for (const secret of [
    SECRET,
    API_KEY,
    key.credential,
    renewed.credential,
    key.credential.slice(key.prefix.length + 1),
    first.access_token,
    second.access_token,
    signature,
    first.refresh_token,
    second.refresh_token,
    second.refresh_token.split('.')[2],
  ]) {
    assert.ok(!text.includes(secret));
  }
});

async function closeDatabase({ access, database }: OpenedAccess): Promise<void> {
  access.close();
  await database.destroy();
}
