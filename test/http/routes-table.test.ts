import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { Check } from 'typebox/schema';
import { FAILURE_POLICY } from '../../src/access/limits.ts';
import { ALL_SCOPES } from '../../src/access/scopes.ts';
import { AppError, type ErrorCode } from '../../src/errors.ts';
import { buildApp } from '../../src/http/app.ts';
import type { RouteRow } from '../../src/http/route.ts';
import { ROUTES } from '../../src/http/routes.ts';
import type { JsonSchema } from '../../src/http/schemas/json-schema.ts';
import { PROBLEM, type Problem } from '../../src/http/schemas/problem.ts';
import type { HttpServices } from '../../src/http/services.ts';
import { createServices, type Services } from '../../src/services.ts';
import { HEADER, lineOf, madeUp, run, temporaryFolder, writeTable } from '../cli/command-line.ts';
import { AUTHORIZATION, NOW, type TestServices, testApp, testConfig, testServices } from '../harness.ts';
import { documentOf, type Node, type Operation, operationsOf } from './documented.ts';

// Every route of the table against everything it documents: a new row goes through all of this without a new test.

type App = FastifyInstance;
type Prefix = '' | '/v1';
const PREFIXES: readonly Prefix[] = ['', '/v1'];
const BODY_BYTES_MAX = 1024 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };
const folder = temporaryFolder();

/** The request that a reader of the documentation sends first. */
function goodRequest(row: RouteRow, prefix: Prefix = ''): InjectOptions {
  const [example] = Object.values(row.route.body?.examples ?? {});
  return {
    method: row.method,
    url: prefix + row.url.replace(':asset', 'start.js').replace(':model', 'category_prediction'),
    headers: { ...AUTHORIZATION, ...(example && JSON_TYPE) },
    ...(example && { payload: JSON.stringify(example.value) }),
  };
}

/** The good request with another body. */
function sending(row: RouteRow, payload: string | Buffer, headers = {}, prefix: Prefix = ''): InjectOptions {
  const { headers: good, ...request } = goodRequest(row, prefix);
  return { ...request, headers: { ...good, ...JSON_TYPE, ...headers }, payload };
}

/** Whether a body is looked at, be it only to refuse one. */
function readsBody({ route }: RouteRow): boolean {
  return route.body !== undefined || route.errors.includes('unsupported_media_type');
}

function tooLarge({ route }: RouteRow): Buffer {
  return Buffer.alloc((route.bodyBytesMax ?? BODY_BYTES_MAX) + 1, '[');
}

/** Every use case fails with `error`, those that read a body after they have read it. */
function failing(error: unknown): TestServices {
  const fail = (): never => {
    throw error;
  };
  const reject = async () => fail();
  return {
    predict: { category: reject, amount: reject, anomaly: reject, cashflow: reject, pin: fail },
    remember: async ({ read }) => {
      await read(NOW);
      return fail();
    },
    tokens: { issue: reject, refresh: reject, revoke: reject },
    models: {
      status: reject,
      info: reject,
      reload: reject,
      reloadAll: reject,
      health: fail,
      analytics: fail,
      performance: fail,
      clearCache: fail,
    },
    health: { models: fail, isReady: () => false },
    metrics: reject,
  };
}

/** One problem in the one form, with the headers its status promises. */
function problemOf(reply: Awaited<ReturnType<App['inject']>>): Problem {
  assert.equal(reply.headers['content-type'], 'application/problem+json; charset=utf-8', reply.body);
  const problem = reply.json<Problem>();
  assert.ok(Check(PROBLEM as Node, problem), reply.body);
  assert.equal(problem.status, reply.statusCode);
  assert.equal(problem.request_id, reply.headers['x-request-id']);
  return problem;
}

