import type { Transaction } from '../bank/transaction.ts';
import { buildContext } from '../features/context.ts';
import { type PastRow, visiblePast } from '../features/past.ts';
import type { Statistics } from '../features/statistics.ts';
import { FEATURE_COUNT, featurize } from '../features/vector.ts';
import { explainIsolation } from '../kernels/isolation-forest/explain.ts';
import type { IsolationForest } from '../kernels/isolation-forest/forest.ts';
import { depthToScore, isolationDepth } from '../kernels/isolation-forest/predict.ts';
import { type AmountBook, merchantAmounts, usualAmounts } from './anomaly-amounts.ts';
import { readHabits } from './anomaly-habits.ts';
import {
  type AnomalyView,
  FOREST_SIGNS,
  HABIT_MIN,
  MERCHANT_KNOWN_MIN,
  SIGNS,
  type Told,
} from './anomaly-signs.ts';
import { evidence, type Tail, tailShare } from './anomaly-tail.ts';
import { countOf } from './anomaly-words.ts';
import type { PredictionSteps } from './model.ts';

/** What reads a transaction before it is judged; fitted on rows that all lie before those it reads in training. */
export interface AnomalyReader {
  readonly statistics: Statistics;
  readonly amounts: AmountBook;
  /** Share of timed traffic in each hour of the day, as a multiple of an even spread. */
  readonly hours: Float64Array;
}

/** How much of an account's past there is; what is ordinary is calibrated for each apart. */
export const PASTS = ['none', 'short', 'long'] as const;
export type PastKind = (typeof PASTS)[number];

/** A trained anomaly model. */
export interface AnomalyArtifact extends AnomalyReader {
  /** Over the signs it reads. */
  readonly forest: IsolationForest;
  /** What is usual of each sign: its 5 % and 95 % quantiles. */
  readonly usual: readonly (readonly [number, number])[];
  /** Tails of the signs in their order, and last that of the forest's score. */
  readonly tails: readonly Tail[];
  /** Tail of the joint evidence among ordinary traffic, by kind of past. */
  readonly joint: readonly Tail[];
  readonly scratch: AnomalyScratch;
}

/** What one thread reuses from prediction to prediction. */
export interface AnomalyScratch {
  readonly vector: Float32Array;
  readonly signs: Float64Array;
  readonly forestRow: Float32Array;
  /** Weighted evidence of the signs, and last of the forest. */
  readonly evidence: Float64Array;
}

/** Weight of the forest's tail: it sees everything at once, and everything is seldom what matters. */
export const FOREST_WEIGHT = 0.4;

/** One reason why a transaction is strange. */
export interface AnomalyReason extends Told {
  readonly feature: string;
  /** Share of all evidence, 0 to 1. */
  readonly contribution: number;
}

/** What is not known well enough yet. */
export interface Learning {
  readonly what: 'account' | 'merchant' | 'currency';
  readonly text: string;
}

export interface AnomalyReading {
  /** Share of ordinary traffic that is stranger. */
  readonly tailShare: number;
  /** 1 - tailShare. */
  readonly score: number;
  /** Strongest first. */
  readonly reasons: readonly AnomalyReason[];
  readonly learning: readonly Learning[];
}

export function createAnomalyScratch(): AnomalyScratch {
  return {
    vector: new Float32Array(FEATURE_COUNT),
    signs: new Float64Array(SIGNS.length),
    forestRow: new Float32Array(FOREST_SIGNS.length),
    evidence: new Float64Array(SIGNS.length + 1),
  };
}

