import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/http/app.ts';
import { CONNECTION_LIMITS, type ConnectionLimits } from '../../src/http/connection-limits.ts';
import { ROUTES } from '../../src/http/routes.ts';
import {
  AUTHORIZATION,
  fixedCategory,
  fixedPredict,
  post,
  type TestServices,
  testApp,
  testConfig,
  testServices,
} from '../harness.ts';
import { connectRaw, drip, sendUntilClosed } from './raw-socket.ts';

const BODY = JSON.stringify({ amount: -25.5, type: 'Expense', description: 'Coffee shop purchase' });
const KEY = `authorization: ${AUTHORIZATION.authorization}\r\n`;
/** The start of an authenticated prediction, up to what a test adds. */
const PREDICTION = `POST /predict/category HTTP/1.1\r\nhost: localhost\r\n${KEY}content-type: application/json\r\n`;
const WHOLE = `${PREDICTION}content-length: ${BODY.length}\r\n\r\n${BODY}`;
const PROBLEM = /content-type: application\/problem\+json/i;

/** An app that listens, with connection limits of a test. */
async function listen(
  t: TestContext,
  limits: Partial<ConnectionLimits> = {},
  overrides: TestServices = {},
): Promise<FastifyInstance> {
  const app = buildApp(testServices({ config: testConfig(), ...overrides }), ROUTES, {
    ...CONNECTION_LIMITS,
    ...limits,
  });
  t.after(() => app.close());
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app;
}

function assertSafeProblem(answer: string, status: number): void {
  assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), answer);
  assert.match(answer, PROBLEM);
  assert.match(answer, /x-content-type-options: nosniff/i);
  assert.match(answer, /content-security-policy: default-src 'none'/i);
  assert.match(answer, /x-request-id: /i);
  assert.match(answer, /\r\nratelimit: "(default|failures)";r=\d+;t=\d+\r\n/i);
  assert.match(answer, /x-ratelimit-remaining: \d+/i);
  assert.doesNotMatch(answer, /\bat .*\.(?:ts|js):\d+|node_modules|node:/);
}

