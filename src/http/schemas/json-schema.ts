/** A JSON Schema (2020-12), as OpenAPI 3.1 uses it; one with a title becomes a component of that name. */
export interface JsonSchema {
  /** Absent where `oneOf` says it. */
  readonly type?: string | readonly string[];
  /** Exactly one of these; for documentation only, since checking which costs more than serialising it. */
  readonly oneOf?: readonly JsonSchema[];
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

/**
 * An object of exactly these properties, all of them required but for those in `optional`; the reply's type names what
 * must be described.
 */
export function closedObject<Reply>(
  title: string,
  properties: Readonly<Record<keyof Reply & string, JsonSchema>>,
  optional: readonly (keyof Reply & string)[] = [],
): JsonSchema {
  return {
    title,
    type: 'object',
    properties,
    required: Object.keys(properties).filter((name) => !(optional as readonly string[]).includes(name)),
    additionalProperties: false,
  };
}
