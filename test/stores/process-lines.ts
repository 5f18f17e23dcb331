import { createRelay, type ProcessLine, type ProcessMessage } from '../../src/lib/process-message.ts';

/** Lines to a relay as processes have them, without the processes: what is sent arrives later, as a copy. */
export function openLines(count: number): { lines: ProcessLine[]; leave: (index: number) => void } {
  const relay = createRelay();
  const leaving: (() => void)[] = [];
  const lines = Array.from({ length: count }, (_, index) => {
    const here: ((message: ProcessMessage) => void)[] = [];
    const there: ((message: ProcessMessage) => void)[] = [];
    const carry = (to: typeof here) => (message: ProcessMessage) => {
      const copy = structuredClone(message);
      setImmediate(() => {
        for (const listener of to) listener(copy);
      });
    };
    leaving.push(
      relay.join(index + 1, { send: carry(here), onMessage: (listener) => void there.push(listener) }),
    );
    return {
      send: carry(there),
      onMessage: (listener: (message: ProcessMessage) => void) => void here.push(listener),
    };
  });
  return { lines, leave: (index) => leaving[index]() };
}