/** Computes every sign of a transaction into the scratch. Serving and training both come through here. */
export function readSigns(
  reader: AnomalyReader,
  transaction: Transaction,
  past: readonly PastRow[],
  timezone: string,
  scratch: AnomalyScratch,
): AnomalyView {
  const visible = visiblePast(past, transaction.at);
  const context = buildContext(transaction, visible, reader.statistics, { score: Number.NaN }, timezone);
  featurize(context, 'anomaly_detection', scratch.vector);
  const view: AnomalyView = {
    context,
    vector: scratch.vector,
    habits: readHabits(visible, transaction, context.merchant, timezone),
    usual: usualAmounts(reader.amounts, transaction),
    merchantUsual: merchantAmounts(reader.amounts, context.merchant, transaction.currency),
    hourShare: transaction.timeKnown ? reader.hours[context.local.hour] : Number.NaN,
  };
  for (let s = 0; s < SIGNS.length; s++) scratch.signs[s] = SIGNS[s].read(view);
  for (let f = 0; f < FOREST_SIGNS.length; f++) scratch.forestRow[f] = scratch.signs[FOREST_SIGNS[f]];
  return view;
}

/** Which calibration a past belongs to. */
export function pastKind(count: number): number {
  return count === 0 ? 0 : count < HABIT_MIN ? 1 : 2;
}

/** What an artifact joins the signs with. */
export type AnomalyJudge = Pick<AnomalyArtifact, 'forest' | 'tails'>;

/**
 * Joins the signs in the scratch to one number, higher is stranger: the weighted sum of the evidence of their tails
 * (Fisher's method with Good's weights, 1955). An unknown sign adds nothing.
 */
export function joinEvidence({ forest, tails }: AnomalyJudge, scratch: AnomalyScratch): number {
  let joint = 0;
  for (let s = 0; s < SIGNS.length; s++) {
    const { weight } = SIGNS[s];
    const found = weight === 0 ? 0 : weight * evidence(tails[s], scratch.signs[s]);
    scratch.evidence[s] = found;
    joint += found;
  }
  const score = depthToScore(forest, isolationDepth(forest, scratch.forestRow));
  const found = FOREST_WEIGHT * evidence(tails[SIGNS.length], score);
  scratch.evidence[SIGNS.length] = found;
  return joint + found;
}

/** Share of ordinary traffic with a past of this kind that is stranger than the joint evidence. */
export function jointTail(
  artifact: Pick<AnomalyArtifact, 'joint'>,
  joint: number,
  pastCount: number,
): number {
  return tailShare(artifact.joint[pastKind(pastCount)], joint);
}

/** Judges one transaction; `past` holds the account's earlier rows in time order. No reasons are looked for. */
export function measure(
  artifact: AnomalyArtifact,
  transaction: Transaction,
  past: readonly PastRow[],
  timezone: string,
): { readonly view: AnomalyView; readonly tailShare: number } {
  const view = readSigns(artifact, transaction, past, timezone, artifact.scratch);
  return { view, tailShare: measureSigns(artifact, view) };
}

/** Share of ordinary traffic that is stranger than the signs in the scratch. */
function measureSigns(artifact: AnomalyArtifact, view: AnomalyView): number {
  return jointTail(artifact, joinEvidence(artifact, artifact.scratch), view.habits.count);
}

/** Rows less strange than this have nothing worth telling. */
export const TELL_FROM = 0.1;
const REASONS_MAX = 5;
const CONTRIBUTION_MIN = 0.04;

/** Judges one transaction and says why. */
export function assess(
  artifact: AnomalyArtifact,
  transaction: Transaction,
  past: readonly PastRow[],
  timezone: string,
): AnomalyReading {
  const view = ANOMALY_STEPS.read(artifact, transaction, past, timezone);
  return ANOMALY_STEPS.answer(artifact, transaction, view, null);
}

/** What the feature step made of a transaction: the signs, and what they were read from. */
export interface AnomalyFeatures {
  readonly view: AnomalyView;
  readonly signs: Float64Array;
  readonly forestRow: Float32Array;
}

/** {@link assess} in two steps; there is nothing to choose. */
export const ANOMALY_STEPS: PredictionSteps<
  AnomalyArtifact,
  AnomalyView,
  AnomalyFeatures,
  null,
  AnomalyReading
