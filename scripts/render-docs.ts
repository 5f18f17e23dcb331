import type { Option } from '../src/config.ts';
import type { ErrorRow } from '../src/errors.ts';
import type { Feature, FeatureGroup } from '../src/features/catalog.ts';
import type { RouteRow } from '../src/http/route.ts';
import type { JsonSchema } from '../src/http/schemas/json-schema.ts';
import type { MetricRow } from '../src/monitoring/metrics.ts';

const NOTICE = '<!-- Made by `npm run docs`; do not edit. -->';
const GROUPS: readonly FeatureGroup[] = ['time', 'amount', 'categorical', 'text'];

function cell(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim();
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(header), `|${header.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function page(title: string, source: string, ...parts: readonly string[]): string {
  return `${[NOTICE, `# ${title}`, `Made from ${source}.`, ...parts].join('\n\n')}\n`;
}

/** docs/feature-importance.json, as `npm run quality importance` writes it. */
export interface Importance {
  readonly date: string;
  readonly command: string;
  /** Their names, with commas. */
  readonly books: string;
  /** Book without categories, but with merchant category codes. */
  readonly cards: string;
  readonly rows_max: number;
  readonly features: Readonly<
    Record<string, { readonly category: number; readonly amount: number; readonly anomaly: number }>
  >;
}

/** docs/features.md */
export function renderFeatures(catalog: readonly Feature[], importance: Importance): string {
  const { date, command, books, cards, rows_max, features } = importance;
  const percent = (share: number | undefined) =>
    share === undefined ? 'not measured' : share === 0 ? '0' : `${(100 * share).toFixed(2)} %`;
  const counts = GROUPS.map((group) => `${group} ${catalog.filter((row) => row.group === group).length}`);
  const tables = GROUPS.map((group) => {
    const rows = catalog
      .filter((row) => row.group === group)
      .map((row) => [
        `\`${row.name}\``,
        row.range.map(formatBound).join(' to '),
        row.meaning,
        row.hiddenFrom.join(', ') || '-',
        percent(features[row.name]?.category),
        percent(features[row.name]?.amount),
        percent(features[row.name]?.anomaly),
        String(row.version),
      ]);
    return `## ${group}\n\n${table(['feature', 'range', 'meaning', 'hidden from', 'category', 'amount', 'anomaly', 'version'], rows)}`;
  });
  return page(
    `The ${catalog.length} features`,
    '`CATALOG` in `src/features/catalog.ts`',
    `${counts.join(', ')}. NaN is the only "unknown". All are computed; those hidden from a model are NaN for it.`,
    `What each is worth, measured on ${date} by \`${command}\`, mean over the newest ${rows_max} rows at most of real books (${books}) ` +
      `and, except for *category*, of the simulated card payments of ${cards}, the only ones with merchant category codes. ` +
      'Columns *category* and *amount*: mean decrease in impurity in the forest of the served model, as a share of all; it favours ' +
      'features with many values, and of features that say the same each gets a part. Column *anomaly*: permutation, the mean ' +
      "change of the score in points when a newer row's value is that of another row; what this model reads of amount, hour, " +
      'place and habits goes through signs of its own and not through these values, so most are 0 there.',
    ...tables,
  );
}

function formatBound(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : value > 0 ? '∞' : '-∞';
}

/** docs/metrics.md */
export function renderMetrics(metrics: readonly MetricRow[]): string {
  const rows = metrics.map(({ name, type, labels, help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', ') || '-',
    help,
  ]);
  return page(
    'Metrics',
    '`METRICS` in `src/monitoring/metrics.ts`',
    '`GET /metrics` answers them in the Prometheus text format, public, together with those of the process and of Node.js that [prom-client](https://github.com/siimon/prom-client) makes (`process_*`, `nodejs_*`). They are those of the process that answers. Labels come from closed sets: templates of routes (`unmatched` for what is no route), methods, statuses, models, phases, outcomes.',
    table(['series', 'type', 'labels', 'what it says'], rows),
  );
}

