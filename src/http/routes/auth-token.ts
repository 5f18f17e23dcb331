import type { Caller } from '../../access/caller.ts';
import type { Scope } from '../../access/scopes.ts';
import type { Route } from '../route.ts';
import {
  parseTokenRequest,
  TOKEN_EXAMPLE,
  TOKEN_REPLY,
  TOKEN_REQUEST,
  type TokenReply,
  writeTokens,
} from '../schemas/tokens.ts';

/** POST /auth/token */
export const authToken: Route = {
  operationId: 'createToken',
  tag: 'access',
  summary: 'Tokens for an API key',
  description:
    'Gives an access token that lasts 15 minutes and a refresh token, so that the key itself need not travel to where they are used.',
  body: {
    schema: TOKEN_REQUEST,
    examples: {
      everything: { summary: 'Tokens that may do all that the key may', value: {} },
      predictOnly: { summary: 'Tokens that may only predict', value: { scopes: ['predict'] } },
    },
  },
  replies: { 200: { description: 'The tokens', schema: TOKEN_REPLY, example: TOKEN_EXAMPLE } },
  errors: ['store_unavailable'],
  bind: ({ tokens }) => ({
    parse: parseTokenRequest,
    async handle(request): Promise<TokenReply> {
      const scopes = request.body as readonly Scope[] | null;
      return writeTokens(await tokens.issue(request.caller as Caller, scopes));
    },
  }),
};
