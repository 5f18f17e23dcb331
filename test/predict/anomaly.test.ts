import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { AppError } from '../../src/errors.ts';
import { toPastRow } from '../../src/features/past.ts';
import type { AnomalyArtifact } from '../../src/models/anomaly.ts';
import { predictAnomaly, riskLevel } from '../../src/predict/anomaly.ts';
import { PLAIN } from '../features/arbitrary.ts';
import { trainedAnomaly } from '../models/trained-anomaly.ts';

let artifact: AnomalyArtifact;
before(async () => {
  artifact = await trainedAnomaly();
});

describe('predictAnomaly', () => {
  it('reads the history of the account it is told, and none without one', async () => {
    const asked: [string, number, number][] = [];
    const dependencies = {
      model: () => ({ version: '1.0.0', artifact }),
      history: {
        async before(accountId: string, at: number, limit: number) {
          asked.push([accountId, at, limit]);
          return Array.from({ length: 30 }, (_, i) =>
            toPastRow({ ...PLAIN, at: PLAIN.at - (30 - i) * 86_400_000 }),
          );
        },
      },
      timezone: 'UTC',
      newId: () => 'id-1',
    };
    const without = await predictAnomaly(dependencies, {
      transaction: { ...PLAIN, accountId: null },
      sensitivity: 0.01,
    });
    assert.deepEqual(asked, []);
    assert.deepEqual(without.still_learning[0].what, 'account');
    const answer = await predictAnomaly(dependencies, { transaction: PLAIN, sensitivity: 0.01 });
    assert.deepEqual(asked, [[PLAIN.accountId, PLAIN.at, 256]]);
    assert.deepEqual(answer.still_learning, []);
    assert.equal(answer.features_used, 52);
    assert.equal(answer.prediction_id, 'id-1');
    assert.equal(answer.model_version, '1.0.0');
  });

  it('flags more the more one accepts to see flagged, at the same score', async () => {
    const dependencies = {
      model: () => ({ version: '1.0.0', artifact }),
      history: { before: async () => [] },
      timezone: 'UTC',
      newId: () => 'id-1',
    };
    const transaction = { ...PLAIN, accountId: null, amountMinor: -50_000 };
    const answers = [];
    for (const sensitivity of [1e-9, 0.01, 0.1, 0.5])
      answers.push(await predictAnomaly(dependencies, { transaction, sensitivity }));
    for (const { is_anomaly, anomaly_score, sensitivity } of answers) {
      assert.equal(is_anomaly, 1 - anomaly_score <= sensitivity + 1e-12);
      assert.equal(anomaly_score, answers[0].anomaly_score);
    }
    assert.equal(answers[0].is_anomaly, false);
    assert.equal(answers[3].is_anomaly, true);
  });

  it('says when no model serves', async () => {
    const dependencies = {
      model: () => null,
      history: { before: async () => [] },
      timezone: 'UTC',
      newId: () => 'id-1',
    };
    await assert.rejects(
      predictAnomaly(dependencies, { transaction: PLAIN, sensitivity: 0.01 }),
      (error) => error instanceof AppError && error.row.code === 'model_not_loaded',
    );
  });

  it('names levels of risk by the share of ordinary traffic that is stranger', () => {
    assert.deepEqual([0, 0.001, 0.0011, 0.01, 0.011, 0.05, 0.051, 1].map(riskLevel), [
      'critical',
      'critical',
      'high',
      'high',
      'medium',
      'medium',
      'low',
      'low',
    ]);
  });
});
