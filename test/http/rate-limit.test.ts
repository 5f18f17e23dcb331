import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { FAILURE_POLICY } from '../../src/access/limits.ts';
import { AppError } from '../../src/errors.ts';
import type { RouteRow } from '../../src/http/route.ts';
import { ROUTES } from '../../src/http/routes.ts';
import type { Problem } from '../../src/http/schemas/problem.ts';
import type { DegradedObserver } from '../../src/stores/ports.ts';
import { AUTHORIZATION, capturedLog, NOW, post, testApp, testConfig, testServices } from '../harness.ts';

const COFFEE = { amount: -25.5, type: 'Expense', description: 'Coffee shop purchase' };

function told({ headers }: LightMyRequestResponse) {
  return [
    headers['ratelimit'],
    headers['ratelimit-policy'],
    headers['x-ratelimit-limit'],
    headers['x-ratelimit-remaining'],
    headers['x-ratelimit-reset'],
  ];
}

/** A route that is charged for the number its body gives, and remembers which it answered. */
function charged(): { answered: number[]; row: RouteRow } {
  const category = ROUTES.find((row) => row.url === '/predict/category') as RouteRow;
  const answered: number[] = [];
  const row: RouteRow = {
    ...category,
    url: '/charged',
    route: {
      ...category.route,
      replies: { 200: { description: 'Answered' } },
      cost: (body) => body as number,
      bind: () => ({
        parse: (json) => (json as { cost: number }).cost,
        handle: (request) => {
          answered.push(request.body as number);
          return {};
        },
      }),
    },
  };
  return { answered, row };
}

test('a caller is told the limit, what is left and when all is back, and is refused at the end of it', async (t) => {
  let now = NOW;
  const app = testApp({ config: testConfig({ TITANS_RATE_LIMIT: '3/60s' }), clock: () => now });
  t.after(() => app.close());
  const first = await app.inject(post('/predict/category', COFFEE));
  assert.equal(first.statusCode, 200);
  const at = (seconds: number) => String(NOW / 1000 + seconds);
  assert.deepEqual(told(first), ['"default";r=2;t=20', '"default";q=3;w=60', '3', '2', at(20)]);
  await app.inject(post('/predict/category', COFFEE));
  const last = await app.inject(post('/predict/category', COFFEE));
  assert.deepEqual(told(last), ['"default";r=0;t=60', '"default";q=3;w=60', '3', '0', at(60)]);
  const refused = await app.inject(post('/predict/category', COFFEE));
  assert.equal(refused.statusCode, 429);
  assert.equal(refused.headers['content-type'], 'application/problem+json; charset=utf-8');
  assert.equal(refused.headers['retry-after'], '20');
  assert.equal(refused.json<Problem>().code, 'rate_limited');
  assert.deepEqual(told(refused), told(last));
  now += 20_000;
  assert.equal((await app.inject(post('/predict/category', COFFEE))).statusCode, 200);
  assert.equal((await app.inject(post('/predict/category', COFFEE))).statusCode, 429);
});

test('429 comes after 403 and before 415, 413, 400 and 422; what is refused for its body is charged', async (t) => {
  const reader = { id: 'reader', scopes: new Set(['models:read'] as const) };
  const writer = { id: 'writer', scopes: new Set(['predict'] as const) };
  const app = testApp({
    config: testConfig({ TITANS_RATE_LIMIT: '4/60s' }),
    authenticate: (credential) => (credential === 'reader' ? reader : writer),
  });
  t.after(() => app.close());
  const bad = [
    post('/predict/category', '{}', { 'content-type': 'text/csv' }),
    post('/predict/category', 'x'.repeat(9 * 1024 * 1024)),
    post('/predict/category', '{'),
    post('/predict/category', '{}'),
  ];
  for (const [index, status] of [415, 413, 400, 422].entries()) {
    const reply = await app.inject(bad[index]);
    assert.equal(reply.statusCode, status);
    assert.equal(reply.headers['x-ratelimit-remaining'], String(3 - index));
  }
  for (const request of bad) assert.equal((await app.inject(request)).statusCode, 429);
  for (let i = 0; i < 9; i++) {
    const reply = await app.inject(post('/predict/category', '{', { authorization: 'Bearer reader' }));
    assert.equal(reply.statusCode, 403, 'a missing scope is told before the limit, and costs nothing');
    assert.equal(reply.headers['x-ratelimit-remaining'], '4');
  }
});

