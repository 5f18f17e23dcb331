import type { XStatic } from 'typebox/schema';
import { closedObject } from './json-schema.ts';

/** Reply of GET /health. */
export const HEALTH_REPLY = closedObject('Health', {
  status: { type: 'string', enum: ['healthy'] },
  version: { type: 'string' },
  uptime_seconds: { type: 'number', minimum: 0 },
  models: {
    type: 'object',
    description: 'Every model by name',
    additionalProperties: closedObject('ModelHealth', {
      status: { type: 'string' },
      version: { type: ['string', 'null'] },
    }),
  },
});

/** Reply of the probes. */
export const PROBE_REPLY = closedObject('Probe', { status: { type: 'string' } });

export type HealthReply = Required<XStatic<typeof HEALTH_REPLY>>;
