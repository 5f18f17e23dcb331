import { countFailure } from '../plugins/rate-limit.ts';
import { bindBody, type Route } from '../route.ts';
import { closedObject } from '../schemas/json-schema.ts';
import { parseRevokeRequest, REVOKE_REQUEST, TOKEN_EXAMPLE } from '../schemas/tokens.ts';

interface RevokeReply {
  readonly success: true;
}

/** POST /auth/revoke (RFC 7009) */
export const authRevoke: Route = {
  operationId: 'revokeToken',
  tag: 'access',
  summary: 'End a token',
  description:
    'Ends a refresh token with everything issued with it, or an access token alone. Answers 200 for a token that is unknown or over, too, until an address has sent 60 of them within a minute; a valid one is always taken. Every process refuses it within a second.',
  body: {
    schema: REVOKE_REQUEST,
    examples: {
      logOut: {
        summary: 'The end of a session',
        value: { token: TOKEN_EXAMPLE.refresh_token, token_type_hint: 'refresh_token' },
      },
    },
  },
  replies: {
    200: {
      description: 'The token works no more',
      schema: closedObject<RevokeReply>('Revoked', { success: { type: 'boolean' } }),
      example: { success: true },
    },
  },
  errors: ['store_unavailable'],
  chargesFailuresOnly: true,
  bind: ({ tokens, limits }) =>
    bindBody(parseRevokeRequest, async (token, reply): Promise<RevokeReply> => {
      const hasEnded = await tokens.revoke(token);
      // RFC 7009 wants the success told either way, but guesses are no more free here than elsewhere.
      const refusal = hasEnded ? null : countFailure(limits, reply);
      if (refusal !== null) throw refusal;
      return { success: true };
    }),
};
