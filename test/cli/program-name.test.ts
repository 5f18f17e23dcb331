import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { nameProgram, programName } from '../../src/cli/program-name.ts';
import { start } from './command-line.ts';

const clone = join('/home', 'me', 'clone');

it('a clone is named by its script, seen from where the person is', () => {
  for (const script of [join(clone, 'src', 'main.ts'), join(clone, 'bin', 'titans.js')]) {
    assert.equal(programName(script, clone), join('bin', 'titans.js'));
    assert.equal(programName(script, join(clone, 'data')), join('..', 'bin', 'titans.js'));
  }
});

it('an installed program is named by its name', () => {
  assert.equal(programName(join(clone, 'dist', 'main.js'), clone), 'titans');
  assert.equal(programName('', clone), 'titans');
});

it('only commands between backquotes are renamed', () => {
  assert.equal(
    nameProgram('titans: see `titans train`, or titans', 'x.js'),
    'titans: see `x.js train`, or titans',
  );
});

it('a hint of a clone can be typed as it is', async () => {
  const cwd = join(import.meta.dirname, '..', '..');
  const { stderr } = await start(['models', 'list', '--data-dir', '/nonexistent/none'], {}, cwd).ended;
  assert.ok(stderr.includes(`\`${join('bin', 'titans.js')} train --data FILE\``), stderr);
});
