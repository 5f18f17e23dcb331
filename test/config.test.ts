import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  describeConfig,
  isLoopback,
  loadConfig,
  OPTIONS,
  parseConfig,
  parseLayers,
  type ReadFile,
  readConfig,
} from '../src/config.ts';
import { AppError } from '../src/errors.ts';

function noFile(path: string): Uint8Array {
  throw new Error(`no file ${path}`);
}

const holding = (text: string) => () => Buffer.from(text);

/** A file that Node.js refuses to read for a reason of its own. */
function refusing(code: string): ReadFile {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}

function faultsOf(
  variables: Record<string, string>,
  readFile: ReadFile = refusing('ENOENT'),
): Record<string, string> {
  try {
    parseConfig(variables, readFile);
  } catch (error) {
    assert.ok(error instanceof AppError);
    assert.equal(error.row.code, 'config_invalid');
    return Object.fromEntries(error.errors.map((place) => [place.pointer, place.detail]));
  }
  return {};
}

test('an empty environment gives the documented defaults', () => {
  const { sources, warnings, ...settings } = parseConfig({}, noFile);
  assert.deepEqual(settings, {
    host: '127.0.0.1',
    port: 8000,
    dataDir: 'var',
    isDebug: false,
    apiKeys: [],
    jwtSecret: null,
    jwtSecretPrevious: null,
    allowedHosts: [],
    corsOrigins: [],
    trustedProxies: [],
    redis: null,
    rateLimit: { limit: 60_000, windowMs: 60_000 },
    databaseUrl: null,
    timezone: 'UTC',
    currency: null,
    logLevel: 'info',
    workers: 1,
  });
  assert.deepEqual(warnings, []);
  assert.deepEqual(new Set(Object.values(sources)), new Set(['default']));
});

test('every variable is read in its own form', () => {
  const config = parseConfig(
    {
      TITANS_HOST: '[::1]',
      TITANS_PORT: ' 0 ',
      TITANS_DATA_DIR: '/srv/titans',
      TITANS_DEBUG: 'TRUE',
      TITANS_API_KEYS: 'production-key-1, production-key-2,production-key-1',
      TITANS_ALLOWED_HOSTS: 'api.Example.com,*.example.org,[::1]',
      TITANS_CORS_ORIGINS: 'https://app.example.com,http://localhost:3000',
      TITANS_RATE_LIMIT: '600 / 1m',
      TITANS_TIMEZONE: 'Europe/London',
      TITANS_CURRENCY: 'gbp',
      TITANS_LOG_LEVEL: 'Warn',
      TITANS_WORKERS: '4',
    },
    noFile,
  );
  assert.equal(config.host, '::1');
  assert.equal(config.port, 0);
  assert.equal(config.dataDir, '/srv/titans');
  assert.equal(config.isDebug, true);
  assert.deepEqual(config.apiKeys, ['production-key-1', 'production-key-2']);
  assert.deepEqual(config.allowedHosts, ['api.example.com', '*.example.org', '[::1]']);
  assert.deepEqual(config.corsOrigins, ['https://app.example.com', 'http://localhost:3000']);
  assert.deepEqual(config.rateLimit, { limit: 600, windowMs: 60_000 });
  assert.equal(config.timezone, 'Europe/London');
  assert.equal(config.currency, 'GBP');
  assert.equal(config.logLevel, 'warn');
  assert.equal(config.workers, 4);
});

test('every fault is reported at once, under the name of its variable', () => {
  const faults = faultsOf({
    TITANS_HOST: 'http://here',
    TITANS_PORT: '80000',
    TITANS_DATA_DIR: 'a\0b',
    TITANS_DEBUG: 'perhaps',
    TITANS_API_KEYS: 'long-enough-key,short',
    TITANS_JWT_SECRET: 'brief',
    TITANS_JWT_SECRET_PREVIOUS: 'brief'.repeat(500),
    TITANS_ALLOWED_HOSTS: 'https://api.example.com',
    TITANS_CORS_ORIGINS: 'app.example.com',
    TITANS_TRUSTED_PROXIES: '10.0.0.0/33',
    TITANS_REDIS_URL: 'http://:hidden-word@host',
    TITANS_RATE_LIMIT: '100',
    TITANS_DATABASE_URL: 'mysql://titans:a-password@db/titans',
    TITANS_TIMEZONE: 'Mars/Olympus',
    TITANS_CURRENCY: 'EURO',
    TITANS_LOG_LEVEL: 'loud',
    TITANS_WORKERS: '0',
  });
  assert.deepEqual(Object.keys(faults).sort(), OPTIONS.map((option) => option.name).sort());
  assert.match(faults.TITANS_API_KEYS, /^entry 2 /);
  assert.doesNotMatch(JSON.stringify(faults), /short|brief|long-enough|hidden-word|a-password/);
});

