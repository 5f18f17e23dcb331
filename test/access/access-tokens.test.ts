import assert from 'node:assert/strict';
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { ALL_SCOPES } from '../../src/access/scopes.ts';
import type { TokenReply } from '../../src/http/schemas/tokens.ts';
import { NOW, post } from '../harness.ts';
import {
  movableClock,
  type OpenedAccess,
  OTHER_SECRET,
  open,
  SECRET,
  statusWith,
  tokensFrom,
} from './opened.ts';

type Json = Record<string, unknown>;
const SECONDS = NOW / 1000;
/** What a token made outside has to say. */
const CLAIMS = {
  iss: 'titans-finance',
  aud: 'titans-finance',
  sub: 'nightly-job',
  scope: 'predict',
  iat: SECONDS,
  exp: SECONDS + 60,
};
const HEADER = { alg: 'HS256', typ: 'JWT' };

let opened: OpenedAccess;
let ours: TokenReply;
const time = movableClock();

before(async () => {
  opened = await open(':memory:', time);
  ours = await tokensFrom(opened.app, '/auth/token', {});
});
after(() => opened.close());

function encode(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

function decode(part: string): Json {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}

/** Signs by hand (RFC 7515), so that a token may be as wrong as one likes. */
function forge(
  claims: unknown,
  header: Json = HEADER,
  secret: string | Buffer = SECRET,
  hash = 'sha256',
): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
}

/** Asserts that a token opens nothing, and that the refusal says so as RFC 6750 wants it. */
async function assertRefused(token: string, why: string): Promise<void> {
  const reply = await opened.app.inject(
    post('/predict/category', { amount: -1 }, { authorization: `Bearer ${token}` }),
  );
  assert.equal(reply.statusCode, 401, why);
  assert.equal(reply.json().code, 'unauthenticated', why);
  assert.match(
    String(reply.headers['www-authenticate']),
    /^Bearer error="invalid_token", error_description="/,
    why,
  );
}

describe('an access token', () => {
  it('is a JWT of RFC 9068 that names its secret and says nothing of the key', () => {
    const [header, claims] = ours.access_token.split('.').slice(0, 2).map(decode);
    assert.deepEqual(Object.keys(header).sort(), ['alg', 'kid', 'typ']);
    assert.deepEqual([header.alg, header.typ], ['HS256', 'at+jwt']);
    assert.match(String(header.kid), /^[\w-]{16}$/);
    const { client_id, jti, sid, ...rest } = claims;
    assert.deepEqual(rest, {
      iss: 'titans-finance',
      aud: 'titans-finance',
      sub: 'api-key-1',
      scope: ours.scope,
      iat: SECONDS,
      exp: SECONDS + 900,
    });
    for (const text of [client_id, jti, sid]) assert.ok(typeof text === 'string' && text.length >= 22);
  });

  it('works until its last second, and no longer', async () => {
    time.at = NOW + 899_999;
    assert.equal(await statusWith(opened.app, ours.access_token), 200);
    time.at = NOW + 900_000;
    await assertRefused(ours.access_token, 'expired after it was accepted');
    time.at = NOW;
  });

  it('made outside with the shared secret is accepted, with kid or without', async () => {
    const { kid } = decode(ours.access_token.split('.')[0]);
    for (const header of [HEADER, { ...HEADER, kid }, { alg: 'HS256' }, { ...HEADER, typ: 'at+jwt' }]) {
      const caller = await opened.access.authenticate(forge(CLAIMS, header));
      assert.deepEqual(caller, { id: 'jwt:nightly-job', scopes: new Set(['predict']) });
    }
    const several = forge({ ...CLAIMS, aud: ['elsewhere', 'titans-finance'], jti: 'one', nbf: SECONDS });
    assert.equal(await statusWith(opened.app, several), 200);
  });

  it('made outside may do what its scope says and this program knows; without a scope nothing', async () => {
    const scopesOf = async (scope: unknown) =>
      (await opened.access.authenticate(forge({ ...CLAIMS, scope })))?.scopes;
    assert.deepEqual(await scopesOf('admin write  models:read'), new Set(['write', 'models:read']));
    assert.deepEqual(await scopesOf('predict write models:read models:write'), ALL_SCOPES);
    assert.deepEqual(await scopesOf(undefined), new Set());
    assert.equal(await statusWith(opened.app, forge({ ...CLAIMS, scope: 'write' })), 403);
  });

  it('made outside can be revoked, by its id or without one', async () => {
    for (const claims of [
      { ...CLAIMS, jti: 'revoked-one' },
      { ...CLAIMS, sub: 'revoked-two' },
      // As Python's time.time() + 300 writes it.
      { ...CLAIMS, jti: 'revoked-three', exp: SECONDS + 60.123456 },
      { ...CLAIMS, sub: 'revoked-four', exp: SECONDS + 60.0000001 },
    ]) {
      const token = forge(claims);
      assert.equal(await statusWith(opened.app, token), 200);
      await opened.app.inject(post('/auth/revoke', { token }));
      await assertRefused(token, 'revoked');
      assert.equal(await statusWith(opened.app, forge({ ...claims, jti: 'another' })), 200);
    }
    const { revoked } = await opened.tokens.revokedSince(0);
    assert.equal(revoked.length, 4);
    assert.ok(
      revoked.every(({ until }) => Number.isInteger(until)),
      'whole milliseconds',
    );
  });

  it('made outside with the id of one that ends sooner stays revoked until its own end', async () => {
    const [sooner, later] = [3, 600].map((seconds) =>
      forge({ ...CLAIMS, jti: 'job', exp: SECONDS + seconds }),
    );
    for (const token of [sooner, later]) await opened.app.inject(post('/auth/revoke', { token }));
    try {
      time.at = NOW + 3001;
      await opened.access.upkeep();
      await opened.access.reload();
      await assertRefused(later, 'revoked, and not over yet');
    } finally {
      time.at = NOW;
    }
  });

  it('becomes no key: tokens cannot be had for it', async () => {
    const authorization = `Bearer ${forge(CLAIMS)}`;
    assert.equal((await opened.app.inject(post('/auth/token', {}, { authorization }))).statusCode, 403);
  });
});

