import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Authenticate, Caller } from '../../access/caller.ts';
import type { Limits, Verdict } from '../../access/limits.ts';
import type { RouteRow } from '../route.ts';
import { credentialOf, refusalOf } from './authenticate.ts';
import { bodyRefusalOf } from './json-body.ts';
import { refusalByVerdict } from './rate-limit.ts';

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

type Done = (error?: Error) => void;

/**
 * The order of refusal of one route, before a byte of its body is read: who (401), what they may (403), how much
 * they may (429), whether the body can be read at all (415). Size (413), JSON (400) and values (422) follow when
 * it is read. A request costs one prediction here; the rest is charged once the body is known.
 */
export function createGate(row: RouteRow, authenticate: Authenticate, limits: Limits): onRequestHookHandler {
  const needsBody = row.route.body !== undefined;
  // A route that takes no body says why it refuses the one it gets.
  const readsBody = needsBody || row.route.errors.includes('unsupported_media_type');
  const { scope } = row;
  const publicCost = row.route.isUnlimited === true || row.route.chargesFailuresOnly === true ? 0 : 1;

  /** The limit that applies. A caller refused for its scope is told what is left, and pays nothing. */
  function ask(request: FastifyRequest, isRefused: boolean): Verdict | Promise<Verdict> {
    if (scope === 'public') return limits.chargeAddress(request.ip, publicCost);
    if (request.caller === null) return limits.countFailure(request.ip);
    return limits.charge(request.caller.id, isRefused ? 0 : 1);
  }

  function admit(request: FastifyRequest, reply: FastifyReply, caller: Caller | null, done: Done): void {
    request.caller = caller;
    const refusal = scope === 'public' ? null : refusalOf(caller, scope);

    function settle(verdict: Verdict): void {
      // A refusal of the credential stands, unless its address has had too many of them.
      const error =
        refusalByVerdict(request, reply, verdict) ??
        refusal ??
        (readsBody ? bodyRefusalOf(request.headers, needsBody) : null);
      if (error === null) done();
      else done(error);
    }

    const verdict = ask(request, refusal !== null);
    if (verdict instanceof Promise) verdict.then(settle).catch(done);
    else settle(verdict);
  }

  return function gate(request, reply, done) {
    request.row = row;
    const credential = scope === 'public' ? null : credentialOf(request.headers);
    const caller = credential === null ? null : authenticate(credential);
    if (caller instanceof Promise) caller.then((found) => admit(request, reply, found, done)).catch(done);
    else admit(request, reply, caller, done);
  };
}
