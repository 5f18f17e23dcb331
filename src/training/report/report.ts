import type { AmountDetails } from '../amount-trainer.ts';
import type { AnomalyDetails } from '../anomaly-trainer.ts';
import type { CashflowDetails } from '../cashflow-trainer.ts';
import type { CategoryDetails } from '../category-trainer.ts';
import type { Figures, FiguresByModel } from '../figures.ts';
import type { TrainingSummary } from '../train.ts';
import { reportAmount } from './amount.ts';
import { reportAnomaly } from './anomaly.ts';
import { reportCashflow } from './cashflow.ts';
import { reportCategory } from './category.ts';
import { html, type Markup } from './html.ts';
import { type Note, renderNotes } from './notes.ts';
import { page } from './page.ts';
import { renderProvenance, renderSettings, renderVerdict } from './provenance.ts';
import { renderTiles, type Tile } from './tiles.ts';

/** A model's own part of a report. */
export interface ModelReport {
  /** What it learns, as the end of a sentence about the model. */
  readonly learns: string;
  readonly tiles: readonly Tile[];
  readonly notes: readonly Note[];
  readonly sections: readonly Markup[];
}

/** THE table of what each model's report says. */
const REPORTS: {
  readonly [Name in keyof FiguresByModel]: (
    summary: TrainingSummary,
    figures: FiguresByModel[Name],
  ) => ModelReport;
} = {
  category_prediction: (summary, figures) => reportCategory(summary as unknown as CategoryDetails, figures),
  amount_prediction: (summary, figures) => reportAmount(summary as unknown as AmountDetails, figures),
  anomaly_detection: (summary, figures) => reportAnomaly(summary as unknown as AnomalyDetails, figures),
  cashflow_forecasting: (summary, figures) => reportCashflow(summary as unknown as CashflowDetails, figures),
};

/**
 * Draws the report of a training and returns what puts the version's id on it: one HTML document, no script, nothing
 * loaded from anywhere, every text of the data escaped. A pure function of its arguments.
 */
export function drawReport(summary: TrainingSummary, figures: Figures): (version: string) => string {
  const report = REPORTS[summary.model] as (summary: TrainingSummary, figures: Figures) => ModelReport;
  const { learns, tiles, notes, sections } = report(summary, figures);
  const { data, model, created_at } = summary;
  const renderHead = (version: string) => html`<header>
<h1>${model} <span class="soft">${version}</span></h1>
<p class="soft">Training report, ${created_at.slice(0, 16).replace('T', ' ')} UTC. This model ${learns}. Learnt from ${data.from.slice(0, 10)} to ${data.until.slice(0, 10)}; judged on the newest part, which it had not seen, then refitted on everything.</p>
</header>`;
  const content = [
    renderTiles(tiles),
    renderNotes(notes),
    renderVerdict(summary.verdict, summary.comparison),
    ...sections,
    renderSettings(summary.parameters, summary.trials),
    renderProvenance(summary),
  ];
  return (version) => page(`Training report: ${model} ${version}`, [renderHead(version), ...content]);
}
