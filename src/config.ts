import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { isTimeZone } from './bank/calendar.ts';
import { isCurrency } from './bank/money.ts';
import { AppError, type ErrorPlace } from './errors.ts';
import { BUCKET_UNITS_MAX, type BucketPolicy, fullCredit } from './lib/token-bucket.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const WORKERS_MAX = 64;

/** Effective settings, parsed once at start and handed to whoever needs them. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly isDebug: boolean;
  readonly apiKeys: readonly string[];
  /** Signs tokens; null leaves it to the data directory. */
  readonly jwtSecret: string | null;
  /** Signs nothing, but what it once signed is still accepted. */
  readonly jwtSecretPrevious: string | null;
  readonly allowedHosts: readonly string[];
  readonly corsOrigins: readonly string[];
  /** Addresses and networks whose X-Forwarded-* headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Where buckets and broadcasts are shared; null keeps them in the process. */
  readonly redis: RedisPlace | null;
  /** Predictions a caller may ask for, and the time in which they all come back. */
  readonly rateLimit: BucketPolicy;
  /** URL of the PostgreSQL database; null for the embedded one in `dataDir`. It may hold a password. */
  readonly databaseUrl: string | null;
  readonly timezone: string;
  /** ISO 4217 code for transactions that name none; null leaves their currency unknown. */
  readonly currency: string | null;
  readonly logLevel: LogLevel;
  /** Processes that answer requests. */
  readonly workers: number;
  /** For each variable of OPTIONS, the layer its value came from. */
  readonly sources: Readonly<Record<string, string>>;
  /** What a person should know but what does not stop the start, such as a misspelt variable. */
  readonly warnings: readonly string[];
}

/** A Redis server, or a cluster known by some of its nodes. */
export interface RedisPlace {
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly isCluster: boolean;
  readonly isTls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
}

type Setting = Exclude<keyof Config, 'sources' | 'warnings'>;

/** A value read from text, or what is wrong with the text. */
type Parsed = { readonly value: unknown } | { readonly fault: string };

/** One environment variable. */
export interface Option {
  readonly name: string;
  readonly setting: Setting;
  readonly kind: string;
  /** As it would be written in the environment; empty means "not set". */
  readonly default: string;
  /** A secret is never shown, and may be given as the content of the file named by `NAME_FILE`. */
  readonly isSecret: boolean;
  readonly meaning: string;
  readonly parse: (text: string) => Parsed;
  /** How a value that is neither text nor a list of texts is shown. */
  readonly format?: (value: never) => string;
}

