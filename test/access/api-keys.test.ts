import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApiKeyCheck, DEVELOPMENT_KEY, keyFaults, warnOfKeys } from '../../src/access/api-keys.ts';
import { ALL_SCOPES, SCOPES } from '../../src/access/scopes.ts';
import { type Config, parseConfig } from '../../src/config.ts';

function configOf(variables: Record<string, string>) {
  return parseConfig(variables, () => Buffer.alloc(0));
}

test('a configured key becomes a caller with every scope', () => {
  const authenticate = createApiKeyCheck(configOf({ TITANS_API_KEYS: 'first-long-key,second-long-key' }));
  assert.deepEqual(authenticate('second-long-key'), { id: 'api-key-2', scopes: ALL_SCOPES });
  assert.deepEqual(authenticate('first-long-key')?.id, 'api-key-1');
  assert.deepEqual(
    [...ALL_SCOPES],
    SCOPES.map((scope) => scope.name),
  );
});

test('anything but the exact key is nobody', () => {
  const authenticate = createApiKeyCheck(configOf({ TITANS_API_KEYS: 'first-long-key' }));
  for (const credential of [
    '',
    'first-long-ke',
    'first-long-key ',
    'FIRST-LONG-KEY',
    'é',
    'x'.repeat(100_000),
  ]) {
    assert.equal(authenticate(credential), null);
  }
});

test('the id of a caller says nothing about the key', () => {
  const authenticate = createApiKeyCheck(configOf({ TITANS_API_KEYS: 'first-long-key' }));
  assert.doesNotMatch(String(authenticate('first-long-key')?.id), /first|long/);
});

test('the development key works only in debug mode on a loopback host, or when it is listed', () => {
  const cases: [Record<string, string>, boolean][] = [
    [{}, false],
    [{ TITANS_DEBUG: 'true' }, true],
    [{ TITANS_DEBUG: 'true', TITANS_HOST: 'localhost' }, true],
    [{ TITANS_DEBUG: 'true', TITANS_HOST: '0.0.0.0' }, false],
    [{ TITANS_DEBUG: 'true', TITANS_API_KEYS: 'another-key' }, true],
    [{ TITANS_HOST: '0.0.0.0', TITANS_API_KEYS: DEVELOPMENT_KEY }, true],
    [{ TITANS_API_KEYS: 'another-key' }, false],
  ];
  for (const [variables, works] of cases) {
    const caller = createApiKeyCheck(configOf(variables))(DEVELOPMENT_KEY);
    assert.equal(caller !== null, works, JSON.stringify(variables));
  }
});

test('serving without any key is refused and says what to set', async () => {
  const none = async () => false;
  const faults = await keyFaults(configOf({}), none);
  assert.deepEqual(
    faults.map(({ pointer }) => pointer),
    ['TITANS_API_KEYS'],
  );
  assert.match(faults[0].detail, /set TITANS_API_KEYS.*TITANS_DEBUG=true/);
  const [open] = await keyFaults(configOf({ TITANS_DEBUG: 'true', TITANS_HOST: '0.0.0.0' }), none);
  assert.match(open.detail, /loopback host, not on 0\.0\.0\.0/);
  const unasked = () => assert.fail('the store is not asked');
  assert.deepEqual(await keyFaults(configOf({ TITANS_DEBUG: 'true' }), unasked), []);
  assert.deepEqual(await keyFaults(configOf({ TITANS_API_KEYS: 'another-key' }), unasked), []);
  assert.deepEqual(await keyFaults(configOf({}), async () => true), []);
});

test('a setting with a fault of its own is no missing key, as long as it may give one', async () => {
  const none = async () => false;
  const isLacking = async (settings: Partial<Config>) => (await keyFaults(settings, none)).length > 0;
  const { apiKeys, isDebug, host } = configOf({});
  assert.equal(await isLacking({ isDebug, host }), false);
  assert.equal(await isLacking({ apiKeys, host }), false);
  assert.equal(await isLacking({ apiKeys, isDebug: true }), false);
  assert.equal(await isLacking({ apiKeys, isDebug }), true);
});

test('the development key listed where others reach the service is warned of', () => {
  const warningsFor = (host: string, keys: string) =>
    warnOfKeys(configOf({ TITANS_HOST: host, TITANS_API_KEYS: keys }));
  assert.match(warningsFor('0.0.0.0', `first-long-key,${DEVELOPMENT_KEY}`)[0], /development key.*0\.0\.0\.0/);
  assert.deepEqual(warningsFor('0.0.0.0', 'first-long-key'), []);
  assert.deepEqual(warningsFor('127.0.0.1', DEVELOPMENT_KEY), []);
});
