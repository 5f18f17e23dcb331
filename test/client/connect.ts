import assert from 'node:assert/strict';
import type { FastifyInstance } from 'fastify';
import createClient, { type Client } from 'openapi-fetch';
import { AUTHORIZATION } from '../harness.ts';
import type { paths } from './paths.ts';

/** Statuses whose replies have no body (Fetch standard: null body status). */
const BODYLESS = [204, 205, 304];

/**
 * The generated client, talking to an app without a socket. Every path, body and reply is typed by the OpenAPI
 * document, so a route that changes breaks the tests that use it at compile time. `prefix` is one of the two servers.
 */
export function connect(
  app: FastifyInstance,
  headers: Readonly<Record<string, string>> = AUTHORIZATION,
  prefix: '' | '/v1' = '',
): Client<paths> {
  return createClient<paths>({
    baseUrl: `http://localhost${prefix}`,
    headers,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const payload = Buffer.from(await request.arrayBuffer());
      const reply = await app.inject({
        method: request.method as 'GET',
        url: pathname + search,
        headers: Object.fromEntries(request.headers),
        ...(payload.length > 0 && { payload }),
      });
      const fields = Object.entries(reply.headers).flatMap(([name, value]) =>
        [value ?? []].flat().map((one): [string, string] => [name, String(one)]),
      );
      return new Response(BODYLESS.includes(reply.statusCode) ? null : new Uint8Array(reply.rawPayload), {
        status: reply.statusCode,
        headers: fields,
      });
    },
  });
}

/** The body of a call that was answered with 200. */
export async function answered<Data>(
  call: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await call;
  assert.equal(response.status, 200, JSON.stringify(error));
  assert.ok(data !== undefined);
  return data;
}

/** The same of a call that asked about one transaction, whose answer is not that to a list. */
export async function answeredOne<Data>(
  call: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Exclude<Data, { results: unknown[] }>> {
  const data = await answered(call);
  assert.equal(Object.hasOwn(data as object, 'results'), false);
  return data as Exclude<Data, { results: unknown[] }>;
}
