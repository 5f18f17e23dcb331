/** How members are weighed by what they missed. */
export interface Weighing {
  /** How sharply a larger error costs weight: weight is error to the power of minus this. */
  readonly power: number;
  /** How many origins the prior counts for. */
  readonly priorOrigins: number;
}

/**
 * Weights of members from their summed errors over `origins` rolling origins, drawn towards `prior` (which sums to 1)
 * the fewer origins there were. A member with NaN as error is left out. The result sums to 1 unless all are left out.
 */
export function weighMembers(
  errors: Float64Array,
  origins: number,
  prior: ArrayLike<number>,
  { power, priorOrigins }: Weighing,
): Float64Array {
  const weights = new Float64Array(errors.length);
  let best = Number.POSITIVE_INFINITY;
  for (const error of errors) if (error < best) best = error;
  let total = 0;
  let priorTotal = 0;
  for (let m = 0; m < errors.length; m++) {
    if (Number.isNaN(errors[m])) continue;
    priorTotal += prior[m];
    // All members equally right (a series of zeros): nothing to choose by.
    weights[m] = errors[m] <= 0 || best <= 0 ? (errors[m] <= best ? 1 : 0) : (best / errors[m]) ** power;
    weights[m] *= prior[m] + 0.02;
    total += weights[m];
  }
  const own = origins / (origins + priorOrigins);
  for (let m = 0; m < errors.length; m++) {
    if (Number.isNaN(errors[m])) continue;
    const learnt = total > 0 ? weights[m] / total : 0;
    const before = priorTotal > 0 ? prior[m] / priorTotal : 0;
    weights[m] = own * learnt + (1 - own) * before;
  }
  return weights;
}

/**
 * Joins the members' forecasts day by day into `out`: half weighted mean, half weighted median, so that one wild member
 * moves it little. `forecasts` has one array per member; those of weight 0 are not looked at.
 */
export function joinForecasts(
  forecasts: readonly Float64Array[],
  weights: Float64Array,
  out: Float64Array,
): void {
  const members = [...weights.keys()].filter((m) => weights[m] > 0);
  for (let h = 0; h < out.length; h++) {
    let mean = 0;
    for (const m of members) mean += weights[m] * forecasts[m][h];
    members.sort((a, b) => forecasts[a][h] - forecasts[b][h]);
    let below = 0;
    let median = 0;
    for (const m of members) {
      below += weights[m];
      median = forecasts[m][h];
      if (below >= 0.5) break;
    }
    out[h] = (mean + median) / 2;
  }
}
