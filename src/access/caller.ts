import type { Scope } from './scopes.ts';

/** Who asks. The id may be logged and counted; it says nothing about the credential. */
export interface Caller {
  readonly id: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Set when the API key itself was sent and tokens may be issued to it: names the key and its secret. */
  readonly keyRef?: string;
}

/**
 * Turns a credential into its caller, or null when it is unknown. It may be asynchronous because some kinds
 * (a signed token) only have asynchronous checks.
 */
export type Authenticate = (credential: string) => Caller | null | Promise<Caller | null>;
