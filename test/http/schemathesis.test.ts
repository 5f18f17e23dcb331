import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROUTES } from '../../src/http/routes.ts';
import { HEADER, lineOf, madeUp, run, start, temporaryFolder, writeTable } from '../cli/command-line.ts';

// A tester made by others reads the OpenAPI document and asks a real server whatever it can think of: requests that fit
// the document and requests that do not. TITANS_TEST_PYTHON names a python3 that has it.
const python = process.env.TITANS_TEST_PYTHON ?? 'python3';
const VERSION = '4.32.5';
const RUN = 'from schemathesis.cli import schemathesis; schemathesis()';
const found = spawnSync(python, ['-c', RUN, '--version'], { encoding: 'utf8' });
const reason = `needs schemathesis: pip install schemathesis==${VERSION}, and TITANS_TEST_PYTHON=the python that has it (${python} does not)`;

const KEY = 'a-key-of-this-test';
/** Of each operation in each phase; what is asked is the same at every run. */
const EXAMPLES = '10';
/**
 * What is promised otherwise than the tester assumes: another method on a known path is 404 (with Allow), the first
 * refusal of all; items of a list are judged one by one in a 200, /predict/validate judges anything, and a list that is
 * too long is 413; and some values are only wrong together (an Income below zero, a key used for two bodies).
 */
const OTHERWISE = 'unsupported_method,negative_data_rejection,positive_data_acceptance';

/**
 * Asked of servers of their own: made-up tokens use up the failed authentications of the tester's address, and what it
 * then sends elsewhere without a key would be 429 instead of 401.
 */
const TOKENS_IN_BODY = '^/auth/(refresh|revoke)$';
const PARTS: readonly (readonly string[])[] = [
  ['--exclude-path-regex', TOKENS_IN_BODY],
  ['--include-path-regex', TOKENS_IN_BODY],
];

/** What the tester says of its run. */
interface RunReport {
  readonly complete: boolean;
  readonly operations: { readonly tested: number };
  /** Requests meant to fit the document, by operation and phase. */
  readonly valid_rates: Readonly<Record<string, Readonly<Record<string, { readonly accepted: number }>>>>;
}

/** Runs the tester against a part of a server, and gives its exit status and all it said. */
function tryOut(
  url: string,
  part: readonly string[],
  reportPath: string,
): Promise<{ status: number; said: string }> {
  const args = [
    ...['-c', RUN, 'run', `${url}/openapi.json`, '-H', `Authorization: Bearer ${KEY}`, ...part],
    ...['--phases', 'examples,coverage,fuzzing', '--max-examples', EXAMPLES, '--seed', '1', '--no-shrink'],
    ...['--checks', 'all', '--exclude-checks', OTHERWISE, '--continue-on-failure'],
    ...['--report', 'json', '--report-json-path', reportPath, '--no-color'],
  ];
  return new Promise((resolve) => {
    const options = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, cwd: join(reportPath, '..') } as const;
    execFile(python, args, options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ status, said: stdout + stderr });
    });
  });
}

describe('schemathesis', { skip: found.status === 0 ? false : reason }, () => {
  const folder = temporaryFolder();

  it(`${VERSION} finds no 500, no undocumented status, no undocumented field on a server with four models`, async () => {
    assert.ok(found.stdout.includes(VERSION), `the version of test/requirements.txt, not ${found.stdout}`);
    const table = writeTable(folder, 'bank.csv', [HEADER, ...madeUp().map(lineOf)]);
    const dataDir = join(folder, 'var');
    const training = ['--data', table, '--model-type', 'simple', '--workers', '1', '--data-dir', dataDir];
    assert.equal((await run(['train', ...training])).status, 0);
    let tested = 0;
    for (const part of PARTS) {
      const server = start(['serve', '--port', '0', '--data-dir', dataDir], {
        TITANS_API_KEYS: KEY,
        TITANS_RATE_LIMIT: '1000000/1s',
      });
      const [, url] = await server.until(/listening at (http:[^"]+)/);
      const reportPath = join(mkdtempSync(join(folder, 'report-')), 'report.json');
      const { status, said } = await tryOut(url, part, reportPath);
      server.child.kill('SIGTERM');
      assert.equal((await server.ended).status, 0);
      assert.equal(status, 0, said);
      const report = JSON.parse(readFileSync(reportPath, 'utf8')) as RunReport;
      assert.equal(report.complete, true);
      tested += report.operations.tested;
      for (const [operation, phases] of Object.entries(report.valid_rates)) {
        const accepted = Object.values(phases).reduce((sum, phase) => sum + phase.accepted, 0);
        // A refresh token cannot be made up.
        assert.ok(accepted > 0 || operation === 'POST /auth/refresh', `${operation} accepted nothing`);
      }
    }
    // The document itself is read, not tested.
    assert.equal(tested, ROUTES.length - 1);
  });
});
