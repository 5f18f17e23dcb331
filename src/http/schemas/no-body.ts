import { AppError, type ErrorCode } from '../../errors.ts';
import { invalidBody } from './invalid-body.ts';
import { tooManyFields } from './transaction.ts';

/** What a body may be refused for where none is asked for, besides its values. */
export const NO_BODY_ERRORS: readonly ErrorCode[] = [
  'unsupported_media_type',
  'too_large',
  'malformed',
  'invalid',
];

/** Refuses a body that says something to a route which takes none; `{}` says nothing. Throws AppError `invalid`. */
export function requireNoBody(body: unknown): void {
  if (body === undefined || body === null) return;
  const excess = tooManyFields(body);
  if (excess !== null) throw invalidBody([excess]);
  const isObject = typeof body === 'object' && !Array.isArray(body);
  const fields = isObject ? Object.keys(body) : [];
  if (isObject && fields.length === 0) return;
  const detail = 'this route takes no body; send none, or {}';
  const errors = fields.map((field) => ({
    pointer: `/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    detail: 'unknown field',
  }));
  throw new AppError('invalid', detail, { errors: errors.length > 0 ? errors : [{ pointer: '', detail }] });
}