/** THE table of settings; docs/config.md and `titans config` are made from it. */
export const OPTIONS: readonly Option[] = [
  {
    name: 'TITANS_HOST',
    setting: 'host',
    kind: 'host name or address',
    default: '127.0.0.1',
    isSecret: false,
    meaning: 'Address to listen on; 0.0.0.0 or :: for every interface',
    parse: parseHost,
  },
  {
    name: 'TITANS_PORT',
    setting: 'port',
    kind: 'integer 0..65535',
    default: '8000',
    isSecret: false,
    meaning: 'Port to listen on; 0 lets the system choose',
    parse: parsePort,
  },
  {
    name: 'TITANS_DATA_DIR',
    setting: 'dataDir',
    kind: 'directory',
    default: 'var',
    isSecret: false,
    meaning: 'Where models and the embedded database live; a relative path starts at the working directory',
    parse: parseDirectory,
  },
  {
    name: 'TITANS_DEBUG',
    setting: 'isDebug',
    kind: 'true or false',
    default: 'false',
    isSecret: false,
    meaning: 'Accept the development key on a loopback host; never in production',
    parse: parseFlag,
  },
  {
    name: 'TITANS_API_KEYS',
    setting: 'apiKeys',
    kind: 'list of keys',
    default: '',
    isSecret: true,
    meaning: 'Keys that may call every route, separated by commas; each has at least 8 characters',
    parse: parseApiKeys,
  },
  {
    name: 'TITANS_JWT_SECRET',
    setting: 'jwtSecret',
    kind: 'at least 32 bytes',
    default: '',
    isSecret: true,
    meaning:
      'Signs access and refresh tokens (HS256), as raw UTF-8; unset: made once in the data directory; required with PostgreSQL or Redis',
    parse: parseJwtSecret,
  },
  {
    name: 'TITANS_JWT_SECRET_PREVIOUS',
    setting: 'jwtSecretPrevious',
    kind: 'at least 32 bytes',
    default: '',
    isSecret: true,
    meaning: 'A second secret whose tokens are accepted, but that signs nothing: the one before, or the next',
    parse: parseJwtSecret,
  },
  {
    name: 'TITANS_ALLOWED_HOSTS',
    setting: 'allowedHosts',
    kind: 'list of host names',
    default: '',
    isSecret: false,
    meaning:
      'Host headers to answer, such as api.example.com or *.example.com; unset: loopback names when listening on loopback, otherwise any',
    parse: parseAllowedHosts,
  },
  {
    name: 'TITANS_CORS_ORIGINS',
    setting: 'corsOrigins',
    kind: 'list of origins',
    default: '',
    isSecret: false,
    meaning: 'Web origins whose pages may call the API, such as https://app.example.com, or *; unset: none',
    parse: parseCorsOrigins,
  },
  {
    name: 'TITANS_TRUSTED_PROXIES',
    setting: 'trustedProxies',
    kind: 'list of addresses or networks',
    default: '',
    isSecret: false,
    meaning:
      'Proxies in front, such as 10.0.0.7 or 10.0.0.0/8, whose X-Forwarded-For and -Proto are believed; unset: nobody',
    parse: parseTrustedProxies,
  },
  {
    name: 'TITANS_REDIS_URL',
    setting: 'redis',
    kind: 'Redis URL, or several',
    default: '',
    isSecret: true,
    meaning:
      'Where processes count together: redis://[user:password@]host[:port][/db], rediss:// with TLS; a cluster: redis+cluster://host:port,host:port; unset: each process by itself',
    parse: parseRedisUrl,
  },
  {
    name: 'TITANS_RATE_LIMIT',
    setting: 'rateLimit',
    kind: 'count/duration',
    default: '60000/60s',
    isSecret: false,
    meaning:
      'Predictions a caller may ask for in a time such as 60s, 1m or 1h; the unused part comes back evenly',
    parse: parseRateLimit,
    format: formatRateLimit,
  },
  {
    name: 'TITANS_DATABASE_URL',
    setting: 'databaseUrl',
    kind: 'postgres:// URL',
    default: '',
    isSecret: true,
    meaning:
      'PostgreSQL database for what must be kept, such as postgres://user:password@db.example.com:5432/titans; unset: SQLite in TITANS_DATA_DIR',
    parse: parseDatabaseUrl,
  },
  {
    name: 'TITANS_TIMEZONE',
    setting: 'timezone',
    kind: 'IANA time zone',
    default: 'UTC',
    isSecret: false,
    meaning: 'Where dates without an offset are local',
    parse: parseTimezone,
  },
  {
    name: 'TITANS_CURRENCY',
    setting: 'currency',
    kind: 'ISO 4217 code',
    default: '',
    isSecret: false,
    meaning: 'Currency of transactions that name none; unset: unknown, with two decimals',
    parse: parseCurrency,
  },
  {
    name: 'TITANS_LOG_LEVEL',
    setting: 'logLevel',
    kind: LOG_LEVELS.join(', '),
    default: 'info',
    isSecret: false,
    meaning: 'Least severe log lines to write',
    parse: parseLogLevel,
  },
  {
    name: 'TITANS_WORKERS',
    setting: 'workers',
    kind: `integer 1..${WORKERS_MAX}`,
    default: '1',
    isSecret: false,
    meaning: 'Processes that share the port and answer requests; one per processor is plenty',
    parse: parseWorkers,
  },
];

const PREFIX = 'TITANS_';
const FILE_SUFFIX = '_FILE';
const API_KEY_LENGTH_MIN = 8;
const API_KEY_LENGTH_MAX = 512;
/** RFC 7518, 3.2: a key of HS256 is at least as long as its hash. */
const JWT_SECRET_BYTES_MIN = 32;
const JWT_SECRET_BYTES_MAX = 1024;

export type Variables = Readonly<Record<string, string | undefined>>;

/** Variables of one origin; earlier layers win over later ones. */
export interface ConfigLayer {
  readonly source: string;
  readonly variables: Variables;
}