test('an origin with a path or a trailing slash is refused', () => {
  assert.match(faultsOf({ TITANS_CORS_ORIGINS: 'https://a.example/' }).TITANS_CORS_ORIGINS, /origin/);
});

test('Redis is one server or a cluster, with or without TLS, and its password is never shown', () => {
  const one = { isCluster: false, isTls: false, username: undefined, password: undefined, db: 0 };
  const nodes = [
    { host: 'a', port: 7000 },
    { host: 'b', port: 7001 },
  ];
  for (const [text, place] of [
    ['redis://localhost', { ...one, nodes: [{ host: 'localhost', port: 6379 }] }],
    ['redis://[::1]:6380/3', { ...one, nodes: [{ host: '::1', port: 6380 }], db: 3 }],
    ['redis://h/', { ...one, nodes: [{ host: 'h', port: 6379 }] }],
    [
      'rediss://user:p%40ss@h:1',
      { ...one, nodes: [{ host: 'h', port: 1 }], isTls: true, username: 'user', password: 'p@ss' },
    ],
    ['redis+cluster://a:7000', { ...one, isCluster: true, nodes: [nodes[0]] }],
    ['redis+cluster://:word@a:7000,b:7001', { ...one, isCluster: true, nodes, password: 'word' }],
    ['rediss://a:7000, rediss://b:7001', { ...one, isCluster: true, isTls: true, nodes }],
  ] as const) {
    assert.deepEqual(parseConfig({ TITANS_REDIS_URL: text }, noFile).redis, place, text);
  }
  for (const text of [
    'localhost',
    'redis://',
    'redis://h/x',
    'redis://h?a=1',
    'redis://h:70000',
    'redis://a,',
    'redis://:%zz@h',
  ]) {
    assert.match(faultsOf({ TITANS_REDIS_URL: text }).TITANS_REDIS_URL, /^must be a URL/, text);
  }
  assert.match(faultsOf({ TITANS_REDIS_URL: 'redis+cluster://h/1' }).TITANS_REDIS_URL, /cluster does not/);
  const lines = describeConfig(parseConfig({ TITANS_REDIS_URL: 'redis://:a-word@host' }, noFile));
  assert.equal(lines.find((line) => line.name === 'TITANS_REDIS_URL')?.value, '(hidden)');
});

test('trusted proxies are addresses and networks, never everybody', () => {
  const list = ['10.0.0.7', '10.0.0.0/8', 'fd00::/8', '::1', '::ffff:10.0.0.1'];
  assert.deepEqual(parseConfig({ TITANS_TRUSTED_PROXIES: list.join(',') }, noFile).trustedProxies, list);
  for (const entry of [
    'proxy',
    '10.0.0',
    '10.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    '::/129',
    'x/8',
    '*',
  ]) {
    assert.match(
      faultsOf({ TITANS_TRUSTED_PROXIES: entry }).TITANS_TRUSTED_PROXIES,
      /^entry 1 must be/,
      entry,
    );
  }
});

