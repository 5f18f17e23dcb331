import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Scope } from '../access/scopes.ts';
import type { ErrorCode } from '../errors.ts';
import type { JsonSchema } from './schemas/json-schema.ts';
import type { HttpServices } from './services.ts';

/** THE table of the groups of the documentation, in the order a reader wants them. */
export const TAGS = [
  {
    name: 'predictions',
    description:
      'What a transaction is, what it should cost, whether it is strange, and how the money will flow. One transaction or up to 1,000 a request.',
  },
  {
    name: 'transactions',
    description: 'The history that predictions and forecasts read. Only what is sent here is remembered.',
  },
  {
    name: 'models',
    description: 'Which versions serve, how they did in training and how they do now; loading them anew.',
  },
  {
    name: 'access',
    description: 'Tokens that take the place of an API key, for where the key itself should not travel.',
  },
  { name: 'health', description: 'Probes for load balancers and orchestrators. They need no key.' },
  { name: 'monitoring', description: 'Figures for Prometheus. They need no key.' },
  { name: 'documentation', description: 'This description, as pages and as a document.' },
] as const satisfies readonly { name: string; description: string }[];

/** A group of the documentation. */
export type Tag = (typeof TAGS)[number]['name'];

/** A worked request or reply of the documentation; the tests execute every one. */
export interface Example {
  readonly summary: string;
  readonly value: unknown;
}

/** One parameter of a path. */
export interface ParamDescription {
  readonly description: string;
  readonly schema: JsonSchema;
}

/** What a route answers with one status. */
export interface ReplyDescription {
  readonly description: string;
  /** JSON replies only; the fields not named here do not leave. */
  readonly schema?: JsonSchema;
  /** The reply to a body with `transactions`, where it is another. */
  readonly listSchema?: JsonSchema;
  /** Media type of a reply that is not JSON. */
  readonly mediaType?: string;
  readonly example?: unknown;
  /** The answer to the documented body with `transactions`, where it is another. */
  readonly listExample?: unknown;
  /** The answer to the documented body with `explain`, where it is shown. */
  readonly explainedExample?: unknown;
  /** Header name to its meaning, beyond the headers of every reply. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A route with its services: how to read the body, if it has one, and what to do. */
export interface BoundRoute {
  /** Turns the parsed JSON into `request.body`; throws AppError `invalid` with every fault. */
  readonly parse?: (json: unknown) => unknown;
  readonly handle: (request: FastifyRequest, reply: FastifyReply) => unknown;
}

/** Everything about a route but where it is and who may call it. */
export interface Route {
  /** Unique name in the OpenAPI document. */
  readonly operationId: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description: string;
  readonly body?: { readonly schema: JsonSchema; readonly examples: Readonly<Record<string, Example>> };
  /** Parameters of the path: name to its meaning, or to its meaning and schema where it is not any text. */
  readonly params?: Readonly<Record<string, string | ParamDescription>>;
  /** Optional request headers of its own: name to meaning, or to meaning and schema. */
  readonly requestHeaders?: Readonly<Record<string, string | ParamDescription>>;
  readonly replies: Readonly<Record<number, ReplyDescription>>;
  /** Failures of its own; those of every route with a body or a guard are added. */
  readonly errors: readonly ErrorCode[];
  /** Largest body in bytes; 1 MiB by default. */
  readonly bodyBytesMax?: number;
  /** Answer 503 `timeout` when the handler takes longer; without it the use case bounds itself. */
  readonly timeoutMs?: number;
  /** Registry name of the model that answers here; its requests are reported with that model. */
  readonly model?: string;
  /** Predictions a parsed body asks for: what the caller's rate limit is charged; 1 when absent. */
  readonly cost?: (body: unknown) => number;
  /** Whether whatever JSON is sent is answered with 200, so that no value is wrong. */
  readonly takesAnyValue?: boolean;
  /** Whether a public route always answers, however often it is asked (probes, scrapes). */
  readonly isUnlimited?: boolean;
  /**
   * Whether a public route takes its credential in the body: then only what is refused is charged, as a failed
   * authentication of the address, so that a valid credential is never refused for what others did there.
   */
  readonly chargesFailuresOnly?: boolean;
  /** Whether it answers under any Host header (probes call by address). */
  readonly isHostFree?: boolean;
  /** Gets the whole table too, for the route that describes it. */
  readonly bind: (services: HttpServices, routes: readonly RouteRow[]) => BoundRoute;
}

/** A scope; `key`: an API key itself, whatever its scopes, and no token made from one; or nothing at all. */
export type RouteScope = Scope | 'key' | 'public';

/** One row of ROUTES. */
export interface RouteRow {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  /** What a caller needs; `public` is written out, so that no route is open by omission. */
  readonly scope: RouteScope;
  readonly route: Route;
}

/** Binds a route with a JSON body: the handler gets what the parser gives. */
export function bindBody<Body>(
  parse: (json: unknown) => Body,
  handle: (body: Body, reply: FastifyReply) => unknown,
): BoundRoute {
  return { parse, handle: (request, reply) => handle(request.body as Body, reply) };
}
