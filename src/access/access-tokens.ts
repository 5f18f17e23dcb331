import { hash } from 'node:crypto';
// From its parts: the whole package takes five times as long to load.
import type { JWTPayload } from 'jose';
import { SignJWT } from 'jose/jwt/sign';
import { jwtVerify } from 'jose/jwt/verify';
import type { Clock } from '../lib/clock.ts';
import { ALL_SCOPES, type Scope } from './scopes.ts';
import type { SigningSecrets } from './signing-secrets.ts';

/** Written into every access token as issuer and audience, and asked of every one that comes. */
export const TOKEN_ISSUER = 'titans-finance';
export const TOKEN_AUDIENCE = 'titans-finance';

const ALGORITHM = 'HS256';
/** RFC 9068; other makers mostly write JWT, or nothing. */
const TYPE = 'at+jwt';
const TYPES_ACCEPTED: readonly unknown[] = [TYPE, `application/${TYPE}`, 'JWT', undefined];
/** How far the clock of whoever made a token may run ahead. */
const SKEW_SECONDS_MAX = 60;
/** The year 5138: keeps an instant of any token within what the store can hold. */
const EXPIRY_SECONDS_MAX = 1e11;
const SUBJECT_LENGTH_MAX = 128;

/** What an access token is made for. */
export interface TokenGrant {
  readonly id: string;
  readonly family: string;
  readonly keyRef: string;
  readonly callerId: string;
  readonly scopes: readonly Scope[];
  /** Whole seconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** What a genuine access token says. */
export interface VerifiedToken {
  /** Names the token where it is revoked. */
  readonly id: string;
  readonly subject: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Whole milliseconds since the epoch. */
  readonly endsAt: number;
  /** Family and key it was issued from; null for a token made outside with the shared secret. */
  readonly grant: { readonly family: string; readonly keyRef: string } | null;
}

/** Signs an access token (RFC 9068: HS256, `kid` of the current secret). */
export function signAccessToken(grant: TokenGrant, secrets: SigningSecrets): Promise<string> {
  return new SignJWT({
    iss: TOKEN_ISSUER,
    aud: TOKEN_AUDIENCE,
    sub: grant.callerId,
    client_id: grant.keyRef,
    sid: grant.family,
    jti: grant.id,
    scope: grant.scopes.join(' '),
    iat: grant.issuedAt,
    exp: grant.expiresAt,
  })
    .setProtectedHeader({ alg: ALGORITHM, kid: secrets.current.kid, typ: TYPE })
    .sign(secrets.current.key);
}

/**
 * What a token says, or null when it is not genuine, not for us, expired or not yet valid. Whether it was revoked is
 * not asked here. A token without `kid` is tried with every secret; one that names an unknown secret is refused.
 */
export async function verifyAccessToken(
  token: string,
  secrets: SigningSecrets,
  clock: Clock,
): Promise<VerifiedToken | null> {
  const payload = await verifySignature(token, secrets, clock);
  return payload === null ? null : readClaims(payload, token, clock);
}

async function verifySignature(
  token: string,
  secrets: SigningSecrets,
  clock: Clock,
): Promise<JWTPayload | null> {
  for (const secret of secrets.all) {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, secret.key, {
        algorithms: [ALGORITHM],
        issuer: TOKEN_ISSUER,
        audience: TOKEN_AUDIENCE,
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(clock()),
      });
      const { kid, typ } = protectedHeader;
      const isNamed = kid === undefined || kid === secret.kid;
      return isNamed && TYPES_ACCEPTED.includes(typ) ? payload : null;
    } catch {
      // Whatever is wrong with it: not by this secret.
    }
  }
  return null;
}

function readClaims(payload: JWTPayload, token: string, clock: Clock): VerifiedToken | null {
  const { sub, exp, iat, jti, sid, client_id, scope } = payload;
  if (typeof sub !== 'string' || sub === '' || sub.length > SUBJECT_LENGTH_MAX || !isStorable(sub))
    return null;
  if (typeof jti === 'string' && !isStorable(jti)) return null;
  if (exp === undefined || exp > EXPIRY_SECONDS_MAX) return null;
  if (iat !== undefined && iat > clock() / 1000 + SKEW_SECONDS_MAX) return null;
  if (scope !== undefined && typeof scope !== 'string') return null;
  const isOurs = typeof sid === 'string' && typeof client_id === 'string';
  // Half a grant is none: such a token could not be revoked with its family or its key.
  if (!isOurs && (sid !== undefined || client_id !== undefined)) return null;
  const named = new Set((scope ?? '').split(' '));
  return {
    id: typeof jti === 'string' && jti !== '' && jti.length <= SUBJECT_LENGTH_MAX ? jti : nameOf(token),
    subject: sub,
    scopes: new Set([...ALL_SCOPES].filter((known) => named.has(known))),
    // A claim may have a fraction (RFC 7519, 2), and a store keeps whole milliseconds.
    endsAt: Math.ceil(exp * 1000),
    grant: isOurs ? { family: sid, keyRef: client_id } : null,
  };
}

/** Whether every store can keep a text: PostgreSQL takes no NUL, and half a surrogate pair is no character anywhere. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** A name for a token that has none. The signature is left out, because one signature has several spellings. */
function nameOf(token: string): string {
  return hash('sha256', token.slice(0, token.lastIndexOf('.')), 'base64url');
}