describe('slow clients', () => {
  const fast = { headersMs: 150, requestMs: 300, checkMs: 20 };

  it('headers that drip in are answered 408 at the limit, and the connection ends', async (t) => {
    const app = await listen(t, fast);
    assertSafeProblem(await drip(app, 'GET /livez HTTP/1.1\r\nhost: localhost\r\n', 'x: y\r\n'), 408);
  });

  it('a body that drips in is answered 408 at the limit, and the connection ends', async (t) => {
    const app = await listen(t, fast);
    assertSafeProblem(await drip(app, `${PREDICTION}content-length: 100000\r\n\r\n`, ' '), 408);
  });

  it('chunks that drip in are answered 408 at the limit, and the connection ends', async (t) => {
    const app = await listen(t, fast);
    const answer = await drip(app, `${PREDICTION}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n');
    assertSafeProblem(answer, 408);
  });

  it('a connection that says nothing is closed', async (t) => {
    const app = await listen(t, fast);
    const raw = await connectRaw(app);
    await raw.closed;
    assert.match(raw.text(), /^(?:HTTP\/1\.1 408 |$)/);
  });

  it('an idle connection is closed after its time, and one in use is not', async (t) => {
    const app = await listen(t, { keepAliveMs: 100 });
    const raw = await connectRaw(app);
    raw.socket.write('GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await raw.closed;
    assert.match(raw.text(), /^HTTP\/1\.1 200 /);
  });

  it('a client that reads no reply is cut', async (t) => {
    const app = await listen(t, { silenceMs: 300 });
    const accepted = once(app.server, 'connection');
    const raw = await connectRaw(app);
    const [served] = await accepted;
    raw.socket.pause();
    // More than the buffers of both ends hold.
    raw.socket.write('GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(200));
    await once(served, 'close');
    raw.socket.destroy();
  });

  it('while slow ones hold their connections, others are answered', async (t) => {
    const app = await listen(t, { headersMs: 60_000 });
    const slow = await Promise.all(Array.from({ length: 200 }, () => connectRaw(app)));
    for (const { socket } of slow) socket.write('GET /livez HTTP/1.1\r\nhost: loc');
    const answer = await sendUntilClosed(app, WHOLE.replace('\r\n', '\r\nconnection: close\r\n'));
    assert.match(answer, /^HTTP\/1\.1 200 /);
    for (const { socket } of slow) socket.destroy();
  });
});

describe('clients that are gone', () => {
  it('a connection that is reset ends no process, costs no 500 and is under way no more', async (t) => {
    const services = testServices({
      config: testConfig(),
      // As a token is: looked up later.
      authenticate: async () => null,
    });
    const app = buildApp(services);
    t.after(() => app.close());
    await app.listen({ port: 0, host: '127.0.0.1' });
    const requests = [
      `GET /models/status HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer a.b.c\r\n\r\n`,
      'GET /%zz HTTP/1.1\r\nhost: localhost\r\n\r\n',
      'GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n',
      'GET /nothing HTTP/1.1\r\nhost: localhost\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      WHOLE,
    ];
    for (let turn = 0; turn < 40; turn++) {
      for (const bytes of requests) {
        const raw = await connectRaw(app);
        raw.socket.write(bytes, () => raw.socket.resetAndDestroy());
        await raw.closed;
      }
    }
    const { traffic } = services.monitor;
    const answer = await sendUntilClosed(app, 'GET /livez HTTP/1.0\r\nhost: localhost\r\n\r\n');
    assert.match(answer, /^HTTP\/1\.1 200 /);
    for (let turn = 0; traffic.inFlight !== 0 && turn < 2000; turn++) await pause(5);
    assert.equal(traffic.inFlight, 0);
    for (const { byStatus } of traffic.routes()) {
      for (const status of byStatus.keys()) assert.ok(status < 500, `${status}`);
    }
  });
});

describe('how much of everything', () => {
  it('requests of one connection that wait for replies: as many as the limit are answered, one more ends it', async (t) => {
    const app = await listen(t, { unansweredMax: 20 });
    const get = 'GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n';
    const last = get.replace('\r\n', '\r\nconnection: close\r\n');
    const answer = await sendUntilClosed(app, get.repeat(19) + last);
    assert.equal(answer.split('HTTP/1.1 200').length - 1, 20);
    const greedy = await sendUntilClosed(app, get.repeat(2000));
    assert.ok(greedy.split('HTTP/1.1 200').length - 1 <= 20);
  });

  it('connections beyond the most are closed at once, and one that ends makes room', async (t) => {
    const app = await listen(t, { connectionsMax: 3 });
    const held = await Promise.all([1, 2, 3].map(() => connectRaw(app)));
    const beyond = await connectRaw(app);
    await beyond.closed;
    assert.equal(beyond.text(), '');
    const gone = new Promise<void>((resolve) => {
      const look = () =>
        app.server.getConnections((_error, count) => (count < 3 ? resolve() : void setImmediate(look)));
      look();
    });
    held[0].socket.destroy();
    await gone;
    const asking = 'GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n';
    assert.match(await sendUntilClosed(app, asking), /^HTTP\/1\.1 200 /);
    for (const { socket } of held) socket.destroy();
  });

  it('headers: as many as the limit pass, one more is 413, and so are more bytes than allowed', async (t) => {
    const app = await listen(t, { headersMax: 20 });
    const withHeaders = (count: number) => {
      const more = Array.from({ length: count - 2 }, (_, i) => `x-${i}: y\r\n`).join('');
      return `GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${more}\r\n`;
    };
    assert.match(await sendUntilClosed(app, withHeaders(20)), /^HTTP\/1\.1 200 /);
    assertSafeProblem(await sendUntilClosed(app, withHeaders(21)), 413);
    assertSafeProblem(await sendUntilClosed(app, withHeaders(2500)), 413);
    const large = `GET /livez HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(17_000)}\r\n\r\n`;
    assertSafeProblem(await sendUntilClosed(app, large), 413);
  });

  it('a path: long ones are unknown routes, endless ones 413', async (t) => {
    const app = await listen(t);
    const asking = (path: string) =>
      `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${KEY}connection: close\r\n\r\n`;
    for (const path of [
      `/${'a'.repeat(8000)}`,
      `/models/${'a'.repeat(8000)}/info`,
      `/${'a/'.repeat(4000)}`,
    ]) {
      assertSafeProblem(await sendUntilClosed(app, asking(path)), 404);
    }
    assertSafeProblem(await sendUntilClosed(app, asking(`/${'a'.repeat(20_000)}`)), 413);
  });

  it('Content-Length: what is announced beyond the limit is 413 at once, what is no length is 400', async (t) => {
    const app = await listen(t);
    const announcing = (length: string) =>
      `${PREDICTION}connection: close\r\ncontent-length: ${length}\r\n\r\n`;
    for (const length of ['8388609', '999999999999999']) {
      assertSafeProblem(await sendUntilClosed(app, announcing(length)), 413);
    }
    for (const length of ['99999999999999999999999', '-1', '+1', '1e3', '0x10', '12 12', 'NaN', '']) {
      assertSafeProblem(await sendUntilClosed(app, announcing(length)), 400);
    }
  });

  it('nesting: JSON deeper than any body of ours is refused before anything is built of it', async (t) => {
    const app = testApp();
    t.after(() => app.close());
    const depth = 200_000;
    const shapes = [
      '['.repeat(depth) + ']'.repeat(depth),
      `${'{"transactions":'.repeat(depth / 10)}1${'}'.repeat(depth / 10)}`,
      `{"transactions":${'['.repeat(depth)}${']'.repeat(depth)}}`,
      `{"amount":1,"tags":${'['.repeat(depth)}${']'.repeat(depth)}}`,
      `{"amount":1,"unknown":${'{"a":'.repeat(depth / 10)}1${'}'.repeat(depth / 10)}}`,
      `{"amount":1,"tags":${'['.repeat(depth)}"__proto__"${']'.repeat(depth)}}`,
    ];
    for (const { url, route } of ROUTES.filter(({ route }) => route.body !== undefined)) {
      for (const shape of shapes) {
        const reply = await app.inject(post(url, shape, { 'idempotency-key': `deep-${shape.length}` }));
        assert.equal(reply.statusCode, 400, `${route.operationId}: ${shape.slice(0, 40)}`);
        assert.match(reply.json().detail, /nested more than 64 deep/);
      }
    }
  });

  it('entries: more of them than any body of ours has are 413 before anything is built of them', async (t) => {
    const app = testApp();
    t.after(() => app.close());
    const fields = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 1]));
    const most = { transactions: Array.from({ length: 20_001 }, () => ({})) };
    const bodies = [
      fields(1001),
      { transactions: [fields(200_000)] },
      most,
      { tags: [[1, 2], Array(20_001).fill(0)] },
    ];
    // Each of a size of its own that may be, and together too many.
    bodies.push({ transactions: Array.from({ length: 600 }, () => fields(900)) });
    for (const { url, route } of ROUTES.filter(({ route }) => route.body !== undefined)) {
      for (const body of bodies) {
        const text = JSON.stringify(body);
        const reply = await app.inject(post(url, text, { 'idempotency-key': `many-${text.length}` }));
        assert.equal(reply.statusCode, 413, `${route.operationId}: ${text.slice(0, 40)}`);
        assert.equal(reply.json().code, 'too_large');
      }
    }
    const commas = await app.inject(post('/predict/validate', { amount: 1, description: ','.repeat(1000) }));
    assert.equal(commas.json().valid, true, 'commas in texts are no entries');
  });

  it('fields: an item of a history with more of them than anybody means is told so once', async (t) => {
    const app = testApp();
    t.after(() => app.close());
    const item = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`k${i}`, 1]));
    const reply = await app.inject(post('/predict/cashflow', { transactions: [{ amount: 1 }, item] }));
    assert.equal(reply.statusCode, 422);
    assert.deepEqual(reply.json().errors, [
      { pointer: '/transactions/1', detail: 'has 900 fields; at most 64 are read' },
    ]);
  });

  it('a body that is too large is read to its end, so that clients who send it whole get to know why', async (t) => {
    const app = await listen(t);
    const { port } = app.server.address() as { port: number };
    const body = 'x'.repeat(9 * 1024 * 1024);
    for (let turn = 0; turn < 5; turn++) {
      const reply = await fetch(`http://127.0.0.1:${port}/predict/category`, {
        method: 'POST',
        headers: { ...AUTHORIZATION, 'content-type': 'application/json' },
        body,
      });
      assert.equal(reply.status, 413);
      assert.equal(((await reply.json()) as { code: string }).code, 'too_large');
    }
  });

  it('fields: a body with more of them than anybody means is refused without naming each', async (t) => {
    const app = testApp();
    t.after(() => app.close());
    const body = JSON.stringify(Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, 1])));
    const urls = ['/auth/token', '/auth/refresh', '/auth/revoke', '/models/reload-all', '/predict/category'];
    for (const url of urls) {
      const reply = await app.inject(post(url, body));
      assert.equal(reply.statusCode, 422, url);
      const { errors } = reply.json();
      assert.deepEqual(errors, [{ pointer: '', detail: 'has 65 fields; at most 64 are read' }], url);
    }
  });

  it('scopes: a list longer than there are scopes by far is refused without naming each', async (t) => {
    const app = testApp();
    t.after(() => app.close());
    const reply = await app.inject(post('/auth/token', JSON.stringify({ scopes: Array(65).fill(1) })));
    assert.equal(reply.statusCode, 422);
    const { errors } = reply.json();
    assert.deepEqual(errors, [{ pointer: '/scopes', detail: 'must name at most 64 scopes, has 65' }]);
  });

  it('nesting: 64 deep is read, and brackets in texts are none', async (t) => {
    const app = testApp();
    t.after(() => app.close());
    const sent = async (body: string) => (await app.inject(post('/predict/category', body))).statusCode;
    const tags = (depth: number) => `{"amount":1,"tags":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    assert.deepEqual([await sent(tags(63)), await sent(tags(64))], [422, 400]);
    assert.equal(await sent(`{"amount":1,"description":${JSON.stringify(`\\"${'[{'.repeat(200)}\\`)}}`), 200);
    assert.equal(await sent(`{"amount":1,"description":"${'['.repeat(100)}`), 400);
    // What was closed no longer counts.
    assert.equal(await sent(`{"amount":1,"tags":[${Array(100).fill('[]')}]}`), 422);
  });
});

