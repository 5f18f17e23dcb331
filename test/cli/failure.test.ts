import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { afterEach, it } from 'node:test';
import { reportFailure } from '../../src/cli/failure.ts';
import { Interruption } from '../../src/cli/io.ts';
import { AppError } from '../../src/errors.ts';

afterEach(() => {
  delete process.env.TITANS_LOG_LEVEL;
  delete process.env.TITANS_PORT;
});

function report(error: unknown, reason?: Error): { status: number; text: string } {
  const stderr = new PassThrough();
  const controller = new AbortController();
  if (reason !== undefined) controller.abort(reason);
  const status = reportFailure(error, { stdout: stderr, stderr, clock: () => 0, signal: controller.signal });
  return { status, text: String(stderr.read() ?? '') };
}

it('an AppError is told with title, detail, every further place and what to do', () => {
  const error = new AppError('invalid', 'two things are wrong; /a must be 1', {
    errors: [
      { pointer: '/a', detail: 'must be 1' },
      { pointer: '/b', detail: 'must be 2' },
      { pointer: '', detail: 'is odd' },
    ],
    internal: 'secret place',
  });
  assert.deepEqual(report(error), {
    status: 1,
    text: `titans: Invalid values: two things are wrong; /a must be 1\n  /b: must be 2\n  is odd\n${error.row.remedy}\n`,
  });
});

it('the table of errors decides the exit status', () => {
  assert.equal(report(new AppError('usage', 'no')).status, 2);
  assert.equal(report(new AppError('config_invalid', 'no')).status, 2);
  assert.equal(report(new AppError('store_unavailable', 'no')).status, 1);
});

it('anything else is an internal error without a stack', () => {
  const { status, text } = report(new TypeError('x is not a function'));
  assert.equal(status, 1);
  assert.match(text, /Internal error: x is not a function/);
  assert.doesNotMatch(text, /at /);
  assert.match(report('a text').text, /Internal error: a text/);
});

it('stack, cause and internal detail are shown on request only', () => {
  process.env.TITANS_LOG_LEVEL = 'debug';
  const error = new AppError('store_unavailable', 'no', {
    internal: 'db.ts',
    cause: new Error('disk on fire'),
  });
  const { text } = report(error);
  assert.match(text, /internal: db\.ts/);
  assert.match(text, /failure\.test\.ts/);
  assert.match(text, /caused by: Error: disk on fire/);
  assert.match(report('a text').text, /a text/);
});

it('a broken configuration does not hide the failure', () => {
  process.env.TITANS_PORT = 'x';
  assert.match(report(new Error('first')).text, /first/);
});

it('an interruption has the status of its signal', () => {
  assert.equal(report(new Interruption('SIGINT')).status, 130);
  assert.equal(report(new Interruption('SIGTERM')).status, 143);
  const abort = new DOMException('This operation was aborted', 'AbortError');
  assert.equal(report(abort, new Interruption('SIGINT')).status, 130);
  assert.equal(report(abort).status, 1);
});

it('a closed pipe is no failure', () => {
  const closed = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
  assert.deepEqual(report(closed), { status: 0, text: '' });
});
