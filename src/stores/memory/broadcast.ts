import type { Broadcast, BroadcastListener, BroadcastTopic } from '../ports.ts';

/** A broadcast that reaches the subscribers of this process. */
export function createMemoryBroadcast(): Broadcast {
  const listeners = new Map<BroadcastTopic, Set<BroadcastListener>>();
  let isClosed = false;
  return {
    async publish(topic, payload) {
      // Later, as it would come from another process: a publisher is never called back while it publishes.
      setImmediate(() => {
        if (isClosed) return;
        for (const listener of [...(listeners.get(topic) ?? [])]) listener(payload);
      });
    },
    subscribe(topic, listener) {
      const of = listeners.get(topic) ?? new Set();
      listeners.set(topic, of.add(listener));
      return () => void of.delete(listener);
    },
    async close() {
      isClosed = true;
    },
  };
}
