// How the text of each setting of config.ts becomes its value, or a fault that says what would be right.

import { isIP } from 'node:net';
import { isTimeZone } from './bank/calendar.ts';
import { isCurrency } from './bank/money.ts';
import { BUCKET_UNITS_MAX, type BucketPolicy, fullCredit } from './lib/token-bucket.ts';

/** A value read from text, or what is wrong with the text. */
export type Parsed = { readonly value: unknown } | { readonly fault: string };

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const WORKERS_MAX = 64;

/**
 * The text of a file, which is UTF-8, without the one line end that editors and `echo` leave behind it; null when the
 * bytes are no UTF-8, because decoding would quietly make other ones of them.
 */
export function decodeFile(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r?\n$/, '');
  } catch {
    return null;
  }
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

const API_KEY_LENGTH_MIN = 8;
const API_KEY_LENGTH_MAX = 512;
/** RFC 7518, 3.2: a key of HS256 is at least as long as its hash. */
const JWT_SECRET_BYTES_MIN = 32;
const JWT_SECRET_BYTES_MAX = 1024;

const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const IPV6 = /^\[?([0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)\]?$/;

export function parseHost(text: string): Parsed {
  const address = IPV6.exec(text);
  if (address !== null) return { value: address[1] };
  if (HOST.test(text)) return { value: text };
  return { fault: 'must be a host name or an address such as 127.0.0.1, without scheme or port' };
}

export function parsePort(text: string): Parsed {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return { value: port };
  return { fault: 'must be an integer from 0 to 65535' };
}

export function parseWorkers(text: string): Parsed {
  const workers = Number(text);
  if (/^\d{1,3}$/.test(text) && workers >= 1 && workers <= WORKERS_MAX) return { value: workers };
  return { fault: `must be an integer from 1 to ${WORKERS_MAX}` };
}

export function parseDirectory(text: string): Parsed {
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

export function parseFlag(text: string): Parsed {
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

export function parseApiKeys(text: string): Parsed {
  return parseList(
    text,
    (key) =>
      key.length >= API_KEY_LENGTH_MIN && key.length <= API_KEY_LENGTH_MAX && /^[\x21-\x7e]+$/.test(key),
    `must have ${API_KEY_LENGTH_MIN} to ${API_KEY_LENGTH_MAX} printable ASCII characters without spaces`,
  );
}

/**
 * A secret is shared byte for byte, so nothing is cut off or replaced: what others would read differently is refused.
 */
export function parseJwtSecret(text: string): Parsed {
  if (text === '') return { value: null };
  if (text !== text.trim()) {
    return { fault: 'begins or ends with white space, which programs that share it may cut off; remove it' };
  }
  if (text.includes('\ufffd')) {
    return { fault: 'holds U+FFFD, which stands for bytes that were not UTF-8; write it in UTF-8' };
  }
  const bytes = Buffer.byteLength(text);
  if (bytes >= JWT_SECRET_BYTES_MIN && bytes <= JWT_SECRET_BYTES_MAX) return { value: text };
  return { fault: `must have ${JWT_SECRET_BYTES_MIN} to ${JWT_SECRET_BYTES_MAX} bytes` };
}

export function parseAllowedHosts(text: string): Parsed {
  return parseList(
    text.toLowerCase(),
    (host) => host === '*' || HOST.test(host.replace(/^\*\./, '')) || /^\[[0-9a-f:.]+\]$/.test(host),
    'must be a host name such as api.example.com, *.example.com, [::1] or *, without scheme or port',
  );
}

export function parseCorsOrigins(text: string): Parsed {
  return parseList(text, isOrigin, 'must be an origin such as https://app.example.com, without a path, or *');
}

function isOrigin(text: string): boolean {
  return text === '*' || (/^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text);
}

export function parseTrustedProxies(text: string): Parsed {
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
export function parseRedisUrl(text: string): Parsed {
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

export function parseRateLimit(text: string): Parsed {
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

export function formatRateLimit({ limit, windowMs }: BucketPolicy): string {
  return `${limit}/${windowMs / 1000}s`;
}

const DATABASE_SCHEMES = ['postgres:', 'postgresql:'];

/** The text is never quoted in a fault: it may hold a password. */
export function parseDatabaseUrl(text: string): Parsed {
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

export function parseTimezone(text: string): Parsed {
  return isTimeZone(text) ? { value: text } : { fault: 'must be an IANA time zone such as Europe/London' };
}

export function parseCurrency(text: string): Parsed {
  if (text === '') return { value: null };
  const code = text.toUpperCase();
  return isCurrency(code) ? { value: code } : { fault: 'must be an ISO 4217 currency code such as EUR' };
}

export function parseLogLevel(text: string): Parsed {
  const level = text.toLowerCase();
  return LOG_LEVELS.some((known) => known === level)
    ? { value: level }
    : { fault: `must be one of ${LOG_LEVELS.join(', ')}` };
}
