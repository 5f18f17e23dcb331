import { createListeners } from '../listeners.ts';
import type { Broadcast } from '../ports.ts';

/** A broadcast that reaches the subscribers of this process. */
export function createMemoryBroadcast(): Broadcast {
  const listeners = createListeners();
  return {
    async publish(topic, payload) {
      // Later, as it would come from another process: a publisher is never called back while it publishes.
      setImmediate(() => listeners.call(topic, payload));
    },
    subscribe: listeners.subscribe,
    async close() {
      listeners.clear();
    },
  };
}
