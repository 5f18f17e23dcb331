import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors.ts';

/**
 * Refuses what the HTTP parser lets pass though two readers may understand it differently: more headers than it keeps
 * (it drops the rest), and in HTTP/1.1 anything but one Host (RFC 9112, 3.2: must be refused).
 */
export function addHeaderChecks(app: FastifyInstance, headersMax: number): void {
  app.addHook('onRequest', (request, _reply, done) => {
    // Names and values in turn.
    const { rawHeaders } = request.raw;
    if (rawHeaders.length > 2 * headersMax) {
      done(new AppError('too_large', `The request has more than ${headersMax} headers.`));
    } else if (isAmbiguous(countHosts(rawHeaders), request.raw.httpVersion)) {
      done(new AppError('malformed', 'The request must have one Host header.'));
    } else done();
  });
}

function isAmbiguous(hosts: number, version: string): boolean {
  return hosts > 1 || (hosts === 0 && version === '1.1');
}

function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i].length === 4 && rawHeaders[i].toLowerCase() === 'host') count++;
  }
  return count;
}
