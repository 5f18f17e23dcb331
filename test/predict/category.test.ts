import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { AppError } from '../../src/errors.ts';
import type { CategoryArtifact } from '../../src/models/category.ts';
import { confidenceBand, predictCategory } from '../../src/predict/category.ts';
import { PLAIN } from '../features/arbitrary.ts';
import { trainedCategory } from '../models/trained.ts';

let artifact: CategoryArtifact;
before(async () => {
  artifact = await trainedCategory();
});

describe('predictCategory', () => {
  it('reads the history of the account it is told, and none without one', async () => {
    const asked: [string, number, number][] = [];
    const dependencies = {
      model: () => ({ version: '1.0.0', artifact }),
      history: {
        async before(accountId: string, at: number, limit: number) {
          asked.push([accountId, at, limit]);
          return [];
        },
      },
      timezone: 'UTC',
      newId: () => 'id-1',
    };
    await predictCategory(dependencies, { transaction: { ...PLAIN, accountId: null }, topK: 3 });
    assert.deepEqual(asked, []);
    const answer = await predictCategory(dependencies, { transaction: PLAIN, topK: 3 });
    assert.deepEqual(asked, [[PLAIN.accountId, PLAIN.at, 256]]);
    assert.equal(answer.features_used, 52);
    assert.equal(answer.prediction_id, 'id-1');
    assert.equal(answer.model_version, '1.0.0');
    assert.equal(answer.top_predictions.length, 3);
    assert.equal(answer.top_predictions[0].category, answer.predicted_category);
  });

  it('says when no model serves', async () => {
    const dependencies = {
      model: () => null,
      history: { before: async () => [] },
      timezone: 'UTC',
      newId: () => 'id-1',
    };
    await assert.rejects(
      predictCategory(dependencies, { transaction: PLAIN, topK: 1 }),
      (error) => error instanceof AppError && error.row.code === 'model_not_loaded',
    );
  });

  it('bands confidences as promised', () => {
    assert.deepEqual([0.98, 0.9799, 0.9, 0.8999, 0.7, 0.6999, 0].map(confidenceBand), [
      'VERY_HIGH',
      'HIGH',
      'HIGH',
      'MEDIUM',
      'MEDIUM',
      'LOW',
      'LOW',
    ]);
  });
});
