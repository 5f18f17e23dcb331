import type { FastifyInstance, FastifyReply } from 'fastify';

/** Milliseconds since the request was received, to the microsecond. */
export function elapsedMs(reply: FastifyReply): number {
  return Math.round(reply.elapsedTime * 1000) / 1000;
}

/** Says on every reply how many seconds it took. */
export function addProcessTime(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('x-process-time', (reply.elapsedTime / 1000).toFixed(6));
    done(null, payload);
  });
}
