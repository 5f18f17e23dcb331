import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { buildApp } from '../../src/http/app.ts';
import { closeGracefully } from '../../src/http/close-gracefully.ts';
import type { RouteRow } from '../../src/http/route.ts';
import { ROUTES } from '../../src/http/routes.ts';
import type { Problem } from '../../src/http/schemas/problem.ts';
import {
  AUTHORIZATION,
  capturedLog,
  fixedCategory,
  fixedPredict,
  post,
  testApp,
  testConfig,
  testServices,
} from '../harness.ts';

const COFFEE = { amount: -25.5, type: 'Expense', description: 'Coffee shop purchase' };

/** Sends one request and checks that a failure has the one form every failure has. */
async function problemFrom(app: FastifyInstance, request: InjectOptions): Promise<Problem> {
  const reply = await app.inject(request);
  assert.equal(reply.headers['content-type'], 'application/problem+json; charset=utf-8');
  const problem = reply.json<Problem>();
  assert.deepEqual(Object.keys(problem), [
    'type',
    'title',
    'status',
    'detail',
    'instance',
    'code',
    'request_id',
    'errors',
  ]);
  assert.equal(problem.status, reply.statusCode);
  assert.equal(problem.request_id, reply.headers['x-request-id']);
  assert.equal(reply.headers['cache-control'], 'no-store');
  assert.match(String(reply.headers['x-process-time']), /^\d+\.\d{6}$/);
  return problem;
}

/** Sends raw bytes to a listening app and gives back all it answers. */
async function sendRaw(app: FastifyInstance, bytes: string): Promise<string> {
  const { port } = app.server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.end(bytes);
  await once(socket, 'close');
  return answer;
}

test('ROUTES is in URL order, without duplicates, and every row names a scope', () => {
  const keys = ROUTES.map((row) => `${row.url} ${row.method}`);
  assert.deepEqual(keys, [...new Set(keys)].sort());
  for (const row of ROUTES) assert.ok(row.scope.length > 0);
  const ids = ROUTES.map((row) => row.route.operationId);
  assert.equal(new Set(ids).size, ids.length);
});

test('a route registered without a row does not start', async () => {
  const app = testApp();
  await assert.rejects(async () => {
    app.get('/unguarded', () => 'open');
    await app.ready();
  }, /route GET \/unguarded has no row in ROUTES, hence no scope/);
});

test('every route answers under its path and under /v1 alike', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  for (const row of ROUTES) {
    const url = row.url.replace(':asset', 'start.js');
    const [example] = Object.values(row.route.body?.examples ?? {});
    const { method } = row;
    const request =
      method === 'POST' ? post(url, example?.value ?? {}) : { method, url, headers: AUTHORIZATION };
    const plain = await app.inject(request);
    const versioned = await app.inject({ ...request, url: `/v1${url}` });
    assert.notEqual(plain.statusCode, 404, url);
    assert.equal(versioned.statusCode, plain.statusCode, url);
    assert.equal(
      versioned.body.replace(/"processing_time_ms":[\d.]+/g, ''),
      plain.body.replace(/"processing_time_ms":[\d.]+/g, ''),
    );
  }
  for (const [url, status] of [
    ['/v1', 302],
    ['/v1?x=1', 302],
    ['/v1x', 404],
    ['/v1/v1/health', 404],
    ['/v2/health', 404],
  ] as const) {
    assert.equal((await app.inject(url)).statusCode, status, url);
  }
});

test('refusals come in the documented order: 404, 401, 403, 415, 413, 400, 422', async (t) => {
  const reader = { id: 'reader', scopes: new Set(['models:read'] as const) };
  const config = testConfig();
  const services = testServices({ config });
  const app = buildApp({
    ...services,
    authenticate: (credential) => (credential === 'reader' ? reader : services.authenticate(credential)),
  });
  t.after(() => app.close());
  // Everything is wrong at first; each step corrects what was refused and nothing else.
  const huge = `{"amount": "${'9'.repeat(9 * 1024 * 1024)}`;
  const steps: [InjectOptions, number, string][] = [
    [
      { method: 'POST', url: '/predict/categories', headers: { 'content-type': 'text/csv' }, payload: huge },
      404,
      'route_not_found',
    ],
    [
      { method: 'POST', url: '/predict/category', headers: { 'content-type': 'text/csv' }, payload: huge },
      401,
      'unauthenticated',
    ],
    [
      post('/predict/category', huge, { authorization: 'Bearer reader', 'content-type': 'text/csv' }),
      403,
      'forbidden',
    ],
    [post('/predict/category', huge, { 'content-type': 'text/csv' }), 415, 'unsupported_media_type'],
    [post('/predict/category', huge), 413, 'too_large'],
    [post('/predict/category', '{"amount": "9'), 400, 'malformed'],
    [post('/predict/category', '{"amount": "9"}'), 422, 'invalid'],
    [post('/predict/category', '{"amount": 9}'), 200, ''],
  ];
  for (const [request, status, code] of steps) {
    if (status === 200) assert.equal((await app.inject(request)).statusCode, 200);
    else {
      const problem = await problemFrom(app, request);
      assert.deepEqual([problem.status, problem.code], [status, code]);
    }
  }
});

