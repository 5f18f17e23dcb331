/** What one forecast missed, and what flowed on its days, both in the unit of its series. */
export interface Missed {
  /** Which series it is of; any number of forecasts may be of one. */
  readonly series: number;
  readonly missed: number;
  readonly flowed: number;
  /** What flows in the series in as many days on average. */
  readonly usual: number;
}

/** A series in which less than this share of the usual flowed has come to rest: misses are no share of nothing. */
const REST_SHARE = 0.05;

/**
 * The miss of each forecast as a multiple of what flowed on average in the forecasts of its series, so that series of any
 * unit and size weigh alike. The mean over the forecasts of one series is its WAPE. Those of a series that has come to
 * rest ({@link REST_SHARE}) have no such measure and are left out.
 */
export function relativeMisses(forecasts: readonly Missed[]): Float64Array {
  const flows = new Map<number, { sum: number; usual: number; count: number }>();
  for (const { series, flowed, usual } of forecasts) {
    const flow = flows.get(series) ?? { sum: 0, usual: 0, count: 0 };
    flow.sum += flowed;
    flow.usual += usual;
    flow.count++;
    flows.set(series, flow);
  }
  return Float64Array.from(
    forecasts.flatMap(({ series, missed }) => {
      const flow = flows.get(series);
      if (flow === undefined || flow.sum <= REST_SHARE * flow.usual) return [];
      return [(missed * flow.count) / flow.sum];
    }),
  );
}

/** Interval score of one value (Winkler, 1972; Gneiting and Raftery, 2007): width plus what lies outside, dearly paid. */
export function winkler(actual: number, lower: number, upper: number, level: number): number {
  const alpha = 1 - level;
  const below = Math.max(0, lower - actual);
  const above = Math.max(0, actual - upper);
  return upper - lower + (2 / alpha) * (below + above);
}
