import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { AppError, type ErrorPlace } from './errors.ts';
import type { BucketPolicy } from './lib/token-bucket.ts';
import {
  decodeFile,
  formatRateLimit,
  LOG_LEVELS,
  type LogLevel,
  type Parsed,
  parseAllowedHosts,
  parseApiKeys,
  parseCorsOrigins,
  parseCurrency,
  parseDatabaseUrl,
  parseDirectory,
  parseFlag,
  parseHost,
  parseJwtSecret,
  parseLogLevel,
  parsePort,
  parseRateLimit,
  parseRedisUrl,
  parseTimezone,
  parseTrustedProxies,
  parseWorkers,
  type RedisPlace,
  WORKERS_MAX,
} from './setting-values.ts';

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

type Setting = Exclude<keyof Config, 'sources' | 'warnings'>;

/** One environment variable. */
export interface Option {
  readonly name: string;
  readonly setting: Setting;
  readonly kind: string;
  /** As it would be written in the environment; empty means "not set". */
  readonly default: string;
  /** A secret is never shown, and may be given as the content of the file named by `NAME_FILE`. */
  readonly isSecret: boolean;
  /** Outer white space is part of the value; elsewhere it means nothing and is left out. */
  readonly isVerbatim?: true;
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
    isVerbatim: true,
    meaning:
      'Signs access and refresh tokens (HS256), as raw UTF-8 without outer white space; unset: made once in the data directory; required with PostgreSQL or Redis',
    parse: parseJwtSecret,
  },
  {
    name: 'TITANS_JWT_SECRET_PREVIOUS',
    setting: 'jwtSecretPrevious',
    kind: 'at least 32 bytes',
    default: '',
    isSecret: true,
    isVerbatim: true,
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
const COMMAND_LINE = 'command line';
const FILE_SUFFIX = '_FILE';
const DOTENV = '.env';

export type Variables = Readonly<Record<string, string | undefined>>;

/** Variables of one origin; earlier layers win over later ones. */
export interface ConfigLayer {
  readonly source: string;
  readonly variables: Variables;
  /** Why the variables could not be read. */
  readonly fault?: string;
}

/** Gives the bytes of a file, or throws what Node.js throws. */
export type ReadFile = (path: string) => Uint8Array;

/** Parses one set of variables; see {@link parseLayers}. */
export function parseConfig(variables: Variables, readFile: ReadFile): Config {
  return parseLayers([{ source: 'environment', variables }], readFile);
}

/** What was read of the settings, faults included, for who has more to ask of them ({@link completeConfig}). */
export interface ReadConfig {
  /** Those without a fault. */
  readonly settings: Partial<Config>;
  readonly errors: readonly ErrorPlace[];
}

/**
 * Parses layers of variables, strongest first, into a {@link Config}. An empty value counts as not set.
 * @throws AppError `config_invalid` with every fault at once, each pointing at its variable.
 */
export function parseLayers(layers: readonly ConfigLayer[], readFile: ReadFile): Config {
  return completeConfig(readLayers(layers, readFile));
}

/** @throws AppError `config_invalid` with every fault at once. */
export function completeConfig({ settings, errors }: ReadConfig): Config {
  if (errors.length > 0) throw configFault(errors);
  return settings as Config;
}

/** What is wrong with the settings, as the error that says so. */
export function configFault(errors: readonly ErrorPlace[]): AppError {
  const list = errors.map((error) => `${error.pointer} ${error.detail}`).join('; ');
  return new AppError('config_invalid', list, { errors });
}

function readLayers(layers: readonly ConfigLayer[], readFile: ReadFile): ReadConfig {
  const errors: ErrorPlace[] = [];
  const settings: Record<string, unknown> = {};
  const sources: Record<string, string> = {};
  for (const { source, fault } of layers) {
    if (fault !== undefined) errors.push({ pointer: source, detail: fault });
  }
  for (const option of OPTIONS) {
    const found = findText(option, layers, readFile);
    if (found === null) continue;
    if ('fault' in found) {
      errors.push({ pointer: found.name, detail: found.fault });
      continue;
    }
    const parsed = option.parse(found.text);
    sources[option.name] = found.source;
    if ('fault' in parsed) {
      // Somebody who wrote an option on the command line need not know the variable it stands for.
      const where = found.source === COMMAND_LINE ? ' (as given on the command line)' : '';
      errors.push({ pointer: found.name, detail: parsed.fault + where });
    } else settings[option.setting] = parsed.value;
  }
  return { settings: { ...settings, sources, warnings: unknownVariables(layers) }, errors };
}

type Found =
  | { readonly name: string; readonly text: string; readonly source: string }
  | { readonly name: string; readonly fault: string };

/** Null where a layer that could not be read may have it. */
function findText(option: Option, layers: readonly ConfigLayer[], readFile: ReadFile): Found | null {
  const fileName = option.name + FILE_SUFFIX;
  const trim = (text: string) => (option.isVerbatim ? text : text.trim());
  for (const { source, variables, fault } of layers) {
    if (fault !== undefined) return null;
    const text = variables[option.name];
    const path = option.isSecret ? variables[fileName] : undefined;
    if (isSet(text) && isSet(path))
      return { name: option.name, fault: `and ${fileName} are both set; keep one` };
    if (isSet(text)) return { name: option.name, text: trim(text), source };
    if (!isSet(path)) continue;
    const content = readText(path, readFile);
    if ('fault' in content) return { name: fileName, fault: `names a file that ${content.fault}` };
    if (!isSet(content.text)) return { name: fileName, fault: `names an empty file: ${path}` };
    return { name: fileName, text: trim(content.text), source: `${source}, file ${path}` };
  }
  return { name: option.name, text: option.default, source: 'default' };
}

/** What a file that is there may not be; of others the path is not quoted, because it may be the secret itself. */
const FILE_FAULTS: Readonly<Record<string, string>> = {
  EISDIR: 'is a directory',
  EACCES: 'this user may not read',
  EPERM: 'this user may not read',
};

/** The text of a file, or what is wrong with it. */
function readText(
  path: string,
  readFile: ReadFile,
): { readonly text: string } | { readonly fault: string; readonly isMissing: boolean } {
  try {
    const text = decodeFile(readFile(path));
    return text === null ? { fault: `is not UTF-8: ${path}`, isMissing: false } : { text };
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    const known = FILE_FAULTS[code];
    if (known !== undefined) return { fault: `${known}: ${path}`, isMissing: false };
    if (code === 'ENOENT') return { fault: 'does not exist', isMissing: true };
    return { fault: `cannot be read (${code})`, isMissing: false };
  }
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
  return completeConfig(readConfig(options));
}

/** As {@link loadConfig}, with the faults for a value. */
export function readConfig(options: LoadOptions): ReadConfig {
  const layers: ConfigLayer[] = [
    { source: COMMAND_LINE, variables: options.flags ?? {} },
    { source: 'environment', variables: process.env },
  ];
  if (process.env.NODE_ENV !== 'production') {
    layers.push(readDotenv(join(options.directory ?? process.cwd(), DOTENV)));
  }
  layers.push({ source: 'preset', variables: options.presets ?? {} });
  return readLayers(layers, readFileSync);
}

/** No file is an empty layer. */
function readDotenv(path: string): ConfigLayer {
  const content = readText(path, readFileSync);
  if ('text' in content) {
    return { source: DOTENV, variables: parseEnv(content.text.replace(/^\ufeff/, '')) };
  }
  const fault = content.isMissing ? undefined : `${content.fault}; remove it, or make it a file of settings`;
  return { source: DOTENV, variables: {}, fault };
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
