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
 * before. Split-conformal with weights (Barber et al., 2023): the two tails are read apart, each asked for half of
 * `misses`, a little less of it where there are few residuals. Returns pairs by block.
 */
export function blockQuantiles(paths: ResidualPaths, misses: number): readonly (readonly [number, number])[] {
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
    last = [weightedQuantile(entries, misses / 2, -1), weightedQuantile(entries, misses / 2, 1)];
    return last;
  });
}

/** Part of the next residual, which nobody has seen, that each tail makes room for. */
const UNSEEN = 0.3;

function weightedQuantile(entries: readonly [number, number][], tail: number, side: -1 | 1): number {
  let total = 0;
  let squares = 0;
  for (const [, weight] of entries) {
    total += weight;
    squares += weight * weight;
  }
  // Effective number of residuals; those of one path hang together, so they count for less.
  const count = Math.max(1, (total * total) / squares / 3);
  const asked = Math.max(0, (tail * (count + 1) - UNSEEN) / count);
  const target = (side < 0 ? asked : 1 - asked) * total;
  let below = 0;
  for (let i = 0; i < entries.length; i++) {
    below += entries[i][1];
    if (below >= target) return entries[i][0];
  }
  return entries[entries.length - 1][0];
}

/** Shares of misses that are learnt; those of other levels lie between them, so that a higher level is never narrower. */
const ANCHORS = [0.05, 0.2] as const;

/**
 * The share of misses to ask quantiles for, so that a share of `1 - level` comes of it. The first `ownCount` rows of
 * `paths` are the series' own, newest first and a week apart.
 */
export function adaptMisses(paths: ResidualPaths, ownCount: number, level: number): number {
  const wanted = 1 - level;
  const [few, many] = ANCHORS;
  const sorted = sortResiduals(paths);
  const forMany = learnMisses(paths, sorted, ownCount, many);
  if (wanted >= many) return forMany + ((wanted - many) / (1 - many)) * (1 - forMany);
  const forFew = Math.min(learnMisses(paths, sorted, ownCount, few), forMany / 2);
  if (wanted <= few) return (forFew * wanted) / few;
  return forFew + ((wanted - few) / (many - few)) * (forMany - forFew);
}

/** All known residuals, ascending, and where each comes from. */
interface Sorted {
  readonly values: Float64Array;
  readonly rows: Int32Array;
  readonly days: Int32Array;
}

function sortResiduals({ rows, days }: ResidualPaths): Sorted {
  const places: number[] = [];
  for (let i = 0; i < rows.length * days; i++)
    if (!Number.isNaN(rows[Math.floor(i / days)][i % days])) places.push(i);
  const at = (place: number) => rows[Math.floor(place / days)][place % days];
  places.sort((a, b) => at(a) - at(b));
  return {
    values: Float64Array.from(places, at),
    rows: Int32Array.from(places, (place) => Math.floor(place / days)),
    days: Int32Array.from(places, (place) => place % days),
  };
}

/** What comes differs from what was: of long pasts up to this share fewer misses are aimed at. */
const CAUTION = 0.2;
const CAUTION_ROWS = 20;
/** How much the share moves with a week's misses; at first by up to three times that. */
const PACE = 0.15;
const HASTE = 2;
const HASTE_ROWS = 8;
const MISSES_MIN = 0.25;
const MISSES_MAX = 2.2;

/**
 * Walks through a series' own rows from the oldest on, asks how many of each would have been missed by quantiles of what
 * was known then, and asks for more or fewer misses from there on (adaptive conformal inference, Gibbs and Candes, 2021).
 */
function learnMisses(
  { rows, weights }: ResidualPaths,
  sorted: Sorted,
  ownCount: number,
  wanted: number,
): number {
  const aim = wanted * (1 - (CAUTION * ownCount) / (ownCount + CAUTION_ROWS));
  const count = sorted.values.length;
  const held = new Float64Array(count);
  let misses = aim;
  let steps = 0;
  for (let now = ownCount - 2; now >= 0; now--) {
    let total = 0;
    for (let i = 0; i < count; i++) {
      const row = sorted.rows[i];
      // A day of an older row is known once that many weeks have passed; what other series taught always is.
      if (row >= ownCount) held[i] = weights[row];
      else held[i] = sorted.days[i] < 7 * (row - now) ? weights[row] / weights[now] : 0;
      total += held[i];
    }
    if (total === 0) continue;
    let below = 0;
    let lower = Number.NEGATIVE_INFINITY;
    let upper = Number.POSITIVE_INFINITY;
    for (let i = 0; i < count && below < (1 - misses / 2) * total; i++) {
      upper = sorted.values[i];
      if (below < (misses / 2) * total) lower = upper;
      below += held[i];
    }
    let missed = 0;
    let judged = 0;
    for (const value of rows[now]) {
      if (Number.isNaN(value)) continue;
      judged++;
      if (value < lower || value > upper) missed++;
    }
    if (judged === 0) continue;
    const pace = PACE * (1 + (HASTE * HASTE_ROWS) / (HASTE_ROWS + steps++));
    misses += pace * (aim - missed / judged);
    misses = Math.max(MISSES_MIN * wanted, Math.min(MISSES_MAX * wanted, misses));
  }
  return misses;
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