describe('requests that two readers could take apart differently', () => {
  const chunk = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;
  const length = `content-length: ${BODY.length}\r\n`;
  const chunked = 'transfer-encoding: chunked\r\n';
  for (const [what, bytes] of [
    ['Content-Length and Transfer-Encoding', `${PREDICTION}${length}${chunked}\r\n${chunk}`],
    ['Transfer-Encoding and Content-Length', `${PREDICTION}${chunked}${length}\r\n${chunk}`],
    ['two lengths', `${PREDICTION}${length}content-length: 3\r\n\r\n${BODY}`],
    ['a list of lengths', `${PREDICTION}content-length: ${BODY.length}, 3\r\n\r\n${BODY}`],
    ['an unknown transfer coding', `${PREDICTION}transfer-encoding: cowbell\r\n\r\n${chunk}`],
    ['a transfer coding before chunked', `${PREDICTION}transfer-encoding: gzip, chunked\r\n\r\n${chunk}`],
    ['a transfer coding of its own header', `${PREDICTION}transfer-encoding: gzip\r\n${chunked}\r\n${chunk}`],
    ['chunked with a parameter', `${PREDICTION}transfer-encoding: chunked;q=1\r\n\r\n${chunk}`],
    ['no transfer coding', `${PREDICTION}transfer-encoding:\r\n\r\n${chunk}`],
    ['chunked not last', `${PREDICTION}transfer-encoding: chunked, identity\r\n\r\n${chunk}`],
    ['chunked twice', `${PREDICTION}${chunked}${chunked}\r\n${chunk}`],
    ['a hidden transfer coding', `${PREDICTION}transfer-encoding: \x0bchunked\r\n\r\n${chunk}`],
    ['a space before the colon', `${PREDICTION}content-length : ${BODY.length}\r\n\r\n${BODY}`],
    ['a folded header', `${PREDICTION}x: y\r\n ${length}\r\n${BODY}`],
    ['a bare line feed', `${PREDICTION.replaceAll('\r\n', '\n')}${length.trim()}\n\n${BODY}`],
    ['a bare carriage return', `${PREDICTION}x: y\rcontent-length: 0\r\n\r\n`],
    ['a NUL in a header', `${PREDICTION}x: y\0z\r\n${length}\r\n${BODY}`],
    ['a chunk of no size', `${PREDICTION}${chunked}\r\nzz\r\n${BODY}\r\n0\r\n\r\n`],
    ['a chunk of a negative size', `${PREDICTION}${chunked}\r\n-1\r\n${BODY}\r\n0\r\n\r\n`],
    ['a chunk of an endless size', `${PREDICTION}${chunked}\r\n${'f'.repeat(20)}\r\n`],
    ['a chunk longer than it says', `${PREDICTION}${chunked}\r\n3\r\n${BODY}\r\n0\r\n\r\n`],
    ['two hosts', `${PREDICTION}connection: close\r\nhost: other.example\r\n${length}\r\n${BODY}`],
    ['no host', `${PREDICTION.replace('host: localhost\r\n', 'connection: close\r\n')}${length}\r\n${BODY}`],
    ['an unknown version', `${PREDICTION.replace('HTTP/1.1', 'HTTP/1.9')}${length}\r\n${BODY}`],
    ['a start of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS on the plain port', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ] as const) {
    it(`${what}: refused, nothing is predicted, and no second request is found behind it`, async (t) => {
      const { asked, category } = fixedCategory();
      const app = await listen(t, {}, { predict: fixedPredict({ category }) });
      const behind = `GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`;
      const answer = await sendUntilClosed(app, `${bytes}${behind}`);
      assertSafeProblem(answer, 400);
      assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, answer);
      assert.deepEqual(asked, []);
    });
  }

  it('chunks are read, however the coding is spelt', async (t) => {
    const app = await listen(t);
    for (const coding of ['chunked', 'Chunked', ' CHUNKED ']) {
      const asking = `${PREDICTION}connection: close\r\ntransfer-encoding:${coding}\r\n\r\n${chunk}`;
      assert.match(await sendUntilClosed(app, asking), /^HTTP\/1\.1 200 [\s\S]*prediction_id/, coding);
    }
  });

  it('an upgrade is not followed: the request is answered as it stands', async (t) => {
    const app = await listen(t);
    for (const upgrade of ['h2c', 'websocket']) {
      const answer = await sendUntilClosed(
        app,
        `GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade, close\r\nupgrade: ${upgrade}\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 200 /);
    }
  });

  it('requests in one packet are answered each by itself, in their order', async (t) => {
    const app = await listen(t);
    const last = 'GET /nothing HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n';
    const answer = await sendUntilClosed(app, WHOLE.repeat(20) + last);
    const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
    assert.deepEqual(statuses, [...Array(20).fill(200), 404]);
    const ids = [...answer.matchAll(/"prediction_id":"([^"]+)"/g)].map(([, id]) => id);
    assert.equal(ids.length, 20);
  });

  it('HTTP/1.0 is answered, and its connection ends', async (t) => {
    const app = await listen(t);
    const asking = `GET /livez HTTP/1.0\r\nhost: localhost\r\n\r\n`;
    assert.match(await sendUntilClosed(app, asking), /^HTTP\/1\.1 200 [\s\S]*connection: close/i);
    const posting = WHOLE.replace('HTTP/1.1', 'HTTP/1.0');
    assert.match(await sendUntilClosed(app, posting), /^HTTP\/1\.1 200 [\s\S]*prediction_id/);
  });

  it('the name in an absolute address gets nobody past the Host check', async (t) => {
    const app = await listen(t);
    const asking = (host: string) =>
      `GET http://localhost/health HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;
    assertSafeProblem(await sendUntilClosed(app, asking('rebound.example')), 400);
  });
});

describe('methods', () => {
  it('TRACE echoes nothing, CONNECT opens nothing, and made-up ones are refused', async (t) => {
    const app = await listen(t);
    const asking = (start: string) =>
      `${start} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-secret: not-to-be-echoed\r\n\r\n`;
    const trace = await sendUntilClosed(app, asking('TRACE /livez'));
    assertSafeProblem(trace, 404);
    assert.doesNotMatch(trace, /not-to-be-echoed/);
    assert.equal(await sendUntilClosed(app, asking('CONNECT example.com:443')), '');
    assertSafeProblem(await sendUntilClosed(app, asking('MADEUP /livez')), 400);
    assertSafeProblem(await sendUntilClosed(app, asking('PROPFIND /livez')), 404);
  });

  it('a method cannot be changed by a header', async (t) => {
    const app = testApp();
    t.after(() => app.close());
    const reply = await app.inject({
      method: 'GET',
      url: '/models/cache',
      headers: { ...AUTHORIZATION, 'x-http-method-override': 'DELETE', 'x-http-method': 'DELETE' },
    });
    assert.equal(reply.statusCode, 404);
  });
});

describe('what a failure shows', () => {
  it('is never a stack, a path of a file or the text of an error of ours', async (t) => {
    const error = Object.assign(new Error('password=hunter22 in /srv/titans/secret.ts'), {
      code: 'EUNKNOWN',
    });
    const app = await listen(
      t,
      {},
      {
        predict: fixedPredict({ category: () => Promise.reject(error) }),
        metrics: () => Promise.reject(error),
      },
    );
    const closing = (bytes: string) => bytes.replace('\r\n', '\r\nconnection: close\r\n');
    for (const bytes of [WHOLE, 'GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n']) {
      const answer = await sendUntilClosed(app, closing(bytes));
      assertSafeProblem(answer, 500);
      assert.doesNotMatch(answer, /hunter22|secret\.ts|EUNKNOWN|Error:/);
    }
  });

  it('carries the security headers whatever the status', async (t) => {
    const config = testConfig({ TITANS_RATE_LIMIT: '4/3600s' });
    const app = await listen(t, {}, { config });
    const closing = (bytes: string) => bytes.replace('\r\n', '\r\nconnection: close\r\n');
    const get = (path: string, host = 'localhost') =>
      closing(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
    for (const [status, bytes] of [
      [400, get('/health', 'rebound.example')],
      [400, get('/%zz')],
      [400, closing(`${PREDICTION}content-length: 1\r\n\r\n{`)],
      [401, closing(WHOLE.replace(KEY, ''))],
      [404, get('/nothing')],
      [415, closing(WHOLE.replace('application/json', 'text/csv'))],
      [422, closing(`${PREDICTION}content-length: 2\r\n\r\n{}`)],
      [413, closing(`${PREDICTION}content-length: 99999999\r\n\r\n`)],
      [429, closing(WHOLE)],
    ] as const) {
      assertSafeProblem(await sendUntilClosed(app, bytes), status);
    }
  });
});
