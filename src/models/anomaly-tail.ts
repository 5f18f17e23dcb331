import { quantileSorted } from '../kernels/stats/quantile.ts';

/** The upper tail of a number among ordinary traffic: ascending values, each with the share of traffic above it. */
export interface Tail {
  readonly values: Float64Array;
  /** Nats of evidence, -ln(share above), at each value; ascending. */
  readonly nats: Float64Array;
  /** Nats per unit beyond the last value. */
  readonly slope: number;
}

/** Shares above at which a sign's tail is known; beyond the last the tail is taken to be exponential. */
const SIGN_SHARES = [0.5, 0.35, 0.25, 0.15, 0.1, 0.07, 0.05];
const SLOPE_SHARES = [0.25, 0.05];
const NATS_MAX = 25;

/**
 * Learns the tail of a sign from unsorted values, unknown ones left out. Only the body up to the 95 % quantile is looked
 * at and continued exponentially, so that a few frauds among the rows do not make frauds look ordinary.
 */
export function fitSignTail(values: Float64Array, slopeMax: number): Tail {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const at = (share: number) => (sorted.length === 0 ? 0 : quantileSorted(sorted, 1 - share));
  const width = at(SLOPE_SHARES[1]) - at(SLOPE_SHARES[0]);
  const slope = width > 0 ? Math.log(SLOPE_SHARES[0] / SLOPE_SHARES[1]) / width : 1;
  return increasing(
    SIGN_SHARES.map(at),
    SIGN_SHARES.map((share) => -Math.log(share)),
    Math.min(slope, slopeMax),
  );
}

/** Keeps one knot per value, the one with the most traffic above. */
function increasing(values: readonly number[], nats: readonly number[], slope: number): Tail {
  const kept = values.flatMap((value, i) => (i === 0 || value > values[i - 1] ? [i] : []));
  return {
    values: Float64Array.from(kept, (i) => values[i]),
    nats: Float64Array.from(kept, (i) => nats[i]),
    slope,
  };
}

/** Nats of evidence beyond the median: 0 for the stranger half's edge and below, and for an unknown value. */
export function evidence(tail: Tail, value: number): number {
  return Math.min(Math.max(0, natsOf(tail, value) - tail.nats[0]), NATS_MAX);
}

function natsOf({ values, nats, slope }: Tail, value: number): number {
  const last = values.length - 1;
  if (Number.isNaN(value) || !(value > values[0])) return nats[0];
  if (value >= values[last]) return nats[last] + (value - values[last]) * slope;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle] <= value) low = middle;
    else high = middle;
  }
  return nats[low] + ((nats[high] - nats[low]) * (value - values[low])) / (values[high] - values[low]);
}

const JOINT_KNOTS = 400;

/** Learns the whole tail of the joint evidence, as far out as there are rows. */
export function fitJointTail(values: Float64Array): Tail {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  const knots: number[] = [];
  const nats: number[] = [];
  // Even steps in nats: as many knots between 1 % and .1 % as between 10 % and 1 %.
  const far = Math.log(count + 1) - Math.log(2);
  for (let k = 0; k <= JOINT_KNOTS && count > 0; k++) {
    const nat = (far * k) / JOINT_KNOTS;
    knots.push(quantileSorted(sorted, 1 - Math.exp(-nat)));
    nats.push(nat);
  }
  const [from, until] = [Math.floor(JOINT_KNOTS * 0.5), JOINT_KNOTS];
  const width = knots[until] - knots[from];
  return increasing(
    knots.length === 0 ? [0] : knots,
    nats.length === 0 ? [0] : nats,
    width > 0 ? (nats[until] - nats[from]) / width : 1,
  );
}

/** Share of ordinary traffic above a value of the joint evidence; below all of it the share is 1. */
export function tailShare(tail: Tail, value: number): number {
  return Math.exp(-natsOf(tail, value));
}