test('401 says how to authenticate, for no, unknown and misplaced credentials alike', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const invalid =
    'Bearer error="invalid_token", error_description="The credential is unknown, expired or revoked."';
  // RFC 6750, 3.1: no error where no credential was sent.
  for (const [headers, challenge] of [
    [{}, 'Bearer'],
    [{ authorization: 'Bearer wrong-key-of-tests' }, invalid],
    [{ authorization: 'Basic YTpi' }, 'Bearer'],
    [{ authorization: 'Bearer' }, 'Bearer'],
    [{ authorization: AUTHORIZATION.authorization.slice(7) }, 'Bearer'],
    [{ 'x-api-key': '' }, 'Bearer'],
    [{ 'x-api-key': 'wrong' }, invalid],
    [{ cookie: 'key=a-key-of-the-tests' }, 'Bearer'],
  ] as const) {
    const reply = await app.inject({ method: 'POST', url: '/predict/category', headers, payload: COFFEE });
    assert.equal(reply.statusCode, 401, JSON.stringify(headers));
    assert.equal(reply.headers['www-authenticate'], challenge);
  }
  assert.equal((await app.inject('/predict/category?api_key=a-key-of-the-tests')).statusCode, 404);
});

test('the key is accepted as a bearer token, in any case of the word, and as X-API-Key', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  for (const headers of [
    AUTHORIZATION,
    { authorization: 'bearer a-key-of-the-tests' },
    { 'x-api-key': 'a-key-of-the-tests' },
    { authorization: 'Basic YTpi', 'x-api-key': 'a-key-of-the-tests' },
  ]) {
    const reply = await app.inject({ method: 'POST', url: '/predict/category', headers, payload: COFFEE });
    assert.equal(reply.statusCode, 200, JSON.stringify(headers));
  }
});

test('authentication may be asynchronous; when it fails the reply is a 500 and not a pass', async (t) => {
  const services = testServices();
  const app = buildApp({
    ...services,
    authenticate: async (credential) => services.authenticate(credential),
  });
  const broken = buildApp({ ...services, authenticate: () => Promise.reject(new Error('no database')) });
  t.after(() => Promise.all([app.close(), broken.close()]));
  assert.equal((await app.inject(post('/predict/category', COFFEE))).statusCode, 200);
  assert.equal(
    (await problemFrom(app, post('/predict/category', COFFEE, { authorization: 'Bearer x' }))).status,
    401,
  );
  const problem = await problemFrom(broken, post('/predict/category', COFFEE));
  assert.equal(problem.code, 'internal');
  assert.doesNotMatch(JSON.stringify(problem), /database/);
});

test('an unknown route is 404 whatever the method, and names the methods the path does take', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD'] as const) {
    const reply = await app.inject({ method, url: '/predict/category' });
    assert.equal(reply.statusCode, 404);
    assert.equal(reply.headers.allow, 'POST');
  }
  const unknown = await app.inject({ method: 'POST', url: '/nothing' });
  assert.equal(unknown.statusCode, 404);
  assert.equal(unknown.headers.allow, undefined);
  assert.equal((await problemFrom(app, { url: '/nothing?secret=1' })).instance, '/nothing');
});

test('OPTIONS tells the methods of a path; HEAD answers like GET without the body', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const options = await app.inject({ method: 'OPTIONS', url: '/v1/health' });
  assert.equal(options.statusCode, 204);
  assert.equal(options.headers.allow, 'GET, HEAD');
  assert.equal((await app.inject({ method: 'OPTIONS', url: '/nothing' })).statusCode, 404);
  const [head, get] = [await app.inject({ method: 'HEAD', url: '/livez' }), await app.inject('/livez')];
  assert.equal(head.statusCode, 200);
  assert.equal(head.body, '');
  assert.equal(head.headers['content-length'], get.headers['content-length']);
});

