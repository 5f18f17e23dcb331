import type { ErrorPlace } from '../../errors.ts';
import { closedObject } from './json-schema.ts';

/** Every failure (RFC 9457, application/problem+json). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly request_id: string;
  readonly errors: readonly ErrorPlace[];
}

export const PROBLEM = closedObject<Problem>('Problem', {
  type: { type: 'string', format: 'uri', description: 'Names the kind of problem; stable' },
  title: { type: 'string', description: 'The kind of problem in words' },
  status: { type: 'integer', minimum: 400, maximum: 599 },
  detail: { type: 'string', description: 'What is wrong with this request' },
  instance: { type: 'string', description: 'Path of the request' },
  code: { type: 'string', description: 'The kind of problem for programs; stable' },
  request_id: { type: 'string', description: 'The X-Request-ID of the reply, for the log' },
  errors: {
    type: 'array',
    description: 'Every fault found, each with its place in the body',
    items: closedObject<ErrorPlace>('ProblemPlace', {
      pointer: { type: 'string', description: 'JSON Pointer (RFC 6901) into the body; empty for the whole' },
      detail: { type: 'string' },
    }),
  },
});
