import type { ProcessLine } from '../../lib/process-message.ts';
import type { Broadcast, BroadcastListener, BroadcastTopic } from '../ports.ts';

/** A broadcast among the processes that one process started: it reaches those that run at that moment. */
export function createProcessBroadcast(line: ProcessLine): Broadcast {
  const listeners = new Map<string, Set<BroadcastListener>>();
  let isClosed = false;
  line.onMessage((message) => {
    if (message.kind !== 'broadcast' || isClosed) return;
    for (const listener of [...(listeners.get(message.topic) ?? [])]) listener(message.payload);
  });
  return {
    async publish(topic: BroadcastTopic, payload) {
      if (!isClosed) line.send({ kind: 'broadcast', topic, payload });
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
