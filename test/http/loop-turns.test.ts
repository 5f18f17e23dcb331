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

test('after a turn that left work waiting, requests are spread evenly over its length; after a pause, they have not waited', async () => {
  let now = 100;
  const waited = watchTurns(() => now);
  waited();
  now += 8;
  await nextTurn();
  const waits = Array.from({ length: 1000 }, () => waited()).sort((a, b) => a - b);
  for (const [index, wait] of waits.entries()) {
    assert.ok(Math.abs(wait - (8 * index) / 1000) < 0.05, `${index}: ${wait}`);
  }
  await nextTurn();
  now += 1;
  assert.equal(waited(), 0, 'the loop slept in between');
});
