import { SCOPES } from '../access/scopes.ts';
import { AppError, ERRORS, type ErrorCode } from '../errors.ts';
import { problemHeaders, problemOf } from './plugins/problem.ts';
import { RATE_LIMIT_HEADERS } from './plugins/rate-limit.ts';
import { type ReplyDescription, type Route, type RouteRow, type RouteScope, TAGS } from './route.ts';
import type { JsonSchema } from './schemas/json-schema.ts';
import { PROBLEM } from './schemas/problem.ts';

type Json = Record<string, unknown>;

const HEADERS: Readonly<Record<string, string>> = {
  'X-Request-ID': 'The X-Request-ID of the request when it was sane, else a new one; also in the log',
  'X-Process-Time': 'Seconds from receiving the request to answering it',
  ...RATE_LIMIT_HEADERS,
  'WWW-Authenticate': 'How to authenticate, and what was wrong with what was sent (RFC 6750)',
  'Retry-After': 'Seconds after which to try again',
};
const HEADERS_OF_ALL = ['X-Request-ID', 'X-Process-Time', ...Object.keys(RATE_LIMIT_HEADERS)];

const GUARDED_ERRORS: readonly ErrorCode[] = ['unauthenticated', 'forbidden'];
const LIMITED_ERRORS: readonly ErrorCode[] = ['rate_limited'];
const BODY_ERRORS: readonly ErrorCode[] = ['unsupported_media_type', 'too_large', 'malformed'];
const VALUE_ERRORS: readonly ErrorCode[] = ['invalid'];
const TIMED_ERRORS: readonly ErrorCode[] = ['timeout'];
const COMMON_ERRORS: readonly ErrorCode[] = ['host_not_allowed', 'internal'];

const DESCRIPTION = `Transaction intelligence on your own machine, learnt from your own data.

Send an API key as \`Authorization: Bearer KEY\` or \`X-API-Key: KEY\`, or an access token of
\`POST /auth/token\` as \`Authorization: Bearer TOKEN\`. Every failure is \`application/problem+json\`
(RFC 9457) and names every fault at once. Refusals come in this order: unknown route, credential, scope, rate
limit, media type, size, malformed JSON, wrong values. Every reply carries security headers and, unless it is a file of the
documentation, \`Cache-Control: no-store\`.`;

/** The OpenAPI 3.1 document of a table of routes. */
export function describeApi(routes: readonly RouteRow[], version: string): Json {
  const components = { schemas: {} as Json, responses: {} as Json };
  const paths: Record<string, Json> = {};
  for (const row of routes) {
    const path = row.url.replace(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][row.method.toLowerCase()] = describeOperation(row, components);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Titans Finance',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [
      { url: '/', description: 'As written' },
      { url: '/v1', description: 'The same, under a version' },
    ],
    tags: TAGS.filter((tag) => routes.some((row) => row.route.tag === tag.name)),
    paths,
    components: {
      ...components,
      headers: Object.fromEntries(
        Object.entries(HEADERS).map(([name, description]) => [
          name,
          { description, schema: { type: 'string' } },
        ]),
      ),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: `An API key or an access token of POST /auth/token. Scopes: ${SCOPES.map((scope) => `${scope.name} (${scope.meaning})`).join('; ')}.`,
        },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The API key.' },
      },
    },
  };
}

interface Components {
  readonly schemas: Json;
  readonly responses: Json;
}

function describeOperation({ scope, route }: RouteRow, components: Components): Json {
  const isPublic = scope === 'public';
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    description: `${route.description}${needOf(scope)}`,
    security: isPublic ? [] : [{ bearer: scopesOf(scope) }, { apiKey: scopesOf(scope) }],
    ...((route.params || route.requestHeaders) && { parameters: describeParams(route) }),
    ...(route.body && { requestBody: describeBody(route.body, components) }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.replies).map(([status, reply]) => [status, describeReply(reply, components)]),
      ),
      ...describeFailures(route, isPublic, components),
    },
  };
}

function needOf(scope: RouteScope): string {
  if (scope === 'public') return '';
  return scope === 'key'
    ? '\n\nNeeds an API key, of whatever scopes; a token does not do.'
    : `\n\nNeeds the scope \`${scope}\`.`;
}

function scopesOf(scope: RouteScope): readonly string[] {
  return scope === 'key' ? [] : [scope];
}

