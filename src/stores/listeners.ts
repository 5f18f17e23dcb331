import type { BroadcastListener, BroadcastTopic } from './ports.ts';

/** Who listens to what in this process: the half of every broadcast that is the same whatever carries it. */
export interface Listeners {
  /** Gives a function that ends the subscription. */
  subscribe(topic: BroadcastTopic, listener: BroadcastListener): () => void;
  /** Calls those who listen to `topic`; a topic nobody knows has none. */
  call(topic: string, payload: string): void;
  clear(): void;
}

export function createListeners(): Listeners {
  const listeners = new Map<string, Set<BroadcastListener>>();
  return {
    subscribe(topic, listener) {
      const of = listeners.get(topic) ?? new Set();
      listeners.set(topic, of.add(listener));
      return () => void of.delete(listener);
    },
    call(topic, payload) {
      // A copy: a listener may end its subscription while it is called.
      for (const listener of [...(listeners.get(topic) ?? [])]) listener(payload);
    },
    clear: () => listeners.clear(),
  };
}
