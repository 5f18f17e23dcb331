import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inTurns } from '../../src/predict/turns.ts';

/** Holds the event loop for longer than a slice. */
function hold(): void {
  const until = performance.now() + 10;
  while (performance.now() < until);
}

describe('inTurns', () => {
  it('works on every item in order, waiting for each', async () => {
    const seen: number[] = [];
    await inTurns([3, 1, 2], async (item, index) => {
      await Promise.resolve();
      seen.push(item * 10 + index);
    });
    assert.deepEqual(seen, [30, 11, 22]);
    await inTurns([], () => assert.fail('nothing to work on'));
  });

  it('lets the event loop turn between slices, also when several lists are under way', async () => {
    const items = [1, 2, 3];
    let held = 0;
    let heldMax = 0;
    let done = false;
    function watch(): void {
      heldMax = Math.max(heldMax, held);
      held = 0;
      if (!done) setImmediate(watch);
    }
    setImmediate(watch);
    const work = () => {
      held++;
      hold();
    };
    await Promise.all([inTurns(items, work), inTurns(items, work), inTurns(items, work)]);
    done = true;
    assert.equal(heldMax, 1, 'items worked on between two turns');
  });

  it('stops at the first failure and tells it, and the next list is worked on', async () => {
    const seen: number[] = [];
    const failing = inTurns([1, 2, 3], (item) => {
      seen.push(item);
      if (item === 2) throw new Error('two');
    });
    await assert.rejects(failing, /two/);
    await inTurns([4], (item) => seen.push(item));
    assert.deepEqual(seen, [1, 2, 4]);
  });
});
