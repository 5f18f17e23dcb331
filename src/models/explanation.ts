import type { Forest } from '../kernels/forest/forest.ts';
import type { RegressionForest } from '../kernels/forest/regression.ts';
import type { IsolationForest } from '../kernels/isolation-forest/forest.ts';
import type { TextTerm } from '../kernels/text/explain.ts';

/** What one feature added to what the forest says. */
export interface FeatureContribution {
  readonly feature: string;
  /** As the forest reads it; null when it is not known. */
  readonly value: number | null;
  readonly contribution: number;
  readonly meaning: string;
}

/** What one word, run of letters or field added to the text part's score. */
export interface ExplainedTerm {
  readonly term: string;
  readonly kind: 'word' | 'letters' | 'field';
  readonly contribution: number;
}

/** The linear score of the text part: bias + contributions of the terms + rest = score. */
export interface TextExplanation {
  readonly bias: number;
  readonly score: number;
  /** Largest effect first. */
  readonly terms: readonly ExplainedTerm[];
  /** Sum of the terms that are not listed. */
  readonly rest: number;
}

/** One part of the model, what it weighs and what it says. */
export interface ExplainedMember {
  readonly name: string;
  readonly weight: number;
  readonly value: number;
  readonly meaning: string;
}

/** A number on the way from what the forest says to the answer. */
export interface ExplainedStep {
  readonly name: string;
  readonly value: number;
  readonly meaning: string;
}

/** Why the model answers as it does. */
export interface Explanation {
  /** What `output` is, in words. */
  readonly explains: string;
  readonly unit: 'probability' | 'log_amount' | 'path_length';
  /** What the forest says of its own training rows on average. */
  readonly base_value: number;
  /** What the forest says of this transaction: base_value + contributions. */
  readonly output: number;
  /** Of every feature that changed the output, largest effect first. */
  readonly contributions: readonly FeatureContribution[];
  /** Absent where a model reads no words. */
  readonly text?: TextExplanation;
  readonly members: readonly ExplainedMember[];
  readonly steps: readonly ExplainedStep[];
  /** The number the answer rests on, in the end. */
  readonly calibrated: number;
  /** What mattered most, in sentences. */
  readonly words: readonly string[];
}

/** A forest whose answer to a row is to be explained. */
export type ExplainedForest =
  | { readonly kind: 'classes'; readonly forest: Forest; readonly label: number }
  | { readonly kind: 'values'; readonly forest: RegressionForest }
  | { readonly kind: 'isolation'; readonly forest: IsolationForest };

/**
 * An explanation but for the forest's contributions, which take long enough to be computed elsewhere. It holds copies:
 * the model may answer other questions before `finish` is called.
 */
export interface OpenExplanation {
  readonly forest: ExplainedForest;
  readonly row: Float32Array;
  readonly finish: (base: number, contributions: Float64Array) => Explanation;
}

const TERMS_MAX = 12;
/** Clauses about features, and about words, that become sentences. */
export const FEATURE_WORDS_MAX = 4;
const TERM_WORDS_MAX = 2;

/** The features that changed the output, largest effect first; `meanings` gives name and meaning by index. */
export function listContributions(
  row: Float32Array,
  contributions: Float64Array,
  meanings: (index: number) => { readonly name: string; readonly meaning: string },
): (FeatureContribution & { readonly index: number })[] {
  return Array.from(contributions, (contribution, index) => ({ contribution, index }))
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution) || a.index - b.index)
    .map(({ contribution, index }) => {
      const { name, meaning } = meanings(index);
      const value = row[index];
      return { feature: name, value: Number.isFinite(value) ? value : null, contribution, meaning, index };
    });
}

/** Drops what only the building of sentences needed. */
export function stripIndex(
  listed: readonly (FeatureContribution & { readonly index: number })[],
): FeatureContribution[] {
  return listed.map(({ index: _, ...contribution }) => contribution);
}

/** Lists the strongest terms in readable form and adds up the others. */
export function listTerms({ bias, terms }: { bias: number; terms: readonly TextTerm[] }): TextExplanation {
  let score = bias;
  let rest = 0;
  for (const [i, { contribution }] of terms.entries()) {
    score += contribution;
    if (i >= TERMS_MAX) rest += contribution;
  }
  const listed = terms.slice(0, TERMS_MAX);
  return {
    bias,
    score,
    terms: listed.map(({ token, contribution }) => ({ ...readTerm(token), contribution })),
    rest,
  };
}

/** `account=A\u0001word=shop` is the field "account A, word shop"; only a field holds an equals sign. */
function readTerm(token: string): Pick<ExplainedTerm, 'term' | 'kind'> {
  if (!token.includes('=')) return { term: token, kind: token.startsWith('…') ? 'letters' : 'word' };
  return { term: token.split('\u0001').map(readField).join(', '), kind: 'field' };
}

function readField(part: string): string {
  const at = part.indexOf('=');
  const [name, value] = [part.slice(0, at), part.slice(at + 1)];
  switch (name) {
    // Sizes of amounts: the log to base 2, or its double, rounded.
    case 'octave':
      return `amount near ${sizeOf(Number(value))}`;
    case 'half_octave':
      return `amount nearer ${sizeOf(Number(value) / 2)}`;
    case 'amount':
      return `amount of exactly ${value} in its smallest unit`;
    default:
      return `${name.replaceAll('_', ' ')} ${value}`;
  }
}

function sizeOf(octaves: number): string {
  return (Math.sign(octaves) * (2 ** Math.abs(octaves) - 1)).toLocaleString('en', {
    maximumFractionDigits: 0,
  });
}

/** Sentences about the strongest words and fields; runs of letters say little to a reader. */
export function sayTerms({ terms }: TextExplanation, effect: (isUp: boolean) => string): string[] {
  return terms
    .filter(({ kind, contribution }) => kind !== 'letters' && contribution !== 0)
    .slice(0, TERM_WORDS_MAX)
    .map(({ term, kind, contribution }) => `the ${kind} "${term}" ${effect(contribution > 0)}`);
}
