import { loadConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { Interruption, type Io, writeLines } from './io.ts';
import { nameProgram } from './program-name.ts';

const EXIT_FAILED = 1;
const SIGNAL_STATUS = { SIGINT: 130, SIGTERM: 143 };

/**
 * Tells a failure on standard error, in words a person can act on, and returns the exit status. Stack and cause are
 * shown only with TITANS_LOG_LEVEL=debug or trace.
 */
export function reportFailure(error: unknown, io: Io): number {
  const interruption = interruptionOf(error, io.signal);
  if (interruption !== null) {
    writeLines(
      io.stderr,
      `titans: ${interruption.message}; what was finished before stays, nothing is half done.`,
    );
    return SIGNAL_STATUS[interruption.signalName];
  }
  // Whoever read the output has seen enough (`| head`).
  if ((error as NodeJS.ErrnoException)?.code === 'EPIPE') return 0;
  const isVerbose = wantsDebug();
  if (error instanceof AppError) {
    writeLines(io.stderr, ...describeAppError(error));
    if (isVerbose && error.internal !== undefined) writeLines(io.stderr, `internal: ${error.internal}`);
  } else {
    const message = error instanceof Error ? error.message : String(error);
    writeLines(io.stderr, `titans: Internal error: ${message}`);
    if (!isVerbose) writeLines(io.stderr, 'TITANS_LOG_LEVEL=debug shows where it came from.');
  }
  if (isVerbose) writeLines(io.stderr, describeStack(error));
  return error instanceof AppError ? error.row.exit : EXIT_FAILED;
}

/** Title, detail, every entry of `errors` that the detail does not already hold, and the remedy. */
function describeAppError(error: AppError): string[] {
  const entries = error.errors.filter(({ detail }) => !error.detail.includes(detail));
  return [
    `titans: ${error.row.title}: ${error.detail}`,
    ...entries.map(({ pointer, detail }) => `  ${pointer === '' ? detail : `${pointer}: ${detail}`}`),
    error.row.remedy,
  ].map((line) => nameProgram(line));
}

function interruptionOf(error: unknown, signal: AbortSignal): Interruption | null {
  if (error instanceof Interruption) return error;
  const isAbort = error instanceof Error && error.name === 'AbortError';
  return isAbort && signal.reason instanceof Interruption ? signal.reason : null;
}

function describeStack(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const cause = error.cause instanceof Error ? `\ncaused by: ${describeStack(error.cause)}` : '';
  return `${error.stack}${cause}`;
}

function wantsDebug(): boolean {
  try {
    return ['debug', 'trace'].includes(loadConfig().logLevel);
  } catch {
    return false;
  }
}
