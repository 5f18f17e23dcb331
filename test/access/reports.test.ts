import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createReports } from '../../src/access/reports.ts';
import { GRACE_MS } from '../../src/access/token-grants.ts';
import { AppError } from '../../src/errors.ts';
import { createMonitor } from '../../src/monitoring/monitor.ts';
import { capturedLog } from '../harness.ts';
import { movableClock, open, refreshStatus, tokensFrom } from './opened.ts';

/** What was logged at `warn`, without its time. */
function warnings(lines: readonly string[]): Record<string, unknown>[] {
  return lines
    .map((line) => JSON.parse(line))
    .filter(({ level }) => level === 'warn')
    .map(({ time: _time, level: _level, ...rest }) => rest);
}

it('a replay that ends a family is counted, and the log says whose key it was', async () => {
  const time = movableClock();
  const { lines, logger } = capturedLog();
  const monitor = createMonitor(time.clock);
  const opened = await open(':memory:', { ...time, services: { logger, monitor } });
  const first = await tokensFrom(opened.app, '/auth/token', {});
  const second = await tokensFrom(opened.app, '/auth/refresh', { refresh_token: first.refresh_token });
  assert.deepEqual([monitor.access.replays, warnings(lines)], [0, []]);
  time.at += GRACE_MS + 1;
  for (const { refresh_token } of [first, second, first]) {
    assert.equal(await refreshStatus(opened.app, refresh_token), 401);
  }
  assert.equal(monitor.access.replays, 1);
  assert.deepEqual(warnings(lines), [
    { caller: 'api-key-1', msg: 'a refresh token was used twice: its family is revoked' },
  ]);
  await opened.close();
});

it('a store that cannot be read any more is told once and counted each time', async () => {
  const { lines, logger } = capturedLog();
  const { clock } = movableClock();
  const monitor = createMonitor(clock);
  const opened = await open(':memory:', { clock, services: { logger, monitor } });
  await opened.database.destroy();
  while (monitor.access.failures.reload < 2) await pause(20);
  const [told, ...more] = warnings(lines);
  assert.deepEqual(
    [told.work, told.msg, more],
    ['reload', 'keys and revocations cannot be kept up to date', []],
  );
  assert.ok(String(told.reason).length > 0);
  await opened.close();
});

it('work that fails is told, first and again, and told to have recovered once; after the end nothing is', async () => {
  const told: unknown[] = [];
  const { attempt, observe, silence } = createReports();
  observe({
    failed: (...what) => void told.push(what),
    recovered: (work) => void told.push(work),
    replayed: () => {},
  });
  const fail = (error: unknown) => attempt('upkeep', () => Promise.reject(error));
  const succeed = () => attempt('upkeep', async () => {});
  await succeed();
  await fail(new AppError('store_unavailable', 'for callers', { internal: 'SQLITE_FULL' }));
  await fail(new AppError('store_unavailable', 'for callers'));
  await attempt('reload', async () => {});
  await succeed();
  await succeed();
  await fail(new Error('broken'));
  silence();
  await fail(new Error('closed'));
  assert.deepEqual(told, [
    ['upkeep', 'SQLITE_FULL', true],
    ['upkeep', 'for callers', false],
    'upkeep',
    ['upkeep', 'broken', true],
  ]);
});
