import type { AnomalyArtifact } from '../../src/models/anomaly.ts';
import { synthesise } from '../../src/training/synthetic.ts';
import { type AnomalyTraining, trainAnomaly } from '../../src/training/train-anomaly.ts';
import { SIMPLE } from './trained.ts';

/** Made-up accounts with several currencies, long enough for habits. */
export const ACCOUNTS = synthesise({ seed: 1, accounts: 12, days: 400 });

let training: Promise<AnomalyTraining> | null = null;

/** The training on {@link ACCOUNTS}, once a test file. */
export function anomalyTraining(): Promise<AnomalyTraining> {
  training ??= trainAnomaly(ACCOUNTS.transactions, null, { ...SIMPLE, isSimple: false });
  return training;
}

/** Its model. */
export async function trainedAnomaly(): Promise<AnomalyArtifact> {
  return (await anomalyTraining()).artifact;
}
