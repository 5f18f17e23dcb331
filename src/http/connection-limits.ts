/** What one connection, and all of them together, may take; every one of these protects the process from slow or many clients. */
export interface ConnectionLimits {
  /** From the first byte of a request, or the connection, to the last header. */
  readonly headersMs: number;
  /** From the first byte of a request to the last of its body. */
  readonly requestMs: number;
  /** How long an idle connection is kept. */
  readonly keepAliveMs: number;
  /** How long nothing may move on a connection in use, such as one whose client reads no reply. */
  readonly silenceMs: number;
  /** How often the two limits of arrival are looked at. */
  readonly checkMs: number;
  /** Connections of the process; more are closed at once. */
  readonly connectionsMax: number;
  /** Requests of one connection that wait for their replies; one more closes it. Whoever waits for replies has one. */
  readonly unansweredMax: number;
  readonly headerBytesMax: number;
  readonly headersMax: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  // Longer than the 60 s of usual load balancers, so that they close first.
  keepAliveMs: 72_000,
  silenceMs: 120_000,
  checkMs: 1000,
  connectionsMax: 10_000,
  unansweredMax: 256,
  headerBytesMax: 16 * 1024,
  headersMax: 100,
};
