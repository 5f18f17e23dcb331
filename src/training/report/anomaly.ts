import type { AnomalyFigures } from '../anomaly-figures.ts';
import type { AnomalyDetails } from '../anomaly-trainer.ts';
import { renderDistributions, renderFlagged } from './anomaly-flags.ts';
import { renderReasons } from './anomaly-reasons.ts';
import { renderAnomalyScores } from './anomaly-scores.ts';
import { type Note, noteFew } from './notes.ts';
import { formatFigure, formatInterval, formatShare } from './numbers.ts';
import type { ModelReport } from './report.ts';

const STABILITY_FAIR = 0.5;
const SENSITIVITY = 0.01;
/** Flagging more often than this many times the sensitivity deserves a word. */
const FLAGGED_FAIR = 2;

/** The anomaly model's part of a report. */
export function reportAnomaly(details: AnomalyDetails, figures: AnomalyFigures): ModelReport {
  const { planted_auc, baseline_auc, stability, flagged } = details.evaluation;
  const at = flagged.find(({ sensitivity }) => sensitivity === SENSITIVITY);
  return {
    learns: 'learns without labels what is ordinary, and says how strange a transaction is',
    tiles: [
      {
        value: formatFigure(planted_auc),
        name: `ROC-AUC on planted strangeness (plain isolation forest ${formatFigure(baseline_auc)})`,
      },
      { value: formatShare(at?.share), name: `of the newest rows flagged at sensitivity ${SENSITIVITY}` },
      { value: formatShare(stability, 0), name: 'of flagged rows stay flagged with another seed' },
    ],
    notes: noteAnomaly(details),
    sections: [
      renderAnomalyScores(details),
      renderDistributions(figures),
      renderFlagged(figures),
      renderReasons(figures),
    ],
  };
}

function noteAnomaly({ evaluation, incident_share }: AnomalyDetails): Note[] {
  const { beats_baseline, difference_to_baseline, stability, flagged, test_rows } = evaluation;
  const difference = `Difference in ROC-AUC ${formatInterval(difference_to_baseline)} (95 % interval).`;
  const notes: Note[] = [
    ...noteFew(test_rows),
    beats_baseline
      ? {
          tone: 'good',
          gist: 'It finds planted strangeness better than a plain isolation forest.',
          text: difference,
        }
      : {
          tone: 'bad',
          gist: 'It does NOT beat its baseline.',
          text: `It is not shown to find planted strangeness better than an isolation forest on amount, hour and weekday. ${difference}`,
        },
  ];
  const at = flagged.find(({ sensitivity }) => sensitivity === SENSITIVITY);
  if (at !== undefined && at.share > FLAGGED_FAIR * SENSITIVITY) {
    notes.push({
      tone: 'fair',
      gist: `It flags ${formatShare(at.share)} where ${formatShare(SENSITIVITY, 0)} of ordinary traffic is accepted.`,
      text: 'The newest rows hold incidents, or traffic has changed since the older part.',
    });
  }
  if (stability < STABILITY_FAIR) {
    notes.push({
      tone: 'fair',
      gist: 'What is flagged depends on the seed.',
      text: `Only ${formatShare(stability, 0)} of what either of two seeds flags is flagged by both.`,
    });
  }
  if (incident_share > 0) {
    notes.push({
      tone: 'good',
      gist: `${formatShare(incident_share)} of the calibration rows came in incidents.`,
      text: 'They were set aside, so that they are not taken for ordinary.',
    });
  }
  return notes;
}
