/** The loop came straight back when less than this lies between two turns: it did not sleep, work was waiting. */
const STRAIGHT_MS = 0.05;

/** Multiples of it, taken modulo 1, fall evenly between 0 and 1 however few or many there are (Weyl, 1916). */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/**
 * Returns what tells, when a request is first seen, how long it has probably waited for the event loop already. No clock
 * of ours runs while a request lies in the system's buffer, but of those read in one turn of the loop all were there
 * when it began; and when it came straight from a turn of some length they arrived at any instant of that, so they are
 * spread evenly over it.
 */
export function watchTurns(now: () => number): () => number {
  let startedAt = Number.NaN;
  let backlogMs = 0;
  let endedAt = Number.NEGATIVE_INFINITY;
  let lastedMs = 0;
  let share = 0;

  function end(): void {
    endedAt = now();
    lastedMs = endedAt - startedAt;
    startedAt = Number.NaN;
  }

  return function waitedMs() {
    const at = now();
    if (Number.isNaN(startedAt)) {
      startedAt = at;
      backlogMs = at - endedAt < STRAIGHT_MS ? lastedMs : 0;
      setImmediate(end);
    }
    if (backlogMs === 0) return at - startedAt;
    share = (share + GOLDEN_RATIO) % 1;
    return at - startedAt + backlogMs * share;
  };
}