test('a rate limit is a count and a duration, and exactly countable', () => {
  const limitOf = (text: string) => parseConfig({ TITANS_RATE_LIMIT: text }, noFile).rateLimit;
  for (const [text, limit, windowMs] of [
    ['60000/60s', 60_000, 60_000],
    ['100/s', 100, 1000],
    ['5/2h', 5, 7_200_000],
    ['1/1M', 1, 60_000],
    ['1000000/1h', 1_000_000, 3_600_000],
  ] as const) {
    assert.deepEqual(limitOf(text), { limit, windowMs });
  }
  const texts = ['', '10', '10/', '/s', '0/s', '10/0s', '-1/s', '1.5/s', '10/1d', '10/s/s', 'ten/s'];
  for (const text of texts.slice(1)) {
    assert.match(faultsOf({ TITANS_RATE_LIMIT: text }).TITANS_RATE_LIMIT, /^must be a count and/, text);
  }
  assert.match(faultsOf({ TITANS_RATE_LIMIT: '9000000000/1h' }).TITANS_RATE_LIMIT, /too large/);
  const shown = describeConfig(parseConfig({ TITANS_RATE_LIMIT: '600/1m' }, noFile));
  assert.equal(shown.find((line) => line.name === 'TITANS_RATE_LIMIT')?.value, '600/60s');
});

test('a secret may come from a file, one key a line', () => {
  const config = parseConfig({ TITANS_API_KEYS_FILE: '/run/secrets/keys' }, (path) => {
    assert.equal(path, '/run/secrets/keys');
    return Buffer.from('first-key-of-two\nsecond-key-of-two\n');
  });
  assert.deepEqual(config.apiKeys, ['first-key-of-two', 'second-key-of-two']);
  assert.equal(config.sources.TITANS_API_KEYS, 'environment, file /run/secrets/keys');
});

test('a signing secret has at least 32 bytes of UTF-8, however few letters those are', () => {
  assert.equal(parseConfig({ TITANS_JWT_SECRET: 'é'.repeat(16) }, noFile).jwtSecret, 'é'.repeat(16));
  assert.match(faultsOf({ TITANS_JWT_SECRET: 'x'.repeat(31) }).TITANS_JWT_SECRET, /32 to 1024 bytes/);
  const config = parseConfig({ TITANS_JWT_SECRET_PREVIOUS_FILE: '/old' }, holding(`${'y'.repeat(32)}\n`));
  assert.deepEqual([config.jwtSecret, config.jwtSecretPrevious], [null, 'y'.repeat(32)]);
});

test('a secret given twice, unreadable or empty is a fault', () => {
  assert.match(
    faultsOf({ TITANS_API_KEYS: 'key-in-variable', TITANS_API_KEYS_FILE: '/k' }).TITANS_API_KEYS,
    /both set/,
  );
  assert.match(faultsOf({ TITANS_API_KEYS_FILE: '/k' }).TITANS_API_KEYS_FILE, /does not exist/);
  assert.match(faultsOf({ TITANS_API_KEYS_FILE: '/k' }, holding(' \n')).TITANS_API_KEYS_FILE, /empty/);
});

test('a signing secret is taken byte for byte or refused: white space around it, and bytes that are not UTF-8', () => {
  const inside = `${'x'.repeat(20)} \t\n${'y'.repeat(20)}`;
  const fromFile = (bytes: Uint8Array) => faultsOf({ TITANS_JWT_SECRET_FILE: '/s' }, () => bytes);
  for (const end of ['', '\n', '\r\n']) {
    const read = parseConfig({ TITANS_JWT_SECRET_FILE: '/s' }, holding(inside + end));
    assert.equal(read.jwtSecret, inside, JSON.stringify(end));
  }
  for (const [before, after] of [
    ['', '\n\n'],
    [' ', ''],
    ['', '\t\n'],
    ['\ufeff', ''],
    ['\u00a0', ''],
  ]) {
    const faults = fromFile(Buffer.from(before + inside + after));
    assert.match(faults.TITANS_JWT_SECRET_FILE, /white space/, JSON.stringify([before, after]));
  }
  for (const name of ['TITANS_JWT_SECRET', 'TITANS_JWT_SECRET_PREVIOUS']) {
    assert.match(faultsOf({ [name]: ` ${inside}` })[name], /white space/);
    assert.match(faultsOf({ [name]: '\ufffd'.repeat(11) })[name], /not UTF-8/);
  }
  assert.match(fromFile(Buffer.alloc(11, 0xff)).TITANS_JWT_SECRET_FILE, /is not UTF-8: \/s$/);
});

