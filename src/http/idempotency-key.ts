import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../errors.ts';

/** What a key looks like, as it is documented. */
export const IDEMPOTENCY_KEY_PATTERN = '^[\\x21-\\x7e]{1,255}$';
const KEY = new RegExp(IDEMPOTENCY_KEY_PATTERN);

/**
 * The key of a request that may be repeated (IETF draft-ietf-httpapi-idempotency-key-header), or null without one: 1 to
 * 255 printable ASCII characters, with or without the quotes of a structured field. Throws AppError `malformed`.
 */
export function idempotencyKeyOf(headers: IncomingHttpHeaders): string | null {
  const value = headers['idempotency-key'];
  if (value === undefined) return null;
  const text = Array.isArray(value) ? value.join() : value;
  const key = /^"(.*)"$/.exec(text)?.[1] ?? text;
  if (KEY.test(key)) return key;
  throw new AppError(
    'malformed',
    'Idempotency-Key must be 1 to 255 printable ASCII characters without spaces, such as a UUID.',
  );
}
