import { EXPLANATION } from './explanation.ts';
import type { JsonSchema } from './json-schema.ts';

/** What every answer about one transaction carries beside what was predicted. */
export const ANSWER_PROPERTIES = {
  model_version: { type: 'string' },
  processing_time_ms: { type: 'number', minimum: 0, description: 'From the first byte read to the answer' },
  features_used: { type: 'integer' },
  prediction_id: { type: 'string', description: 'Names this prediction in logs and feedback' },
  explanation: EXPLANATION,
} satisfies Readonly<Record<string, JsonSchema>>;
