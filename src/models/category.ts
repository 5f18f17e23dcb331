import type { Transaction } from '../bank/transaction.ts';
import { buildContext, type FeatureContext } from '../features/context.ts';
import { type PastRow, visiblePast } from '../features/past.ts';
import type { Statistics } from '../features/statistics.ts';
import { FEATURE_COUNT, featurize } from '../features/vector.ts';
import { applyConfidence } from '../kernels/calibration/confidence.ts';
import type { Curve } from '../kernels/calibration/isotonic.ts';
import { applyPool, type Pool } from '../kernels/calibration/pool.ts';
import type { Forest } from '../kernels/forest/forest.ts';
import { predictForest } from '../kernels/forest/predict.ts';
import { createTextScratch, predictText, type TextModel, type TextScratch } from '../kernels/text/model.ts';
import { type CategoryLookup, lookUp } from './category-lookup.ts';
import { type Recipe, writeTokens } from './category-tokens.ts';
import type { PredictionSteps } from './model.ts';

/**
 * The members of the category model, in the order of the pool's weights. A probability below a member's floor counts as
 * the floor: a forest gives 0 to whatever its leaves did not hold, which says little; the others are smooth.
 */
export const MEMBERS = [
  { name: 'text', floor: 1e-6 },
  { name: 'forest', floor: 2e-3 },
  { name: 'lookup', floor: 1e-6 },
] as const;

/** What reads a transaction before the forest does; fitted on rows that all lie before those it reads in training. */
export interface CategoryReader {
  readonly recipe: Recipe;
  readonly statistics: Statistics;
  readonly text: TextModel;
  readonly lookup: CategoryLookup;
}

/** A trained category model. Classes are `statistics.categories`. */
export interface CategoryArtifact extends CategoryReader {
  readonly forest: Forest;
  /** Joins the members' log probabilities. */
  readonly pool: Pool;
  /** How often the joint guess is right at each confidence. */
  readonly confidence: Curve;
  /** Working memory of predictions; never part of the file. */
  readonly scratch: CategoryScratch;
}

/** What one thread reuses from prediction to prediction. */
export interface CategoryScratch {
  readonly text: TextScratch;
  readonly vector: Float32Array;
  /** Probabilities by member, and then their logs. */
  readonly members: readonly Float64Array[];
  readonly joint: Float64Array;
}

/** What the model says of one transaction. */
export interface CategoryReading {
  /** The likeliest categories, likeliest first; the first one's confidence is calibrated, the others share the rest. */
  readonly top: readonly { readonly category: string; readonly confidence: number }[];
  /** Why the best guess should not be acted on; null when it may be. */
  readonly abstentionReason: string | null;
}

/** Below this calibrated confidence a guess is more likely wrong than right, and the model abstains. */
export const ABSTAIN_BELOW = 0.5;

/** Working memory for a reader and the forest of `classCount` classes. */
export function createCategoryScratch(reader: CategoryReader): CategoryScratch {
  const classCount = reader.statistics.categories.length;
  return {
    text: createTextScratch(reader.text),
    vector: new Float32Array(FEATURE_COUNT),
    members: MEMBERS.map(() => new Float64Array(classCount)),
    joint: new Float64Array(classCount),
  };
}

/**
 * Lets text and lookup read a transaction into the scratch's first and third member, and computes the feature vector
 * the forest wants. Serving and training both come through here.
 */
export function readTransaction(
  reader: CategoryReader,
  transaction: Transaction,
  past: readonly PastRow[],
  timezone: string,
  scratch: CategoryScratch,
): FeatureContext {
  const [text, , lookup] = scratch.members;
  writeTokens(transaction, reader.recipe, scratch.text.tokens);
  predictText(reader.text, scratch.text, text);
  const visible = visiblePast(past, transaction.at);
  const context = buildContext(transaction, visible, reader.statistics, { score: likeliest(text) }, timezone);
  lookUp(reader.lookup, context.merchant, visible, transaction.at, reader.statistics.categoryCodes, lookup);
  featurize(context, 'category_prediction', scratch.vector);
  return context;
}

/** Turns a member's probabilities into their logs, in place. */
export function takeLogs(probabilities: Float64Array, floor: number): void {
  for (let k = 0; k < probabilities.length; k++)
    probabilities[k] = Math.log(Math.max(probabilities[k], floor));
}

/** Index of the largest entry, the first among equals. */
export function likeliest(probabilities: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < probabilities.length; k++) if (probabilities[k] > probabilities[best]) best = k;
  return best;
}

/**
 * Puts the calibrated confidence on the likeliest class of `joint`, in place; the others keep their proportions and
 * share what is left, none above the likeliest. Returns the likeliest class.
 */
