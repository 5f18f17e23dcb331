import type { Transaction } from '../bank/transaction.ts';
import { CATALOG } from '../features/catalog.ts';
import { buildContext } from '../features/context.ts';
import { type PastRow, visiblePast } from '../features/past.ts';
import { correctionAt } from '../kernels/calibration/conformal.ts';
import { predictMean, predictQuantiles } from '../kernels/forest/predict-regression.ts';
import { explainTextValue } from '../kernels/text/explain.ts';
import { createTokens } from '../kernels/text/tokens.ts';
import { type AmountArtifact, estimateAmount, hideAmount, readForAmount } from './amount.ts';
import { writeAmountTokens } from './amount-tokens.ts';
import { scalePast } from './currency-scales.ts';
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

/**
 * Why `estimateAmount` says what it says. The mean log amount of the forest is explained, which adds up over trees; the
 * answer itself is the median of the same leaves, and the steps lead from one to the other.
 */
export function explainAmount(
  artifact: AmountArtifact,
  transaction: Transaction,
  past: readonly PastRow[],
  timezone: string,
  level: number,
): OpenExplanation {
  const { scratch, forest, statistics, scales } = artifact;
  const calibrated = estimateAmount(artifact, transaction, past, timezone, level).amount;
  const shift = readForAmount(artifact, transaction, past, timezone, scratch);
  const row = scratch.vector.slice();
  const output = predictMean(forest, row, 0);
  const quantiles = new Float64Array(3);
  predictQuantiles(forest, row, 0, [(1 - level) / 2, 0.5, (1 + level) / 2], quantiles);
  const [lower, median, upper] = quantiles;
  const widening = correctionAt(artifact.correction, level);
  const hidden = hideAmount(transaction);
  const tokens = createTokens({ named: true });
  writeAmountTokens(hidden, tokens);
  const text = listTerms(explainTextValue(artifact.text, tokens));
  const visible = scalePast(scales, visiblePast(past, hidden.at));
  const context = buildContext(hidden, visible, statistics, { score: text.score }, timezone);
  return {
    forest: { kind: 'values', forest },
    row,
    finish(base, contributions) {
      const listed = listContributions(row, contributions, (index) => CATALOG[index]);
      const effect = (isUp: boolean) => `${isUp ? 'raises' : 'lowers'} the amount`;
      const said = sayOnce(
        listed,
        ({ index, value }) => sayFeature(index, value ?? Number.NaN, context, 'amount_prediction'),
        FEATURE_WORDS_MAX,
      );
      return {
        explains: "The forest's mean of log amounts, ln(1 + |amount|) on the scale of the main currency",
        unit: 'log_amount',
        base_value: base,
        output,
        contributions: stripIndex(listed),
        text,
        members: [
          {
            name: 'forest',
            weight: 1,
            value: median,
            meaning: 'Median log amount of the training values in its leaves',
          },
          {
            name: 'text',
            weight: 0,
            value: text.score,
            meaning:
              'Log amount that words and fields suggest; the forest reads it as the feature text_score',
          },
        ],
        steps: [
          { name: 'median', value: median, meaning: 'Median of the values whose mean is output' },
          { name: 'lower_quantile', value: lower, meaning: 'Lower end of the interval in the same leaves' },
          { name: 'upper_quantile', value: upper, meaning: 'Upper end of the interval in the same leaves' },
          {
            name: 'widening',
            value: widening,
            meaning: 'What is put on both ends so that the interval keeps its promise (conformal correction)',
          },
          {
            name: 'currency_shift',
            value: shift,
            meaning: 'What is put back on log amounts of this currency; 0 for the main one',
          },
        ],
        calibrated,
        words: [
          ...sayTerms(text, effect),
          ...said.map(({ clause, contribution }) => `${clause}, which ${effect(contribution > 0)}`),
          `the interval was ${widening < 0 ? 'narrowed' : 'widened'} by a factor of ${Math.exp(Math.abs(widening)).toFixed(2)} at each end, to hold the amount in ${Math.round(100 * level)} of 100 cases`,
        ],
      };
    },
  };
}
