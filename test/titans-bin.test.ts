import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const shim = join(import.meta.dirname, '..', 'bin', 'titans.js');

/** Runs a copy of bin/titans.js in a tree of the given files; returns what the program said and its exit status. */
function runShim(files: Readonly<Record<string, string>>, ...args: string[]) {
  const root = mkdtempSync(join(tmpdir(), 'titans-bin-'));
  try {
    mkdirSync(join(root, 'bin'));
    cpSync(shim, join(root, 'bin', 'titans.js'));
    writeFileSync(join(root, 'package.json'), '{"type": "module"}');
    for (const [path, source] of Object.entries(files)) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), source);
    }
    const { status, stdout } = spawnSync(process.execPath, [join(root, 'bin', 'titans.js'), ...args], {
      encoding: 'utf8',
    });
    return { status, stdout };
  } finally {
    rmSync(root, { recursive: true });
  }
}

const said = (where: string) =>
  `console.log('${where}', ...process.argv.slice(2), import.meta.filename === process.argv[1]);`;

test('a clone runs its source with the arguments as given, and the program decides the exit status', () => {
  const source = `const n: number = 3;\n${said('source')}\nprocess.exitCode = n;`;
  const run = runShim({ 'src/main.ts': source, 'dist/main.js': said('dist') }, 'train', '--seed', '1');
  assert.deepEqual(run, { status: 3, stdout: 'source train --seed 1 true\n' });
});

test('an installed package, which has no source, runs what was compiled', () => {
  assert.deepEqual(runShim({ 'dist/main.js': said('dist') }), { status: 0, stdout: 'dist true\n' });
});
