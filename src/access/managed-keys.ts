import { randomBytes } from 'node:crypto';
import { AppError } from '../errors.ts';
import { sha256 } from '../lib/hash.ts';
import type { ApiKeyStore } from '../stores/ports.ts';
import type { Scope } from './scopes.ts';

/** No letters or digits that look alike; 32 of them, so that a random byte picks one without bias. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const PREFIX_LETTERS = 12;
const SECRET_ID_LETTERS = 8;
const SECRET_BYTES = 32;
const ATTEMPTS_MAX = 3;
const MANAGED_KEY = /^(titans_[a-z2-9]{12})_[\w-]{43}$/;

/** A key just made or rotated. `credential` is what its owner sends; it is stored nowhere and cannot be shown again. */
export interface IssuedKey {
  readonly prefix: string;
  readonly credential: string;
}

/** What a new key may do, and how long. */
export interface KeyWish {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Milliseconds since the epoch; null for a key that does not expire. */
  readonly expiresAt: number | null;
}

/** The public prefix of what looks like a managed key, else null. */
export function prefixOf(credential: string): string | null {
  return MANAGED_KEY.exec(credential)?.[1] ?? null;
}

/**
 * What is stored of a key. A fast hash is the right one here: the secret is 256 random bits, which no dictionary holds
 * and nobody can try out, while a deliberately slow hash would cost every request its time.
 */
export function hashCredential(credential: string): string {
  return sha256(credential);
}

/** Makes a key. */
export async function createKey(store: ApiKeyStore, wish: KeyWish, now: number): Promise<IssuedKey> {
  for (let attempt = 1; ; attempt++) {
    const prefix = `titans_${randomLetters(PREFIX_LETTERS)}`;
    const { secret, credential } = makeSecret(prefix);
    if (await store.create({ ...wish, prefix, createdAt: now }, secret)) return { prefix, credential };
    if (attempt === ATTEMPTS_MAX) throw new AppError('internal', 'No free name for a key was found.');
  }
}

/**
 * Gives a key a new secret; those before it work on for `overlapMs`, 0 to end them at once.
 * @throws AppError `key_not_found` for an unknown, revoked or expired key.
 */
export async function rotateKey(
  store: ApiKeyStore,
  prefix: string,
  overlapMs: number,
  now: number,
): Promise<IssuedKey> {
  const { secret, credential } = makeSecret(prefix);
  if (await store.rotate(prefix, secret, now + overlapMs, now)) return { prefix, credential };
  throw new AppError('key_not_found', 'No key of this prefix works any more; create a new one.');
}

/**
 * Ends a key and everything issued from it.
 * @throws AppError `key_not_found`.
 */
export async function revokeKey(store: ApiKeyStore, prefix: string, now: number): Promise<void> {
  if (!(await store.revoke(prefix, now))) throw new AppError('key_not_found', 'No key has this prefix.');
}

/** Whether any managed key works now. */
export async function hasWorkingKey(store: ApiKeyStore, now: number): Promise<boolean> {
  const keys = await store.list(now);
  return keys.some((key) => key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now));
}

function makeSecret(prefix: string) {
  const credential = `${prefix}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return {
    credential,
    secret: { id: randomLetters(SECRET_ID_LETTERS), hash: hashCredential(credential) },
  };
}

function randomLetters(count: number): string {
  return Array.from(randomBytes(count), (byte) => ALPHABET[byte & 31]).join('');
}
