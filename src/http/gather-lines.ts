/** Writes some of the bytes and tells how many; throws an error with a code such as EAGAIN or EPIPE. */
export type WriteSome = (bytes: Buffer) => number;

/** A place for lines that reach their destination in few, large writes. */
export interface LineGatherer {
  write(line: string): void;
  /** Writes what is held, and again up to `retriesMax` times while the destination is full. */
  flush(retriesMax?: number): void;
}

const HELD_CHARACTERS_MAX = 4 * 1024 * 1024;
const RETRY_MS = 10;

/**
 * Holds lines until `charactersMin` are together or `delayMs` have passed. A destination that is full is tried again
 * later, one that is gone (a closed pipe) loses its lines: a log never stops the process, nor grows without bound.
 */
export function gatherLines(writeSome: WriteSome, charactersMin: number, delayMs: number): LineGatherer {
  let held = '';
  let rest: Buffer | null = null;
  let timer: NodeJS.Timeout | null = null;

  /** Whether everything is written or given up. */
  function isDrained(): boolean {
    let bytes = rest === null ? Buffer.from(held) : Buffer.concat([rest, Buffer.from(held)]);
    held = '';
    rest = null;
    try {
      while (bytes.length > 0) bytes = bytes.subarray(writeSome(bytes));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN' && bytes.length <= HELD_CHARACTERS_MAX) rest = bytes;
    }
    return rest === null;
  }

  function flush(retriesMax = 0): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    for (let tries = 0; !isDrained(); tries++) {
      if (tries >= retriesMax) {
        schedule();
        return;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }

  function schedule(): void {
    timer ??= setTimeout(flush, delayMs, 0).unref();
  }

  return {
    write(line) {
      held += line;
      // While the destination is full, lines wait for the timer rather than trying at every line.
      if (held.length >= charactersMin && (rest === null || held.length >= HELD_CHARACTERS_MAX)) flush();
      else schedule();
    },
    flush,
  };
}
