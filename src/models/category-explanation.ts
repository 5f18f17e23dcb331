import type { Transaction } from '../bank/transaction.ts';
import { CATALOG } from '../features/catalog.ts';
import type { PastRow } from '../features/past.ts';
import { applyPool } from '../kernels/calibration/pool.ts';
import { predictForest } from '../kernels/forest/predict.ts';
import { explainText } from '../kernels/text/explain.ts';
import { createTokens } from '../kernels/text/tokens.ts';
import { type CategoryArtifact, judge, MEMBERS } from './category.ts';
import { writeTokens } from './category-tokens.ts';
import {
  FEATURE_WORDS_MAX,
  listContributions,
  listTerms,
  type OpenExplanation,
  sayTerms,
  stripIndex,
} from './explanation.ts';
import { sayFeature } from './feature-words.ts';
import { sayOnce } from './say-once.ts';

const MEANINGS: Readonly<Record<(typeof MEMBERS)[number]['name'], string>> = {
  text: 'Words, letters and fields of the transaction',
  forest: 'The 52 features; its probability is what the contributions explain',
  lookup: "What the merchant was in training and in the account's past",
};

/** Why `classify` says what it says of a transaction; the forest's probability of the predicted class is explained. */
export function explainCategory(
  artifact: CategoryArtifact,
  transaction: Transaction,
  past: readonly PastRow[],
  timezone: string,
): OpenExplanation {
  const { best, context } = judge(artifact, transaction, past, timezone);
  const { scratch, pool, forest, statistics } = artifact;
  const category = statistics.categories[best];
  const calibrated = scratch.joint[best];
  const joined = new Float64Array(scratch.joint.length);
  applyPool(pool, scratch.members, joined);
  const joint = joined[best];
  const members = MEMBERS.map(({ name }, m) => ({
    name,
    weight: pool.weights[m],
    value: Math.exp(Math.max(pool.floor, scratch.members[m][best])),
    meaning: MEANINGS[name],
  }));
  const row = scratch.vector.slice();
  const probabilities = new Float64Array(forest.classCount);
  predictForest(forest, row, 0, probabilities);
  const tokens = createTokens({ named: true });
  writeTokens(transaction, artifact.recipe, tokens);
  const text = listTerms(explainText(artifact.text, tokens, best));
  return {
    forest: { kind: 'classes', forest, label: best },
    row,
    finish(base, contributions) {
      const listed = listContributions(row, contributions, (index) => CATALOG[index]);
      const effect = (isUp: boolean) => `speaks ${isUp ? 'for' : 'against'} ${category}`;
      const said = sayOnce(
        listed,
        ({ index, value }) => sayFeature(index, value ?? Number.NaN, context, 'category_prediction'),
        FEATURE_WORDS_MAX,
      );
      const strongest = members.reduce((a, b) => (b.weight > a.weight ? b : a));
      return {
        explains: `The forest's probability of ${category}`,
        unit: 'probability',
        base_value: base,
        output: probabilities[best],
        contributions: stripIndex(listed),
        text,
        members,
        steps: [
          { name: 'joint', value: joint, meaning: 'Probability after joining the members by their weights' },
          {
            name: 'calibrated',
            value: calibrated,
            meaning: 'Share of cases in which a guess this sure was right',
          },
        ],
        calibrated,
        words: [
          ...sayTerms(text, effect),
          ...said.map(({ clause, contribution }) => `${clause}, which ${effect(contribution > 0)}`),
          `the ${strongest.name} weighs most (${Math.round(100 * strongest.weight)} %) and gives ${category} ${Math.round(100 * strongest.value)} %`,
          `a guess this sure was right in about ${Math.round(100 * calibrated)} of 100 cases`,
        ],
      };
    },
  };
}
