import { bindBody, type Route } from '../route.ts';
import {
  parseRefreshRequest,
  REFRESH_REQUEST,
  TOKEN_EXAMPLE,
  TOKEN_REPLY,
  type TokenReply,
  writeTokens,
} from '../schemas/tokens.ts';

/** POST /auth/refresh */
export const authRefresh: Route = {
  operationId: 'refreshToken',
  tag: 'access',
  summary: 'New tokens for a refresh token',
  description:
    'Exchanges a refresh token for its successor and a new access token. Exchanged again within 10 seconds it gives the same successor; exchanged after that, everything issued with it is revoked. A valid token is never refused for what others at the same address sent.',
  body: {
    schema: REFRESH_REQUEST,
    examples: {
      exchange: {
        summary: 'The refresh token of the last answer',
        value: { refresh_token: TOKEN_EXAMPLE.refresh_token },
      },
    },
  },
  replies: { 200: { description: 'The tokens', schema: TOKEN_REPLY, example: TOKEN_EXAMPLE } },
  errors: ['token_invalid', 'store_unavailable'],
  chargesFailuresOnly: true,
  bind: ({ tokens }) =>
    bindBody(
      parseRefreshRequest,
      async (refreshToken): Promise<TokenReply> => writeTokens(await tokens.refresh(refreshToken)),
    ),
};
