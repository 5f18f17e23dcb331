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
    };
  },
};

function readActive({ version, bytes, trainedUntil, summary }: ActiveVersion): ActiveCategory | null {
  const decoded = CATEGORY_MODEL.decode(bytes);
  if (!decoded.ok) return null;
  const parameters = (summary.parameters as CategoryParameters | undefined) ?? null;
  return { version, artifact: decoded.artifact, trainedUntil, parameters };
}
