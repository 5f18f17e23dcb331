import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors.ts';

/**
 * Refuses what the HTTP parser lets pass though two readers may understand it differently: more headers than it keeps
 * (it drops the rest), in HTTP/1.1 anything but one Host (RFC 9112, 3.2: must be refused), and a transfer coding besides
 * chunked, which the parser does not undo and another reader may; then nothing more is read of the connection.
 */
export function addHeaderChecks(app: FastifyInstance, headersMax: number): void {
  app.addHook('onRequest', (request, reply, done) => {
    // Names and values in turn.
    const { rawHeaders } = request.raw;
    if (rawHeaders.length > 2 * headersMax) {
      done(new AppError('too_large', `The request has more than ${headersMax} headers.`));
    } else if (isAmbiguous(countHosts(rawHeaders), request.raw.httpVersion)) {
      done(new AppError('malformed', 'The request must have one Host header.'));
    } else if (hasStrangeCoding(request.headers['transfer-encoding'])) {
      reply.header('connection', 'close');
      const refusal = new AppError('malformed', 'The only Transfer-Encoding there is here is chunked.');
      // Some of these the parser refuses too, only after the headers were handed over; then its answer is the one.
      setImmediate(done, refusal);
    } else done();
  });
}

function isAmbiguous(hosts: number, version: string): boolean {
  return hosts > 1 || (hosts === 0 && version === '1.1');
}

function hasStrangeCoding(coding: string | undefined): boolean {
  return coding !== undefined && coding.toLowerCase() !== 'chunked';
}

function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i].length === 4 && rawHeaders[i].toLowerCase() === 'host') count++;
  }
  return count;
}
