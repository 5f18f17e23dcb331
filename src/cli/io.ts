import type { Clock } from '../lib/clock.ts';

/** A stream of text to a terminal, a pipe or a file. */
export interface TextStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a command may touch of the world around it. */
export interface Io {
  /** Results only. */
  readonly stdout: TextStream;
  /** Progress, notes and failures. */
  readonly stderr: TextStream;
  readonly clock: Clock;
  /** Aborted by Ctrl-C or by the system; its reason is an {@link Interruption}. */
  readonly signal: AbortSignal;
}

/** Why a run was cut short: the name of the signal. */
export class Interruption extends Error {
  readonly signalName: 'SIGINT' | 'SIGTERM';

  constructor(signalName: 'SIGINT' | 'SIGTERM') {
    super(`stopped by ${signalName}`);
    this.name = 'AbortError';
    this.signalName = signalName;
  }
}

/** Writes lines, each with its line end. */
export function writeLines(stream: TextStream, ...lines: readonly string[]): void {
  stream.write(lines.map((line) => `${line}\n`).join(''));
}
