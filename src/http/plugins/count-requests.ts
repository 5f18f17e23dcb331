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
 * Counts every routed request once, when its last byte is sent or its connection is gone, with the time since it
 * reached this process. Register it before what may refuse a request.
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
    traffic.inFlight++;
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    traffic.inFlight--;
    const row = request.routeOptions.config.row;
    const counter = (row && counters.get(row)) ?? unmatched;
    counter.observe(reply.statusCode, request.waitedMs + reply.elapsedTime);
    done();
  });
}