test('every reply carries its request id, its time and the security headers', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const requests: InjectOptions[] = [
    { url: '/health' },
    { url: '/' },
    { url: '/docs' },
    { url: '/docs/start.js' },
    { url: '/openapi.json' },
    { url: '/nothing' },
    { url: '/%zz' },
    { method: 'OPTIONS', url: '/health' },
    post('/predict/category', COFFEE),
    post('/predict/category', '{'),
  ];
  for (const request of requests) {
    const { headers } = await app.inject(request);
    assert.match(String(headers['x-request-id']), /^[\w-]{36}$/, String(request.url));
    assert.match(String(headers['x-process-time']), /^\d+\.\d{6}$/);
    assert.match(String(headers['content-security-policy']), /^default-src 'none'.*frame-ancestors 'none'$/);
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe|https?:|\*/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.match(String(headers['cache-control']), /^no-(store|cache)$/);
  }
});

test('a sane X-Request-ID is echoed, any other is replaced', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  async function echoed(id: string): Promise<boolean> {
    const reply = await app.inject({ url: '/livez', headers: { 'x-request-id': id } });
    return reply.headers['x-request-id'] === id;
  }
  for (const id of ['a', 'req-1.2:3/4', 'x'.repeat(128)]) assert.ok(await echoed(id), id);
  for (const id of ['x'.repeat(129), 'a b', '<script>', '"', 'a,b', 'é']) assert.ok(!(await echoed(id)), id);
});

test('Host headers: loopback names by default on loopback, the configured ones otherwise', async (t) => {
  async function statusOf(variables: Record<string, string>, host: string, url = '/health'): Promise<number> {
    const app = testApp({ config: testConfig(variables) });
    t.after(() => app.close());
    return (await app.inject({ url, headers: { host } })).statusCode;
  }
  const configured = { TITANS_ALLOWED_HOSTS: 'api.example.com,*.example.org' };
  for (const host of ['localhost:8000', '127.0.0.1', '[::1]:8000', 'LOCALHOST']) {
    assert.equal(await statusOf({}, host), 200, host);
  }
  assert.equal(await statusOf({}, 'rebound.example'), 400);
  assert.equal(await statusOf({}, 'localhost.rebound.example'), 400);
  assert.equal(await statusOf({ TITANS_HOST: '0.0.0.0' }, 'anything.example'), 200);
  assert.equal(await statusOf(configured, 'api.example.com:443'), 200);
  assert.equal(await statusOf(configured, 'a.example.org'), 200);
  assert.equal(await statusOf(configured, 'example.org'), 400);
  assert.equal(await statusOf(configured, 'localhost'), 400);
  assert.equal(await statusOf({ TITANS_ALLOWED_HOSTS: '*' }, 'anything.example'), 200);
  assert.equal(await statusOf({ TITANS_HOST: '::1' }, '[::1]'), 200);
});

test('probes answer under any Host, because they call by address', async (t) => {
  const app = testApp({ config: testConfig({ TITANS_ALLOWED_HOSTS: 'api.example.com' }) });
  t.after(() => app.close());
  const headers = { host: '10.1.2.3:8000' };
  assert.equal((await app.inject({ url: '/livez', headers })).statusCode, 200);
  assert.equal((await app.inject({ url: '/readyz', headers })).statusCode, 200);
  assert.equal((await problemFrom(app, { url: '/health', headers })).code, 'host_not_allowed');
});

