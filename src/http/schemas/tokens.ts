import { SCOPES, type Scope } from '../../access/scopes.ts';
import type { Tokens } from '../../access/token-grants.ts';
import type { Fault } from '../../bank/transaction.ts';
import { invalidBody } from './invalid-body.ts';
import { closedObject, type JsonSchema } from './json-schema.ts';
import { tooManyFields } from './transaction.ts';

/** Longer than any token of ours. */
const TOKEN_LENGTH_MAX = 4096;
/** More than there are, and few enough to be told what is wrong with each. */
const SCOPES_MAX = 64;
const SCOPE_NAMES: readonly string[] = SCOPES.map(({ name }) => name);

/** Reply of POST /auth/token and /auth/refresh (RFC 6749, 5.1). */
export interface TokenReply {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly scope: string;
}

export const TOKEN_REPLY = closedObject<TokenReply>('Tokens', {
  access_token: { type: 'string', description: 'Send it as `Authorization: Bearer TOKEN`' },
  refresh_token: {
    type: 'string',
    description: 'Exchange it at /auth/refresh before it is 30 days old; it is no access token',
  },
  token_type: { type: 'string', enum: ['Bearer'] },
  expires_in: { type: 'integer', minimum: 0, description: 'Seconds until the access token ends' },
  scope: { type: 'string', description: 'What the access token may do: scopes separated by spaces' },
});

/** Shown as the answer of both routes. */
export const TOKEN_EXAMPLE: TokenReply = {
  access_token: 'eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl',
  refresh_token: 'titans_refresh_eHhJ5mJt0b2mDqk3nYQK0A.0.Jr9i3Kk8nJ0o0r3xkH1m2Qv5t7w9y1A3C5E7G9I1K3M',
  token_type: 'Bearer',
  expires_in: 900,
  scope: 'predict',
};

/** Tokens as they are sent. */
export function writeTokens(tokens: Tokens): TokenReply {
  return {
    access_token: tokens.accessToken,
    refresh_token: tokens.refreshToken,
    token_type: 'Bearer',
    expires_in: tokens.expiresInSeconds,
    scope: tokens.scopes.join(' '),
  };
}

/** Body of POST /auth/token. */
export const TOKEN_REQUEST: JsonSchema = {
  title: 'TokenRequest',
  type: 'object',
  properties: {
    scopes: {
      type: 'array',
      description: 'What the tokens may do; default: all that the key may',
      minItems: 1,
      maxItems: SCOPES_MAX,
      items: { type: 'string', enum: SCOPE_NAMES },
    },
  },
  additionalProperties: false,
};

/** Reads the body of POST /auth/token: the scopes wanted, null for all. Throws AppError `invalid` with every fault. */
export function parseTokenRequest(json: unknown): readonly Scope[] | null {
  const [body, faults] = openObject(json, ['scopes']);
  const { scopes } = body;
  if (Array.isArray(scopes) && scopes.length > SCOPES_MAX) {
    faults.push({
      pointer: '/scopes',
      detail: `must name at most ${SCOPES_MAX} scopes, has ${scopes.length}`,
    });
  } else if (Array.isArray(scopes)) {
    if (scopes.length === 0) faults.push({ pointer: '/scopes', detail: 'must name a scope, or be left out' });
    for (const [index, scope] of scopes.entries()) {
      if (!SCOPE_NAMES.includes(scope)) {
        faults.push({ pointer: `/scopes/${index}`, detail: `must be one of ${SCOPE_NAMES.join(', ')}` });
      }
    }
  } else if (scopes !== undefined) {
    faults.push({ pointer: '/scopes', detail: 'must be a list of scopes' });
  }
  if (faults.length > 0) throw invalidBody(faults);
  return scopes === undefined ? null : (scopes as Scope[]);
}

/** Body of POST /auth/refresh. */
export const REFRESH_REQUEST: JsonSchema = {
  title: 'RefreshRequest',
  type: 'object',
  properties: { refresh_token: { type: 'string', description: 'As /auth/token or /auth/refresh gave it' } },
  required: ['refresh_token'],
  additionalProperties: false,
};

/** Reads the body of POST /auth/refresh: the token. Throws AppError `invalid` with every fault. */
export function parseRefreshRequest(json: unknown): string {
  const [{ refresh_token }, faults] = openObject(json, ['refresh_token']);
  return takeToken(refresh_token, '/refresh_token', faults);
}

/** Body of POST /auth/revoke (RFC 7009, 2.1). */
export const REVOKE_REQUEST: JsonSchema = {
  title: 'RevokeRequest',
  type: 'object',
  properties: {
    token: { type: 'string', description: 'A refresh token or an access token' },
    token_type_hint: { type: 'string', description: 'refresh_token or access_token; the token itself tells' },
  },
  required: ['token'],
  additionalProperties: false,
};

/** Reads the body of POST /auth/revoke: the token. Throws AppError `invalid` with every fault. */
export function parseRevokeRequest(json: unknown): string {
  const [{ token, token_type_hint }, faults] = openObject(json, ['token', 'token_type_hint']);
  if (token_type_hint !== undefined && typeof token_type_hint !== 'string') {
    faults.push({ pointer: '/token_type_hint', detail: 'must be a string' });
  }
  return takeToken(token, '/token', faults);
}

/** The body as an object, with a fault for each property it should not have. */
function openObject(json: unknown, names: readonly string[]): [Record<string, unknown>, Fault[]] {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw invalidBody([{ pointer: '', detail: 'must be an object' }]);
  }
  // Anybody may send such a body: it is not answered field by field.
  const excess = tooManyFields(json);
  if (excess !== null) throw invalidBody([excess]);
  const unknown = Object.keys(json).filter((name) => !names.includes(name));
  return [
    json as Record<string, unknown>,
    unknown.map((name) => ({
      pointer: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      detail: `is not a field; there is ${names.join(', ')}`,
    })),
  ];
}

function takeToken(token: unknown, pointer: string, faults: Fault[]): string {
  if (token === undefined) faults.push({ pointer, detail: 'is required' });
  else if (typeof token !== 'string') faults.push({ pointer, detail: 'must be a string' });
  if (faults.length > 0) throw invalidBody(faults);
  // What is longer is no token of ours, and is not looked at any further.
  return (token as string).length > TOKEN_LENGTH_MAX ? '' : (token as string);
}
