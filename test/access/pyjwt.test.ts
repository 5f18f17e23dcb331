import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
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

// An outside library reads our tokens and makes some we accept. TITANS_TEST_PYTHON names a python3 that has PyJWT.
const python = process.env.TITANS_TEST_PYTHON || 'python3';
const found = spawnSync(python, ['-c', 'import jwt; print(jwt.__version__)'], { encoding: 'utf8' });
const reason = `needs PyJWT: pip install pyjwt, and TITANS_TEST_PYTHON=the python that has it (${python} does not)`;

/** Runs a program that finds `jwt`, `json` and its input as `given`, and prints JSON. */
function runPython(program: string, given: unknown): unknown {
  const source = `import json, sys, jwt\ngiven = json.load(sys.stdin)\n${program}`;
  const ran = spawnSync(python, ['-c', source], {
    input: JSON.stringify(given),
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(ran.status, 0, ran.stderr);
  return JSON.parse(ran.stdout);
}

const NAMES = { issuer: 'titans-finance', audience: 'titans-finance' };

describe('PyJWT', { skip: found.status === 0 ? false : reason }, () => {
  const time = movableClock();
  // PyJWT knows no other clock than the system's.
  time.at = Date.now();
  let opened: OpenedAccess;
  before(async () => {
    opened = await open(':memory:', time);
  });
  after(() => opened.close());

  it('verifies our access tokens with the shared secret, and with no other', async () => {
    const { access_token, scope } = await tokensFrom(opened.app, '/auth/token', { scopes: ['predict'] });
    const program = `
claims = jwt.decode(given['token'], given['secret'], algorithms=['HS256'], audience=given['audience'],
    issuer=given['issuer'], options={'require': ['exp', 'iat', 'sub', 'jti']})
try:
    jwt.decode(given['token'], given['other'], algorithms=['HS256'], audience=given['audience'])
    refused = False
except jwt.InvalidSignatureError:
    refused = True
print(json.dumps([claims['scope'], claims['exp'] - claims['iat'], refused, jwt.get_unverified_header(given['token'])['alg']]))`;
    const answer = runPython(program, { token: access_token, secret: SECRET, other: OTHER_SECRET, ...NAMES });
    assert.deepEqual(answer, [scope, 900, true, 'HS256']);
  });

  it('makes tokens we accept with the shared secret, and ones we refuse', async () => {
    const program = `
claims = {'iss': given['issuer'], 'aud': given['audience'], 'sub': 'nightly-job', 'scope': 'predict', 'exp': given['now'] + 600}
make = lambda secret, algorithm='HS256', headers=None, **more: jwt.encode({**claims, **more}, secret, algorithm=algorithm, headers=headers)
print(json.dumps({
    'accepted': [make(given['secret']), make(given['secret'], iat=given['now'], nbf=given['now'], jti='1'),
        make(given['secret'], exp=given['now'] + 600.25, jti='2')],
    'refused': [make(given['other']), make(given['secret'], 'HS512'), make(None, 'none'), make(given['secret'], aud='x'),
        make(given['secret'], exp=given['now'] - 1), make(given['secret'], headers={'kid': 'unknown'})],
}))`;
    const now = Math.floor(time.at / 1000);
    assert.ok(now > NOW / 1000);
    const { accepted, refused } = runPython(program, {
      secret: SECRET,
      other: OTHER_SECRET,
      now,
      ...NAMES,
    }) as {
      accepted: string[];
      refused: string[];
    };
    assert.deepEqual([accepted.length, refused.length], [3, 6]);
    for (const token of accepted) assert.equal(await statusWith(opened.app, token), 200);
    const [, , withFraction] = accepted;
    await opened.app.inject(post('/auth/revoke', { token: withFraction }));
    refused.push(withFraction);
    for (const token of refused) assert.equal(await statusWith(opened.app, token), 401);
  });
});
