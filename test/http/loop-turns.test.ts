import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { watchTurns } from '../../src/http/plugins/loop-turns.ts';

test('of the requests read in one turn of the loop all have waited since it began', async () => {
  let now = 100;
  const waited = watchTurns(() => now);
  assert.equal(waited(), 0);
  now += 3;
  assert.equal(waited(), 3);
  now += 2;
  assert.equal(waited(), 5);
});

test('after a turn that left work waiting, a request has waited half of it; after a pause, not at all', async () => {
  let now = 100;
  const waited = watchTurns(() => now);
  waited();
  now += 8;
  await nextTurn();
  assert.equal(waited(), 4, 'it arrived at some instant of those 8 ms');
  now += 1;
  assert.equal(waited(), 5);
  await nextTurn();
  now += 1;
  assert.equal(waited(), 0, 'the loop slept in between');
});
