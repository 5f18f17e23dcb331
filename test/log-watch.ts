import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';

// What the whole run of the tests logs is kept with what must not be in it; scripts/test.ts compares the two.
const FOLDER = process.env.TITANS_TEST_LOGS;

/** Shorter texts (`EUR`, `12.5`) stand in any log by chance. */
const SECRET_LENGTH_MIN = 6;
const BODY_FIELDS = [
  'amount',
  'balance_after',
  'description',
  'merchant_name',
  'location',
  'reference',
  'account_id',
  'transaction_id',
  'tags',
];
const TOKEN_FIELDS = ['access_token', 'refresh_token', 'token', 'secret', 'key'];
const RANDOM_ID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
/** Fields of a log line in which a number means something else than money. */
const OWN_NUMBERS = ['duration_ms', 'status', 'pid', 'time'];

/** Keeps log lines for the comparison; does nothing outside a watched run. */
export function keepLog(text: string): void {
  if (FOLDER !== undefined) appendFileSync(join(FOLDER, `${process.pid}.log`), text);
}

/** Keeps texts that no log line may hold. */
export function keepSecrets(texts: Iterable<string>): void {
  if (FOLDER === undefined) return;
  const lines = [...texts].filter((text) => text.length >= SECRET_LENGTH_MIN);
  appendFileSync(
    join(FOLDER, `${process.pid}.secrets`),
    lines.map((text) => `${JSON.stringify(text)}\n`).join(''),
  );
}

/** Keeps the credentials, descriptors, amounts and tokens that pass through an app. */
export function watch(app: FastifyInstance): void {
  if (FOLDER === undefined) return;
  app.addHook('onRequest', (request, _reply, done) => {
    const { authorization, 'x-api-key': key } = request.headers;
    keepSecrets([String(authorization ?? '').replace(/^\S+ +/, ''), String(key ?? '')]);
    done();
  });
  app.addHook('preValidation', (request, _reply, done) => {
    keepSecrets(textsUnder(request.body, [...BODY_FIELDS, ...TOKEN_FIELDS]));
    done();
  });
  app.addHook('onSend', (_request, _reply, payload, done) => {
    if (typeof payload === 'string' && payload.includes('_token"')) {
      keepSecrets(textsUnder(JSON.parse(payload), TOKEN_FIELDS));
    }
    done(null, payload);
  });
}

/** Keeps what a test sends by `fetch` to a program in a process of its own, and the tokens it gets back. */
export function watchFetch(): void {
  if (FOLDER === undefined) return;
  const send = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    keepSent(new Headers(init?.headers), init?.body);
    const reply = await send(input, init);
    if (reply.headers.get('content-type')?.includes('json')) {
      keepSecrets(textsUnder(await reply.clone().json(), TOKEN_FIELDS));
    }
    return reply;
  };
}

/** Keeps what is secret of a request by whatever client. */
export function keepSent(headers: Headers, body: unknown): void {
  keepSecrets([
    (headers.get('authorization') ?? '').replace(/^\S+ +/, ''),
    headers.get('x-api-key') ?? '',
    ...(typeof body === 'string' ? textsUnder(readJson(body), [...BODY_FIELDS, ...TOKEN_FIELDS]) : []),
  ]);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Texts and numbers that stand under one of `names`, at any depth. */
function textsUnder(value: unknown, names: readonly string[], isNamed = false, depth = 0): string[] {
  if (typeof value === 'string' || typeof value === 'number') return isNamed ? [String(value)] : [];
  if (typeof value !== 'object' || value === null || depth > 8) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    textsUnder(inner, names, names.includes(name) || (isNamed && Array.isArray(value)), depth + 1),
  );
}

/** Log lines that hold one of the secrets, each with the field it stands in. */
export function findLeaks(lines: readonly string[], secrets: ReadonlySet<string>): string[] {
  const texts = [...secrets].filter((secret) => !isPlain(secret));
  return lines.flatMap((line) => {
    const leaves = leavesOf(JSON.parse(line));
    const found = leaves.find(([path, leaf]) => texts.some((text) => isIn(text, leaf, path)));
    return found === undefined ? [] : [`${found[0]}: ${line}`];
  });
}

/** Words of the vocabulary and of HTTP are no secrets, though a test may send them as a description. */
function isPlain(text: string): boolean {
  return /^[a-z]+$/.test(text) || text.trim() === '';
}

function isIn(secret: string, leaf: string | number, path: string): boolean {
  if (typeof leaf === 'number') return String(leaf) === secret && !OWN_NUMBERS.includes(path);
  if (path === 'time') return false;
  // The digits of a random id are no amount, though they may happen to be those of one.
  if (RANDOM_ID.test(leaf)) return leaf === secret;
  return leaf.includes(secret);
}

function leavesOf(value: unknown, path = ''): [string, string | number][] {
  if (typeof value === 'string' || typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    leavesOf(inner, path === '' ? name : `${path}.${name}`),
  );
}

/** What {@link findLeaks} says of everything kept in `folder`, and how much it looked at. */
export function readWatch(folder: string): { leaks: string[]; lines: number; secrets: number } {
  const read = (ending: string) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  const lines = read('.log').filter((line) => line.startsWith('{'));
  const secrets = new Set(
    read('.secrets')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as string),
  );
  return { leaks: findLeaks(lines, secrets), lines: lines.length, secrets: secrets.size };
}
