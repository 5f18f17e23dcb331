import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify';
import type { Limits, Verdict } from '../../access/limits.ts';
import { AppError } from '../../errors.ts';
import type { BucketPolicy } from '../../lib/token-bucket.ts';
import type { Route } from '../route.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the limit that applies said last; null until one was asked. */
    verdict: Verdict | null;
  }
}

/** The headers a limit is told by, as documented. */
export const RATE_LIMIT_HEADERS: Readonly<Record<string, string>> = {
  RateLimit: 'What is left: `"default";r=<predictions left>;t=<seconds until all are back>` (IETF draft)',
  'RateLimit-Policy':
    'The limit: `"default";q=<predictions>;w=<seconds>`; `failures` counts failed authentications',
  'X-RateLimit-Limit': 'Predictions of a full bucket; it refills evenly',
  'X-RateLimit-Remaining': 'Predictions left',
  'X-RateLimit-Reset': 'When all are back, in seconds since the Unix epoch',
};

interface PolicyHeaders {
  readonly policy: string;
  readonly limit: string;
}

// A process has a handful of policies; what is said of them does not change.
const known = new WeakMap<BucketPolicy, PolicyHeaders>();

function headersOf({ name, policy }: Verdict): PolicyHeaders {
  const found = known.get(policy);
  if (found !== undefined) return found;
  const made = {
    policy: `"${name}";q=${policy.limit};w=${Math.ceil(policy.windowMs / 1000)}`,
    limit: String(policy.limit),
  };
  known.set(policy, made);
  return made;
}

/** What tells a verdict (draft-ietf-httpapi-ratelimit-headers-10, and the older names that clients know). */
export function verdictHeaders(verdict: Verdict): Record<string, string> {
  const { policy, limit } = headersOf(verdict);
  return {
    ratelimit: `"${verdict.name}";r=${verdict.remaining};t=${verdict.fullSeconds}`,
    'ratelimit-policy': policy,
    'x-ratelimit-limit': limit,
    'x-ratelimit-remaining': String(verdict.remaining),
    'x-ratelimit-reset': String(verdict.fullAt),
  };
}

/** Tells a verdict on a reply. */
export function writeVerdict(reply: FastifyReply, verdict: Verdict): void {
  reply.headers(verdictHeaders(verdict));
}

/**
 * Tells on every reply what is left; one that was refused before any limit was asked tells of its address. Tells the
 * log when processes can no longer count together, once, and when they can again.
 */
export function addRateLimits(app: FastifyInstance, limits: Limits): void {
  app.decorateRequest('verdict', null);
  limits.observe({
    degraded: (reason) =>
      app.log.warn({ reason }, 'redis is away: each process now limits its share by itself'),
    recovered: (afterMs) =>
      app.log.info({ away_ms: afterMs }, 'redis is back: processes count together again'),
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    writeVerdict(reply, request.verdict ?? limits.chargeAddress(request.ip, 0));
    done(null, payload);
  });
}

/** Remembers the verdict for the headers, and says why the request is refused, or null when it is not. */
export function refusalByVerdict(
  request: FastifyRequest,
  reply: FastifyReply,
  verdict: Verdict,
): AppError | null {
  request.verdict = verdict;
  if (verdict.isAdmitted) return null;
  reply.header('retry-after', String(verdict.retrySeconds));
  const wait = `try again in ${verdict.retrySeconds} s`;
  return new AppError(
    'rate_limited',
    verdict.name === 'failures'
      ? `Too many failed authentications from this address; ${wait}, or send a valid credential.`
      : `The limit of ${verdict.policy.limit} predictions per ${Math.ceil(verdict.policy.windowMs / 1000)} s is used up; ${wait}.`,
  );
}

/**
 * Counts a failed authentication by a credential in a body; gives the refusal of an address that has had too many, or
 * null.
 */
export function countFailure(limits: Limits, reply: FastifyReply): AppError | null {
  return refusalByVerdict(reply.request, reply, limits.countFailure(reply.request.ip));
}

/**
 * What to answer where only failures are charged: a body without a credential that could be read is one too, or such
 * bodies would be free. What never reached the limits, or failed here, is not.
 */
export function refusalByFailure(error: AppError, limits: Limits, reply: FastifyReply): AppError {
  const { status, code } = error.row;
  if (status >= 500 || code === 'rate_limited' || reply.request.verdict === null) return error;
  return countFailure(limits, reply) ?? error;
}

/**
 * Charges what a parsed body asks for beyond the one prediction charged at the door. What costs more than a full
 * bucket is too large rather than refused for ever.
 */
export function createRestCharge(cost: NonNullable<Route['cost']>, limits: Limits): preHandlerHookHandler {
  return function chargeRest(request, reply, done) {
    const wanted = cost(request.body);
    if (wanted <= 1 || request.caller === null) return done();
    const limit = request.verdict?.policy.limit ?? Number.POSITIVE_INFINITY;
    if (wanted > limit) return done(tooDear(wanted, limit));

    function settle(verdict: Verdict): void {
      const refusal = refusalByVerdict(request, reply, verdict);
      if (refusal === null) done();
      else done(refusal);
    }

    const verdict = limits.charge(request.caller.id, wanted - 1, wanted);
    if (verdict instanceof Promise) verdict.then(settle).catch(done);
    else settle(verdict);
  };
}

function tooDear(wanted: number, limit: number): AppError {
  return new AppError(
    'too_large',
    `This asks for ${wanted} predictions, and the rate limit never allows more than ${limit} at once; send fewer items a request.`,
  );
}