test('a request costs the predictions it asks for; too many for now is 429, for ever is 413', async (t) => {
  let now = NOW;
  const { answered, row } = charged();
  const app = testApp({ config: testConfig({ TITANS_RATE_LIMIT: '10/10s' }), clock: () => now }, [row]);
  t.after(() => app.close());
  const ask = (cost: number) => app.inject(post('/charged', { cost }));
  assert.equal((await ask(6)).headers['x-ratelimit-remaining'], '4');
  const refused = await ask(6);
  assert.equal(refused.statusCode, 429);
  assert.equal(refused.headers['x-ratelimit-remaining'], '3', 'one was charged at the door');
  assert.equal(refused.headers['retry-after'], '3');
  now += 3000;
  assert.equal((await ask(6)).statusCode, 200, 'whoever waits as told is admitted');
  now += 10_000;
  const never = await ask(11);
  assert.equal(never.statusCode, 413);
  assert.equal(never.json<Problem>().code, 'too_large');
  assert.match(never.json<Problem>().detail, /11 predictions.*more than 10 at once/);
  now += 10_000;
  assert.equal((await ask(10)).statusCode, 200, 'a whole bucket can be asked for');
  assert.deepEqual(answered, [6, 6, 10]);
});

test('every reply tells of a limit, also of unknown routes, bad paths, preflights and public routes', async (t) => {
  const config = testConfig({ TITANS_ALLOWED_HOSTS: 'localhost', TITANS_CORS_ORIGINS: '*' });
  const app = testApp({ config });
  t.after(() => app.close());
  const origin = { origin: 'https://app.example.com' };
  for (const [request, status] of [
    [{ url: '/health' }, 200],
    [{ url: '/livez' }, 200],
    [{ url: '/docs/start.js' }, 200],
    [{ url: '/' }, 302],
    [{ url: '/nothing' }, 404],
    [{ method: 'PUT', url: '/predict/category' }, 404],
    [{ url: '/%zz' }, 400],
    [{ url: '/health', headers: { host: 'rebound.example' } }, 400],
    [{ method: 'OPTIONS', url: '/health' }, 204],
    [
      {
        method: 'OPTIONS',
        url: '/predict/category',
        headers: { ...origin, 'access-control-request-method': 'POST' },
      },
      204,
    ],
    [{ method: 'HEAD', url: '/livez' }, 200],
    [post('/predict/category', COFFEE), 200],
    [post('/predict/category', '{'), 400],
    [{ method: 'POST', url: '/predict/category' }, 401],
  ] as const) {
    const reply = await app.inject(request);
    assert.equal(reply.statusCode, status, String(request.url));
    const [limit, policy, ...plain] = told(reply);
    assert.match(String(limit), /^"(default|failures)";r=\d+;t=\d+$/, String(request.url));
    assert.match(String(policy), /^"(default|failures)";q=\d+;w=60$/);
    for (const value of plain) assert.match(String(value), /^\d+$/);
  }
  const shown = await app.inject({ url: '/health', headers: origin });
  const exposed = String(shown.headers['access-control-expose-headers']).split(', ');
  for (const name of ['RateLimit', 'RateLimit-Policy', 'X-RateLimit-Remaining', 'Retry-After'])
    assert.ok(exposed.includes(name), name);
});

test('public routes are limited by address; probes always answer', async (t) => {
  const app = testApp({ config: testConfig({ TITANS_RATE_LIMIT: '5/60s' }) });
  t.after(() => app.close());
  const unlimited = ROUTES.filter((row) => row.route.isUnlimited).map((row) => row.url);
  for (const url of ['/health', '/livez', '/readyz']) assert.ok(unlimited.includes(url), url);
  for (let i = 0; i < 5; i++) assert.equal((await app.inject('/openapi.json')).statusCode, 200);
  const refused = await app.inject('/openapi.json');
  assert.equal(refused.statusCode, 429);
  assert.equal(refused.headers['retry-after'], '12');
  for (const url of ['/health', '/livez', '/readyz']) {
    const reply = await app.inject(url);
    assert.equal(reply.statusCode, 200, url);
    assert.equal(reply.headers['x-ratelimit-remaining'], '0');
  }
  assert.equal(
    (await app.inject(post('/predict/category', COFFEE))).statusCode,
    200,
    'callers have their own',
  );
  const other = await app.inject({ url: '/openapi.json', remoteAddress: '192.0.2.7' });
  assert.equal(other.statusCode, 200);
});

