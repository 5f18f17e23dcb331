import type { FastifyReply } from 'fastify';
import { elapsedMs } from './plugins/process-time.ts';
import type { JsonSchema } from './schemas/json-schema.ts';
import type { ItemError } from './schemas/list-body.ts';

type Serialise = (value: object) => string;

/** The reply to a list while it grows: every entry is serialised when it is made, so that no moment has them all to do. */
export interface GrowingReply {
  readonly addResult: (result: object) => void;
  /** The whole body, in the form of the schema. */
  readonly finish: (errors: readonly ItemError[]) => FastifyReply;
}

/**
 * Begins a reply of the form `schema`: `{success, results, errors, processing_time_ms}`. Nothing leaves that the schemas
 * of its entries do not name.
 */
export function beginListReply(reply: FastifyReply, schema: JsonSchema): GrowingReply {
  const serialiseResult = serialiserOf(reply, schema.properties?.results?.items as JsonSchema);
  const serialiseError = serialiserOf(reply, schema.properties?.errors?.items as JsonSchema);
  const results: string[] = [];
  return {
    addResult: (result) => results.push(serialiseResult(result)),
    finish(errors) {
      const body = `{"success":true,"results":[${results.join()}],"errors":[${errors.map(serialiseError).join()}],"processing_time_ms":${elapsedMs(reply)}}`;
      return reply
        .type('application/json; charset=utf-8')
        .serializer((text) => text as string)
        .send(body);
    },
  };
}

/** Serialises by a schema other than the route's first; compiled when it is first needed, and kept by the route. */
export function serialiserOf(reply: FastifyReply, schema: JsonSchema): Serialise {
  const plain = schema as unknown as Record<string, unknown>;
  return (reply.getSerializationFunction(plain) ?? reply.compileSerializationSchema(plain)) as Serialise;
}
