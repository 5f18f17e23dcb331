import type { FastifyInstance } from 'fastify';

/** A node of a JSON document. */
export type Node = Record<string, unknown>;

/** A body of some media type, without references. */
export interface Media {
  readonly schema?: Node;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

/** What is documented of one status of an operation. */
export interface Reply {
  readonly description: string;
  readonly headers: Node;
  readonly content?: Readonly<Record<string, Media>>;
}

/** One method of one path, without references. */
export interface Operation {
  readonly path: string;
  readonly method: string;
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: Node;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Reply>>;
}

/** The OpenAPI document an app serves. */
export async function documentOf(app: FastifyInstance): Promise<Node> {
  return (await app.inject('/openapi.json')).json();
}

/** Follows `#/a/b` in the document; undefined where it leads nowhere. */
export function lookUp(root: Node, ref: string): unknown {
  let node: unknown = root;
  for (const key of ref.slice(2).split('/')) node = (node as Node | undefined)?.[key];
  return node;
}

/** The document without references; ours has no recursive schema. */
export function resolve(root: Node, node: unknown): unknown {
  if (Array.isArray(node)) return node.map((entry) => resolve(root, entry));
  if (typeof node !== 'object' || node === null) return node;
  const ref = (node as Node).$ref;
  if (typeof ref === 'string') {
    const found = lookUp(root, ref);
    if (found === undefined) throw new Error(`${ref} leads nowhere`);
    return resolve(root, found);
  }
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolve(root, value)]));
}

/** Every operation of a document, in its order. */
export function operationsOf(root: Node): Operation[] {
  const paths = resolve(root, root.paths) as Record<string, Record<string, Operation>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method })),
  );
}