test('after 60 failed authentications a minute an address must wait, but never who has a valid key', async (t) => {
  let now = NOW;
  const { lines, logger } = capturedLog('info');
  const app = testApp({ clock: () => now, logger });
  t.after(() => app.close());
  const guess = (remoteAddress = '192.0.2.1') =>
    app.inject({ ...post('/predict/category', COFFEE, { authorization: 'Bearer guess' }), remoteAddress });
  for (let i = 0; i < 60; i++) {
    const reply = await guess();
    assert.equal(reply.statusCode, 401);
    assert.equal(reply.headers['ratelimit-policy'], '"failures";q=60;w=60');
  }
  const refused = await guess();
  assert.equal(refused.statusCode, 429);
  assert.equal(refused.headers['retry-after'], '1');
  assert.equal(refused.json<Problem>().code, 'rate_limited');
  const valid = { ...post('/predict/category', COFFEE), remoteAddress: '192.0.2.1' };
  for (let i = 0; i < 5; i++) assert.equal((await app.inject(valid)).statusCode, 200);
  assert.equal((await guess('192.0.2.2')).statusCode, 401, 'another address is not refused');
  now += 1000;
  assert.equal((await guess()).statusCode, 401);
  assert.equal((await guess()).statusCode, 429);
  assert.ok(!lines.join('').includes('guess'));
});

test('a limit that answers later gives the same replies, and one that fails is a 500 and not a pass', async (t) => {
  const { answered, row } = charged();
  const reference = testApp({ config: testConfig({ TITANS_RATE_LIMIT: '10/10s' }) }, [row]);
  const { limits } = testServices({ config: testConfig({ TITANS_RATE_LIMIT: '10/10s' }) });
  const later = testApp({ limits: { ...limits, charge: async (...args) => limits.charge(...args) } }, [row]);
  const broken = testApp({ limits: { ...limits, charge: () => Promise.reject(new Error('no')) } }, [row]);
  t.after(() => Promise.all([reference.close(), later.close(), broken.close()]));
  for (const cost of [1, 4, 6, 11, 1, 5, 1, 1, 1, 1]) {
    const [one, two] = await Promise.all(
      [reference, later].map((app) => app.inject(post('/charged', { cost }))),
    );
    assert.deepEqual([two.statusCode, ...told(two)], [one.statusCode, ...told(one)]);
    assert.equal(two.headers['retry-after'], one.headers['retry-after']);
  }
  const count = answered.length;
  assert.equal((await broken.inject(post('/charged', { cost: 1 }))).statusCode, 500);
  assert.equal(answered.length, count);
});

test('a valid key is taken however it is sent, and its bucket is one', async (t) => {
  const app = testApp({ config: testConfig({ TITANS_RATE_LIMIT: '2/60s' }) });
  t.after(() => app.close());
  const byHeader = { 'x-api-key': AUTHORIZATION.authorization.slice(7) };
  assert.equal((await app.inject(post('/predict/category', COFFEE))).statusCode, 200);
  const request = {
    method: 'POST',
    url: '/v1/predict/category',
    payload: COFFEE,
    headers: byHeader,
  } as const;
  assert.equal((await app.inject(request)).statusCode, 200);
  assert.equal((await app.inject(request)).statusCode, 429);
});

test('X-Forwarded-For counts only from a trusted proxy, and the nearest untrusted address is the client', async (t) => {
  async function refusedAfterGuesses(
    variables: Record<string, string>,
    forwarded: (i: number) => string,
  ): Promise<boolean> {
    const app = testApp({ config: testConfig(variables) });
    t.after(() => app.close());
    let last = 0;
    for (let i = 0; i <= 60; i++) {
      const headers = { authorization: 'Bearer guess', 'x-forwarded-for': forwarded(i) };
      const request = { ...post('/predict/category', COFFEE, headers), remoteAddress: '10.0.0.7' };
      last = (await app.inject(request)).statusCode;
    }
    return last === 429;
  }
  const proxied = { TITANS_TRUSTED_PROXIES: '10.0.0.0/8,fd00::/8' };
  const other = (i: number) => `192.0.2.${i}`;
  assert.equal(await refusedAfterGuesses({}, other), true, 'without proxies the header is ignored');
  assert.equal(
    await refusedAfterGuesses({ TITANS_TRUSTED_PROXIES: '10.9.9.9' }, other),
    true,
    'nor from others',
  );
  assert.equal(await refusedAfterGuesses(proxied, other), false, 'each client is counted for itself');
  const forged = (i: number) => `192.0.2.${i}, 198.51.100.1, 10.1.1.1`;
  assert.equal(
    await refusedAfterGuesses(proxied, forged),
    true,
    'what the client wrote itself is not believed',
  );
  assert.equal(await refusedAfterGuesses(proxied, (i) => `made up ${i}`), true, 'nor what is no address');
});

