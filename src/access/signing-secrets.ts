import { createHmac, type webcrypto } from 'node:crypto';

const KID_LENGTH = 16;

/** One secret, ready for use. */
export interface SigningSecret {
  /** Names the secret in the header of what it signed; tells nothing about it. */
  readonly kid: string;
  /** Signs and verifies access tokens (HS256). */
  readonly key: webcrypto.CryptoKey;
  /** HMAC-SHA256 of a text as base64url, under a key of its own, so that it can never pass for a token's signature. */
  readonly mac: (text: string) => string;
}

/** The secrets that are known: the current one signs, all of them verify. */
export interface SigningSecrets {
  readonly current: SigningSecret;
  /** Current first. */
  readonly all: readonly SigningSecret[];
  readonly byKid: ReadonlyMap<string, SigningSecret>;
}

/** Prepares secrets given as text; their bytes are those of UTF-8. */
export async function importSecrets(current: string, previous: string | null): Promise<SigningSecrets> {
  const texts = previous === null || previous === current ? [current] : [current, previous];
  const all = await Promise.all(texts.map(importSecret));
  return { current: all[0], all, byKid: new Map(all.map((secret) => [secret.kid, secret])) };
}

async function importSecret(text: string): Promise<SigningSecret> {
  const bytes = Buffer.from(text, 'utf8');
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const macKey = deriveKey(bytes, 'titans-finance refresh token');
  return {
    kid: deriveKey(bytes, 'titans-finance kid').toString('base64url').slice(0, KID_LENGTH),
    key: await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign', 'verify']),
    mac: (message) => createHmac('sha256', macKey).update(message).digest('base64url'),
  };
}

function deriveKey(secret: Buffer, purpose: string): Buffer {
  return createHmac('sha256', secret).update(purpose).digest();
}
