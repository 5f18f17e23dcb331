import Fastify, { type FastifyBaseLogger, type FastifyInstance, type RouteOptions } from 'fastify';
import { assert } from '../lib/assert.ts';
import { addClosing } from './close-gracefully.ts';
import { CONNECTION_LIMITS, type ConnectionLimits } from './connection-limits.ts';
import { createLogger } from './logger.ts';
import { addAllowedHosts } from './plugins/allowed-hosts.ts';
import { addCors } from './plugins/cors.ts';
import { addRequestCounts } from './plugins/count-requests.ts';
import { createGate } from './plugins/gate.ts';
import { addHeaderChecks } from './plugins/header-checks.ts';
import { addJsonBody } from './plugins/json-body.ts';
import { RequestLog } from './plugins/log-requests.ts';
import {
  addProblems,
  answerClientError,
  sendProblem,
  sendUnroutedProblem,
  toAppError,
} from './plugins/problem.ts';
import { addProcessTime } from './plugins/process-time.ts';
import { addRateLimits, createRestCharge, refusalByFailure, writeVerdict } from './plugins/rate-limit.ts';
import { addAccessReports } from './plugins/report-access.ts';
import { addRequestId, requestIdOf } from './plugins/request-id.ts';
import { addSecurityHeaders } from './plugins/security-headers.ts';
import { addUnderWay } from './plugins/under-way.ts';
import type { RouteRow } from './route.ts';
import { ROUTES } from './routes.ts';
import type { HttpServices } from './services.ts';

const BODY_BYTES_MAX = 1024 * 1024;
const VERSION_PREFIX = '/v1';

/**
 * Builds the API around its services; does not listen. Every row of `routes` answers under its own path and under
 * `/v1`, and starting fails when a route was registered without a row (hence without a scope).
 */
export function buildApp(
  services: HttpServices,
  routes: readonly RouteRow[] = ROUTES,
  limits: ConnectionLimits = CONNECTION_LIMITS,
): FastifyInstance {
  const app: FastifyInstance = Fastify({
    loggerInstance: (services.logger ?? createLogger(services.config.logLevel)) as FastifyBaseLogger,
    logController: new RequestLog(),
    genReqId: requestIdOf,
    // Without proxies to trust, X-Forwarded-* is whatever a client cares to write.
    trustProxy: services.config.trustedProxies.length > 0 ? [...services.config.trustedProxies] : false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionTimeout: limits.silenceMs,
    http: {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkMs,
      // Looked at by a hook, which answers in our form.
      requireHostHeader: false,
    },
    rewriteUrl: (request) => withoutVersion(request.url ?? '/'),
    frameworkErrors: (error, request, reply) => {
      writeVerdict(reply, services.limits.chargeAddress(request.ip, 0));
      sendUnroutedProblem(error, request, reply);
    },
    clientErrorHandler: (error, socket) => answerClientError(error, socket, services.limits),
    // The 503 Fastify would send while closing is not of our form; requests that still come are answered instead.
    return503OnClosing: false,
  });
  app.server.maxConnections = limits.connectionsMax;
  app.decorateRequest('row', null);
  app.decorateRequest('caller', null);
  // An unknown Expect header is ignored (RFC 9110, 10.1.1) rather than refused outside our table.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));

  addUnderWay(app, services.monitor.traffic, limits);
  addRequestCounts(app, services.monitor.traffic, routes);
  addClosing(app);
  addRequestId(app);
  addSecurityHeaders(app, services.config);
  addCors(app, services.config);
  addHeaderChecks(app, limits.headersMax);
  addAllowedHosts(app, services.config);
  addProblems(app);
  addJsonBody(app);
  addRateLimits(app, services.limits);
  addAccessReports(app, services);
  addProcessTime(app);
  requireRows(app);
  for (const row of routes) app.route(fastifyRoute(row, services, routes));
  return app;
}

function withoutVersion(url: string): string {
  if (!url.startsWith(VERSION_PREFIX)) return url;
  const next = url[VERSION_PREFIX.length];
  if (next === '/') return url.slice(VERSION_PREFIX.length);
  return next === undefined || next === '?' ? `/${url.slice(VERSION_PREFIX.length)}` : url;
}

function fastifyRoute(row: RouteRow, services: HttpServices, routes: readonly RouteRow[]): RouteOptions {
  const { route } = row;
  const { parse, handle } = route.bind(services, routes);
  const response = Object.fromEntries(
    Object.entries(route.replies).flatMap(([status, { schema }]) => (schema ? [[status, schema]] : [])),
  );
  return {
    method: row.method,
    url: row.url,
    config: { row },
    onRequest: createGate(row, services.authenticate, services.limits),
    ...(route.cost && { preHandler: createRestCharge(route.cost, services.limits) }),
    ...(route.chargesFailuresOnly && {
      errorHandler: (thrown, request, reply) =>
        sendProblem(refusalByFailure(toAppError(thrown), services.limits, reply), request, reply),
    }),
    bodyLimit: route.bodyBytesMax,
    handlerTimeout: route.timeoutMs,
    schema: { response, ...(parse && { body: route.body?.schema }) },
    // The body schema is for the document; the parser is the validator, so a body is walked once.
    ...(parse && { validatorCompiler: () => (json: unknown) => ({ value: parse(json) }) }),
    handler: handle,
  };
}

function requireRows(app: FastifyInstance): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    assert(config?.row !== undefined, `route ${method} ${url} has no row in ROUTES, hence no scope`);
    assert(config.row.scope.length > 0, `route ${method} ${url} names no scope`);
  });
}
