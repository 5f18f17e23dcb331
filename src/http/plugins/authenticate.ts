import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../../access/caller.ts';
import type { Scope } from '../../access/scopes.ts';
import { AppError } from '../../errors.ts';

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
export function refusalOf(caller: Caller | null, scope: Scope): AppError | null {
  if (caller === null) {
    return new AppError(
      'unauthenticated',
      'Send a known key as `Authorization: Bearer KEY` or as `X-API-Key: KEY`.',
    );
  }
  if (caller.scopes.has(scope)) return null;
  return new AppError('forbidden', `This needs the scope ${scope}, which the credential does not have.`);
}
