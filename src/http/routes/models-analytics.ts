import type { Route } from '../route.ts';
import { ANALYTICS_REPLY } from '../schemas/analytics.ts';

/** GET /models/analytics */
export const modelsAnalytics: Route = {
  operationId: 'modelsAnalytics',
  tag: 'models',
  summary: 'What was predicted',
  description:
    'Counts, category mix, confidences, amounts, anomalies of the answers that the processes at this port gave since they started. Memory is bounded; nothing of a transaction is kept.',
  replies: {
    200: {
      description: 'The figures',
      schema: ANALYTICS_REPLY,
      example: {
        success: true,
        since: '2025-01-06T09:30:00.000Z',
        processes: 1,
        predictions: {
          total: 6,
          by_model: {
            category_prediction: 2,
            amount_prediction: 1,
            anomaly_detection: 2,
            cashflow_forecasting: 1,
          },
          by_hour: [{ hour: '2025-01-06T09:00:00.000Z', count: 6 }],
        },
        category: {
          count: 2,
          abstained: 1,
          abstention_share: 0.5,
          mean_confidence: 0.66,
          mix: [
            { category: 'Food & Dining', count: 1, share: 0.5 },
            { category: 'Shopping', count: 1, share: 0.5 },
          ],
          other: 0,
          confidence_histogram: [
            { from: 0.4, to: 0.5, count: 1 },
            { from: 0.8, to: 0.9, count: 1 },
          ],
          confidence_bands: { VERY_HIGH: 0, HIGH: 0, MEDIUM: 1, LOW: 1 },
        },
        amount: { count: 1, mean: 38.4, p50: 38.4, p95: 38.4, max: 38.4 },
        anomaly: {
          count: 2,
          flagged: 1,
          anomaly_rate: 0.5,
          risk_levels: { low: 1, medium: 0, high: 1, critical: 0 },
        },
        cashflow: { count: 1 },
      },
    },
  },
  errors: [],
  bind: ({ models }) => ({ handle: async () => ({ success: true, ...(await models.analytics()) }) }),
};
