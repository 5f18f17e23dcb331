import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors.ts';

const PLAIN_TYPE = 'application/json';
/** Far deeper than any body of ours. Deep nesting is the dearest JSON there is: 8 MiB of it take seconds to read. */
const DEPTH_MAX = 64;
/** What takes long to read is not length but number. The last is what 10,000 transactions with every field and tag hold. */
const OBJECT_ENTRIES_MAX = 1000;
const ARRAY_ENTRIES_MAX = 20_000;
const ENTRIES_MAX = 480_000;
const TOO_MANY_ENTRIES = `An object of the body has more than ${OBJECT_ENTRIES_MAX} fields, or an array more than ${ARRAY_ENTRIES_MAX} entries.`;
const TOO_MANY_VALUES = `The body holds more than ${ENTRIES_MAX} values.`;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const ARRAY = 0x5b;
const OBJECT = 0x7b;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/**
 * What the headers already say against a JSON body, or against there being none where one is needed; else null. The media
 * type itself is checked by Fastify.
 */
export function bodyRefusalOf(headers: IncomingHttpHeaders, isNeeded: boolean): AppError | null {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return new AppError('unsupported_media_type', 'Send the body without Content-Encoding.');
  }
  const type = headers['content-type'];
  if (type === PLAIN_TYPE) return null;
  if (type === undefined) {
    const isEmpty =
      headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
    return isEmpty && isNeeded ? new AppError('malformed', 'The body is empty; send a JSON object.') : null;
  }
  const charset = CHARSET.exec(type)?.[1].toLowerCase();
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8') return null;
  return new AppError('unsupported_media_type', 'Send JSON in UTF-8.');
}

/**
 * Reads application/json and nothing else: strict UTF-8, bounded depth and number of values, no `__proto__`, last of
 * duplicate keys wins. What is wrong with a document is only worked out once it has been refused.
 */
export function addJsonBody(app: FastifyInstance): void {
  const parseSafely = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(PLAIN_TYPE, { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    // A client may name a type and send nothing where nothing is asked for.
    if (bytes.length === 0 && request.row?.route.body === undefined) return done(null, undefined);
    const excess = excessOf(bytes);
    if (excess !== null) return done(excess);
    if (!isUtf8(bytes)) return done(new AppError('malformed', 'The body is not UTF-8.'));
    const text = bytes.toString('utf8');
    parseSafely(request, text, (error, value) => {
      if (error === null) done(null, value);
      else done(new AppError('malformed', faultOf(text)));
    });
  });
}

/**
 * What there is too much of in a body, or null, seen before anything is built of it: arrays and objects in one another,
 * entries of one of them, entries of all. Bodies that are no JSON may be counted wrongly, and are refused later.
 */
function excessOf(bytes: Uint8Array): AppError | null {
  const left = new Int32Array(DEPTH_MAX + 1);
  let depth = 0;
  let all = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      for (i++; i < bytes.length && bytes[i] !== QUOTE; i++) if (bytes[i] === BACKSLASH) i++;
    } else if (byte === COMMA) {
      if (depth > 0 && --left[depth] <= 0) return new AppError('too_large', TOO_MANY_ENTRIES);
      if (++all >= ENTRIES_MAX) return new AppError('too_large', TOO_MANY_VALUES);
    } else if (byte === ARRAY || byte === OBJECT) {
      if (++depth > DEPTH_MAX)
        return new AppError('malformed', `The body is nested more than ${DEPTH_MAX} deep.`);
      left[depth] = byte === ARRAY ? ARRAY_ENTRIES_MAX : OBJECT_ENTRIES_MAX;
    } else if (byte === 0x5d || byte === 0x7d) depth = Math.max(0, depth - 1);
  }
  return null;
}

function faultOf(text: string): string {
  if (text === '') return 'The body is empty; send a JSON object.';
  try {
    JSON.parse(text);
  } catch (error) {
    const position = /at position (\d+)/.exec(String(error))?.[1];
    if (position !== undefined) return `The body is not JSON: see character ${position}.`;
    return 'The body is not JSON, or it ends too early.';
  }
  return 'The body has a key that could change the behaviour of objects (`__proto__` or `constructor.prototype`).';
}
