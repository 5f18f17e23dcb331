import type { AmountFigures } from './amount-figures.ts';
import type { AnomalyFigures } from './anomaly-figures.ts';
import type { CashflowFigures } from './cashflow-figures.ts';
import type { CategoryFigures } from './category-figures.ts';

/** What a training hands its report to draw, by model: bounded samples and counts, never whole rows. */
export interface FiguresByModel {
  readonly category_prediction: CategoryFigures;
  readonly amount_prediction: AmountFigures;
  readonly anomaly_detection: AnomalyFigures;
  readonly cashflow_forecasting: CashflowFigures;
}

/** The figures of one model. */
export type Figures = FiguresByModel[keyof FiguresByModel];