describe('each documented status of each route is shown', () => {
  let operations: Map<string, Operation>;
  const opened: App[] = [];
  after(() => Promise.all(opened.map((app) => app.close())));
  before(async () => {
    const app = testApp();
    operations = new Map(operationsOf(await documentOf(app)).map((one) => [one.operationId, one]));
    await app.close();
  });

  function open(services: TestServices = {}): App {
    const app = testApp(services);
    opened.push(app);
    return app;
  }

  const nobody = { authenticate: () => ({ id: 'nobody', scopes: new Set<never>() }) };
  /** The limits fail the first time they are asked, as any defect might. */
  function defect(): TestServices {
    const { limits } = testServices();
    let isAsked = false;
    function once<Args extends unknown[], Result>(ask: (...args: Args) => Result) {
      return (...args: Args): Result => {
        if (isAsked) return ask(...args);
        isAsked = true;
        throw new TypeError('a defect');
      };
    }
    return { limits: { ...limits, charge: once(limits.charge), chargeAddress: once(limits.chargeAddress) } };
  }
  const shared = new Map<string, App>();
  /** An app for all routes that need the same. */
  function keep(name: string, make: () => TestServices): App {
    const app = shared.get(name) ?? open(make());
    shared.set(name, app);
    return app;
  }
  const healthy = () => keep('', () => ({}));
  /** What a use case says is passed on as it says it; that it does say it is a matter of its own tests. */
  const said = (code: ErrorCode) => keep(code, () => failing(new AppError(code, 'It is so.')));

  type Proof = (row: RouteRow) => readonly [App, InjectOptions];
  const PROOFS: Partial<Record<ErrorCode, Proof>> = {
    route_not_found: (row) => [healthy(), { ...goodRequest(row), url: row.url.replace(':asset', 'none.js') }],
    model_not_found: (row) => [said('model_not_found'), goodRequest(row)],
    unauthenticated: (row) => [healthy(), { ...goodRequest(row), headers: JSON_TYPE }],
    token_invalid: (row) => [said('token_invalid'), goodRequest(row)],
    forbidden: (row) => [keep('nobody', () => nobody), goodRequest(row)],
    rate_limited: (row) => [
      open({ config: testConfig({ TITANS_RATE_LIMIT: '1/1h' }) }),
      {
        ...goodRequest(row),
        ...(readsBody(row) && { payload: '[', headers: { ...AUTHORIZATION, ...JSON_TYPE } }),
      },
    ],
    host_not_allowed: (row) => [
      healthy(),
      { ...goodRequest(row), headers: { ...goodRequest(row).headers, host: 'elsewhere.example' } },
    ],
    unsupported_media_type: (row) => [healthy(), sending(row, 'a,b', { 'content-type': 'text/csv' })],
    too_large: (row) => [healthy(), sending(row, tooLarge(row))],
    malformed: (row) => [healthy(), sending(row, '{"amount": 1')],
    invalid: (row) => [healthy(), sending(row, '{"surely_unknown": 1}')],
    idempotency_key_reused: (row) => [said('idempotency_key_reused'), goodRequest(row)],
    idempotency_key_in_use: (row) => [said('idempotency_key_in_use'), goodRequest(row)],
    data_insufficient: (row) => [said('data_insufficient'), goodRequest(row)],
    artifact_invalid: (row) => [said('artifact_invalid'), goodRequest(row)],
    model_not_loaded: (row) => [said('model_not_loaded'), goodRequest(row)],
    not_ready: (row) => [said('not_ready'), goodRequest(row)],
    timeout: (row) => [said('timeout'), goodRequest(row)],
    store_unavailable: (row) => [said('store_unavailable'), goodRequest(row)],
    internal: (row) => [open(defect()), goodRequest(row)],
  };

  for (const row of ROUTES) {
    const { operationId } = row.route;
    it(`${row.method} ${row.url}`, async () => {
      const operation = operations.get(operationId) as Operation;
      for (const [status, documented] of Object.entries(operation.responses)) {
        if (Number(status) < 400) continue;
        const codes = Object.keys(documented.content?.['application/problem+json'].examples ?? {});
        assert.ok(codes.length > 0, `${operationId} names no code for ${status}`);
        for (const code of codes) {
          const proof = PROOFS[code as ErrorCode];
          assert.ok(proof, `nothing shows ${code}, which ${operationId} documents`);
          const [app, request] = proof(row);
          // The bucket of requests holds one.
          const held = row.route.chargesFailuresOnly ? FAILURE_POLICY.limit : 1;
          for (let i = 0; code === 'rate_limited' && i < held; i++) await app.inject(request);
          const reply = await app.inject(request);
          const problem = problemOf(reply);
          assert.deepEqual([problem.status, problem.code], [Number(status), code], operationId);
          for (const header of Object.keys(documented.headers)) {
            // A conflict that waiting does not help shares its status with one that it does.
            const isShared = header === 'Retry-After' && status === '409' && code === 'artifact_invalid';
            assert.ok(reply.headers[header.toLowerCase()] !== undefined || isShared, `${code}: ${header}`);
          }
        }
      }
    });
  }

  it('and every success', async () => {
    for (const row of ROUTES) {
      const { responses } = operations.get(row.route.operationId) as Operation;
      const documented = Object.keys(responses).filter((status) => Number(status) < 400);
      const first = await healthy().inject(goodRequest(row));
      const shown = new Set([String(first.statusCode)]);
      const { etag } = first.headers;
      if (etag !== undefined) {
        const request = goodRequest(row);
        const again = await healthy().inject({
          ...request,
          headers: { ...request.headers, 'if-none-match': String(etag) },
        });
        shown.add(String(again.statusCode));
      }
      assert.deepEqual([...shown].sort(), documented.sort(), row.url);
    }
  });

  it('and every code that a route can answer has its proof, and no other', () => {
    const documented = new Set(
      [...operations.values()].flatMap(({ responses }) =>
        Object.values(responses).flatMap(({ content }) =>
          Object.keys(content?.['application/problem+json']?.examples ?? {}),
        ),
      ),
    );
    assert.deepEqual(Object.keys(PROOFS).sort(), [...documented].sort());
  });
});

