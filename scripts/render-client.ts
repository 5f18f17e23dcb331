/** What this program reads of an OpenAPI 3.1 document. */
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Response>>;
  };
}

interface Operation {
  readonly summary: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response | Reference>>;
}

interface Reference {
  readonly $ref: string;
}

interface Response {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Content;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * The types of an OpenAPI document in the form that openapi-fetch takes (that of openapi-typescript, which needs the
 * compiler interface of TypeScript 5): `components['schemas']` and `paths`.
 */
export function renderClient(document: unknown): string {
  const { paths, components } = document as Document;
  const schemas = Object.entries(components.schemas)
    .map(([name, schema]) => `    ${name}: ${typeOf(schema, '    ')};\n`)
    .join('');
  const routes = Object.entries(paths)
    .map(([path, operations]) => `  ${quote(path)}: {\n${renderOperations(operations, components)}  };\n`)
    .join('');
  return `// Made by \`npm run docs\` from the OpenAPI document; do not edit.

export interface components {
  schemas: {
${schemas}  };
}

export interface paths {
${routes}}
`;
}

function renderOperations(
  operations: Readonly<Record<string, Operation>>,
  components: Document['components'],
): string {
  return METHODS.map((method) => {
    const operation = operations[method];
    if (operation === undefined) return `    ${method}?: never;\n`;
    return `    /** ${operation.summary} */\n    ${method}: {\n${renderOperation(operation, components)}    };\n`;
  }).join('');
}

function renderOperation(operation: Operation, components: Document['components']): string {
  const pad = '      ';
  const places = ['query', 'header', 'path', 'cookie'].map((place) => {
    const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === place);
    if (parameters.length === 0) return `${place}?: never`;
    const members = parameters.map(
      ({ name, required, schema }) => `${keyOf(name)}${required ? '' : '?'}: ${typeOf(schema, pad)}`,
    );
    const isOptional = parameters.every(({ required }) => required !== true);
    return `${place}${isOptional ? '?' : ''}: { ${members.join('; ')} }`;
  });
  const { requestBody } = operation;
  const body =
    requestBody === undefined
      ? `${pad}requestBody?: never;\n`
      : `${pad}requestBody${requestBody.required === true ? '' : '?'}: { content: ${renderContent(requestBody.content, pad)} };\n`;
  const responses = Object.entries(operation.responses).map(([status, response]) => {
    const { content } = '$ref' in response ? follow(response, components) : response;
    const shape = content === undefined ? 'content?: never' : `content: ${renderContent(content, pad)}`;
    return `${pad}  ${status}: { headers: { [name: string]: unknown }; ${shape} };\n`;
  });
  return `${pad}parameters: { ${places.join('; ')} };\n${body}${pad}responses: {\n${responses.join('')}${pad}};\n`;
}

function follow({ $ref }: Reference, components: Document['components']): Response {
  return components.responses[$ref.slice('#/components/responses/'.length)];
}

function renderContent(content: Content, pad: string): string {
  const media = Object.entries(content).map(
    ([type, { schema }]) => `${quote(type)}: ${schema === undefined ? 'unknown' : typeOf(schema, pad)}`,
  );
  return `{ ${media.join('; ')} }`;
}

/** A JSON Schema (of those this project writes) as a TypeScript type. */
function typeOf(schema: Schema, pad: string): string {
  if (schema.$ref !== undefined)
    return `components['schemas'][${quote(schema.$ref.slice('#/components/schemas/'.length))}]`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives !== undefined) return alternatives.map((one) => typeOf(one, pad)).join(' | ');
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  if (types.length === 0) return 'unknown';
  return types.map((type) => typeNamed(type, schema, pad)).join(' | ');
}

function typeNamed(type: string, schema: Schema, pad: string): string {
  switch (type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `(${schema.items === undefined ? 'unknown' : typeOf(schema.items, pad)})[]`;
    case 'object':
      return objectType(schema, pad);
    default:
      return type;
  }
}

function objectType(schema: Schema, pad: string): string {
  const inner = `${pad}  `;
  const members = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const isOptional = !(schema.required ?? []).includes(name);
    return `${inner}${keyOf(name)}${isOptional ? '?' : ''}: ${typeOf(property, inner)};\n`;
  });
  const rest = schema.additionalProperties;
  if (members.length === 0) {
    if (rest === false) return 'Record<string, never>';
    return `Record<string, ${typeof rest === 'object' ? typeOf(rest, pad) : 'unknown'}>`;
  }
  return `{\n${members.join('')}${pad}}`;
}

function keyOf(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : quote(name);
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
