import type { ModelName } from '../models/model.ts';
import type { AmountDetails } from '../training/amount-trainer.ts';
import type { AnomalyDetails } from '../training/anomaly-trainer.ts';
import type { CashflowDetails } from '../training/cashflow-trainer.ts';
import type { CategoryDetails } from '../training/category-trainer.ts';

/** The one figure a model is known by. */
export interface Headline {
  /** Name among the metrics of its manifest, and what people call it. */
  readonly metric: string;
  readonly name: string;
  /** What it is to be read against: name and figure, from the model's own part of the summary. */
  readonly baseline: (summary: unknown) => readonly [name: string, value: number];
}

/** THE table of headline figures. */
export const HEADLINES: Readonly<Record<ModelName, Headline>> = {
  category_prediction: {
    metric: 'accuracy',
    name: 'accuracy',
    baseline: (summary) => [
      'text alone',
      (summary as CategoryDetails).evaluation.baselines.text_alone.accuracy,
    ],
  },
  amount_prediction: {
    metric: 'mae_log',
    name: 'error of log',
    baseline(summary) {
      const { best_baseline, baselines } = (summary as AmountDetails).evaluation;
      return [best_baseline.replaceAll('_', ' '), baselines[best_baseline].mae_log];
    },
  },
  anomaly_detection: {
    metric: 'planted_auc',
    name: 'ROC-AUC, planted',
    baseline: (summary) => ['plain forest', (summary as AnomalyDetails).evaluation.baseline_auc],
  },
  cashflow_forecasting: {
    metric: 'wape',
    name: 'WAPE by day',
    baseline: (summary) => [
      'seasonal naive',
      (summary as CashflowDetails).evaluation.baselines.seasonal_naive.wape,
    ],
  },
};

/** The headline figure of a version in words; empty when its manifest does not hold it. */
export function formatHeadline(model: ModelName, metrics: Readonly<Record<string, number>>): string {
  const { metric, name } = HEADLINES[model];
  const value = metrics[metric];
  return value === undefined ? '' : `${value.toFixed(3)} ${name}`;
}

/** What the figure is to be read against; empty when the summary does not hold it. */
export function formatBaseline(model: ModelName, summary: unknown): string {
  try {
    const [name, value] = HEADLINES[model].baseline(summary);
    return `${value.toFixed(3)} ${name}`;
  } catch (error) {
    // A summary is for people and may have been edited or written by another version of the program.
    if (error instanceof TypeError) return '';
    throw error;
  }
}