describe('a server that has no model', () => {
  let services: Services;
  let app: App;
  before(async () => {
    services = createServices(testConfig({ TITANS_DATA_DIR: join(folder, 'none') }), () => NOW);
    await services.registry.load();
    app = buildApp(await services.http('0.1.0'));
  });
  after(async () => {
    await app.close();
    await services.close();
  });

  it('answers 503 model_not_loaded where a model is needed, and serves the rest', async () => {
    for (const row of ROUTES) {
      const reply = await app.inject(goodRequest(row));
      // A made-up token is refused for what it is.
      if (row.route.errors.includes('token_invalid')) continue;
      if (row.route.errors.includes('model_not_loaded'))
        assert.equal(problemOf(reply).code, 'model_not_loaded');
      else if (row.route.errors.includes('not_ready')) assert.equal(problemOf(reply).code, 'not_ready');
      else assert.ok(reply.statusCode < 400, `${row.url}: ${reply.body}`);
    }
  });

  it('answers 404 model_not_found for a model there never is, and 401 for a refresh token nobody was given', async () => {
    for (const row of ROUTES) {
      const { route, url } = row;
      const codes = new Set<string>(route.errors);
      if (!codes.has('model_not_found') && !codes.has('token_invalid')) continue;
      const expected = codes.has('token_invalid') ? 'token_invalid' : 'model_not_found';
      const reply = await app.inject({ ...goodRequest(row), url: url.replace(':model', 'weather') });
      assert.equal(problemOf(reply).code, expected);
    }
  });
});

