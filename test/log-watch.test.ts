import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLeaks } from './log-watch.ts';

const SECRETS = new Set(['GREEN GROCER 0042', '1234.56', 'a-key-of-somebody', 'expense', '323707']);

test('a descriptor, an amount and a key are found wherever they stand in a log line', () => {
  const leaks = [
    { msg: 'failed', reason: 'no category for GREEN GROCER 0042' },
    { msg: 'failed', amount: 1234.56 },
    { msg: 'failed', err: { message: 'bad header a-key-of-somebody' } },
    { msg: 'failed', values: ['x', '-1234.56'] },
  ].map((line) => JSON.stringify(line));
  assert.equal(findLeaks(leaks, SECRETS).length, leaks.length);
});

test('times, statuses and words of the vocabulary are no leaks', () => {
  const lines = [
    { msg: 'request completed', duration_ms: 1234.56, status: 200 },
    { msg: 'no such expense', route: '/predict/category' },
    // A random id may happen to hold the digits of an amount.
    { msg: 'refused', request_id: 'b3a86542-1f1a-4bb0-9f2e-323ee3237075' },
  ].map((line) => JSON.stringify(line));
  assert.deepEqual(findLeaks(lines, SECRETS), []);
});
