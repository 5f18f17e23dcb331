import type { AmountFigures } from '../amount-figures.ts';
import type { AmountDetails } from '../amount-trainer.ts';
import { renderAmountCoverage } from './amount-coverage.ts';
import { renderAmountCategories, renderAmountScatter, renderAmountScores } from './amount-scores.ts';
import { renderImportance } from './importance.ts';
import { type Note, noteFew } from './notes.ts';
import { formatFigure, formatInterval, formatShare } from './numbers.ts';
import type { ModelReport } from './report.ts';

const COVERAGE_FAIR = 0.03;

/** The amount model's part of a report. */
export function reportAmount(details: AmountDetails, figures: AmountFigures): ModelReport {
  const { scores, baselines, best_baseline, intervals } = details.evaluation;
  const at80 = intervals.find(({ level }) => level === 0.8);
  return {
    learns: 'learns how large a transaction is from everything but its amount',
    tiles: [
      {
        value: formatFigure(scores.mae_log),
        name: `error of the log amount (${nameBaseline(best_baseline)} ${formatFigure(baselines[best_baseline].mae_log)})`,
      },
      { value: formatFigure(scores.median_error, 2), name: 'half of the amounts are missed by less' },
      { value: formatShare(at80?.coverage), name: 'of amounts within their 80 % interval' },
    ],
    notes: noteAmount(details),
    sections: [
      renderAmountScores(details),
      renderAmountScatter(figures),
      renderAmountCoverage(details, figures),
      renderAmountCategories(figures, nameBaseline(best_baseline)),
      renderImportance(details.importance),
    ],
  };
}

/** A baseline in words. */
export function nameBaseline(name: string): string {
  return name.replaceAll('_', ' ');
}

function noteAmount({ evaluation }: AmountDetails): Note[] {
  const { beats_baseline, best_baseline, difference_to_baseline, intervals, test_rows } = evaluation;
  const difference = `Difference in the error of the log amount ${formatInterval(difference_to_baseline)} (95 % interval).`;
  return [
    ...noteFew(test_rows),
    beats_baseline
      ? {
          tone: 'good',
          gist: `It is nearer to the truth than the ${nameBaseline(best_baseline)}.`,
          text: difference,
        }
      : {
          tone: 'bad',
          gist: 'It does NOT beat its baseline.',
          text: `The ${nameBaseline(best_baseline)} is ${difference_to_baseline[0] > 0 ? 'nearer to the truth' : 'as near to the truth, as far as these rows can tell'}. ${difference}`,
        },
    ...intervals
      .filter(({ level, coverage }) => Math.abs(coverage - level) > COVERAGE_FAIR)
      .map(
        ({ level, coverage }): Note => ({
          tone: 'fair',
          gist: `Intervals of ${formatShare(level, 0)} held ${formatShare(coverage)} of the amounts.`,
          text:
            coverage < level
              ? 'They are too narrow on the newest rows.'
              : 'They are wider than they need be.',
        }),
      ),
  ];
}
