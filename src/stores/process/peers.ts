import type { ProcessLine } from '../../lib/process-message.ts';
import type { Peers } from '../ports.ts';

/** A process that does not answer in this time (it is busy, or has just died) is left out. */
const ANSWER_TIMEOUT_MS = 1000;

interface Asking {
  readonly values: unknown[];
  count: number;
  readonly finish: () => void;
}

/** The processes that one process started, reached by way of it. */
export function createProcessPeers(line: ProcessLine, timeoutMs = ANSWER_TIMEOUT_MS): Peers {
  const answers = new Map<string, () => unknown>();
  const askings = new Map<number, Asking>();
  let lastId = 0;

  line.onMessage((message) => {
    if (message.kind === 'ask') void reply(message.id, message.question, message.asker ?? 0);
    else if (message.kind === 'asked') {
      const asking = askings.get(message.id);
      if (asking === undefined) return;
      asking.count = message.count;
      finishWhenComplete(asking);
    } else if (message.kind === 'answer') {
      const asking = askings.get(message.id);
      if (asking === undefined) return;
      asking.values.push(message.value);
      finishWhenComplete(asking);
    }
  });

  async function reply(id: number, question: string, asker: number): Promise<void> {
    const answer = answers.get(question);
    if (answer === undefined) return;
    try {
      line.send({ kind: 'answer', id, asker, value: await answer() });
    } catch {
      // One that cannot answer is silent, and the asker goes on without it.
    }
  }

  return {
    answer(question, answer) {
      answers.set(question, answer);
    },
    ask(question) {
      const id = ++lastId;
      return new Promise((resolve) => {
        const finish = () => {
          clearTimeout(timer);
          askings.delete(id);
          resolve(asking.values);
        };
        const timer = setTimeout(finish, timeoutMs);
        const asking: Asking = { values: [], count: Number.POSITIVE_INFINITY, finish };
        askings.set(id, asking);
        line.send({ kind: 'ask', id, question });
      });
    },
  };
}

function finishWhenComplete(asking: Asking): void {
  if (asking.values.length >= asking.count) asking.finish();
}