/** Parses one set of variables; see {@link parseLayers}. */
export function parseConfig(variables: Variables, readFile: (path: string) => string): Config {
  return parseLayers([{ source: 'environment', variables }], readFile);
}

/**
 * Parses layers of variables, strongest first, into a {@link Config}. An empty value counts as not set.
 * @throws AppError `config_invalid` with every fault at once, each pointing at its variable.
 */
export function parseLayers(layers: readonly ConfigLayer[], readFile: (path: string) => string): Config {
  const errors: ErrorPlace[] = [];
  const settings: Record<string, unknown> = {};
  const sources: Record<string, string> = {};
  for (const option of OPTIONS) {
    const found = findText(option, layers, readFile);
    if ('fault' in found) {
      errors.push({ pointer: found.name, detail: found.fault });
      continue;
    }
    const parsed = option.parse(found.text);
    sources[option.name] = found.source;
    if ('fault' in parsed) errors.push({ pointer: found.name, detail: parsed.fault });
    else settings[option.setting] = parsed.value;
  }
  if (errors.length > 0) {
    const list = errors.map((error) => `${error.pointer} ${error.detail}`).join('; ');
    throw new AppError('config_invalid', list, { errors });
  }
  return { ...settings, sources, warnings: unknownVariables(layers) } as unknown as Config;
}

type Found =
  | { readonly name: string; readonly text: string; readonly source: string }
  | { readonly name: string; readonly fault: string };

function findText(option: Option, layers: readonly ConfigLayer[], readFile: (path: string) => string): Found {
  const fileName = option.name + FILE_SUFFIX;
  for (const { source, variables } of layers) {
    const text = variables[option.name];
    const path = option.isSecret ? variables[fileName] : undefined;
    if (isSet(text) && isSet(path))
      return { name: option.name, fault: `and ${fileName} are both set; keep one` };
    if (isSet(text)) return { name: option.name, text: text.trim(), source };
    if (!isSet(path)) continue;
    try {
      const content = readFile(path).trim();
      if (content === '') return { name: fileName, fault: `names an empty file: ${path}` };
      return { name: fileName, text: content, source: `${source}, file ${path}` };
    } catch {
      return { name: fileName, fault: `names a file that cannot be read: ${path}` };
    }
  }
  return { name: option.name, text: option.default, source: 'default' };
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}

/** What the command line adds to the environment. */
export interface LoadOptions {
  /** Stronger than the environment: flags given by a person. */
  readonly flags?: Variables;
  /** Weaker than the environment: what a command presumes (`demo` presumes TITANS_DEBUG=true). */
  readonly presets?: Variables;
  /** Where a `.env` file is looked for. */
  readonly directory?: string;
}

/**
 * The only reader of the process environment: flags, then the environment, then `.env`, then presets, then defaults.
 * With `NODE_ENV=production` a `.env` file is not read: whoever may write into the folder a service is started in
 * could otherwise set its keys.
 * @throws AppError `config_invalid` with every fault at once.
 */
