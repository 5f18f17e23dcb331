import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { elapsedMs } from './process-time.ts';
import { traceIdOf } from './request-id.ts';

/**
 * One line a request, when it is done: who, which route, how it ended, how long it took. Nothing of a body, a
 * query, a header or a path is written (a path may hold an identifier; the route's template does not).
 */
export class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: 'request_id' });
  }

  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const line = {
      method: request.method,
      route: request.row?.url,
      status: reply.statusCode,
      duration_ms: elapsedMs(reply),
      caller: request.caller?.id,
      remote: request.ip,
      trace_id: traceIdOf(request.headers.traceparent),
    };
    if (error) reply.log.warn({ ...line, reason: error.message }, 'request aborted');
    else reply.log.info(line, 'request completed');
  }
}
