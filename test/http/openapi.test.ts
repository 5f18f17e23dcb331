import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Check } from 'typebox/schema';
import { SCOPES } from '../../src/access/scopes.ts';
import { FIELDS } from '../../src/bank/fields.ts';
import { TAGS } from '../../src/http/route.ts';
import { ROUTES } from '../../src/http/routes.ts';
import { AUTHORIZATION, testApp } from '../harness.ts';
import { lookUp, type Node, operationsOf as operations, resolve } from './documented.ts';

/** Documented headers that a first answer does not have. */
const CONDITIONAL_HEADERS = new Set(['ETag', 'Idempotency-Replayed']);

async function document(): Promise<Node> {
  const app = testApp();
  const reply = await app.inject('/openapi.json');
  await app.close();
  assert.equal(reply.headers['content-type'], 'application/json; charset=utf-8');
  return reply.json();
}

test('the document is OpenAPI 3.1 with both servers, and every reference in it leads somewhere', async () => {
  const root = await document();
  assert.equal(root.openapi, '3.1.0');
  assert.deepEqual(
    (root.servers as Node[]).map((server) => server.url),
    ['/', '/v1'],
  );
  const info = root.info as Node;
  for (const key of ['title', 'version', 'description']) assert.equal(typeof info[key], 'string');
  resolve(root, root);
  const allowed = ['openapi', 'info', 'servers', 'tags', 'paths', 'components'];
  assert.deepEqual(Object.keys(root), allowed);
});

test('every route is described under its own name, with its scope, parameters and body', async () => {
  const root = await document();
  const described = operations(root);
  assert.deepEqual(
    described.map((operation) => `${operation.method} ${operation.path}`),
    ROUTES.map((row) => `${row.method.toLowerCase()} ${row.url.replace(/:(\w+)/g, '{$1}')}`),
  );
  assert.equal(new Set(described.map((operation) => operation.operationId)).size, described.length);
  const tags = (root.tags as Node[]).map((tag) => tag.name);
  assert.deepEqual(root.tags, TAGS, 'in the order a reader wants, and none without a route');
  for (const [index, operation] of described.entries()) {
    const { scope, route } = ROUTES[index];
    for (const tag of operation.tags) assert.ok(tags.includes(tag));
    if (scope === 'public') assert.deepEqual(operation.security, []);
    else {
      const needed = scope === 'key' ? [] : [scope];
      assert.deepEqual(operation.security, [{ bearer: needed }, { apiKey: needed }]);
    }
    const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    assert.deepEqual(
      (operation.parameters ?? []).map((parameter) => parameter.name),
      [...inPath, ...Object.keys(route.requestHeaders ?? {})],
    );
    for (const parameter of operation.parameters ?? [])
      assert.equal(parameter.required, parameter.in === 'path');
    assert.equal(operation.requestBody !== undefined, route.body !== undefined);
    const documented = Object.keys(operation.responses).map(Number);
    const expected = [500];
    if (scope !== 'public') expected.push(401, 403);
    if (!route.isUnlimited) expected.push(429);
    if (route.body !== undefined) expected.push(400, 413, 415);
    assert.equal(
      documented.includes(422),
      route.errors.includes('invalid') ||
        (route.body !== undefined && !route.takesAnyValue) ||
        route.errors.includes('data_insufficient'),
      `${operation.path} 422`,
    );
    for (const status of expected) assert.ok(documented.includes(status), `${operation.path} ${status}`);
  }
  const schemes = (root.components as Record<string, Record<string, Node>>).securitySchemes;
  assert.equal(schemes.bearer.scheme, 'bearer');
  assert.equal(schemes.apiKey.name, 'X-API-Key');
  for (const scope of SCOPES) assert.ok(String(schemes.bearer.description).includes(scope.name));
});

