import { MISSING_CODE } from './bins.ts';

/**
 * Moves the rows of [start, end) that go left in front of the others, both in their old order (ascending rows keep
 * the reads of a column near each other); returns where the right ones start.
 */
export function partition(
  rows: Int32Array,
  spare: Int32Array,
  start: number,
  end: number,
  codes: Uint8Array,
  column: number,
  rank: number,
  missingLeft: boolean,
): number {
  // Adding one modulo 256 makes the missing code the smallest one, so that the same comparison sends it left.
  const shift = missingLeft ? 1 : 0;
  const limit = rank + shift;
  let left = start;
  let right = 0;
  for (let i = start; i < end; i++) {
    const row = rows[i];
    const goesRight = (limit - ((codes[column + row] + shift) & MISSING_CODE)) >>> 31;
    // Writing to both sides and advancing one is cheaper than a branch that is a coin toss.
    rows[left] = row;
    spare[right] = row;
    right += goesRight;
    left += 1 - goesRight;
  }
  for (let i = 0; i < right; i++) rows[left + i] = spare[i];
  return left;
}
