import { CASHFLOW_MODEL } from '../models/models.ts';
import type { CashflowParameters } from './fit-cashflow.ts';
import { type ActiveCashflow, type CashflowTraining, trainCashflow } from './train-cashflow.ts';
import type { ActiveVersion, Trainer } from './trainer.ts';

/** The cash-flow model's own part of training_summary.json. */
export type CashflowDetails = Pick<
  CashflowTraining,
  'parameters' | 'trials' | 'evaluation' | 'prior_weights'
>;

/** Trains `cashflow_forecasting`. */
export const CASHFLOW_TRAINER: Trainer = {
  model: CASHFLOW_MODEL.name,
  yardstick: {
    baseline: 'seasonal_naive',
    errors(details) {
      const { evaluation } = details as unknown as CashflowDetails;
      return [evaluation.scores.wape, evaluation.baselines.seasonal_naive.wape];
    },
    margin: 0.25,
  },
  isSeeded: false,
  setsAside:
    'have no amount, or are not of the busiest accounts, of enough days, or in the main currency of theirs',
  async train(rows, active, options) {
    const trained = await trainCashflow(rows, active === null ? null : readActive(active), options);
    const { parameters, trials, evaluation, prior_weights, artifact } = trained;
    const details: CashflowDetails = { parameters, trials, evaluation, prior_weights };
    return {
      format: CASHFLOW_MODEL.format,
      bytes: CASHFLOW_MODEL.encode(artifact),
      facts: {
        trained_until: new Date(trained.trainedUntil).toISOString(),
        rows: trained.rowsUsed,
        metrics: { ...evaluation.scores },
        probes: CASHFLOW_MODEL.probe(artifact),
      },
      rowsSetAside: trained.rowsSetAside,
      comparison: trained.comparison,
      details: { ...details },
      figures: trained.figures,
    };
  },
};

function readActive({ version, bytes, trainedUntil, summary }: ActiveVersion): ActiveCashflow | null {
  const decoded = CASHFLOW_MODEL.decode(bytes);
  if (!decoded.ok) return null;
  const parameters = (summary.parameters as CashflowParameters | undefined) ?? null;
  return { version, artifact: decoded.artifact, trainedUntil, parameters };
}