test('Strict-Transport-Security is sent only where a trusted proxy was reached by https', async (t) => {
  async function sent(variables: Record<string, string>, proto: string, remoteAddress = '10.0.0.7') {
    const app = testApp({ config: testConfig(variables) });
    t.after(() => app.close());
    const reply = await app.inject({ url: '/livez', headers: { 'x-forwarded-proto': proto }, remoteAddress });
    return reply.headers['strict-transport-security'];
  }
  const proxied = { TITANS_TRUSTED_PROXIES: '10.0.0.7' };
  assert.equal(await sent(proxied, 'https'), 'max-age=31536000');
  assert.equal(await sent(proxied, 'http'), undefined);
  assert.equal(await sent(proxied, 'https', '10.0.0.8'), undefined);
  assert.equal(await sent({}, 'https'), undefined);
});

test('the log is told once when processes can no longer count together, and once when they can again', (t) => {
  const { lines, logger } = capturedLog('info');
  const { limits } = testServices();
  const observers: DegradedObserver[] = [];
  const app = testApp({ logger, limits: { ...limits, observe: (observer) => observers.push(observer) } });
  t.after(() => app.close());
  for (const observer of observers) observer.degraded('no answer within 50 ms');
  for (const observer of observers) observer.recovered(1234);
  const told = lines.map((line) => JSON.parse(line));
  assert.deepEqual(
    told.map(({ level, reason, away_ms }) => [level, reason, away_ms]),
    [
      ['warn', 'no answer within 50 ms', undefined],
      ['info', undefined, 1234],
    ],
  );
});

test('where a credential comes in the body, only what is refused is charged, and told by the limit of failures', async (t) => {
  const only = ROUTES.filter((row) => row.route.chargesFailuresOnly).map((row) => row.url);
  assert.deepEqual(only, ['/auth/refresh', '/auth/revoke']);
  for (const url of only) {
    const refuse = () => Promise.reject(new AppError('token_invalid', 'No.'));
    const { tokens } = testServices();
    const app = testApp({
      config: testConfig({ TITANS_RATE_LIMIT: '2/60s' }),
      tokens: {
        ...tokens,
        refresh: (token) => (token === 'valid' ? tokens.refresh(token) : refuse()),
        revoke: async (token) => token === 'valid',
      },
    });
    t.after(() => app.close());
    const send = (payload: unknown) => app.inject(post(url, payload));
    const body = (token: string) => (url === '/auth/refresh' ? { refresh_token: token } : { token });
    for (let i = 0; i < 3; i++) await app.inject('/');
    assert.equal((await app.inject('/')).statusCode, 429, 'the address has nothing left');
    for (let left = FAILURE_POLICY.limit - 1; left >= 0; left--) {
      const refused = await send([body('a guess'), '{', { none: 1 }][left % 3]);
      assert.equal(refused.headers['ratelimit-policy'], '"failures";q=60;w=60');
      assert.equal(refused.headers['x-ratelimit-remaining'], String(left), `${url} ${refused.body}`);
      const taken = await send(body('valid'));
      assert.equal(taken.statusCode, 200);
      assert.equal(taken.headers['ratelimit-policy'], '"default";q=2;w=60');
    }
    for (const payload of [body('a guess'), '{', { none: 1 }]) {
      const refused = await send(payload);
      assert.deepEqual([refused.statusCode, refused.headers['retry-after']], [429, '1']);
      assert.equal(refused.json<Problem>().code, 'rate_limited');
    }
    assert.equal((await send(body('valid'))).statusCode, 200);
  }
});

test('refresh tokens that are refused count as failed authentications of the address', async (t) => {
  const app = testApp({
    tokens: { ...testServices().tokens, refresh: () => Promise.reject(new AppError('token_invalid', 'No.')) },
  });
  t.after(() => app.close());
  const guess = (remoteAddress = '192.0.2.1') =>
    app.inject({ ...post('/auth/refresh', { refresh_token: 'a.guess' }), remoteAddress });
  for (let i = 0; i < 60; i++) assert.equal((await guess()).statusCode, 401);
  const refused = await guess();
  assert.equal(refused.statusCode, 429);
  assert.equal(refused.headers['retry-after'], '1');
  assert.equal(refused.headers['ratelimit-policy'], '"failures";q=60;w=60');
  assert.equal((await guess('192.0.2.2')).statusCode, 401);
});
