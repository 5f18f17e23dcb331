/** What the processes that share a port tell each other by way of the one that started them. */
export type ProcessMessage =
  /** From a process that now answers requests. */
  | { readonly kind: 'listening'; readonly port: number }
  /** To every process, the sender included. */
  | { readonly kind: 'broadcast'; readonly topic: string; readonly payload: string }
  /** To every process, the sender included: each answers to `asker`. */
  | { readonly kind: 'ask'; readonly id: number; readonly question: string; readonly asker?: number }
  /** To the asker alone: how many were asked. */
  | { readonly kind: 'asked'; readonly id: number; readonly count: number }
  /** To the asker alone. */
  | { readonly kind: 'answer'; readonly id: number; readonly asker: number; readonly value: unknown };

/** One end of the line between two processes. */
export interface ProcessLine {
  send(message: ProcessMessage): void;
  onMessage(listener: (message: ProcessMessage) => void): void;
}

/** What comes over a line may be of any other library as well. */
export function isProcessMessage(value: unknown): value is ProcessMessage {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

/** Passes messages on between processes; each joins with its line and a number of its own, and leaves when it ends. */
export function createRelay(): { join(id: number, line: ProcessLine): () => void } {
  const lines = new Map<number, ProcessLine>();

  function sendAll(message: ProcessMessage): void {
    for (const line of lines.values()) line.send(message);
  }

  function pass(from: number, message: ProcessMessage): void {
    if (message.kind === 'broadcast') sendAll(message);
    else if (message.kind === 'ask') {
      lines.get(from)?.send({ kind: 'asked', id: message.id, count: lines.size });
      sendAll({ ...message, asker: from });
    } else if (message.kind === 'answer') lines.get(message.asker)?.send(message);
  }

  return {
    join(id, line) {
      lines.set(id, line);
      line.onMessage((message) => pass(id, message));
      return () => void lines.delete(id);
    },
  };
}