> = {
  read: (artifact, transaction, past, timezone) =>
    readSigns(artifact, transaction, past, timezone, artifact.scratch),
  keep: ({ scratch: { signs, forestRow } }, view) => ({
    view: { ...view, vector: view.vector.slice() },
    signs: signs.slice(),
    forestRow: forestRow.slice(),
  }),
  restore({ scratch }, { view, signs, forestRow }) {
    scratch.signs.set(signs);
    scratch.forestRow.set(forestRow);
    return view;
  },
  answer(artifact, _transaction, view) {
    const share = measureSigns(artifact, view);
    return {
      tailShare: share,
      score: 1 - share,
      reasons: share <= TELL_FROM ? findReasons(artifact, view) : [],
      learning: findGaps(view),
    };
  },
};

/** Attributes the joint evidence: that of a sign's own tail to the sign, that of the forest by its Shapley values. */
function findReasons({ forest, scratch, usual }: AnomalyArtifact, view: AnomalyView): AnomalyReason[] {
  const shares = new Float64Array(SIGNS.length);
  let total = 0;
  for (let s = 0; s < SIGNS.length; s++) {
    shares[s] = scratch.evidence[s];
    total += shares[s];
  }
  const fromForest = scratch.evidence[SIGNS.length];
  if (fromForest > 0) {
    const depths = new Float64Array(FOREST_SIGNS.length);
    explainIsolation(forest, scratch.forestRow, 0, depths);
    let shortened = 0;
    for (const depth of depths) shortened += Math.max(0, -depth);
    for (let f = 0; shortened > 0 && f < depths.length; f++)
      shares[FOREST_SIGNS[f]] += (fromForest * Math.max(0, -depths[f])) / shortened;
    total += fromForest;
  }
  const found = Array.from(shares, (share, s) => ({ s, contribution: share / total }))
    .filter(({ contribution }) => contribution >= CONTRIBUTION_MIN)
    .sort((a, b) => b.contribution - a.contribution)
    .map(({ s, contribution }) => ({ s, contribution, told: SIGNS[s].tell(view, usual[s]) }));
  // A usual value is no reason, with one exception: without the strongest sign, minor ones would pass for what mattered
  // most. Its words then say that it is usual. What only the forest reads counts because of what it goes with.
  const isReason = ({ s, told }: (typeof found)[number], rank: number) =>
    !told.isUsual || (rank === 0 && scratch.evidence[s] > 0);
  const reasons = found.filter(isReason);
  return (reasons.length > 0 ? reasons : found.slice(0, 1))
    .slice(0, REASONS_MAX)
    .map(({ s, contribution, told: { value, usual, text } }) => ({
      feature: SIGNS[s].name,
      value,
      usual,
      text,
      contribution,
    }));
}

function findGaps({ context, habits, usual }: AnomalyView): Learning[] {
  const gaps: Learning[] = [];
  const { accountId, currency } = context.transaction;
  if (accountId === null) gaps.push({ what: 'account', text: 'no account is named, so no habits are known' });
  else if (habits.count < HABIT_MIN)
    gaps.push({
      what: 'account',
      text: `the account has ${countOf(habits.count, 'earlier transaction')}; habits are known from ${HABIT_MIN}`,
    });
  const known = Math.max(context.merchantStatistic?.count ?? 0, context.past.merchantCount);
  if (context.merchant === '')
    gaps.push({ what: 'merchant', text: 'no merchant and no description is given' });
  else if (known < MERCHANT_KNOWN_MIN)
    gaps.push({
      what: 'merchant',
      text: `the merchant was ${known === 0 ? 'not seen' : `seen ${countOf(known, 'time')}`} at training or in this account; it is known from ${MERCHANT_KNOWN_MIN} transactions`,
    });
  if (usual === null)
    gaps.push({
      what: 'currency',
      text: `no amounts in ${currency ?? 'this currency'} were learnt, so the amount is not compared`,
    });
  return gaps;
}
