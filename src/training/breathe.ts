import { setImmediate } from 'node:timers/promises';

/** Lets the event loop turn once within long computations, so that Ctrl-C is heard and progress is seen. */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  signal?.throwIfAborted();
}
