/** Programmer-error guard: throws when an invariant that callers must uphold does not hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
