import { AMOUNT_MODEL } from '../models/models.ts';
import type { AmountParameters } from './fit-amount.ts';
import { type ActiveAmount, type AmountTraining, trainAmount } from './train-amount.ts';
import type { ActiveVersion, Trainer } from './trainer.ts';

/** The amount model's own part of training_summary.json. */
export type AmountDetails = Pick<AmountTraining, 'parameters' | 'trials' | 'evaluation' | 'importance'>;

/** Trains `amount_prediction`. */
export const AMOUNT_TRAINER: Trainer = {
  model: AMOUNT_MODEL.name,
  yardstick: {
    baseline: 'merchant_median',
    errors(details) {
      const { evaluation } = details as unknown as AmountDetails;
      return [evaluation.scores.mae_log, evaluation.baselines.merchant_median.mae_log];
    },
    margin: 0.15,
  },
  isSeeded: true,
  setsAside: 'have no amount',
  async train(rows, active, options) {
    const trained = await trainAmount(rows, active === null ? null : readActive(active), options);
    const { parameters, trials, evaluation, importance, artifact } = trained;
    const details: AmountDetails = { parameters, trials, evaluation, importance };
    const { mae_log, rmse_log, mae, median_error } = evaluation.scores;
    const coverage = evaluation.intervals.map(({ level, coverage: share }): [string, number] => [
      `coverage_${Math.round(100 * level)}`,
      share,
    ]);
    return {
      format: AMOUNT_MODEL.format,
      bytes: AMOUNT_MODEL.encode(artifact),
      facts: {
        trained_until: new Date(trained.trainedUntil).toISOString(),
        rows: trained.rowsUsed,
        metrics: { mae_log, rmse_log, mae, median_error, ...Object.fromEntries(coverage) },
        probes: AMOUNT_MODEL.probe(artifact),
      },
      rowsSetAside: trained.rowsSetAside,
      comparison: trained.comparison,
      details: { ...details },
      figures: trained.figures,
    };
  },
};

function readActive({ version, bytes, trainedUntil, summary }: ActiveVersion): ActiveAmount | null {
  const decoded = AMOUNT_MODEL.decode(bytes);
  if (!decoded.ok) return null;
  const parameters = (summary.parameters as AmountParameters | undefined) ?? null;
  return { version, artifact: decoded.artifact, trainedUntil, parameters };
}