test('every reply documents a description, the headers of every reply and those of its status', async () => {
  for (const operation of operations(await document())) {
    for (const [status, reply] of Object.entries(operation.responses)) {
      const where = `${operation.path} ${status}`;
      assert.equal(typeof reply.description, 'string', where);
      const headers = Object.keys(reply.headers);
      assert.ok(headers.includes('X-Request-ID') && headers.includes('X-Process-Time'), where);
      assert.equal(headers.includes('WWW-Authenticate'), status === '401' || status === '403', where);
      // A write under way is over soon; the other conflicts are not helped by waiting.
      const statuses = ['429', '503', ...(operation.path === '/transactions' ? ['409'] : [])];
      assert.equal(headers.includes('Retry-After'), statuses.includes(status), where);
      for (const name of ['RateLimit', 'RateLimit-Policy', 'X-RateLimit-Limit', 'X-RateLimit-Remaining'])
        assert.ok(headers.includes(name), where);
      const types = Object.keys(reply.content ?? {});
      if (Number(status) >= 400) assert.deepEqual(types, ['application/problem+json'], where);
    }
  }
});

test('every example of a reply fits its schema', async () => {
  let count = 0;
  for (const operation of operations(await document())) {
    for (const [status, reply] of Object.entries(operation.responses)) {
      for (const { schema, example, examples } of Object.values(reply.content ?? {})) {
        const values = Object.values(examples ?? {}).map((entry) => entry.value);
        if (example !== undefined) values.push(example);
        for (const value of values) {
          assert.ok(Check(schema as Node, value), `${operation.path} ${status}: ${JSON.stringify(value)}`);
          count += 1;
        }
        if (Number(status) >= 400)
          assert.ok(values.every((value) => (value as Node).status === Number(status)));
      }
    }
  }
  assert.ok(count > 20);
});

test('every example is executed: requests succeed, and documented answers are those given', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  let count = 0;
  for (const operation of operations(await document())) {
    const { path, method, requestBody, responses } = operation;
    const media = requestBody?.content['application/json'];
    const bodies = Object.values(media?.examples ?? {}).map((entry) => entry.value as Node);
    for (const payload of media === undefined ? [undefined] : bodies) {
      const reply = await app.inject({
        method: method.toUpperCase() as 'GET',
        url: path.replace('{asset}', 'start.js').replace('{model}', 'category_prediction'),
        headers: operation.security.length > 0 ? AUTHORIZATION : {},
        ...(payload && { payload }),
      });
      const described = responses[reply.statusCode];
      assert.ok(described !== undefined && reply.statusCode < 400, `${path} answered ${reply.statusCode}`);
      if (payload !== undefined)
        assert.ok(Check(media?.schema as Node, payload), 'the request fits its schema');
      const { schema, example: one, examples } = described.content?.['application/json'] ?? {};
      // A route that answers a list in another form documents both.
      const asked = payload !== undefined && 'transactions' in payload ? 'list' : 'one';
      const kind = payload?.explain === true && examples?.explained !== undefined ? 'explained' : asked;
      const example = examples === undefined ? one : examples[kind].value;
      if (schema !== undefined) {
        assert.ok(Check(schema, reply.json()), `${path}: ${reply.body}`);
        assert.deepEqual(withoutTimes(reply.json()), withoutTimes(example as Node, payload?.top_k));
      }
      for (const header of Object.keys(described.headers)) {
        assert.ok(
          reply.headers[header.toLowerCase()] !== undefined || CONDITIONAL_HEADERS.has(header),
          `${path} ${header}`,
        );
      }
      count += 1;
    }
  }
  assert.ok(count >= ROUTES.length);
});

/** A reply without what differs from one run to the next, at any depth; its list cut to `topK`. */
function withoutTimes(body: unknown, topK: unknown = 3): unknown {
  if (Array.isArray(body)) return body.map((entry) => withoutTimes(entry, topK));
  if (typeof body !== 'object' || body === null) return body;
  const { processing_time_ms: _time, uptime_seconds: _uptime, ...rest } = body as Node;
  if (Array.isArray(rest.top_predictions)) rest.top_predictions = rest.top_predictions.slice(0, Number(topK));
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withoutTimes(value, topK)]));
}

test('the body of a prediction is described field by field from the table that parses it', async () => {
  const root = await document();
  const schema = lookUp(root, '#/components/schemas/CategoryRequest') as Node;
  const properties = schema.properties as Record<string, Node>;
  assert.deepEqual(Object.keys(properties), [...FIELDS.map((field) => field.name), 'top_k', 'explain']);
  assert.equal(schema.additionalProperties, false);
  for (const field of FIELDS) {
    assert.equal(properties[field.name].description, field.meaning);
    assert.ok(Check(properties[field.name], field.example), `the example of ${field.name} fits`);
  }
});