describe('a request that is wrong in every way gets the first refusal, and with that mended the next', () => {
  const SPENT = '10.0.0.1';
  const FRESH = '10.0.0.2';
  const REFUSED = '10.0.0.3';
  const config = testConfig({ TITANS_RATE_LIMIT: '20/1h' });
  const callers: Record<string, ReturnType<HttpServices['authenticate']>> = {
    nobody: { id: 'nobody', scopes: new Set() },
    spent: { id: 'spent', keyRef: 'spent', scopes: ALL_SCOPES },
    fresh: { id: 'fresh', keyRef: 'fresh', scopes: ALL_SCOPES },
  };
  const authenticate: HttpServices['authenticate'] = (credential) => callers[credential] ?? null;
  const as = (name: string) => ({ authorization: `Bearer ${name}` });

  /** What comes after the values: a conflict, then what is not there. */
  const LATE: readonly ErrorCode[] = [
    'idempotency_key_in_use',
    'artifact_invalid',
    'model_not_loaded',
    'not_ready',
  ];

  for (const row of ROUTES) {
    const { route } = row;
    it(`${row.method} ${row.url}`, async (t) => {
      const late = LATE.find((code) => route.errors.includes(code));
      const error = new AppError(late ?? 'internal', 'It is so.');
      const app = testApp({ config, authenticate, ...(late && failing(error)) });
      const sound = testApp({ config, authenticate });
      t.after(() => Promise.all([app.close(), sound.close()]));
      const isPublic = row.scope === 'public';
      for (const one of [app, sound]) {
        // The bucket of one caller and that of one address are emptied at a route that charges each.
        for (let i = 0; i < 20; i++) {
          await one.inject({ method: 'DELETE', url: '/models/cache', headers: as('spent') });
          await one.inject({ url: '/', remoteAddress: SPENT });
        }
        for (let i = 0; route.chargesFailuresOnly && i < FAILURE_POLICY.limit; i++) {
          await one.inject({ method: 'DELETE', url: '/models/cache', remoteAddress: REFUSED });
        }
      }
      const wrong = { 'content-type': 'text/csv' };
      const huge = tooLarge(row);
      const hasBody = readsBody(row);
      const send = (
        headers: Record<string, string>,
        payload: string | Buffer,
        from = FRESH,
      ): InjectOptions => ({
        ...goodRequest(row),
        headers,
        remoteAddress: from,
        ...(hasBody && { payload }),
      });
      const good = goodRequest(row).payload as string | undefined;
      const steps: (readonly [boolean, InjectOptions, number, string])[] = [
        [true, { ...send(wrong, huge, SPENT), url: '/nowhere' }, 404, 'route_not_found'],
        [!isPublic, send(wrong, huge, SPENT), 401, 'unauthenticated'],
        [!isPublic, send({ ...wrong, ...as('nobody') }, huge, SPENT), 403, 'forbidden'],
        [!isPublic, send({ ...wrong, ...as('spent') }, huge, SPENT), 429, 'rate_limited'],
        [
          isPublic && !route.isUnlimited,
          send(wrong, huge, route.chargesFailuresOnly ? REFUSED : SPENT),
          429,
          'rate_limited',
        ],
        [hasBody, send({ ...wrong, ...as('fresh') }, huge), 415, 'unsupported_media_type'],
        [hasBody, send({ ...JSON_TYPE, ...as('fresh') }, huge), 413, 'too_large'],
        [hasBody, send({ ...JSON_TYPE, ...as('fresh') }, '{"none": 1'), 400, 'malformed'],
        [
          hasBody && !route.takesAnyValue,
          send({ ...JSON_TYPE, ...as('fresh') }, '{"none": 1}'),
          422,
          'invalid',
        ],
        [
          late !== undefined,
          { ...goodRequest(row), headers: { ...(good && JSON_TYPE), ...as('fresh') } },
          error.row.status,
          error.row.code,
        ],
      ];
      for (const [applies, request, status, code] of steps) {
        if (!applies) continue;
        const problem = problemOf(await app.inject(request));
        assert.deepEqual([problem.status, problem.code], [status, code]);
      }
      const mended = { ...goodRequest(row), headers: { ...(good && JSON_TYPE), ...as('fresh') } };
      assert.ok((await sound.inject(mended)).statusCode < 400);
    });
  }
});