describe('401 invalid_token for', () => {
  const genuine = () => ours.access_token.split('.');

  it('alg none, in any spelling, with and without a signature', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined, ['HS256']]) {
      for (const claims of [CLAIMS, decode(genuine()[1])]) {
        const input = `${encode({ ...HEADER, alg })}.${encode(claims)}`;
        await assertRefused(`${input}.`, String(alg));
        await assertRefused(`${input}.${genuine()[2]}`, String(alg));
        await assertRefused(forge(claims, { ...HEADER, alg }), String(alg));
      }
    }
  });

  it('another algorithm, even with the right secret', async () => {
    await assertRefused(forge(CLAIMS, { ...HEADER, alg: 'HS384' }, SECRET, 'sha384'), 'HS384');
    await assertRefused(forge(CLAIMS, { ...HEADER, alg: 'HS512' }, SECRET, 'sha512'), 'HS512');
    await assertRefused(
      forge(CLAIMS, { ...HEADER, alg: 'HS256' }, SECRET, 'sha512'),
      'HS512 said to be HS256',
    );
  });

  it('an RSA signature, and an HMAC under a public key', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = publicKey.export({ format: 'jwk' });
    const header = { alg: 'RS256', typ: 'JWT', jwk };
    const input = `${encode(header)}.${encode(CLAIMS)}`;
    await assertRefused(
      `${input}.${createSign('sha256').update(input).sign(privateKey, 'base64url')}`,
      'RS256',
    );
    const pem = publicKey.export({ format: 'pem', type: 'spki' });
    await assertRefused(forge(CLAIMS, { ...HEADER, jwk }, pem), 'HS256 under the public key');
  });

  it('a wrong, empty or swapped key, and a key that the token brings along', async () => {
    const { kid } = decode(genuine()[0]);
    await assertRefused(forge(CLAIMS, HEADER, OTHER_SECRET), 'wrong secret');
    await assertRefused(forge(CLAIMS, { ...HEADER, kid }, OTHER_SECRET), 'wrong secret under our kid');
    await assertRefused(forge(CLAIMS, HEADER, ''), 'empty secret');
    await assertRefused(forge(CLAIMS, { ...HEADER, kid: 'unknown' }), 'unknown kid');
    await assertRefused(forge(CLAIMS, { ...HEADER, kid: '../../dev/null' }, ''), 'kid as a path');
    const jwk = { kty: 'oct', k: encode(OTHER_SECRET) };
    await assertRefused(forge(CLAIMS, { ...HEADER, jwk }, OTHER_SECRET), 'jwk');
    await assertRefused(forge(CLAIMS, { ...HEADER, jku: 'http://127.0.0.1/k' }, OTHER_SECRET), 'jku');
    await assertRefused(forge(CLAIMS, { ...HEADER, crit: ['exp'] }), 'crit');
  });

  it('one expired, not yet valid, or without an end', async () => {
    await assertRefused(forge({ ...CLAIMS, exp: SECONDS }), 'expired now');
    await assertRefused(forge({ ...CLAIMS, exp: SECONDS - 3600 }), 'expired');
    await assertRefused(forge({ ...CLAIMS, nbf: SECONDS + 1 }), 'not before');
    await assertRefused(forge({ ...CLAIMS, iat: SECONDS + 61 }), 'issued in the future');
    await assertRefused(forge({ ...CLAIMS, exp: undefined }), 'no end');
    await assertRefused(forge({ ...CLAIMS, exp: 1e300 }), 'an end beyond time');
    await assertRefused(forge({ ...CLAIMS, exp: String(SECONDS + 60) }), 'an end in words');
  });

  it('one of or for another service, and one without a subject', async () => {
    for (const [name, wrong] of [
      ['iss', ['elsewhere', undefined, '', ['titans-finance']]],
      ['aud', ['elsewhere', undefined, '', [], 'titans']],
      ['sub', [undefined, '', 7, 'x'.repeat(129), 'nightly\0', '\ud800', 'a\udc00b']],
      ['jti', ['one\0', '\ud800', 'a\udc00b']],
      ['scope', [7, ['predict'], null]],
      ['sid', ['half-a-grant']],
      ['client_id', ['half-a-grant']],
    ] as const) {
      for (const value of wrong) await assertRefused(forge({ ...CLAIMS, [name]: value }), `${name} ${value}`);
    }
    await assertRefused(forge({ ...CLAIMS, sid: 's', client_id: 'no-such-key' }), 'of an unknown key');
    await assertRefused(forge(CLAIMS, { ...HEADER, typ: 'rt+jwt' }), 'another type');
  });

  it('one cut off anywhere, or with any letter changed', async () => {
    const token = ours.access_token;
    for (let end = 1; end < token.length; end += 7) await assertRefused(token.slice(0, end), `cut at ${end}`);
    const [header, claims, signature] = genuine();
    for (const cut of [
      `${header}.${claims}`,
      `${header}.${claims}.`,
      `.${claims}.${signature}`,
      `${token}.`,
      `${token}.x`,
    ]) {
      await assertRefused(cut, cut);
    }
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 2), fc.constantFrom(...'AQgwZz09-_.'), async (at, letter) => {
        // The last letter is left out: two of its bits are no part of the signature.
        fc.pre(token[at] !== letter);
        assert.equal(
          await opened.access.authenticate(token.slice(0, at) + letter + token.slice(at + 1)),
          null,
        );
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('an oversized one, a refresh token, and text that is nothing', async () => {
    await assertRefused(forge({ ...CLAIMS, padding: 'x'.repeat(4000) }), 'oversized');
    await assertRefused(ours.refresh_token, 'refresh token');
    await assertRefused(`${ours.refresh_token}.${genuine()[2]}`, 'refresh token as a JWT');
    await assertRefused(forge('no object'), 'claims that are no object');
    await assertRefused(forge('[]'), 'claims that are a list');
    await assertRefused(`eyJ.${encode(CLAIMS)}.${genuine()[2]}`, 'a broken header');
    await assertRefused('eyJ..', 'nothing');
    await assertRefused('a.b.c', 'nothing');
  });

  it('a changed token, though the genuine one has just been accepted', async () => {
    assert.equal(await statusWith(opened.app, ours.access_token), 200);
    const [header, claims, signature] = genuine();
    const more = encode({ ...decode(claims), scope: 'models:write', exp: SECONDS + 1e6 });
    await assertRefused(`${header}.${more}.${signature}`, 'other claims under the same signature');
  });
});
