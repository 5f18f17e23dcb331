import type { AnomalyDetails } from '../anomaly-trainer.ts';
import { html, type Markup, section, table } from './html.ts';
import { formatCount, formatFigure, formatShare } from './numbers.ts';

/** The model beside a plain isolation forest, by kind of planted strangeness. */
export function renderAnomalyScores({ evaluation }: AnomalyDetails): Markup {
  const { planted, planted_auc, baseline_auc, train_rows, test_rows, test_from } = evaluation;
  const total = planted.reduce((sum, { rows }) => sum + rows, 0);
  return section(
    'Against a plain isolation forest',
    html`<p>There are no labels. Fitted on ${formatCount(train_rows)} rows, judged on the ${formatCount(test_rows)} after them (from ${new Date(test_from).toISOString().slice(0, 10)}): as they are, and with copies made strange on purpose. The figure is ROC-AUC, the chance that a strange copy is found stranger than a row as it is.</p>`,
    table(
      [
        { name: 'made strange by' },
        { name: 'rows', isNumber: true },
        { name: 'this model', isNumber: true },
        { name: 'plain forest', isNumber: true },
        { name: 'flagged at .01', isNumber: true },
      ],
      [
        ...planted.map((row) => [
          row.kind.replaceAll('_', ' '),
          formatCount(row.rows),
          formatFigure(row.auc),
          formatFigure(row.baseline_auc),
          formatShare(row.flagged),
        ]),
        ['all', formatCount(total), formatFigure(planted_auc), formatFigure(baseline_auc), ''],
      ],
    ),
    html`<p class="soft">Rows as they are may hold real anomalies too, so even a perfect detector stays below 1. The plain forest sees amount, hour and weekday.</p>`,
  );
}
