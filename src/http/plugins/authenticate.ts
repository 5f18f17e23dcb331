import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../../access/caller.ts';
import { AppError } from '../../errors.ts';
import type { RouteScope } from '../route.ts';

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;

/** The credential of a request: `Authorization: Bearer` first, then `X-API-Key`; null when there is neither. */
export function credentialOf(headers: IncomingHttpHeaders): string | null {
  const authorization = headers.authorization;
  if (authorization !== undefined) {
    const match = BEARER.exec(authorization);
    if (match !== null) return match[1];
  }
  const key = headers['x-api-key'];
  return typeof key === 'string' && key !== '' ? key : null;
}

/** Why this caller may not do what needs `scope`, or null when it may. */
export function refusalOf(caller: Caller | null, scope: RouteScope): AppError | null {
  if (caller === null) {
    return new AppError(
      'unauthenticated',
      'Send a known key as `Authorization: Bearer KEY` or as `X-API-Key: KEY`, or an access token as the former.',
    );
  }
  if (scope === 'public') return null;
  if (scope === 'key') {
    if (caller.keyRef !== undefined) return null;
    return new AppError('forbidden', 'This needs the API key itself, not a token issued to it.');
  }
  if (caller.scopes.has(scope)) return null;
  return new AppError('forbidden', `This needs the scope ${scope}, which the credential does not have.`);
}

/**
 * The `WWW-Authenticate` of a failure (RFC 6750, section 3): no error where no credential was sent, `invalid_token` for
 * one that is not accepted, `insufficient_scope` for one that does not suffice. Undefined for any other failure.
 */
export function challengeOf({ row, detail }: AppError, request: Challenged): string | undefined {
  if (row.status === 403) {
    const scope = request.row?.scope;
    const isNamed = scope !== undefined && scope !== 'key' && scope !== 'public';
    return `Bearer error="insufficient_scope"${isNamed ? `, scope="${scope}"` : ''}`;
  }
  if (row.code === 'token_invalid') return invalidToken(detail);
  if (row.status !== 401) return undefined;
  if (credentialOf(request.headers) === null) return 'Bearer';
  return invalidToken('The credential is unknown, expired or revoked.');
}

/** What of a request a challenge depends on. */
interface Challenged {
  readonly headers: IncomingHttpHeaders;
  readonly row: { readonly scope: RouteScope } | null;
}

function invalidToken(reason: string): string {
  return `Bearer error="invalid_token", error_description="${reason}"`;
}
