import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { createBreaker } from '../../src/stores/redis/breaker.ts';
import { DeadlineError, withDeadline } from '../../src/stores/redis/deadline.ts';

function watched() {
  let now = 0;
  const told: string[] = [];
  const breaker = createBreaker(() => now);
  breaker.observe({
    degraded: (reason) => told.push(`degraded: ${reason}`),
    recovered: (afterMs) => told.push(`recovered after ${afterMs}`),
  });
  function setNow(at: number): void {
    now = at;
  }
  return { breaker, told, setNow };
}

test('a failure whose probe succeeds is no outage: nothing is told, and the server is asked again', async () => {
  const { breaker, told } = watched();
  breaker.trip(new Error('slow'), () => Promise.resolve());
  assert.equal(breaker.isOpen(), true);
  await turn();
  assert.deepEqual([breaker.isOpen(), breaker.isDegraded(), told.length], [false, false, 0]);
});

test('an outage is told once, probed one at a time, and told again when it is over', async () => {
  const { breaker, told, setNow } = watched();
  let probes = 0;
  let isBack = false;
  const recovered = new Promise<void>((resolve) =>
    breaker.observe({ degraded() {}, recovered: () => resolve() }),
  );
  const probe = async () => {
    probes += 1;
    if (!isBack) throw new Error('still away');
  };
  for (let i = 0; i < 100; i++) breaker.trip(new Error('away'), probe);
  await turn();
  assert.equal(probes, 1);
  assert.deepEqual([breaker.isOpen(), breaker.isDegraded()], [true, true]);
  isBack = true;
  setNow(777);
  await recovered;
  assert.deepEqual(told, ['degraded: still away', 'recovered after 777']);
  assert.deepEqual([breaker.isOpen(), breaker.isDegraded()], [false, false]);
  assert.equal(probes, 2);
});

test('closing ends the probing and tells nothing', async () => {
  const { breaker, told } = watched();
  const { promise, resolve } = Promise.withResolvers<void>();
  breaker.trip(new Error('away'), () => promise);
  breaker.close();
  resolve();
  await turn();
  assert.deepEqual(told, []);
  breaker.trip(new Error('away'), () => assert.fail('probed after closing'));
});

test('what does not answer in time is a failure, and what fails keeps its reason', async () => {
  await assert.rejects(withDeadline(new Promise(() => {}), 1), DeadlineError);
  await assert.rejects(withDeadline(Promise.reject(new Error('no')), 1000), /^Error: no$/);
  assert.equal(await withDeadline(Promise.resolve(1), 1000), 1);
});

test('an answer that arrived while this process was busy counts, however late it is looked at', async (t) => {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     parentPort.on('message', () => {
       parentPort.postMessage('answer');
       Atomics.store(workerData, 0, 1);
       Atomics.notify(workerData, 0);
     });
     parentPort.postMessage('here');`,
    { eval: true, workerData: flag },
  );
  t.after(() => worker.terminate());
  await once(worker, 'message');
  const answer = withDeadline(once(worker, 'message'), 1);
  worker.postMessage('question');
  // Nothing of this process runs until the answer lies there; by then the deadline has passed.
  Atomics.wait(flag, 0, 0);
  const until = performance.now() + 5;
  while (performance.now() < until);
  assert.deepEqual(await answer, ['answer']);
});