test('CORS: only configured origins, preflights answered without a key, no cookies', async (t) => {
  const app = testApp({ config: testConfig({ TITANS_CORS_ORIGINS: 'https://app.example.com' }) });
  const open = testApp({ config: testConfig({ TITANS_CORS_ORIGINS: '*' }) });
  const closed = testApp();
  t.after(() => Promise.all([app.close(), open.close(), closed.close()]));
  const preflight: InjectOptions = {
    method: 'OPTIONS',
    url: '/predict/category',
    headers: { origin: 'https://app.example.com', 'access-control-request-method': 'POST' },
  };
  const allowed = await app.inject(preflight);
  assert.equal(allowed.statusCode, 204);
  assert.equal(allowed.headers['access-control-allow-origin'], 'https://app.example.com');
  assert.match(String(allowed.headers['access-control-allow-headers']), /Authorization/);
  assert.equal(allowed.headers['access-control-allow-credentials'], undefined);
  assert.equal(allowed.headers.vary, 'Origin');
  const actual = await app.inject(post('/predict/category', COFFEE, { origin: 'https://app.example.com' }));
  assert.equal(actual.statusCode, 200);
  assert.equal(actual.headers['access-control-allow-origin'], 'https://app.example.com');
  const refused = await app.inject({ url: '/health', headers: { origin: 'https://evil.example' } });
  assert.equal(refused.headers['access-control-allow-origin'], undefined);
  const anyone = await open.inject({ url: '/health', headers: { origin: 'https://evil.example' } });
  assert.equal(anyone.headers['access-control-allow-origin'], '*');
  assert.equal((await closed.inject(preflight)).headers['access-control-allow-origin'], undefined);
});

test('bodies beyond the limit of the route are 413, whether announced or streamed', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  await app.listen({ port: 0, host: '127.0.0.1' });
  const limit = 8 * 1024 * 1024;
  const fits = post('/predict/category', JSON.stringify({ amount: 1 }).padEnd(limit));
  assert.equal((await app.inject(fits)).statusCode, 200);
  const tooLong = JSON.stringify({ amount: 1 }).padEnd(limit + 1);
  assert.equal((await problemFrom(app, post('/predict/category', tooLong))).code, 'too_large');
  const chunked = `POST /predict/category HTTP/1.1\r\nhost: localhost\r\nauthorization: ${AUTHORIZATION.authorization}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${(limit + 1).toString(16)}\r\n${tooLong}\r\n0\r\n\r\n`;
  assert.match(await sendRaw(app, chunked), /^HTTP\/1\.1 413 [\s\S]*"code":"too_large"/);
});

test('what is not HTTP is answered as a problem, and the connection closed', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  await app.listen({ port: 0, host: '127.0.0.1' });
  const garbage = await sendRaw(app, 'NONSENSE\r\n\r\n');
  assert.match(garbage, /^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*"code":"malformed"/);
  assert.match(garbage, /connection: close/);
  const overflow = await sendRaw(
    app,
    `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
  );
  assert.match(overflow, /^HTTP\/1\.1 413 [\s\S]*"code":"too_large"/);
  const expecting = 'GET /livez HTTP/1.1\r\nhost: localhost\r\nexpect: miracles\r\nconnection: close\r\n\r\n';
  assert.match(await sendRaw(app, expecting), /^HTTP\/1\.1 200 /);
});

test('the timeouts for headers, bodies and idle connections are set', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  assert.equal(app.server.headersTimeout, 10_000);
  assert.equal(app.server.requestTimeout, 30_000);
  assert.equal(app.server.keepAliveTimeout, 72_000);
});

test('a handler with a limit of time is answered for with 503 timeout, and documented', async (t) => {
  const live = ROUTES.find((row) => row.url === '/livez');
  assert.ok(live !== undefined);
  const slow: RouteRow = {
    ...live,
    url: '/slow',
    route: { ...live.route, timeoutMs: 5, bind: () => ({ handle: () => new Promise(() => {}) }) },
  };
  const app = testApp({}, [...ROUTES.filter((row) => row.url === '/openapi.json'), slow]);
  t.after(() => app.close());
  const problem = await problemFrom(app, { url: '/slow' });
  assert.deepEqual([problem.status, problem.code], [503, 'timeout']);
  const { paths } = (await app.inject('/openapi.json')).json();
  assert.ok('503' in paths['/slow'].get.responses);
});

test('a body cut off in the middle is logged as aborted and harms nobody', async (t) => {
  const { lines, logger } = capturedLog('info');
  const app = testApp({ logger });
  t.after(() => app.close());
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  const done = once(app.server, 'request');
  socket.write(
    `POST /predict/category HTTP/1.1\r\nhost: localhost\r\nauthorization: ${AUTHORIZATION.authorization}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"amount"`,
  );
  await done;
  socket.destroy();
  const isOfRequest = (line: string) => JSON.parse(line).msg === 'request aborted by the client';
  for (let i = 0; i < 500 && !lines.some(isOfRequest); i++) await setTimeout(10);
  assert.ok(lines.some(isOfRequest));
  assert.equal((await app.inject('/livez')).statusCode, 200);
});

test('closing turns readiness to 503, finishes what is in flight and takes nothing new', async () => {
  let finish: () => void = () => {};
  const { category } = fixedCategory();
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let hasArrived: () => void = () => {};
  const arrived = new Promise<void>((resolve) => {
    hasArrived = resolve;
  });
  const app = testApp({
    predict: fixedPredict({
      async category(request) {
        hasArrived();
        await held;
        return category(request);
      },
    }),
  });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const inFlight = fetch(`${address}/predict/category`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...AUTHORIZATION },
    body: JSON.stringify(COFFEE),
  });
  await arrived;
  const closing = closeGracefully(app, 60_000, 50);
  const probe = await fetch(`${address}/readyz`);
  assert.equal(probe.status, 503);
  assert.equal(probe.headers.get('retry-after'), '5');
  assert.equal(((await probe.json()) as Problem).code, 'not_ready');
  while (app.server.listening) await new Promise((resolve) => setImmediate(resolve));
  finish();
  const reply = await inFlight;
  assert.equal(reply.status, 200);
  await reply.json();
  await closing;
  await assert.rejects(fetch(`${address}/livez`));
});

test('every request received before the port closed is answered, also those that lay unread in the kernel', async () => {
  const app = testApp();
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as { port: number };
  const body = JSON.stringify(COFFEE);
  const message = `POST /predict/category HTTP/1.1\r\nhost: localhost\r\nauthorization: ${AUTHORIZATION.authorization}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  // Kept connections, idle for the server, each with a first request behind it.
  const clients = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const socket = connect(port, '127.0.0.1');
      let text = '';
      socket.on('data', (piece) => {
        text += piece;
      });
      socket.on('error', () => {});
      socket.write(message);
      while (!text.includes('prediction_id')) await once(socket, 'data');
      text = '';
      return { socket, ended: once(socket, 'close'), text: () => text };
    }),
  );
  const sent = clients.map(({ socket }) => new Promise((resolve) => socket.write(message, resolve)));
  // From the first write on nothing lets the server read before it is told to close.
  const closing = closeGracefully(app, 60_000);
  await Promise.all(sent);
  await Promise.all(clients.map(({ ended }) => ended));
  for (const { text } of clients) {
    assert.match(text(), /^HTTP\/1\.1 200 /);
    assert.match(text(), /\r\nconnection: close\r\n/i);
  }
  await closing;
});