export function calibrateJoint(confidence: Curve, joint: Float64Array): number {
  const best = likeliest(joint);
  const before = joint[best];
  const after = applyConfidence(confidence, before);
  const scale = before < 1 ? (1 - after) / (1 - before) : 0;
  for (let k = 0; k < joint.length; k++) joint[k] = Math.min(joint[k] * scale, after);
  joint[best] = after;
  return best;
}

/** Fills the scratch's joint probabilities, calibrated, and returns the likeliest class and the context it was read in. */
export function judge(
  artifact: CategoryArtifact,
  transaction: Transaction,
  past: readonly PastRow[],
  timezone: string,
): { readonly best: number; readonly context: FeatureContext } {
  const context = readTransaction(artifact, transaction, past, timezone, artifact.scratch);
  return { best: join(artifact), context };
}

/** Lets the forest read the vector in the scratch, and joins the members there; returns the likeliest class. */
function join(artifact: CategoryArtifact): number {
  const { scratch } = artifact;
  predictForest(artifact.forest, scratch.vector, 0, scratch.members[1]);
  for (let m = 0; m < MEMBERS.length; m++) takeLogs(scratch.members[m], MEMBERS[m].floor);
  applyPool(artifact.pool, scratch.members, scratch.joint);
  return calibrateJoint(artifact.confidence, scratch.joint);
}

/**
 * Predicts the category of a transaction. `past` holds the account's earlier rows in time order (later ones are
 * ignored); `topK` likeliest categories are listed, at least one.
 */
export function classify(
  artifact: CategoryArtifact,
  transaction: Transaction,
  past: readonly PastRow[],
  timezone: string,
  topK: number,
): CategoryReading {
  const grounds = CATEGORY_STEPS.read(artifact, transaction, past, timezone);
  return CATEGORY_STEPS.answer(artifact, transaction, grounds, topK);
}

/** What an abstention is explained by. */
interface CategoryGrounds {
  readonly hasText: boolean;
  readonly isMerchantKnown: boolean;
}

/** What the feature step made of a transaction, small because thousands are kept and die old. */
export interface CategoryFeatures extends CategoryGrounds {
  /** The vector, and then what text and lookup read. */
  readonly numbers: Float64Array;
}

/** {@link classify} in two steps; the option is how many of the likeliest categories to list. */
export const CATEGORY_STEPS: PredictionSteps<
  CategoryArtifact,
  CategoryGrounds,
  CategoryFeatures,
  number,
  CategoryReading
> = {
  read(artifact, transaction, past, timezone) {
    const context = readTransaction(artifact, transaction, past, timezone, artifact.scratch);
    return { hasText: context.text !== '', isMerchantKnown: context.merchantStatistic !== undefined };
  },
  keep({ scratch: { vector, members } }, { hasText, isMerchantKnown }) {
    const [text, , lookup] = members;
    const numbers = new Float64Array(vector.length + text.length + lookup.length);
    numbers.set(vector);
    numbers.set(text, vector.length);
    numbers.set(lookup, vector.length + text.length);
    return { numbers, hasText, isMerchantKnown };
  },
  restore({ scratch: { vector, members } }, kept) {
    const [text, , lookup] = members;
    vector.set(kept.numbers.subarray(0, vector.length));
    text.set(kept.numbers.subarray(vector.length, vector.length + text.length));
    lookup.set(kept.numbers.subarray(vector.length + text.length));
    return kept;
  },
  answer: (artifact, _transaction, grounds, topK) => listLikeliest(artifact, join(artifact), grounds, topK),
};

/** Takes the likeliest categories out of the scratch's joint probabilities. */
function listLikeliest(
  artifact: CategoryArtifact,
  best: number,
  grounds: CategoryGrounds,
  topK: number,
): CategoryReading {
  const { joint } = artifact.scratch;
  const confidence = joint[best];
  const { categories } = artifact.statistics;
  const listed = Math.min(Math.max(1, topK), categories.length);
  const top: { category: string; confidence: number }[] = [{ category: categories[best], confidence }];
  joint[best] = -1;
  while (top.length < listed) {
    const next = likeliest(joint);
    top.push({ category: categories[next], confidence: joint[next] });
    joint[next] = -1;
  }
  return { top, abstentionReason: abstentionReason(grounds, confidence) };
}

function abstentionReason({ hasText, isMerchantKnown }: CategoryGrounds, confidence: number): string | null {
  if (confidence >= ABSTAIN_BELOW) return null;
  const chance = `the best guess is right in only ${Math.round(100 * confidence)} of 100 cases`;
  if (!hasText) return `no description and no merchant to go by; ${chance}`;
  if (!isMerchantKnown) return `the merchant was never seen in training; ${chance}`;
  return chance;
}
