import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { it } from 'node:test';
import { createProgress } from '../../src/cli/progress.ts';

function setUp(isTTY: boolean) {
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 100 });
  const stdout = new PassThrough();
  const world = { now: 0 };
  const io = { stdout, stderr, clock: () => world.now, signal: new AbortController().signal };
  return { io, world, text: () => String(stderr.read() ?? ''), stdout };
}

it('without a terminal it writes plain lines, few of them, the last one always', async () => {
  const { io, world, text, stdout } = setUp(false);
  const progress = await createProgress(io);
  for (let done = 0; done <= 1000; done++) {
    world.now += 10;
    progress.update('growing', done, 1000);
  }
  progress.update('empty step', 0, 0);
  progress.update('cut short', 0, 3);
  world.now += 3000;
  progress.update('cut short', 1, 3);
  progress.end();
  progress.end();
  const lines = text().trimEnd().split('\n');
  assert.equal(lines[0], 'growing: 20 %');
  assert.ok(lines.includes('growing: 100 %'));
  assert.ok(lines.includes('empty step: 100 %'));
  assert.equal(lines.at(-1), 'cut short: 33 %');
  assert.ok(lines.length < 12, `${lines.length} lines`);
  assert.equal(new Set(lines).size, lines.length, 'nothing is said twice');
  assert.equal(stdout.read(), null);
});

it('on a terminal it draws one bar a step', async () => {
  const { io, text } = setUp(true);
  const progress = await createProgress(io);
  progress.update('growing', 1, 4);
  progress.update('growing', 4, 4);
  progress.update('judging', 1, 1);
  progress.end();
  progress.end();
  const drawn = text();
  assert.match(drawn, /growing.*100 %/s);
  assert.match(drawn, /judging/);
});
