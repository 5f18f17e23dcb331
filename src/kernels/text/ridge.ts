import { assert } from '../../lib/assert.ts';
import type { SparseRows } from './rows.ts';

export interface RidgeOptions {
  /** Strength of the L2 penalty, default 1; the bias is not shrunk. */
  readonly l2?: number;
  /** Steps at most, default 40: the first ones carry nearly all of the fit. */
  readonly steps_max?: number;
}

/** A row's value is `bias` + sum of value x `weights[column]`. */
export interface RidgeWeights {
  readonly bias: number;
  readonly weights: Float64Array;
}

/** Squared residuals of the normal equations below this share of the first ones count as solved. */
const TOLERANCE = 1e-8;

/**
 * Ridge regression (Hoerl and Kennard, 1970) of `values` on sparse rows, solved by conjugate gradients on the normal
 * equations (Hestenes and Stiefel, 1952). Deterministic; there is no order of rows to draw.
 */
export function fitRidge(
  rows: SparseRows,
  values: ArrayLike<number>,
  columns: number,
  options: RidgeOptions = {},
): RidgeWeights {
  const { l2 = 1, steps_max = 40 } = options;
  const count = values.length;
  assert(rows.starts.length === count + 1, 'one value per row');
  assert(l2 > 0, 'a penalty is positive');
  // The last entry is the bias: a column that is 1 in every row and is not shrunk.
  const solution = new Float64Array(columns + 1);
  const residual = new Float64Array(columns + 1);
  const applied = new Float64Array(columns + 1);
  for (let i = 0; i < count; i++) addRow(rows, i, values[i], residual);
  const direction = residual.slice();
  let size = dot(residual, residual);
  const enough = size * TOLERANCE;
  for (let step = 0; step < steps_max && size > enough; step++) {
    for (let c = 0; c < columns; c++) applied[c] = l2 * direction[c];
    applied[columns] = 0;
    for (let i = 0; i < count; i++) addRow(rows, i, sumRow(rows, i, direction), applied);
    const pace = size / dot(direction, applied);
    for (let c = 0; c <= columns; c++) {
      solution[c] += pace * direction[c];
      residual[c] -= pace * applied[c];
    }
    const next = dot(residual, residual);
    for (let c = 0; c <= columns; c++) direction[c] = residual[c] + (next / size) * direction[c];
    size = next;
  }
  return { bias: solution[columns], weights: solution.slice(0, columns) };
}

function sumRow({ starts, columns, values }: SparseRows, row: number, weights: Float64Array): number {
  let sum = weights[weights.length - 1];
  for (let j = starts[row]; j < starts[row + 1]; j++) sum += values[j] * weights[columns[j]];
  return sum;
}

function addRow({ starts, columns, values }: SparseRows, row: number, by: number, out: Float64Array): void {
  for (let j = starts[row]; j < starts[row + 1]; j++) out[columns[j]] += values[j] * by;
  out[out.length - 1] += by;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
