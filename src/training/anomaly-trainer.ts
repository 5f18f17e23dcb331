import { ANOMALY_MODEL } from '../models/models.ts';
import type { AnomalyParameters } from './fit-anomaly.ts';
import { type ActiveAnomaly, type AnomalyTraining, trainAnomaly } from './train-anomaly.ts';
import type { ActiveVersion, Trainer } from './trainer.ts';

/** The anomaly model's own part of training_summary.json. */
export type AnomalyDetails = Pick<AnomalyTraining, 'parameters' | 'trials' | 'evaluation' | 'incident_share'>;

/** Trains `anomaly_detection`; categories are not looked at, and labels of anomalies do not exist. */
export const ANOMALY_TRAINER: Trainer = {
  model: ANOMALY_MODEL.name,
  yardstick: {
    baseline: 'plain_forest',
    errors(details) {
      const { evaluation } = details as unknown as AnomalyDetails;
      return [1 - evaluation.planted_auc, 1 - evaluation.baseline_auc];
    },
    margin: 0.3,
  },
  isSeeded: true,
  setsAside: 'have nothing to learn from',
  async train(rows, active, options) {
    const trained = await trainAnomaly(rows, active === null ? null : readActive(active), options);
    const { artifact, parameters, trials, evaluation, incident_share, comparison } = trained;
    const { planted_auc, baseline_auc, stability } = evaluation;
    const details: AnomalyDetails = { parameters, trials, evaluation, incident_share };
    return {
      format: ANOMALY_MODEL.format,
      bytes: ANOMALY_MODEL.encode(artifact),
      facts: {
        trained_until: new Date(trained.trainedUntil).toISOString(),
        rows: trained.rows,
        metrics: { planted_auc, baseline_auc, stability },
        probes: ANOMALY_MODEL.probe(artifact),
      },
      rowsSetAside: 0,
      comparison,
      details: { ...details },
      figures: trained.figures,
    };
  },
};

function readActive({ version, bytes, trainedUntil, summary }: ActiveVersion): ActiveAnomaly | null {
  const decoded = ANOMALY_MODEL.decode(bytes);
  if (!decoded.ok) return null;
  const parameters = (summary.parameters as AnomalyParameters | undefined) ?? null;
  return { version, artifact: decoded.artifact, trainedUntil, parameters };
}
