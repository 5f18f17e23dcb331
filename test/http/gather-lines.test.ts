import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { gatherLines } from '../../src/http/gather-lines.ts';

/** A destination that takes `room` bytes a write while it is open, and fails with `failure` while there is one. */
function destination(room = 1_000_000) {
  const state = { text: '', writes: 0, room, failure: null as string | null };
  function writeSome(bytes: Buffer): number {
    state.writes += 1;
    if (state.failure !== null) throw Object.assign(new Error(state.failure), { code: state.failure });
    const taken = bytes.subarray(0, state.room);
    state.text += taken.toString('latin1');
    return taken.length;
  }
  return { state, writeSome };
}

test('lines wait until there are enough of them, then go in one write', () => {
  const { state, writeSome } = destination();
  const lines = gatherLines(writeSome, 10, 60_000);
  lines.write('1234\n');
  assert.equal(state.writes, 0);
  lines.write('5678\n');
  assert.deepEqual([state.writes, state.text], [1, '1234\n5678\n']);
});

test('a few lines go after the delay', async () => {
  const { state, writeSome } = destination();
  const lines = gatherLines(writeSome, 1000, 1);
  lines.write('a\n');
  for (let i = 0; i < 500 && state.text === ''; i++) await setTimeout(5);
  assert.equal(state.text, 'a\n');
});

test('a destination that takes little at a time still gets everything, in order', () => {
  const { state, writeSome } = destination(3);
  const lines = gatherLines(writeSome, 1, 60_000);
  lines.write('first\n');
  lines.write('second\n');
  assert.equal(state.text, 'first\nsecond\n');
});

test('a full destination is tried again later and nothing is lost', () => {
  const { state, writeSome } = destination();
  const lines = gatherLines(writeSome, 1, 60_000);
  state.failure = 'EAGAIN';
  lines.write('first\n');
  lines.write('second\n');
  assert.equal(state.writes, 1, 'not at every line');
  lines.flush(2);
  assert.equal(state.writes, 4, 'a bounded number of times');
  state.failure = null;
  lines.flush();
  assert.equal(state.text, 'first\nsecond\n');
});

test('a closed destination loses its lines and never blocks or throws', () => {
  const { state, writeSome } = destination();
  const lines = gatherLines(writeSome, 1, 60_000);
  state.failure = 'EPIPE';
  lines.write('lost\n');
  lines.flush(100);
  assert.equal(state.writes, 1);
});

test('a destination that stays full does not fill the memory', () => {
  const { state, writeSome } = destination();
  const lines = gatherLines(writeSome, 1, 60_000);
  state.failure = 'EAGAIN';
  const megabyte = 'x'.repeat(1024 * 1024);
  for (let i = 0; i < 12; i++) lines.write(megabyte);
  state.failure = null;
  lines.flush();
  assert.ok(state.text.length <= 8 * 1024 * 1024, String(state.text.length));
});
