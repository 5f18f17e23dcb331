import { RECIPES } from '../models/category-tokens.ts';
import { CATEGORY_MODEL } from '../models/models.ts';
import type { CategoryParameters } from './fit-category.ts';
import { type ActiveCategory, type CategoryTraining, trainCategory } from './train-category.ts';
import type { ActiveVersion, Trainer } from './trainer.ts';

/** The category model's own part of training_summary.json. */
export type CategoryDetails = Pick<
  CategoryTraining,
  'parameters' | 'trials' | 'evaluation' | 'pool' | 'importance'
>;

/** Trains `category_prediction`. */
export const CATEGORY_TRAINER: Trainer = {
  model: CATEGORY_MODEL.name,
  yardstick: {
    baseline: 'merchant_lookup',
    errors(details) {
      const { evaluation } = details as unknown as CategoryDetails;
      return [1 - evaluation.scores.accuracy, 1 - evaluation.baselines.merchant_lookup.accuracy];
    },
    margin: 0.15,
  },
  isSeeded: true,
  setsAside: 'have no category',
  async train(rows, active, options) {
    const trained = await trainCategory(rows, active === null ? null : readActive(active), options);
    const { parameters, trials, evaluation, pool, importance, artifact } = trained;
    const { accuracy, macro_f1, log_loss, ece, brier } = evaluation.scores;
    const details: CategoryDetails = { parameters, trials, evaluation, pool, importance };
    return {
      format: CATEGORY_MODEL.format,
      bytes: CATEGORY_MODEL.encode(artifact),
      facts: {
        trained_until: new Date(trained.trainedUntil).toISOString(),
        rows: trained.rowsLabelled,
        metrics: { accuracy, macro_f1, log_loss, ece, brier },
        probes: CATEGORY_MODEL.probe(artifact),
      },
      rowsSetAside: trained.rowsUnlabelled,
      comparison: trained.comparison,
      details: { ...details },
      figures: trained.figures,
    };
  },
};

function readActive({ version, bytes, trainedUntil, summary }: ActiveVersion): ActiveCategory | null {
  const decoded = CATEGORY_MODEL.decode(bytes);
  if (!decoded.ok) return null;
  return {
    version,
    artifact: decoded.artifact,
    trainedUntil,
    parameters: readParameters(summary.parameters),
  };
}

/** Parameters as an earlier summary tells them; null when any is missing or not what this program knows. */
function readParameters(value: unknown): CategoryParameters | null {
  if (typeof value !== 'object' || value === null) return null;
  const { recipe, epochs, l2, trees, min_samples_leaf } = value as Record<string, unknown>;
  const known = RECIPES.find((name) => name === recipe);
  const counts = [epochs, trees, min_samples_leaf];
  if (known === undefined || typeof l2 !== 'number' || !(l2 >= 0)) return null;
  if (!counts.every((count) => Number.isInteger(count) && (count as number) >= 1)) return null;
  return {
    recipe: known,
    epochs: epochs as number,
    l2,
    trees: trees as number,
    min_samples_leaf: min_samples_leaf as number,
  };
}
