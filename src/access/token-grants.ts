import { randomBytes } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { RefreshFamily, Rotation, TokenStore } from '../stores/ports.ts';
import { signAccessToken, verifyAccessToken } from './access-tokens.ts';
import { CREDENTIAL_LENGTH_MAX } from './api-keys.ts';
import type { Caller } from './caller.ts';
import type { KeyRing, KeyStanding } from './key-ring.ts';
import { type RefreshPosition, readRefreshToken, writeRefreshToken } from './refresh-tokens.ts';
import type { Revocations } from './revocations.ts';
import { SCOPES, type Scope } from './scopes.ts';
import type { SigningSecret, SigningSecrets } from './signing-secrets.ts';

/** Lifetime of an access token. */
export const ACCESS_SECONDS = 15 * 60;
/** How long a refresh token waits for its use. */
export const REFRESH_MS = 30 * 24 * 3600 * 1000;
/** How long a refresh token that was exchanged may be exchanged again, for the same successor. */
export const GRACE_MS = 10_000;
/** A revocation outlives the access tokens it is about, whatever the clocks of several machines say. */
const REVOCATION_MS = (ACCESS_SECONDS + 300) * 1000;
/** Exchanges of one family within the grace that are remembered. */
const ROTATIONS_MAX = 32;
const ID_BYTES = 16;
const ATTEMPTS_MAX = 100;

/** An answer of POST /auth/token and /auth/refresh. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSeconds: number;
  readonly scopes: readonly Scope[];
}

export interface TokenGrants {
  /**
   * Tokens for a caller that sent its API key, with the scopes asked for (null: all of the key's).
   * @throws AppError `forbidden` for another caller, or a scope the key does not have.
   */
  issue(caller: Caller, wanted: readonly Scope[] | null): Promise<Tokens>;
  /**
   * Exchanges a refresh token. Within the grace every exchange of one token gives the same successor; after it a
   * second exchange ends the whole family, because then two parties hold the token (RFC 9700, 4.14.2).
   * @throws AppError `token_invalid`.
   */
  refresh(refreshToken: string): Promise<Tokens>;
  /**
   * Ends a refresh token with its family, or an access token alone. False for what is unknown or has ended before:
   * nothing is written for it.
   */
  revoke(token: string): Promise<boolean>;
}

export interface GrantDependencies {
  readonly store: TokenStore;
  readonly keys: KeyRing;
  readonly revocations: Revocations;
  readonly secrets: SigningSecrets;
  readonly clock: Clock;
  /** Called when something was revoked. */
  readonly announce: () => void;
  /** Called when a refresh token came again after its grace, hence two parties hold it; names whose key it came from. */
  readonly replayed: (callerId: string) => void;
}

