/** One kind of failure a caller or the world can cause. */
export interface ErrorRow {
  readonly code: string;
  /** HTTP status of the problem reply. */
  readonly status: number;
  /** Exit status of the command line: 1 failed, 2 usage. */
  readonly exit: 1 | 2;
  readonly title: string;
  readonly remedy: string;
}

/** THE table of failures; docs/errors.md is generated from it. */
export const ERRORS = [
  {
    code: 'route_not_found',
    status: 404,
    exit: 2,
    title: 'No such route',
    remedy: 'See /docs for every route.',
  },
  {
    code: 'unauthenticated',
    status: 401,
    exit: 1,
    title: 'Missing or unknown credential',
    remedy:
      'Send `Authorization: Bearer KEY` or `X-API-Key: KEY` with a key of TITANS_API_KEYS or of `titans keys create`, or an access token.',
  },
  {
    code: 'token_invalid',
    status: 401,
    exit: 1,
    title: 'Refresh token not accepted',
    remedy: 'Get new tokens from POST /auth/token with the API key.',
  },
  {
    code: 'forbidden',
    status: 403,
    exit: 1,
    title: 'Scope missing',
    remedy: 'Use a key that has the scope named in the detail.',
  },
  {
    code: 'rate_limited',
    status: 429,
    exit: 1,
    title: 'Too many requests',
    remedy: 'Wait the seconds of Retry-After; `RateLimit` on every reply tells what is left.',
  },
  {
    code: 'host_not_allowed',
    status: 400,
    exit: 1,
    title: 'Host not allowed',
    remedy: 'Add the host to TITANS_ALLOWED_HOSTS.',
  },
  {
    code: 'unsupported_media_type',
    status: 415,
    exit: 1,
    title: 'Unsupported media type',
    remedy: 'Send `Content-Type: application/json`.',
  },
  {
    code: 'too_large',
    status: 413,
    exit: 1,
    title: 'Request too large',
    remedy: 'Send fewer or smaller items.',
  },
  {
    code: 'malformed',
    status: 400,
    exit: 1,
    title: 'Malformed request',
    remedy: 'Send one well-formed JSON document in UTF-8.',
  },
  {
    code: 'request_timeout',
    status: 408,
    exit: 1,
    title: 'Request did not arrive in time',
    remedy: 'Send the whole request at once; docs/operations.md has the limits.',
  },
  {
    code: 'invalid',
    status: 422,
    exit: 1,
    title: 'Invalid values',
    remedy: 'Correct every entry of `errors`; each names its place.',
  },
  {
    code: 'idempotency_key_reused',
    status: 422,
    exit: 1,
    title: 'Idempotency key of another request',
    remedy: 'Give every request its own Idempotency-Key; repeat one only with the same body.',
  },
  {
    code: 'idempotency_key_in_use',
    status: 409,
    exit: 1,
    title: 'Request still at work',
    remedy: 'Retry after the seconds in Retry-After.',
  },
  {
    code: 'model_not_loaded',
    status: 503,
    exit: 1,
    title: 'Model not loaded',
    remedy: 'Train the model with `titans train`, or see `titans models list` for why it does not load.',
  },
  {
    code: 'not_ready',
    status: 503,
    exit: 1,
    title: 'Not ready',
    remedy: 'Retry after the seconds in Retry-After.',
  },
  {
    code: 'timeout',
    status: 503,
    exit: 1,
    title: 'Took too long',
    remedy: 'Retry; if it persists, send a smaller request.',
  },
  {
    code: 'usage',
    status: 400,
    exit: 2,
    title: 'Wrong use of the command line',
    remedy: 'See `titans COMMAND --help`.',
  },
  {
    code: 'config_invalid',
    status: 500,
    exit: 2,
    title: 'Invalid configuration',
    remedy: 'Correct every variable named; see docs/config.md.',
  },
  {
    code: 'table_unreadable',
    status: 422,
    exit: 1,
    title: 'Table cannot be read',
    remedy: 'Give a CSV, TSV, Parquet or JSON-lines file (optionally .gz) with a header.',
  },
  {
    code: 'columns_ambiguous',
    status: 422,
    exit: 2,
    title: 'Columns not understood',
    remedy: 'Name the column with `--map field=column`.',
  },
  {
    code: 'data_insufficient',
    status: 422,
    exit: 1,
    title: 'Too little data',
    remedy: 'Give more rows; the detail says what is missing.',
  },
  {
    code: 'model_worse',
    status: 409,
    exit: 1,
    title: 'New model is worse than the active one',
    remedy:
      'The new version is stored but not active; activate it with `titans models activate`, or train with --force.',
  },
  {
    code: 'artifact_invalid',
    status: 409,
    exit: 1,
    title: 'Model artifact is damaged or of another format',
    remedy: 'Activate another version (`titans models list`) or train anew.',
  },
  {
    code: 'model_not_found',
    status: 404,
    exit: 2,
    title: 'No such model',
    remedy: 'Use one of the names that GET /models/status lists.',
  },
  {
    code: 'version_not_found',
    status: 404,
    exit: 1,
    title: 'No such model version',
    remedy: 'See `titans models list`.',
  },
  {
    code: 'key_not_found',
    status: 404,
    exit: 1,
    title: 'No such API key',
    remedy: 'See `titans keys list`.',
  },
  {
    code: 'store_unavailable',
    status: 503,
    exit: 1,
    title: 'Store unavailable',
    remedy: 'Check the disk and the database; the log has the cause.',
  },
  {
    code: 'internal',
    status: 500,
    exit: 1,
    title: 'Internal error',
    remedy: 'The log has the cause under this request id.',
  },
] as const satisfies readonly ErrorRow[];

export type ErrorCode = (typeof ERRORS)[number]['code'];

const ROWS = new Map<string, ErrorRow>(ERRORS.map((row) => [row.code, row]));

/** One place in the input that is wrong: an RFC 6901 pointer (or `line 12`, or a variable name) and what is right. */
export interface ErrorPlace {
  readonly pointer: string;
  readonly detail: string;
}

/** A failure the caller or the world caused. `detail` is for the caller; `internal` and `cause` are for the log only. */
export class AppError extends Error {
  readonly row: ErrorRow;
  readonly detail: string;
  readonly errors: readonly ErrorPlace[];
  readonly internal: string | undefined;

  constructor(
    code: ErrorCode,
    detail: string,
    options: { errors?: readonly ErrorPlace[]; internal?: string; cause?: unknown } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.row = ROWS.get(code) as ErrorRow;
    this.detail = detail;
    this.errors = options.errors ?? [];
    this.internal = options.internal;
  }
}
