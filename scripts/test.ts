import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { readWatch } from '../test/log-watch.ts';
import { postgresMissing, startPostgres } from '../test/servers/postgres.ts';
import { redisMissing, startRedis } from '../test/servers/redis.ts';
import { blankText } from './scan-source.ts';
import type { TestReport } from './test-report.ts';

// npm test [-- FILE|FOLDER... | node:test options]
// TITANS_TEST_STORES=servers runs them on a PostgreSQL and a Redis of their own instead of the embedded stores.
// Without files: every test, with coverage of src/, which must reach the least below. With files: only those.
// On servers and without files: every test outside STORE_FREE, without coverage.

const COVERAGE_LINES_MIN = 95;
/** Folders under test/ whose tests open no store, and so cannot tell one kind from another. */
const STORE_FREE = [
  'bank',
  'browser',
  'features',
  'importing',
  'kernels',
  'lib',
  'models',
  'monitoring',
  'registry',
  'training',
  'workers',
];
// A test that hangs must not hang the gate; no test is judged by its speed.
// Each data directory of a test has a Redis database, as it has a schema; see test/servers/stores.ts.
const REDIS_DATABASES = ['--databases', '10000'];
const HANG_MS = 300_000;
const root = join(import.meta.dirname, '..');

/** Lines of a file that no test loaded, 0 when it holds nothing but types, of which nothing is left to load. */
function countUntouchedLines(path: string): number {
  const source = readFileSync(path, 'utf8');
  const hasCode = /^(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:const|let|var|function|class)\b/m.test(
    blankText(source),
  );
  return hasCode ? source.trimEnd().split('\n').length : 0;
}

function reportCoverage(report: TestReport): string[] {
  let total = 0;
  let covered = 0;
  const untouched: string[] = [];
  for (const path of globSync('src/**/*.ts', { cwd: root }).sort()) {
    const lines = report.coverage[join(root, path)];
    if (lines === undefined) {
      const count = countUntouchedLines(join(root, path));
      total += count;
      if (count > 0) untouched.push(path);
    } else {
      total += lines.total;
      covered += lines.covered;
    }
  }
  const percent = total === 0 ? 100 : (100 * covered) / total;
  console.log(
    `\ncoverage: ${percent.toFixed(2)} % of ${total} lines under src/ (at least ${COVERAGE_LINES_MIN} %)`,
  );
  if (untouched.length > 0) console.log(`loaded by no test: ${untouched.join(', ')}`);
  return percent < COVERAGE_LINES_MIN
    ? [
        `only ${percent.toFixed(2)} % of the lines under src/ are covered, ${COVERAGE_LINES_MIN} % are required`,
      ]
    : [];
}

function reportSkipped(report: TestReport): string[] {
  for (const { file, name, reason } of report.skipped) {
    console.log(`skipped: ${relative(root, file)}: ${name} (${reason})`);
  }
  const count = report.skipped.length;
  return count > 0 && process.env.TITANS_REQUIRE_SERVICES === '1'
    ? [`${count} tests were skipped, and TITANS_REQUIRE_SERVICES=1 forbids that`]
    : [];
}

/** No log line of the run may hold a key, a token, a descriptor or an amount that a test sent. */
function reportLeaks(folder: string): string[] {
  const { leaks, lines, secrets } = readWatch(folder);
  console.log(`logs: ${lines} lines read for ${secrets} secrets`);
  for (const leak of leaks.slice(0, 20)) console.log(`leak in ${leak}`);
  return leaks.length === 0 ? [] : [`${leaks.length} log lines hold what must not be logged`];
}

/** A folder stands for every test in it. */
function expandFolder(path: string): string {
  return statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ? `${path}/**/*.test.ts` : path;
}

interface Servers {
  /** What tells the tests where the servers are. */
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** The servers that TITANS_TEST_STORES asks for; without it, none. */
async function startServers(): Promise<Servers> {
  const stores = process.env.TITANS_TEST_STORES ?? '';
  if (stores === '' || stores === 'embedded') return { variables: {}, close: async () => {} };
  if (stores !== 'servers') throw new Error('TITANS_TEST_STORES must be embedded or servers');
  const missing = postgresMissing() || redisMissing;
  if (missing !== false) throw new Error(`TITANS_TEST_STORES=servers: ${missing}`);
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis({ args: REDIS_DATABASES })]);
  return {
    variables: { TITANS_TEST_DATABASE_URL: postgres.url, TITANS_TEST_REDIS_URL: redis.url },
    async close() {
      await Promise.all([postgres.close(), redis.stop()]);
    },
  };
}

/** Every test that a store could make a difference to. */
function testsOfStores(): string[] {
  const isFree = (path: string) => STORE_FREE.some((folder) => path.startsWith(`test/${folder}/`));
  return globSync('test/**/*.test.ts', { cwd: root }).filter((path) => !isFree(path));
}

function runTests(args: readonly string[], variables: Servers['variables']): number {
  const named = args.filter((arg) => !arg.startsWith('-')).map(expandFolder);
  const files = named.length === 0 && Object.keys(variables).length > 0 ? testsOfStores() : named;
  const isWhole =
    files.length === 0 && !args.some((arg) => /^--test-(?:name|skip)-pattern|^--test-only/.test(arg));
  const folder = mkdtempSync(join(tmpdir(), 'titans-test-'));
  const reportPath = join(folder, 'report.json');
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  const { status } = spawnSync(
    process.execPath,
    [
      '--test',
      `--test-concurrency=${Math.max(2, availableParallelism())}`,
      `--test-timeout=${HANG_MS}`,
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      `--test-reporter=${join(import.meta.dirname, 'test-report.ts')}`,
      '--test-reporter-destination=stderr',
      ...(isWhole ? ['--experimental-test-coverage', '--test-coverage-include=src/**/*.ts'] : []),
      ...args.filter((arg) => arg.startsWith('-')),
      ...(files.length > 0 ? files : ['test/**/*.test.ts']),
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...variables, TITANS_TEST_REPORT: reportPath, TITANS_TEST_LOGS: logs },
    },
  );
  const failures = status === 0 ? [] : ['some tests failed; see above'];
  if (existsSync(reportPath)) {
    const report = JSON.parse(readFileSync(reportPath, 'utf8')) as TestReport;
    if (isWhole) failures.push(...reportCoverage(report));
    failures.push(...reportSkipped(report));
  } else failures.push('the test run ended without a report');
  failures.push(...reportLeaks(logs));
  rmSync(folder, { recursive: true });
  for (const failure of failures) console.error(`FAILED: ${failure}`);
  return failures.length === 0 ? 0 : 1;
}

const servers = await startServers();
try {
  process.exitCode = runTests(process.argv.slice(2), servers.variables);
} finally {
  await servers.close();
}