export function createTokenGrants(dependencies: GrantDependencies): TokenGrants {
  const { store, keys, revocations, secrets, clock, announce, replayed } = dependencies;

  async function issue(caller: Caller, wanted: readonly Scope[] | null): Promise<Tokens> {
    const standing = caller.keyRef === undefined ? null : keys.standing(caller.keyRef);
    if (standing === null) throw new AppError('forbidden', 'Tokens are issued to an API key only.');
    const scopes = wanted ?? [...standing.scopes];
    const missing = scopes.filter((scope) => !standing.scopes.has(scope));
    if (missing.length > 0) {
      throw new AppError('forbidden', `The key does not have the scope ${missing.join(', ')}.`);
    }
    const now = clock();
    const family: RefreshFamily = {
      id: newId(),
      keyRef: standing.ref,
      scopes: inOrder(scopes),
      generation: 0,
      rotations: [],
      createdAt: now,
      expiresAt: now + REFRESH_MS,
      revokedAt: null,
    };
    await store.createFamily(family);
    return answer(family, standing, { family: family.id, generation: 0 }, secrets.current);
  }

  async function refresh(refreshToken: string): Promise<Tokens> {
    const position = readRefreshToken(refreshToken, secrets);
    if (position === null) throw refusal('is not one of this service');
    // Losing the compare-and-set to another exchange means that there is something new to read.
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const tokens = await exchange(position);
      if (tokens !== null) return tokens;
    }
    throw new AppError('store_unavailable', 'The refresh token is exchanged too often at once.');
  }

  /** One attempt; null when another exchange came first. */
  async function exchange(position: RefreshPosition): Promise<Tokens | null> {
    const now = clock();
    const family = await store.family(position.family);
    if (family === null || family.revokedAt !== null || family.expiresAt <= now) {
      throw refusal('has expired or was revoked');
    }
    const standing = keys.standing(family.keyRef);
    if (standing === null) throw refusal('was issued to a key that no longer works');
    const recent = family.rotations.filter((rotation) => now - rotation.at <= GRACE_MS);
    const earlier = recent.find((rotation) => rotation.generation === position.generation);
    const next = { family: family.id, generation: position.generation + 1 };
    if (earlier !== undefined) {
      const secret = secrets.byKid.get(earlier.kid);
      if (secret === undefined) throw refusal('was exchanged under a secret that this process does not know');
      return answer(family, standing, next, secret);
    }
    if (position.generation < family.generation) {
      await endFamily(family.id, now);
      replayed(standing.callerId);
      throw refusal('was used before; everything issued with it is revoked');
    }
    // A generation beyond the stored one is genuine too: the store was restored from before its exchange.
    const rotation: Rotation = { generation: position.generation, kid: secrets.current.kid, at: now };
    const isFirst = await store.rotate(family.id, family.generation, {
      keyRef: standing.ref,
      generation: next.generation,
      rotations: [...recent, rotation].slice(-ROTATIONS_MAX),
      expiresAt: now + REFRESH_MS,
    });
    return isFirst ? answer(family, standing, next, secrets.current) : null;
  }

  async function answer(
    family: RefreshFamily,
    standing: KeyStanding,
    position: RefreshPosition,
    secret: SigningSecret,
  ): Promise<Tokens> {
    const scopes = inOrder(family.scopes).filter((scope) => standing.scopes.has(scope));
    const issuedAt = Math.floor(clock() / 1000);
    const expiresAt = Math.min(issuedAt + ACCESS_SECONDS, Math.floor(standing.endsAt / 1000));
    const accessToken = await signAccessToken(
      {
        id: newId(),
        family: family.id,
        keyRef: standing.ref,
        callerId: standing.callerId,
        scopes,
        issuedAt,
        expiresAt,
      },
      secrets,
    );
    return {
      accessToken,
      refreshToken: writeRefreshToken(position, secret),
      expiresInSeconds: expiresAt - issuedAt,
      scopes,
    };
  }

  async function endFamily(id: string, now: number): Promise<void> {
    await store.revokeFamily(id, now, now + REVOCATION_MS);
    await revocations.reload();
    announce();
  }

  async function revoke(token: string): Promise<boolean> {
    if (token.length > CREDENTIAL_LENGTH_MAX) return false;
    const position = readRefreshToken(token, secrets);
    if (position !== null) {
      if (revocations.hasFamily(position.family)) return false;
      await endFamily(position.family, clock());
      return true;
    }
    const verified = await verifyAccessToken(token, secrets, clock);
    if (verified === null || revocations.hasToken(verified.id, verified.endsAt)) return false;
    await store.revokeToken(verified.id, verified.endsAt);
    await revocations.reload();
    announce();
    return true;
  }

  return { issue, refresh, revoke };
}

function refusal(why: string): AppError {
  return new AppError('token_invalid', `The refresh token ${why}.`);
}

/** Scopes in the order of their table, each once. */
function inOrder(scopes: readonly string[]): Scope[] {
  return SCOPES.map(({ name }) => name).filter((name) => scopes.includes(name));
}

function newId(): string {
  return randomBytes(ID_BYTES).toString('base64url');
}
