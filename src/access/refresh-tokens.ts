import { timingSafeEqual } from 'node:crypto';
import type { SigningSecret, SigningSecrets } from './signing-secrets.ts';

const REFRESH_TOKEN = /^titans_refresh_([\w-]{22})\.([0-9a-z]{1,6})\.([\w-]{43})$/;
const RADIX = 36;

/** Which refresh token of which family. */
export interface RefreshPosition {
  readonly family: string;
  /** 0 for the first token of a family. */
  readonly generation: number;
}

/**
 * The refresh token of a position. It follows from the secret, so that every process answers the same string and the
 * store need not keep it.
 */
export function writeRefreshToken({ family, generation }: RefreshPosition, secret: SigningSecret): string {
  const body = `${family}.${generation.toString(RADIX)}`;
  return `titans_refresh_${body}.${secret.mac(body)}`;
}

/** Where a refresh token stands in its family; null for what no known secret has made. */
export function readRefreshToken(token: string, secrets: SigningSecrets): RefreshPosition | null {
  const match = REFRESH_TOKEN.exec(token);
  if (match === null) return null;
  const [, family, generation, mac] = match;
  const given = Buffer.from(mac, 'latin1');
  let isOurs = false;
  for (const secret of secrets.all) {
    const made = Buffer.from(secret.mac(`${family}.${generation}`), 'latin1');
    if (timingSafeEqual(made, given)) isOurs = true;
  }
  return isOurs ? { family, generation: Number.parseInt(generation, RADIX) } : null;
}
