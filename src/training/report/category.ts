import type { CategoryFigures } from '../category-figures.ts';
import type { CategoryDetails } from '../category-trainer.ts';
import { renderBands, renderReliability } from './category-confidence.ts';
import { renderConfusion } from './category-confusion.ts';
import { renderCategoryScores, renderClasses } from './category-scores.ts';
import { renderImportance } from './importance.ts';
import { type Note, noteFew } from './notes.ts';
import { formatCount, formatFigure, formatInterval, formatShare } from './numbers.ts';
import type { ModelReport } from './report.ts';

const ECE_FAIR = 0.05;
/** Bands whose precision is promised. */
const PROMISED = ['VERY_HIGH', 'HIGH'];

/** The category model's part of a report. */
export function reportCategory(details: CategoryDetails, figures: CategoryFigures): ModelReport {
  const { scores, baselines } = details.evaluation;
  return {
    learns: 'learns which category a transaction belongs to',
    tiles: [
      {
        value: formatShare(scores.accuracy),
        name: `accuracy (text alone ${formatShare(baselines.text_alone.accuracy)})`,
      },
      {
        value: formatFigure(scores.macro_f1),
        name: `macro-F1 (text alone ${formatFigure(baselines.text_alone.macro_f1)})`,
      },
      { value: formatFigure(scores.ece), name: 'expected calibration error' },
      { value: formatShare(scores.abstained_share), name: 'of the rows it abstains' },
    ],
    notes: noteCategory(details),
    sections: [
      renderCategoryScores(details),
      renderBands(scores),
      renderReliability(scores),
      renderConfusion(figures.confusion),
      renderClasses(figures.classes),
      renderImportance(details.importance),
    ],
  };
}

function noteCategory({ evaluation }: CategoryDetails): Note[] {
  const { scores, beats_baseline, difference_to_text } = evaluation;
  const difference = `Difference in accuracy ${formatInterval([100 * difference_to_text[0], 100 * difference_to_text[1]], 1)} points (95 % interval, ${formatCount(scores.rows)} rows).`;
  const notes: Note[] = [
    ...noteFew(scores.rows),
    beats_baseline
      ? { tone: 'good', gist: 'It is more accurate than text alone.', text: difference }
      : {
          tone: 'bad',
          gist: 'It does NOT beat its baseline.',
          text: `It is not shown to be more accurate than a plain text classifier. ${difference}`,
        },
  ];
  for (const { band, from, share, precision } of scores.bands) {
    const rows = share * scores.rows;
    if (!PROMISED.includes(band) || !(rows > 0)) continue;
    if (precision >= from - 2 * Math.sqrt((from * (1 - from)) / rows)) continue;
    notes.push({
      tone: 'bad',
      gist: `Band ${band} does not keep its promise.`,
      text: `${formatShare(precision)} of its rows are right where at least ${formatShare(from, 0)} are promised.`,
    });
  }
  if (scores.ece > ECE_FAIR) {
    notes.push({
      tone: 'fair',
      gist: 'Confidences are off.',
      text: `They differ from how often the model is right by ${formatShare(scores.ece)} on average.`,
    });
  }
  return notes;
}
