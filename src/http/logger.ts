import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from '../setting-values.ts';
import { gatherLines, type LineGatherer } from './gather-lines.ts';

const STDOUT = 1;
const GATHERED_CHARACTERS = 8192;
const FLUSH_MS = 250;
const EXIT_RETRIES_MAX = 100;

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
      serializers: { err: (error: unknown) => describeError(error) },
    },
    to,
  );
}

const CAUSES_MAX = 5;

/** What is logged of an error. Other properties stay out: drivers hang rows, queries and their parameters on them. */
interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly code?: unknown;
  readonly stack?: string;
  readonly cause?: ErrorDescription;
}

function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: '' };
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return {
    type: name,
    message,
    ...(code !== undefined && { code }),
    ...(stack !== undefined && { stack }),
    ...(cause !== undefined && depth < CAUSES_MAX && { cause: describeError(cause, depth + 1) }),
  };
}

let shared: LineGatherer | null = null;

/** One for the process, so that its last lines are written once, when the process exits. */
function standardOutput(): LineGatherer {
  if (shared !== null) return shared;
  const lines = gatherLines(
    (bytes) => writeSync(STDOUT, bytes),
    isatty(STDOUT) ? 1 : GATHERED_CHARACTERS,
    FLUSH_MS,
  );
  process.on('exit', () => lines.flush(EXIT_RETRIES_MAX));
  shared = lines;
  return lines;
}