/** docs/config.md */
export function renderConfig(options: readonly Option[]): string {
  const rows = options.map((option) => [
    `\`${option.name}\`${option.isSecret ? ` (also \`${option.name}_FILE\`)` : ''}`,
    option.kind,
    option.default === '' ? 'not set' : `\`${option.default}\``,
    option.meaning,
  ]);
  return page(
    'Configuration',
    '`OPTIONS` in `src/config.ts`',
    'Environment variables; in development (unless `NODE_ENV=production`) also a `.env` file in the working directory. Every fault is reported at once, before anything starts. ' +
      'A secret may be given as the content of a file, named by the variable with `_FILE` appended: UTF-8, of which a final line end is no part. ' +
      '`titans config` shows the effective values, secrets hidden.',
    table(['variable', 'value', 'default', 'meaning'], rows),
  );
}

/** docs/errors.md */
export function renderErrors(errors: readonly ErrorRow[]): string {
  const rows = errors.map((row) => [
    `\`${row.code}\``,
    String(row.status),
    String(row.exit),
    row.title,
    row.remedy,
  ]);
  return page(
    'Errors',
    '`ERRORS` in `src/errors.ts`',
    'Over HTTP a failure is `application/problem+json` (RFC 9457) with this `code` and status, and `errors[]` names every ' +
      'fault at once with a JSON pointer. On the command line the same failure is one message and this exit status ' +
      '(1 failed, 2 usage).',
    table(['code', 'status', 'exit', 'title', 'what to do'], rows),
  );
}

/** docs/api.md */
export function renderApi(routes: readonly RouteRow[]): string {
  const rows = routes.map((row) => [
    `[\`${row.method} ${row.url}\`](#${row.route.operationId.toLowerCase()})`,
    row.scope,
    row.route.summary,
  ]);
  return page(
    'HTTP API',
    '`ROUTES` in `src/http/routes.ts`',
    'Every path also answers under `/v1`. The full description is `GET /openapi.json` (OpenAPI 3.1), shown at `/docs`. ' +
      'Failures are listed in [errors.md](errors.md).',
    table(['route', 'scope', 'does'], rows),
    ...routes.map(renderRoute),
  );
}

function renderRoute({ method, url, scope, route }: RouteRow): string {
  const parts = [
    `<a id="${route.operationId.toLowerCase()}"></a>\n## ${method} ${url}`,
    route.description.trim(),
    `Scope: \`${scope}\`.${route.errors.length > 0 ? ` Failures of its own: ${route.errors.map((code) => `\`${code}\``).join(', ')}.` : ''}`,
  ];
  if (route.params !== undefined) {
    parts.push(
      table(
        ['in the path', 'meaning'],
        Object.entries(route.params).map(([name, param]) => [
          `\`${name}\``,
          typeof param === 'string' ? param : param.description,
        ]),
      ),
    );
  }
  if (route.body !== undefined) {
    const { oneOf } = route.body.schema;
    if (oneOf === undefined) parts.push(fieldTable('field of the body', route.body.schema));
    else parts.push(...oneOf.map((body) => fieldTable(`field of ${body.title ?? 'the body'}`, body)));
    for (const example of Object.values(route.body.examples)) {
      parts.push(`${example.summary}:`, fence(example.value));
    }
  }
  for (const [status, reply] of Object.entries(route.replies)) {
    parts.push(`**${status}** ${reply.description}`);
    if (reply.schema?.properties !== undefined) parts.push(fieldTable('field of the reply', reply.schema));
    if (reply.example !== undefined) parts.push(fence(reply.example));
    if (reply.explainedExample !== undefined) parts.push('With the reasons:', fence(reply.explainedExample));
    if (reply.listSchema?.properties !== undefined) {
      parts.push('To a list:', fieldTable('field of the reply', reply.listSchema));
      if (reply.listExample !== undefined) parts.push(fence(reply.listExample));
    }
  }
  return parts.join('\n\n');
}

function fieldTable(header: string, schema: JsonSchema): string {
  const required = new Set(schema.required);
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    `\`${name}\`${required.has(name) ? '' : ' (optional)'}`,
    typeOf(field),
    field.description ?? '',
  ]);
  return table([header, 'type', 'meaning'], rows);
}

function typeOf(schema: JsonSchema): string {
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  const known = types.filter((type) => type !== 'null').join(' or ');
  if (schema.enum !== undefined) return schema.enum.filter((value) => value !== null).join(', ');
  return schema.items === undefined ? known : `${known} of ${typeOf(schema.items)}`;
}

function fence(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return `\`\`\`${typeof value === 'string' ? '' : 'json'}\n${text}\n\`\`\``;
}
