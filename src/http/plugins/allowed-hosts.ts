import type { FastifyInstance } from 'fastify';
import { type Config, isLoopback } from '../../config.ts';
import { AppError } from '../../errors.ts';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The names to answer under. On a loopback host they are the loopback names unless configured otherwise: a page
 * of another origin that rebinds its name to 127.0.0.1 is then refused.
 */
export function allowedHostsOf(config: Config): readonly string[] {
  if (config.allowedHosts.length > 0) return config.allowedHosts;
  if (!isLoopback(config.host)) return ['*'];
  const own = config.host.includes(':') ? `[${config.host}]` : config.host.toLowerCase();
  return [...LOOPBACK_NAMES, own];
}

/** Refuses requests whose Host header is not of the list, except on routes that answer any host. */
export function addAllowedHosts(app: FastifyInstance, config: Config): void {
  const allowed = allowedHostsOf(config);
  if (allowed.includes('*')) return;
  // The usual form, with our own port, is found without taking it apart.
  const exact = new Set(allowed.flatMap((host) => [host, `${host}:${config.port}`]));
  const suffixes = allowed.filter((host) => host.startsWith('*.')).map((host) => host.slice(1));

  function isAllowed(host: string): boolean {
    if (exact.has(host)) return true;
    const name = host.toLowerCase().replace(/:\d+$/, '');
    return exact.has(name) || suffixes.some((suffix) => name.endsWith(suffix));
  }

  app.addHook('onRequest', (request, _reply, done) => {
    if (isAllowed(request.headers.host ?? '')) done();
    else if (request.routeOptions.config.row?.route.isHostFree === true) done();
    else {
      done(new AppError('host_not_allowed', 'The Host header names a host this server does not answer for.'));
    }
  });
}
