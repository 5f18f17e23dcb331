import { setImmediate as turn } from 'node:timers/promises';

/** How long one list may hold the event loop before everybody else gets a turn; an item takes far less. */
const SLICE_MS = 8;

/** The end of the queue of those who wait for a turn. There is one event loop, hence one queue. */
let last: Promise<unknown> = Promise.resolve();

/** Waits for a turn of the event loop that no other list works in, so that many lists at once hold it no longer than one. */
function nextTurn(): Promise<unknown> {
  last = last.then(() => turn());
  return last;
}

/**
 * Works on items one after another, in order, in slices of a few milliseconds between which the event loop serves
 * everybody else. Rejects with the first failure; later items are then not worked on.
 */
export async function inTurns<Item>(
  items: readonly Item[],
  work: (item: Item, index: number) => unknown,
): Promise<void> {
  await nextTurn();
  let started = performance.now();
  for (let index = 0; index < items.length; index++) {
    if (performance.now() - started >= SLICE_MS) {
      await nextTurn();
      started = performance.now();
    }
    const result = work(items[index], index);
    if (result instanceof Promise) await result;
  }
}
