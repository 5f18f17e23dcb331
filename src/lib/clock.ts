/** The current instant in milliseconds since the Unix epoch; handed in so that a run can be replayed. */
export type Clock = () => number;

/** A clock that stands still, for tests and reproducible runs. */
export function fixedClock(at: number): Clock {
  return () => at;
}
