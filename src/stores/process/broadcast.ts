import type { ProcessLine } from '../../lib/process-message.ts';
import { createListeners } from '../listeners.ts';
import type { Broadcast } from '../ports.ts';

/** A broadcast among the processes that one process started: it reaches those that run at that moment. */
export function createProcessBroadcast(line: ProcessLine): Broadcast {
  const listeners = createListeners();
  let isClosed = false;
  line.onMessage((message) => {
    if (message.kind === 'broadcast') listeners.call(message.topic, message.payload);
  });
  return {
    async publish(topic, payload) {
      if (!isClosed) line.send({ kind: 'broadcast', topic, payload });
    },
    subscribe: listeners.subscribe,
    async close() {
      isClosed = true;
      listeners.clear();
    },
  };
}
