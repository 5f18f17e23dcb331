import type { FastifyInstance } from 'fastify';
import type { HttpServices } from '../services.ts';

/** Counts what happens to keys and tokens behind the requests, and tells the log: an outage once, a replay each time. */
export function addAccessReports(app: FastifyInstance, { access, monitor }: HttpServices): void {
  access?.observe({
    failed(work, reason, isFirst) {
      monitor.access.failures[work]++;
      if (isFirst) app.log.warn({ work, reason }, 'keys and revocations cannot be kept up to date');
    },
    recovered: (work) => app.log.info({ work }, 'keys and revocations are kept up to date again'),
    replayed(caller) {
      monitor.access.replays++;
      app.log.warn({ caller }, 'a refresh token was used twice: its family is revoked');
    },
  });
}