export function loadConfig(options: LoadOptions = {}): Config {
  const dotenvPath = join(options.directory ?? process.cwd(), '.env');
  const layers: ConfigLayer[] = [
    { source: 'command line', variables: options.flags ?? {} },
    { source: 'environment', variables: process.env },
  ];
  if (process.env.NODE_ENV !== 'production' && existsSync(dotenvPath)) {
    layers.push({ source: '.env', variables: parseEnv(readText(dotenvPath)) });
  }
  layers.push({ source: 'preset', variables: options.presets ?? {} });
  return parseLayers(layers, readText);
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

/** One line of `titans config`. */
export interface Described {
  readonly name: string;
  readonly value: string;
  readonly source: string;
  readonly meaning: string;
}

/** The effective value of every option and where it came from; secrets are counted, not shown. */
export function describeConfig(config: Config): readonly Described[] {
  return OPTIONS.map((option) => ({
    name: option.name,
    value: describeValue(config[option.setting], option),
    source: config.sources[option.name],
    meaning: option.meaning,
  }));
}

function describeValue(value: Config[Setting], { isSecret, format }: Option): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return '(not set)';
  if (isSecret) return Array.isArray(value) ? `(${value.length} hidden)` : '(hidden)';
  if (format !== undefined) return format(value as never);
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** Whether `host` only reaches this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function unknownVariables(layers: readonly ConfigLayer[]): readonly string[] {
  const known = OPTIONS.flatMap((option) =>
    option.isSecret ? [option.name, option.name + FILE_SUFFIX] : [option.name],
  );
  const names = new Set(layers.flatMap((layer) => Object.keys(layer.variables)));
  const warnings: string[] = [];
  for (const name of [...names].sort()) {
    if (!name.startsWith(PREFIX) || known.includes(name)) continue;
    const nearest = known.toSorted((a, b) => editDistance(name, a) - editDistance(name, b))[0];
    warnings.push(`${name} is not a setting and is ignored; did you mean ${nearest}?`);
  }
  return warnings;
}

/** Levenshtein distance (Wagner and Fischer, 1974). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const IPV6 = /^\[?([0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)\]?$/;

function parseHost(text: string): Parsed {
  const address = IPV6.exec(text);
  if (address !== null) return { value: address[1] };
  if (HOST.test(text)) return { value: text };
  return { fault: 'must be a host name or an address such as 127.0.0.1, without scheme or port' };
}

function parsePort(text: string): Parsed {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return { value: port };
  return { fault: 'must be an integer from 0 to 65535' };
}

function parseWorkers(text: string): Parsed {
  const workers = Number(text);
  if (/^\d{1,3}$/.test(text) && workers >= 1 && workers <= WORKERS_MAX) return { value: workers };
  return { fault: `must be an integer from 1 to ${WORKERS_MAX}` };
}

function parseDirectory(text: string): Parsed {
  return text.includes('\0') ? { fault: 'must be a path' } : { value: text };
}

const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  yes: true,
  on: true,
  false: false,
  '0': false,
  no: false,
  off: false,
};

function parseFlag(text: string): Parsed {
  const flag = text.toLowerCase();
  return Object.hasOwn(FLAGS, flag) ? { value: FLAGS[flag] } : { fault: 'must be true or false' };
}

function splitList(text: string): string[] {
  const entries = text.split(/[,\r\n]/).map((entry) => entry.trim());
  return [...new Set(entries.filter((entry) => entry !== ''))];
}

/** Parses a list of which every entry must pass; a faulty entry is named by its place, never shown. */
function parseList(text: string, isValid: (entry: string) => boolean, rule: string): Parsed {
  const entries = splitList(text);
  const wrong = entries.findIndex((entry) => !isValid(entry));
  return wrong < 0 ? { value: entries } : { fault: `entry ${wrong + 1} ${rule}` };
}

function parseApiKeys(text: string): Parsed {
  return parseList(
    text,
    (key) =>
      key.length >= API_KEY_LENGTH_MIN && key.length <= API_KEY_LENGTH_MAX && /^[\x21-\x7e]+$/.test(key),
    `must have ${API_KEY_LENGTH_MIN} to ${API_KEY_LENGTH_MAX} printable ASCII characters without spaces`,
  );
}

function parseJwtSecret(text: string): Parsed {
  if (text === '') return { value: null };
  const bytes = Buffer.byteLength(text);
  if (bytes >= JWT_SECRET_BYTES_MIN && bytes <= JWT_SECRET_BYTES_MAX) return { value: text };
  return { fault: `must have ${JWT_SECRET_BYTES_MIN} to ${JWT_SECRET_BYTES_MAX} bytes` };
}

function parseAllowedHosts(text: string): Parsed {
  return parseList(
    text.toLowerCase(),
    (host) => host === '*' || HOST.test(host.replace(/^\*\./, '')) || /^\[[0-9a-f:.]+\]$/.test(host),
    'must be a host name such as api.example.com, *.example.com, [::1] or *, without scheme or port',
  );
}

function parseCorsOrigins(text: string): Parsed {
  return parseList(text, isOrigin, 'must be an origin such as https://app.example.com, without a path, or *');
}

function isOrigin(text: string): boolean {
  return text === '*' || (/^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text);
}

function parseTrustedProxies(text: string): Parsed {
  return parseList(
    text,
    isNetwork,
    'must be an address or a network such as 10.0.0.7, 10.0.0.0/8 or fd00::/8, and not all addresses',
  );
}

function isNetwork(text: string): boolean {
  const [address, bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128);
}

const REDIS_SCHEME = /^(rediss?)(\+cluster)?:\/\//;
const REDIS_PORT = 6379;
const REDIS_FAULT =
  'must be a URL such as redis://:password@host:6379/0, rediss://host or redis+cluster://host:7000,host:7001';

function isRedisUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { hostname, username, password } = new URL(text);
  // A stray percent sign is left as it is by the URL, and cannot be decoded.
  return hostname !== '' && !/%(?![\da-f]{2})/i.test(username + password);
}