test('connections that wait to be taken when the port closes are taken, and their requests answered', async () => {
  const app = testApp();
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as { port: number };
  const body = JSON.stringify(COFFEE);
  const message = `POST /predict/category HTTP/1.1\r\nhost: localhost\r\nauthorization: ${AUTHORIZATION.authorization}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  // A client in a thread of its own connects and sends while this thread waits: everything lies in the kernel.
  const sent = new Int32Array(new SharedArrayBuffer(4));
  const client = new Worker(
    `const { connect } = require('node:net');
    const { parentPort, workerData: { sent, port, message, clients } } = require('node:worker_threads');
    parentPort.once('message', () => {
      let text = '';
      let open = clients;
      for (let i = 0; i < clients; i++) {
        const socket = connect(port, '127.0.0.1');
        socket.on('data', (piece) => { text += piece; });
        socket.on('error', ({ code }) => { text += code; });
        socket.on('close', () => { if (--open === 0) parentPort.postMessage(text); });
        socket.write(message, () => { if (Atomics.add(sent, 0, 1) === clients - 1) Atomics.notify(sent, 0); });
      }
    });
    parentPort.postMessage('ready');`,
    { eval: true, workerData: { sent, port, message, clients: 40 } },
  );
  await once(client, 'message');
  client.postMessage('go');
  for (let seen = 0; seen < 40; seen = Atomics.load(sent, 0)) Atomics.wait(sent, 0, seen, 10_000);
  const [[text]] = await Promise.all([once(client, 'message'), closeGracefully(app, 60_000)]);
  assert.equal(text.match(/HTTP\/1\.1 200 /g)?.length, 40, text.slice(0, 200));
});

test('closing cuts what does not finish in time', async () => {
  const app = testApp({ predict: fixedPredict({ category: () => new Promise(() => {}) }) });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const inFlight = fetch(`${address}/predict/category`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...AUTHORIZATION },
    body: JSON.stringify(COFFEE),
  });
  const cut = assert.rejects(inFlight);
  await once(app.server, 'request');
  await closeGracefully(app, 10);
  await cut;
});
