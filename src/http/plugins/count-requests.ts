import type { FastifyInstance } from 'fastify';
import { type RouteTraffic, type Traffic, UNMATCHED } from '../../monitoring/traffic.ts';
import type { RouteRow } from '../route.ts';
import { watchTurns } from './loop-turns.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Milliseconds it had probably waited for the event loop when it was first seen. */
    waitedMs: number;
  }
}

/**
 * Counts every request once, when the last byte of its reply is sent, with the time since it reached this process; one
 * whose connection is gone before has no reply to count. Register it before what may refuse a request.
 */
export function addRequestCounts(app: FastifyInstance, traffic: Traffic, routes: readonly RouteRow[]): void {
  const counters = new Map<RouteRow, RouteTraffic>(
    routes.map((row) => [row, traffic.route(row.method, row.url, row.route.model)]),
  );
  const unmatched = traffic.route(UNMATCHED.method, UNMATCHED.route);
  const waitedMs = watchTurns(() => performance.now());
  app.decorateRequest('waitedMs', 0);
  app.addHook('onRequest', (request, _reply, done) => {
    request.waitedMs = waitedMs();
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const row = request.routeOptions.config.row;
    const counter = (row && counters.get(row)) ?? unmatched;
    counter.observe(reply.statusCode, request.waitedMs + reply.elapsedTime);
    done();
  });
}
