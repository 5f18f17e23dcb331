import { parseVersion } from './manifest.ts';

/** One moment at which a version became the one to serve. */
export interface Activation {
  readonly version: string;
  readonly activated_at: string;
}

/** `active.json`: what serves now, and what served before it (oldest first), for rolling back. */
export interface Activations extends Activation {
  readonly history: readonly Activation[];
}

const HISTORY_MAX = 100;

function isActivation(value: unknown): value is Activation {
  if (typeof value !== 'object' || value === null) return false;
  const { version, activated_at } = value as Record<string, unknown>;
  return typeof version === 'string' && parseVersion(version) !== null && typeof activated_at === 'string';
}

/** Reads active.json; null when it does not hold what it should. */
export function parseActivations(text: string): Activations | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isActivation(value)) return null;
  const { history } = value as Partial<Activations>;
  if (!Array.isArray(history) || !history.every(isActivation)) return null;
  return { version: value.version, activated_at: value.activated_at, history };
}

/** Writes active.json. */
export function formatActivations(activations: Activations): string {
  return `${JSON.stringify(activations, null, 2)}\n`;
}

/** What active.json holds once `version` is activated on top of what it held; activating twice changes nothing. */
export function pushActivation(current: Activations | null, next: Activation): Activations {
  if (current === null) return { ...next, history: [] };
  if (current.version === next.version) return current;
  const { version, activated_at } = current;
  return { ...next, history: [...current.history, { version, activated_at }].slice(-HISTORY_MAX) };
}

/** What active.json holds once the newest activation is taken back; null when there was none before it. */
export function popActivation(current: Activations, at: string): Activations | null {
  const previous = current.history[current.history.length - 1];
  if (previous === undefined) return null;
  return { version: previous.version, activated_at: at, history: current.history.slice(0, -1) };
}