function describeParams({ params = {}, requestHeaders = {} }: Route): Json[] {
  const describe = (place: string, required: boolean, named: NonNullable<Route['params']>): Json[] =>
    Object.entries(named).map(([name, param]) => ({
      name,
      in: place,
      required,
      ...(typeof param === 'string' ? { description: param, schema: { type: 'string' } } : param),
    }));
  return [...describe('path', true, params), ...describe('header', false, requestHeaders)];
}

function describeBody(body: NonNullable<Route['body']>, components: Components): Json {
  const schema = componentOf(body.schema, components);
  return { required: true, content: { 'application/json': { schema, examples: body.examples } } };
}

function describeReply(reply: ReplyDescription, components: Components): Json {
  const { schema: one, listSchema: list } = reply;
  const schema = one && componentOf(list === undefined ? one : { oneOf: [one, list] }, components);
  const own = Object.entries(reply.headers ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return {
    description: reply.description,
    headers: { ...headerRefs(HEADERS_OF_ALL), ...Object.fromEntries(own) },
    ...(schema && {
      content: {
        'application/json': { schema, ...describeExamples(reply) },
      },
    }),
    ...(reply.mediaType && { content: { [reply.mediaType]: {} } }),
  };
}

function describeExamples({ example, explainedExample, listExample }: ReplyDescription): Json {
  if (listExample === undefined && explainedExample === undefined)
    return example === undefined ? {} : { example };
  return {
    examples: {
      one: { summary: 'Of one transaction', value: example },
      ...(explainedExample !== undefined && {
        explained: { summary: 'With the reasons', value: explainedExample },
      }),
      ...(listExample !== undefined && { list: { summary: 'Of a list', value: listExample } }),
    },
  };
}

function describeFailures(route: Route, isPublic: boolean, components: Components): Json {
  const codes = new Set<ErrorCode>([
    ...(isPublic ? [] : GUARDED_ERRORS),
    ...(route.isUnlimited ? [] : LIMITED_ERRORS),
    ...(route.body === undefined ? [] : BODY_ERRORS),
    ...(route.body === undefined || route.takesAnyValue ? [] : VALUE_ERRORS),
    ...(route.timeoutMs === undefined ? [] : TIMED_ERRORS),
    ...route.errors,
    ...COMMON_ERRORS.filter((code) => code !== 'host_not_allowed' || !route.isHostFree),
  ]);
  const byStatus = new Map<number, ErrorCode[]>();
  // In the order of the table, so that one set of codes always gives one component.
  for (const { code, status } of ERRORS) {
    if (codes.has(code)) byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => {
      const name = of.join('_or_');
      components.responses[name] ??= describeFailure(status, of, components);
      return [status, { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function describeFailure(status: number, codes: readonly ErrorCode[], components: Components): Json {
  const rows = ERRORS.filter((row) => codes.includes(row.code));
  const carried = new Set(codes.flatMap((code) => Object.keys(problemHeaders(status, code))));
  const own = [...carried].map(
    (header) => Object.keys(HEADERS).find((name) => name.toLowerCase() === header) as string,
  );
  if (status === 401 || status === 403) own.push('WWW-Authenticate');
  return {
    description: rows.map((row) => `${row.title}: ${row.remedy}`).join(' '),
    headers: headerRefs([...HEADERS_OF_ALL, ...own]),
    content: {
      'application/problem+json': {
        schema: componentOf(PROBLEM, components),
        examples: Object.fromEntries(
          rows.map((row) => [row.code, { value: exampleProblem(row.code, row.remedy) }]),
        ),
      },
    },
  };
}

function exampleProblem(code: ErrorCode, remedy: string): unknown {
  return problemOf(new AppError(code, remedy), '/', '6f1c2f0e-8c1b-4b52-9a57-2f5b1f0f9d3e');
}

function headerRefs(names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** A reference to a schema by its title, with the titled schemas inside it made components as well. */
function componentOf(schema: JsonSchema, components: Components): Json {
  const inner = {
    ...schema,
    ...(schema.properties && {
      properties: Object.fromEntries(
        Object.entries(schema.properties).map(([name, property]) => [
          name,
          componentOf(property, components),
        ]),
      ),
    }),
    ...(schema.oneOf && { oneOf: schema.oneOf.map((variant) => componentOf(variant, components)) }),
    ...(schema.items && { items: componentOf(schema.items, components) }),
    ...(typeof schema.additionalProperties === 'object' && {
      additionalProperties: componentOf(schema.additionalProperties, components),
    }),
  };
  if (schema.title === undefined) return inner;
  components.schemas[schema.title] = inner;
  return { $ref: `#/components/schemas/${schema.title}` };
}
