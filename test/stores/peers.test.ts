import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryPeers } from '../../src/stores/memory/peers.ts';
import { createProcessPeers } from '../../src/stores/process/peers.ts';
import { openLines } from './process-lines.ts';

test('a single process answers its own questions, and none it was given no answer to', async () => {
  const peers = createMemoryPeers();
  peers.answer('count', async () => 3);
  assert.deepEqual(await peers.ask('count'), [3]);
  assert.deepEqual(await peers.ask('colour'), []);
});

test('every process answers the one that asks, once, whoever asks at the same time', async () => {
  const { lines } = openLines(3);
  const peers = lines.map((line, index) => {
    const one = createProcessPeers(line, 60_000);
    one.answer('name', () => `process ${index}`);
    one.answer('slow', () => new Promise((resolve) => setTimeout(() => resolve(index), 5 * index)));
    return one;
  });
  const all = ['process 0', 'process 1', 'process 2'];
  const asked = await Promise.all(peers.map((one) => one.ask('name')));
  for (const names of asked) assert.deepEqual(names.toSorted(), all);
  assert.deepEqual((await peers[2].ask('slow')).toSorted(), [0, 1, 2]);
});

test('one that does not answer is left out, and one that has left is not waited for', async () => {
  const { lines, leave } = openLines(3);
  const [one, two] = lines.map((line) => createProcessPeers(line, 60_000));
  const silent = createProcessPeers(lines[0], 30);
  for (const peers of [one, two]) peers.answer('name', () => 'here');
  assert.deepEqual(await silent.ask('name'), ['here', 'here'], 'after its deadline');
  leave(2);
  assert.deepEqual(await one.ask('name'), ['here', 'here'], 'at once');
});

test('one whose answer fails is left out, and goes on', async () => {
  const { lines } = openLines(2);
  const [asker, failing] = lines.map((line) => createProcessPeers(line, 30));
  asker.answer('name', () => 'here');
  failing.answer('name', async () => {
    throw new Error('not now');
  });
  assert.deepEqual(await asker.ask('name'), ['here']);
  assert.deepEqual(await failing.ask('name'), ['here']);
});
