import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { createLogger } from '../../src/http/logger.ts';

const logger = new URL('../../src/http/logger.ts', import.meta.url).href;

test('lines gathered for standard output are written when the process exits, however it exits', () => {
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

test('a reader that goes away does not keep the process from ending', async () => {
  const program = `import { createLogger } from '${logger}'; process.on('message', () => { createLogger('info').info('x'.repeat(1000000)); process.exit(0); });`;
  const run = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  run.stdout?.destroy();
  run.send('go');
  const [status] = await once(run, 'exit');
  assert.equal(status, 0);
});

test('of an error its kind, message, code, stack and causes are logged, and nothing that hangs on it', () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => void lines.push(line) });
  const cause = Object.assign(new TypeError('no'), { parameters: ['GREEN GROCER'] });
  const error = Object.assign(new Error('failed', { cause }), {
    code: '23505',
    detail: 'Key (x)=(GREEN GROCER)',
  });
  logger.error({ err: error }, 'failed');
  const { err } = JSON.parse(lines[0]);
  assert.deepEqual([err.type, err.message, err.code], ['Error', 'failed', '23505']);
  assert.equal(err.cause.type, 'TypeError');
  assert.match(err.stack, /logger\.test/);
  assert.doesNotMatch(lines[0], /GREEN/);
});