/** Faults never quote the text: it may hold a password. */
function parseRedisUrl(text: string): Parsed {
  if (text === '') return { value: null };
  const scheme = REDIS_SCHEME.exec(text);
  if (scheme === null) return { fault: REDIS_FAULT };
  const entries = text.slice(scheme[0].length).split(',');
  // Nodes after the first may repeat the scheme; credentials are those of the first.
  const urls = entries.map((entry) => `redis://${entry.trim().replace(REDIS_SCHEME, '')}`);
  if (!urls.every(isRedisUrl)) return { fault: REDIS_FAULT };
  const parsed = urls.map((url) => new URL(url));
  const isCluster = scheme[2] !== undefined || parsed.length > 1;
  const [{ username, password, pathname }] = parsed;
  const db = Number(pathname.slice(1));
  if (!/^(\/\d{0,4})?$/.test(pathname) || parsed.some((url) => url.search !== '' || url.hash !== '')) {
    return { fault: REDIS_FAULT };
  }
  if (isCluster && db !== 0) return { fault: 'names a database, which a cluster does not have' };
  const place: RedisPlace = {
    nodes: parsed.map(({ hostname, port }) => ({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? REDIS_PORT : Number(port),
    })),
    isCluster,
    isTls: scheme[1] === 'rediss',
    username: username === '' ? undefined : decodeURIComponent(username),
    password: password === '' ? undefined : decodeURIComponent(password),
    db,
  };
  return { value: place };
}

const RATE_LIMIT = /^(\d{1,10})\/(\d{0,6})([smh])$/;
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

function parseRateLimit(text: string): Parsed {
  const match = RATE_LIMIT.exec(text.toLowerCase().replace(/\s/g, ''));
  const policy = match && {
    limit: Number(match[1]),
    windowMs: Number(match[2] === '' ? 1 : match[2]) * UNIT_SECONDS[match[3]] * 1000,
  };
  if (policy === null || policy.limit < 1 || policy.windowMs < 1) {
    return { fault: 'must be a count and a duration, both at least 1, such as 60000/60s, 1000/1m or 100/s' };
  }
  if (fullCredit(policy) > BUCKET_UNITS_MAX) {
    return { fault: 'is too large to be counted exactly; give a smaller count or a shorter duration' };
  }
  return { value: policy };
}

function formatRateLimit({ limit, windowMs }: BucketPolicy): string {
  return `${limit}/${windowMs / 1000}s`;
}

const DATABASE_SCHEMES = ['postgres:', 'postgresql:'];

/** The text is never quoted in a fault: it may hold a password. */
function parseDatabaseUrl(text: string): Parsed {
  if (text === '') return { value: null };
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !DATABASE_SCHEMES.includes(url.protocol)) {
    return {
      fault:
        'must be a URL such as postgres://user:password@host:5432/database, special characters of the password written as %40',
    };
  }
  if (url.pathname.length < 2) {
    return { fault: 'must name a database after the host, as in postgres://user:password@host:5432/titans' };
  }
  return { value: text };
}

function parseTimezone(text: string): Parsed {
  return isTimeZone(text) ? { value: text } : { fault: 'must be an IANA time zone such as Europe/London' };
}

function parseCurrency(text: string): Parsed {
  if (text === '') return { value: null };
  const code = text.toUpperCase();
  return isCurrency(code) ? { value: code } : { fault: 'must be an ISO 4217 currency code such as EUR' };
}

function parseLogLevel(text: string): Parsed {
  const level = text.toLowerCase();
  return LOG_LEVELS.some((known) => known === level)
    ? { value: level }
    : { fault: `must be one of ${LOG_LEVELS.join(', ')}` };
}