test('the file of any secret is UTF-8', () => {
  for (const { name } of OPTIONS.filter(({ isSecret }) => isSecret)) {
    const faults = faultsOf({ [`${name}_FILE`]: '/s' }, () => Buffer.from('caf\xe9'.repeat(9), 'latin1'));
    assert.deepEqual(faults, { [`${name}_FILE`]: 'names a file that is not UTF-8: /s' });
  }
});

test('a file that is not there is told without what was written for its name, which may be the secret', () => {
  const meant = 'postgres://titans:a-password@db/titans';
  for (const code of ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE']) {
    const faults = faultsOf({ TITANS_DATABASE_URL_FILE: meant }, refusing(code));
    assert.match(faults.TITANS_DATABASE_URL_FILE, /^names a file that (does not exist|cannot be read \(E)/);
    assert.doesNotMatch(JSON.stringify(faults), /a-password/);
  }
  for (const [code, fault] of [
    ['EISDIR', /^names a file that is a directory: \/s$/],
    ['EACCES', /^names a file that this user may not read: \/s$/],
  ] as const) {
    assert.match(
      faultsOf({ TITANS_DATABASE_URL_FILE: '/s' }, refusing(code)).TITANS_DATABASE_URL_FILE,
      fault,
    );
  }
});

test('a database URL is of PostgreSQL, names a database and is never shown', () => {
  for (const url of [
    'postgres://db.example.com/titans',
    'postgresql://titans:p%40ss@db.example.org:5433/titans?sslmode=verify-full',
    'postgres:///titans?host=/var/run/postgresql',
  ]) {
    const config = parseConfig({ TITANS_DATABASE_URL: url }, noFile);
    assert.equal(config.databaseUrl, url);
    assert.doesNotMatch(JSON.stringify(describeConfig(config)), /p%40ss|db\.example\.org/);
  }
  const fromFile = parseConfig(
    { TITANS_DATABASE_URL_FILE: '/run/secrets/db' },
    holding(' postgres://db/titans \n'),
  );
  assert.equal(fromFile.databaseUrl, 'postgres://db/titans');
  for (const url of [
    'db.example.com',
    'http://db/titans',
    'postgres://a-password',
    'postgres://db:a-password/t',
  ]) {
    const fault = faultsOf({ TITANS_DATABASE_URL: url }).TITANS_DATABASE_URL;
    assert.match(fault, /postgres:\/\//);
    assert.doesNotMatch(fault, /a-password/);
  }
});

test('only secrets have a file form', () => {
  const config = parseConfig({ TITANS_PORT_FILE: '/port' }, noFile);
  assert.equal(config.port, 8000);
  assert.equal(config.warnings.length, 1);
});

test('a misspelt variable is a warning that names the nearest one', () => {
  const { warnings } = parseConfig({ TITANS_API_KEY: 'x', TITANS_PROT: '1', HOME: '/' }, noFile);
  assert.deepEqual(warnings, [
    'TITANS_API_KEY is not a setting and is ignored; did you mean TITANS_API_KEYS?',
    'TITANS_PROT is not a setting and is ignored; did you mean TITANS_PORT?',
  ]);
});

test('earlier layers win over later ones, and each value knows its layer', () => {
  const config = parseLayers(
    [
      { source: 'command line', variables: { TITANS_PORT: '1' } },
      { source: 'environment', variables: { TITANS_PORT: '2', TITANS_HOST: 'localhost', TITANS_DEBUG: '' } },
      { source: '.env', variables: { TITANS_HOST: 'other', TITANS_CURRENCY: 'EUR' } },
      { source: 'preset', variables: { TITANS_DEBUG: 'true' } },
    ],
    noFile,
  );
  assert.equal(config.port, 1);
  assert.equal(config.host, 'localhost');
  assert.equal(config.currency, 'EUR');
  assert.equal(config.isDebug, true);
  assert.equal(config.sources.TITANS_PORT, 'command line');
  assert.equal(config.sources.TITANS_HOST, 'environment');
  assert.equal(config.sources.TITANS_CURRENCY, '.env');
  assert.equal(config.sources.TITANS_DEBUG, 'preset');
});

test('loadConfig reads the environment and, unless in production, a .env file beside it', () => {
  const nodeEnv = process.env.NODE_ENV;
  delete process.env.NODE_ENV;
  const directory = mkdtempSync(join(tmpdir(), 'titans-config-'));
  const before = process.env.TITANS_TIMEZONE;
  try {
    writeFileSync(
      join(directory, '.env'),
      'TITANS_TIMEZONE=Asia/Tokyo\nTITANS_CURRENCY="JPY" # yen\nTITANS_PORT=1\n',
    );
    process.env.TITANS_TIMEZONE = 'Europe/Paris';
    const config = loadConfig({ directory, flags: { TITANS_PORT: '2' }, presets: { TITANS_DEBUG: 'true' } });
    assert.equal(config.timezone, 'Europe/Paris');
    assert.equal(config.currency, 'JPY');
    assert.equal(config.port, 2);
    assert.equal(config.isDebug, true);
    process.env.NODE_ENV = 'production';
    assert.equal(loadConfig({ directory }).currency, null);
    delete process.env.NODE_ENV;
    assert.equal(loadConfig({ directory }).currency, 'JPY');
    writeFileSync(join(directory, '.env'), Buffer.from('\ufeffTITANS_CURRENCY=EUR\n'));
    assert.equal(loadConfig({ directory }).currency, 'EUR', 'after a byte order mark');
    writeFileSync(join(directory, '.env'), Buffer.from('TITANS_CURRENCY=\xff\n', 'latin1'));
    const faultsWith = (flags: Record<string, string>) => {
      try {
        return loadConfig({ directory, flags });
      } catch (error) {
        return error instanceof AppError ? error.errors : error;
      }
    };
    const remedy = 'remove it, or make it a file of settings';
    const path = join(directory, '.env');
    assert.deepEqual(faultsWith({}), [{ pointer: '.env', detail: `is not UTF-8: ${path}; ${remedy}` }]);
    rmSync(path);
    mkdirSync(path);
    assert.deepEqual(faultsWith({ TITANS_PORT: 'x' }), [
      { pointer: '.env', detail: `is a directory: ${path}; ${remedy}` },
      { pointer: 'TITANS_PORT', detail: 'must be an integer from 0 to 65535 (as given on the command line)' },
    ]);
    const { settings } = readConfig({ directory, flags: { TITANS_PORT: '2' } });
    assert.deepEqual([settings.port, settings.apiKeys], [2, undefined], 'what it may hold is not known');
    rmSync(path, { recursive: true });
    assert.equal(loadConfig({ directory }).currency, null);
  } finally {
    if (nodeEnv === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = nodeEnv;
    if (before === undefined) delete process.env.TITANS_TIMEZONE;
    else process.env.TITANS_TIMEZONE = before;
    rmSync(directory, { recursive: true });
  }
});

test('describeConfig shows every option and no secret', () => {
  const config = parseConfig(
    { TITANS_API_KEYS: 'production-key-1,production-key-2', TITANS_CORS_ORIGINS: 'https://a.b,https://c.d' },
    noFile,
  );
  const lines = describeConfig(config);
  assert.deepEqual(
    lines.map((line) => line.name),
    OPTIONS.map((option) => option.name),
  );
  assert.doesNotMatch(JSON.stringify(lines), /production-key/);
  const values = Object.fromEntries(lines.map((line) => [line.name, line.value]));
  assert.equal(values.TITANS_API_KEYS, '(2 hidden)');
  assert.equal(values.TITANS_CORS_ORIGINS, 'https://a.b,https://c.d');
  assert.equal(values.TITANS_CURRENCY, '(not set)');
  assert.equal(values.TITANS_PORT, '8000');
});

test('loopback is this machine only', () => {
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])
    assert.ok(isLoopback(host), host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'localhost.example', '']) {
    assert.ok(!isLoopback(host), host);
  }
});

test('whatever the variables hold, the answer is a config or a list of faults', () => {
  const names = OPTIONS.map((option) => option.name);
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), fc.string()), (variables) => {
      const faults = faultsOf(variables);
      for (const name of Object.keys(faults)) assert.ok(names.includes(name));
    }),
    { seed: 1, numRuns: 500 },
  );
});
