import type { Socket } from 'node:net';
import type { ConnectionError, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Limits } from '../../access/limits.ts';
import { AppError, type ErrorCode } from '../../errors.ts';
import type { Problem } from '../schemas/problem.ts';
import { challengeOf } from './authenticate.ts';
import { verdictHeaders } from './rate-limit.ts';
import { requestIdOf } from './request-id.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

const MEDIA_TYPE = 'application/problem+json; charset=utf-8';
const RETRY_AFTER_SECONDS = '5';
/** A write takes less. */
const WRITE_SECONDS = '1';

/** More faults than this are counted, not listed: the reply to a bad request stays smaller than the request. */
const ERRORS_MAX = 100;

const CAUSES_MAX = 5;

/** Fastify's own failures, in our table. */
const FRAMEWORK_CODES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_NOT_FOUND: ['route_not_found', 'Nothing is served at this path.'],
  FST_ERR_MAX_PARAM_LENGTH: ['route_not_found', 'Nothing is served at this path.'],
  FST_ERR_BAD_URL: ['malformed', 'The path is not well encoded.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Send `Content-Type: application/json`.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['too_large', 'The body is larger than this route takes.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['malformed', 'The body is not as long as Content-Length says.'],
  FST_ERR_HANDLER_TIMEOUT: ['timeout', 'The answer took too long.'],
};

/** Any failure as one of our table; what is not known becomes `internal`, and its cause goes to the log only. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code, statusCode } = (error ?? {}) as Partial<FastifyError>;
  if (code !== undefined && Object.hasOwn(FRAMEWORK_CODES, code)) {
    const [known, detail] = FRAMEWORK_CODES[code];
    return new AppError(known, detail, { cause: error });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new AppError('malformed', 'The request could not be read to its end.', { cause: error });
  }
  return new AppError('internal', 'The request failed here; the log has the cause under this request id.', {
    cause: error,
  });
}

/** The reply body of a failure (RFC 9457). */
export function problemOf(error: AppError, path: string, requestId: string): Problem {
  const { code, status, title } = error.row;
  const omitted = error.errors.length - ERRORS_MAX;
  return {
    type: `urn:titans-finance:error:${code}`,
    title,
    status,
    detail: omitted > 0 ? `${error.detail} (${omitted} more are not listed)` : error.detail,
    instance: path,
    code,
    request_id: requestId,
    errors: omitted > 0 ? error.errors.slice(0, ERRORS_MAX) : error.errors,
  };
}

/** Headers that every failure of this status and kind carries; one of a credential has a challenge besides. */
export function problemHeaders(status: number, code: string): Readonly<Record<string, string>> {
  if (code === 'idempotency_key_in_use') return { 'retry-after': WRITE_SECONDS };
  if (status === 429 || status === 503) return { 'retry-after': RETRY_AFTER_SECONDS };
  return {};
}

function pathOf(request: FastifyRequest): string {
  const url = request.originalUrl;
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function logFailure(request: FastifyRequest, { row, internal, cause }: AppError): void {
  // Details and faults are for the caller and may quote what was sent: the log gets the code, and what is internal.
  if (request.socket.destroyed)
    request.log.info({ route: request.row?.url }, 'request aborted by the client');
  else if (row.status < 500) request.log.debug({ code: row.code }, 'refused');
  else if (row.code === 'internal') request.log.error({ code: row.code, internal, err: cause }, 'failed');
  // While a server is away every request says so: why is worth a line each, where in our code it was noticed is not.
  else request.log.error({ code: row.code, internal, reason: reasonOf(cause) }, 'failed');
}

function reasonOf(cause: unknown, depth = 0): string | undefined {
  if (!(cause instanceof Error) || depth >= CAUSES_MAX) return undefined;
  // Of several addresses that were tried in vain there is a code and no message.
  const words = cause.message || ('code' in cause ? String(cause.code) : cause.name);
  const before = reasonOf(cause.cause, depth + 1);
  return before === undefined ? words : `${words}: ${before}`;
}

/** Writes a failure as problem+json. */
export function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = toAppError(thrown);
  logFailure(request, error);
  const { status, code } = error.row;
  const challenge = challengeOf(error, request);
  if (challenge !== undefined) reply.header('www-authenticate', challenge);
  for (const [name, value] of Object.entries(problemHeaders(status, code))) {
    // Whoever knows better (how long to wait, say) has set it already.
    if (!reply.hasHeader(name)) reply.header(name, value);
  }
  if (reply.hasHeader('connection') && mayStayOpen(request)) reply.removeHeader('connection');
  reply
    .code(status)
    .type(MEDIA_TYPE)
    .send(JSON.stringify(problemOf(error, pathOf(request), request.id)));
}

/**
 * Whether what is left of a refused body has a known end, and nobody wants the connection closed. Fastify would close it,
 * and many clients, still sending, then fail before they read why; the rest is read and thrown away instead, for as long
 * as any request may take.
 */
function mayStayOpen({ headers, server }: FastifyRequest): boolean {
  if (server.lifecycle.isClosing || headers.connection?.toLowerCase() === 'close') return false;
  return headers['content-length'] !== undefined;
}

/** A failure before routing (a path that cannot be decoded): the hooks did not run, so their headers are set here. */
export function sendUnroutedProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(SECURITY_HEADERS).header('x-request-id', request.id).header('x-process-time', '0.000000');
  sendProblem(thrown, request, reply);
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Makes every failure of the app a problem, and unknown routes the first refusal of all. */
export function addProblems(app: FastifyInstance): void {
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request, reply) => sendProblem(unknownRoute(app, request, reply), request, reply));
  // Before anything of the body is read: a broken body on an unknown route is a 404.
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    const methods = methodsAt(app, request);
    if (request.method === 'OPTIONS' && methods.length > 0) {
      reply.code(204).header('allow', methods.join(', ')).send();
    } else done(unknownRoute(app, request, reply));
  });
}

function methodsAt(app: FastifyInstance, request: FastifyRequest): readonly string[] {
  const path = request.url.split('?', 1)[0];
  return METHODS.filter((method) => app.findRoute({ method, url: path }) !== null);
}

function unknownRoute(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): AppError {
  const methods = methodsAt(app, request);
  if (methods.length === 0)
    return new AppError('route_not_found', 'Nothing is served at this path; see /docs.');
  reply.header('allow', methods.join(', '));
  return new AppError(
    'route_not_found',
    `This path takes ${methods.join(', ')}, not ${request.method}; see /docs.`,
  );
}

const SOCKET_FAILURES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['too_large', 'The headers are larger than 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request did not arrive in time.'],
};

/** Answers what is not HTTP, or never became a whole request, in the same form, and closes the connection. */
export function answerClientError(error: ConnectionError, socket: Socket, limits: Limits): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const [code, detail] = SOCKET_FAILURES[error.code] ?? [
    'malformed',
    'This is not a well-formed HTTP request.',
  ];
  const failure = new AppError(code, detail);
  const requestId = requestIdOf({ headers: {} } as Parameters<typeof requestIdOf>[0]);
  const body = JSON.stringify(problemOf(failure, '', requestId));
  const headers = {
    ...SECURITY_HEADERS,
    ...verdictHeaders(limits.chargeAddress(socket.remoteAddress, 0)),
    'content-type': MEDIA_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
    'x-process-time': '0.000000',
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${failure.row.status} ${failure.row.title}\r\n${lines.join('')}\r\n${body}`);
}
