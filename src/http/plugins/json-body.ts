import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors.ts';

const PLAIN_TYPE = 'application/json';
/** Far deeper than any body of ours. Deep nesting is the dearest JSON there is: 8 MiB of it take seconds to read. */
const DEPTH_MAX = 64;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
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
 * Reads application/json and nothing else: strict UTF-8, bounded depth, no `__proto__`, last of duplicate keys wins. What is
 * wrong with a document is only worked out once it has been refused.
 */
export function addJsonBody(app: FastifyInstance): void {
  const parseSafely = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(PLAIN_TYPE, { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    // A client may name a type and send nothing where nothing is asked for.
    if (bytes.length === 0 && request.row?.route.body === undefined) return done(null, undefined);
    if (!isUtf8(bytes)) return done(new AppError('malformed', 'The body is not UTF-8.'));
    if (isTooDeep(bytes)) {
      return done(new AppError('malformed', `The body is nested more than ${DEPTH_MAX} deep.`));
    }
    const text = bytes.toString('utf8');
    parseSafely(request, text, (error, value) => {
      if (error === null) done(null, value);
      else done(new AppError('malformed', faultOf(text)));
    });
  });
}

/** Whether arrays and objects lie more than {@link DEPTH_MAX} deep in one another, seen before anything is built of them. */
function isTooDeep(bytes: Uint8Array): boolean {
  let depth = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      for (i++; i < bytes.length && bytes[i] !== QUOTE; i++) if (bytes[i] === BACKSLASH) i++;
    } else if (byte === 0x5b || byte === 0x7b) {
      depth++;
      if (depth > DEPTH_MAX) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return false;
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
