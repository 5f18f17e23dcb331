import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

test('lines gathered for standard output are written when the process exits, however it exits', () => {
  const logger = new URL('../../src/http/logger.ts', import.meta.url).href;
  for (const [ending, status] of [
    ['', 0],
    ['process.exit(3);', 3],
    ["throw new Error('unforeseen');", 1],
  ] as const) {
    const program = `import { createLogger } from '${logger}'; createLogger('info').info({ a: 1 }, 'last words'); ${ending}`;
    const run = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
    assert.equal(run.status, status, run.stderr);
    const { time, ...line } = JSON.parse(run.stdout);
    assert.deepEqual(line, { level: 'info', a: 1, msg: 'last words' });
    assert.match(time, /^\d{4}-\d{2}-\d{2}T.*Z$/);
  }
});
