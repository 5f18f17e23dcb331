import type { AnalyticsReport } from '../../monitoring/analytics.ts';
import { closedObject, type JsonSchema } from './json-schema.ts';
import type { Succeeded } from './models.ts';

const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
const SHARE: JsonSchema = { type: 'number', minimum: 0, maximum: 1 };
const SHARE_OR_NULL: JsonSchema = { ...SHARE, type: ['number', 'null'] };
const NUMBER_OR_NULL: JsonSchema = { type: ['number', 'null'] };

function counts(title: string, names: readonly string[]): JsonSchema {
  return closedObject<Record<string, number>>(title, Object.fromEntries(names.map((name) => [name, COUNT])));
}

/** Reply of GET /models/analytics. */
export const ANALYTICS_REPLY = closedObject<Succeeded<AnalyticsReport>>('Analytics', {
  success: { type: 'boolean' },
  since: { type: 'string', description: 'Answers are counted from this instant on' },
  processes: { ...COUNT, minimum: 1, description: 'Processes whose answers are counted' },
  predictions: closedObject<AnalyticsReport['predictions']>('PredictionCounts', {
    total: COUNT,
    by_model: { type: 'object', description: 'By registry name', additionalProperties: COUNT },
    by_hour: {
      type: 'array',
      description: 'Each of the last 24 hours of the clock in UTC, oldest first',
      items: closedObject<AnalyticsReport['predictions']['by_hour'][number]>('HourCount', {
        hour: { type: 'string', description: 'Its first instant' },
        count: COUNT,
      }),
    },
  }),
  category: closedObject<AnalyticsReport['category']>('CategoryAnalytics', {
    count: COUNT,
    abstained: COUNT,
    abstention_share: SHARE_OR_NULL,
    mean_confidence: SHARE_OR_NULL,
    mix: {
      type: 'array',
      description: 'Predicted categories, most frequent first; at most 256 are counted apart',
      items: closedObject<AnalyticsReport['category']['mix'][number]>('CategoryCount', {
        category: { type: 'string' },
        count: COUNT,
        share: SHARE,
      }),
    },
    other: { ...COUNT, description: 'Predictions of further categories' },
    confidence_histogram: {
      type: 'array',
      items: closedObject<AnalyticsReport['category']['confidence_histogram'][number]>('ConfidenceBin', {
        from: SHARE,
        to: SHARE,
        count: COUNT,
      }),
    },
    confidence_bands: counts('BandCounts', ['VERY_HIGH', 'HIGH', 'MEDIUM', 'LOW']),
  }),
  amount: closedObject<AnalyticsReport['amount']>('AmountAnalytics', {
    count: COUNT,
    mean: { ...NUMBER_OR_NULL, description: 'Of predicted amounts without sign, in major units' },
    p50: { ...NUMBER_OR_NULL, description: 'Within 2 %' },
    p95: { ...NUMBER_OR_NULL, description: 'Within 2 %' },
    max: NUMBER_OR_NULL,
  }),
  anomaly: closedObject<AnalyticsReport['anomaly']>('AnomalyAnalytics', {
    count: COUNT,
    flagged: COUNT,
    anomaly_rate: SHARE_OR_NULL,
    risk_levels: counts('RiskLevelCounts', ['low', 'medium', 'high', 'critical']),
  }),
  cashflow: counts('CashflowAnalytics', ['count']),
});
