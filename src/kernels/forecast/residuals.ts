import { createRng } from '../../lib/rng.ts';

/** Days (by distance from the origin) whose residuals are pooled: the first of each block, ascending from 0. */
export const BLOCKS = [0, 7, 14, 30, 90] as const;

/** What rolling origins missed, in units of each day's usual spread: rows of `days` residuals, NaN where unknown. */
export interface ResidualPaths {
  readonly days: number;
  readonly rows: readonly Float64Array[];
  /** How much each row counts. */
  readonly weights: readonly number[];
}

/** The block of a day ahead. */
export function blockOf(day: number): number {
  let block = 0;
  while (block + 1 < BLOCKS.length && day >= BLOCKS[block + 1]) block++;
  return block;
}

/**
 * Weighted quantiles of the residuals of each block that has enough of them; a block without takes those of the one
 * before. Split-conformal with weights (Barber et al., 2023): the two tails are read apart, and each tail is asked for a
 * little more than its share because the next day counts as one more residual. Returns pairs by block.
 */
export function blockQuantiles(paths: ResidualPaths, level: number): readonly (readonly [number, number])[] {
  let last: readonly [number, number] = [0, 0];
  return BLOCKS.map((first, block) => {
    const until = Math.min(BLOCKS[block + 1] ?? paths.days, paths.days);
    const entries: [number, number][] = [];
    paths.rows.forEach((row, r) => {
      for (let day = first; day < until; day++)
        if (!Number.isNaN(row[day]) && paths.weights[r] > 0) entries.push([row[day], paths.weights[r]]);
    });
    if (entries.length < 2) return last;
    entries.sort((a, b) => a[0] - b[0]);
    last = [weightedQuantile(entries, (1 - level) / 2, -1), weightedQuantile(entries, (1 + level) / 2, 1)];
    return last;
  });
}

/** Tails are asked for at this share of their size: what comes differs from what was, so the plain ones cover too little. */
const DRIFT = 0.85;

function weightedQuantile(entries: readonly [number, number][], q: number, side: -1 | 1): number {
  let total = 0;
  let squares = 0;
  for (const [, weight] of entries) {
    total += weight;
    squares += weight * weight;
  }
  // Effective number of residuals; those of one path hang together, so they count for less.
  const count = Math.max(1, (total * total) / squares / 3);
  const tail = DRIFT * (side < 0 ? q : 1 - q);
  const asked = Math.max(0, (tail * (count + 1) - 1) / count);
  const target = (side < 0 ? asked : 1 - asked) * total;
  let below = 0;
  for (let i = 0; i < entries.length; i++) {
    below += entries[i][1];
    if (below >= target) return entries[i][0];
  }
  return entries[entries.length - 1][0];
}

/**
 * Simulates `count` paths of `horizon` residuals by drawing whole rows (block bootstrap), so that what hangs together
 * in time stays together; a row's unknown days are taken from the next row drawn. Row-major `count x horizon`.
 */
export function simulateResiduals(
  paths: ResidualPaths,
  horizon: number,
  count: number,
  seed: number,
): Float64Array {
  const rng = createRng(seed);
  const out = new Float64Array(count * horizon);
  const cumulative: number[] = [];
  let total = 0;
  for (const weight of paths.weights) {
    total += weight;
    cumulative.push(total);
  }
  if (total <= 0) return out;
  for (let path = 0; path < count; path++) {
    let day = 0;
    while (day < horizon) {
      const drawn = rng() * total;
      let row = 0;
      while (cumulative[row] < drawn) row++;
      // A path longer than a row goes on at the same weekday.
      const shift = day % 7;
      const from = day;
      for (let k = shift; k < paths.days && day < horizon; k++) {
        const value = paths.rows[row][k];
        if (Number.isNaN(value)) break;
        out[path * horizon + day++] = value;
      }
      if (day === from) day++;
    }
  }
  return out;
}
