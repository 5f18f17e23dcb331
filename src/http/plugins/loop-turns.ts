/** The loop came straight back when less than this lies between two turns: it did not sleep, work was waiting. */
const STRAIGHT_MS = 0.05;

/**
 * Returns what tells, when a request is first seen, how long it has probably waited for the event loop already. No clock
 * of ours runs while a request lies in the system's buffer, but of those read in one turn of the loop all were there
 * when it began; and when it came straight from a turn of some length they arrived while that ran: half of it ago, on
 * the average.
 */
export function watchTurns(now: () => number): () => number {
  let startedAt = Number.NaN;
  let carriedMs = 0;
  let endedAt = Number.NEGATIVE_INFINITY;
  let lastedMs = 0;

  function end(): void {
    endedAt = now();
    lastedMs = endedAt - startedAt;
    startedAt = Number.NaN;
  }

  return function waitedMs() {
    const at = now();
    if (Number.isNaN(startedAt)) {
      startedAt = at;
      carriedMs = at - endedAt < STRAIGHT_MS ? lastedMs / 2 : 0;
      setImmediate(end);
    }
    return at - startedAt + carriedMs;
  };
}
