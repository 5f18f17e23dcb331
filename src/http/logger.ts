import { isatty } from 'node:tty';
import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from '../config.ts';

const STDOUT = 1;
const BUFFERED_BYTES = 8192;
const FLUSH_MS = 250;

/**
 * A structured log: one JSON object a line. By default on standard output: at once on a terminal, elsewhere
 * gathered for up to a quarter of a second, because a system call a line costs a tenth of the throughput; what is
 * gathered is written when the process exits.
 */
export function createLogger(level: LogLevel, to: DestinationStream = standardOutput()): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
    },
    to,
  );
}

function standardOutput(): DestinationStream {
  if (isatty(STDOUT)) return destination({ dest: STDOUT, sync: true });
  return destination({ dest: STDOUT, sync: false, minLength: BUFFERED_BYTES, periodicFlush: FLUSH_MS });
}
