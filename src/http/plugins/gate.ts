import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Authenticate, Caller } from '../../access/caller.ts';
import type { RouteRow } from '../route.ts';
import { credentialOf, refusalOf } from './authenticate.ts';
import { bodyRefusalOf } from './json-body.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The row of ROUTES that answers; null while there is none. */
    row: RouteRow | null;
    /** Who asks; null on a public route. */
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** The row a route was registered from; a route without one does not start. */
    row?: RouteRow;
  }
}

/**
 * The order of refusal of one route, before a byte of its body is read: who (401), what they may (403), whether
 * the body can be read at all (415). Size (413), JSON (400) and values (422) follow when it is read.
 */
export function createGate(row: RouteRow, authenticate: Authenticate): onRequestHookHandler {
  const hasBody = row.route.body !== undefined;
  const { scope } = row;

  function admit(request: FastifyRequest, caller: Caller | null, done: (error?: Error) => void): void {
    request.caller = caller;
    const refusal =
      (scope === 'public' ? null : refusalOf(caller, scope)) ??
      (hasBody ? bodyRefusalOf(request.headers) : null);
    if (refusal === null) done();
    else done(refusal);
  }

  return function gate(request, _reply, done) {
    request.row = row;
    const credential = scope === 'public' ? null : credentialOf(request.headers);
    const caller = credential === null ? null : authenticate(credential);
    if (caller instanceof Promise) caller.then((resolved) => admit(request, resolved, done), done);
    else admit(request, caller, done);
  };
}