describe('whatever body is sent, the answer is documented, below 500, and a problem when it is not a success', () => {
  let services: Services;
  let app: App;
  let operations: Map<string, Operation>;
  before(async () => {
    const table = writeTable(folder, 'bank.csv', [HEADER, ...madeUp().map(lineOf)]);
    const dataDir = join(folder, 'var');
    const training = ['--data', table, '--model-type', 'simple', '--workers', '1', '--data-dir', dataDir];
    assert.equal((await run(['train', ...training])).status, 0);
    const limit = { TITANS_RATE_LIMIT: '1000000000/1s' };
    services = createServices(testConfig({ TITANS_DATA_DIR: dataDir, ...limit }), () => NOW);
    await services.registry.load();
    const http = await services.http('0.1.0');
    // Refused bodies are refused for what they are, not for their number.
    const { limits } = http;
    app = buildApp({
      ...http,
      limits: { ...limits, countFailure: (address) => limits.chargeAddress(address, 0) },
    });
    operations = new Map(operationsOf(await documentOf(app)).map((one) => [one.operationId, one]));
  });
  after(async () => {
    await app.close();
    await services.close();
  });

  async function judge(row: RouteRow, request: InjectOptions): Promise<number> {
    const reply = await app.inject(request);
    const { responses } = operations.get(row.route.operationId) as Operation;
    const what = `${row.url} ${String(request.payload).slice(0, 200)}: ${reply.statusCode} ${reply.body.slice(0, 400)}`;
    assert.ok(reply.statusCode < 500 && reply.statusCode in responses, what);
    if (reply.statusCode >= 400) problemOf(reply);
    else {
      const schema = responses[reply.statusCode].content?.['application/json']?.schema;
      if (schema !== undefined) assert.ok(Check(schema, reply.json()), what);
    }
    return reply.statusCode;
  }

  const deep = (open: string, close: string) => `${open.repeat(5_000)}1${close.repeat(5_000)}`;
  const VALUES: readonly string[] = [
    ...[
      'NaN',
      'Infinity',
      '1e308',
      '-1e308',
      '1e400',
      '-0',
      '-0.0',
      '1e-320',
      '1e12',
      '9007199254740993',
      '0x10',
    ],
    ...['null', 'true', '""', '" "', '[]', '{}', '[[]]', '[null]', '[{}]', '{"amount":1}', '[1,"a",{}]'],
    ...['"\\u0000"', '"\\ud800"', '"\\udc00x\\ud800"', '"🍕\\ud83c\\udf55👩‍👩‍👧"', '"\\u202e\\u200b\\ufeff"'],
    ...[
      '"toString"',
      '"__proto__"',
      '"constructor"',
      '"-5"',
      '"NaN"',
      '"2025-02-30"',
      '"9999-12-31T23:59:60Z"',
    ],
    ...['{"__proto__":{"amount":1}}', '{"constructor":{"prototype":{"amount":1}}}', '{"toString":1}'],
    `"${'x'.repeat(10_000)}"`,
    `"${'\\u0000'.repeat(10_000)}"`,
    `[${'0,'.repeat(20_000)}0]`,
    `[${'"a",'.repeat(40)}"a"]`,
    deep('[', ']'),
    deep('{"a":', '}'),
  ];
  const BODIES: readonly (string | Buffer)[] = [
    ...VALUES,
    ...[
      '',
      ' ',
      '\0',
      '{',
      '[',
      '{"amount":',
      '{"amount": 1',
      '{"amount": 1,}',
      '{"amount": 1} {}',
      '{amount: 1}',
    ],
    ...[
      '{"amount": 1, "amount": "x"}',
      '{"amount": "x", "amount": 1}',
      '{"amount": 1, "type": 1, "type": "Expense"}',
    ],
    ...['{"": 1}', '{"a/b~c": 1}', '{"\\u0000": 1}', '{"transactions": 1}', '{"transactions": {"0": {}}}'],
    ...['{"__proto__": 1, "amount": 1}', '{"amount": 1, "__proto__": {}}', '\ufeff{"amount": 1}'],
    Buffer.from('{"description": "caf\xe9"}', 'latin1'),
    Buffer.from('{"amount": 1}', 'utf16le'),
    Buffer.from([0xff, 0xfe, 0xfd]),
    `{"transactions": [${VALUES.filter(isJson).join()}]}`,
    `{"transactions": [${'{},'.repeat(999)}{}]}`,
    `{"transactions": [${'{},'.repeat(1000)}{}]}`,
    `{${Array.from({ length: 500 }, (_, i) => `"k${i}": ${i}`).join()}}`,
  ];
  function isJson(text: string): boolean {
    try {
      JSON.parse(text);
      return !/__proto__"|constructor"/.test(text);
    } catch {
      return false;
    }
  }

  /** Names of the fields of a body, and of the entries of its list. */
  function namesOf(row: RouteRow): readonly string[] {
    const schema = row.route.body?.schema;
    const variants: readonly JsonSchema[] = schema?.oneOf ?? (schema ? [schema] : []);
    return [...new Set(variants.flatMap(({ properties }) => Object.keys(properties ?? {})))];
  }

  for (const row of ROUTES.filter(readsBody)) {
    it(`${row.method} ${row.url}: bodies`, async () => {
      for (const prefix of PREFIXES) {
        for (const body of BODIES) await judge(row, sending(row, body, {}, prefix));
        for (const type of [
          'text/plain',
          'application/x-www-form-urlencoded',
          'application/json; charset=utf-16',
        ]) {
          const status = await judge(row, sending(row, '{"amount": 1}', { 'content-type': type }, prefix));
          assert.equal(status, 415);
        }
      }
    });

    const names = namesOf(row);
    if (names.length > 0) {
      it(`${row.method} ${row.url}: wrong values in every field`, async () => {
        let count = 0;
        for (const name of names) {
          for (const value of VALUES) {
            const body = `{"amount": -5, "type": "Expense", ${JSON.stringify(name)}: ${value}}`;
            await judge(row, sending(row, body, {}, PREFIXES[count++ % 2]));
          }
          const items = VALUES.filter(isJson).map(
            (value) => `{"amount": -5, "type": "Expense", "${name}": ${value}}`,
          );
          await judge(row, sending(row, `{"transactions": [${items.join()}]}`, {}, PREFIXES[count++ % 2]));
        }
      });
    }

    it(`${row.method} ${row.url}: bodies nobody thought of`, async () => {
      const value = fc.oneof(
        fc.jsonValue(),
        fc.double(),
        fc.string({ unit: 'binary' }),
        fc.constantFrom('EUR', 'Expense', '2025-01-06', 1, -5, 0.5),
      );
      const name = fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom('amount', 'type', ...names) },
        fc.string(),
      );
      const item = fc.dictionary(name, value, { maxKeys: 8 });
      const body = fc.oneof(
        fc.json(),
        fc.string({ unit: 'binary' }),
        item.map((fields) => JSON.stringify(fields)),
        item.map((fields) => JSON.stringify({ type: 'Expense', amount: 1, ...fields })),
        fc
          .array(fc.oneof(item, value), { maxLength: 5 })
          .map((transactions) => JSON.stringify({ transactions })),
      );
      await fc.assert(
        fc.asyncProperty(body, fc.constantFrom(...PREFIXES), async (payload, prefix) => {
          await judge(row, sending(row, payload, {}, prefix));
        }),
        { seed: 11, numRuns: 60 },
      );
    });
  }
});
