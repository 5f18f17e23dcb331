#!/usr/bin/env -S node --max-semi-space-size=4
// Starts titans: the compiled program where the package is installed, the TypeScript source in a clone. Plain
// JavaScript of old syntax on purpose, so that a Node.js that is too old can still say so. The option keeps the memory for short-lived objects small: it would
// grow to several times that and stay, and make nothing faster.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const MAJOR_MIN = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src', 'main.ts');
// A clone has the source; a published package has only dist/.
const entry = existsSync(source) ? source : join(root, 'dist', 'main.js');
const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

if (Number(process.versions.node.split('.')[0]) >= MAJOR_MIN) {
  // main.ts reads process.argv as if it had been started itself.
  process.argv[1] = entry;
  await import(pathToFileURL(entry).href);
} else if (existsSync(pinned)) {
  const child = spawn(pinned, [entry, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself (same terminal); what is sent to this process alone is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`titans: cannot start ${pinned}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? code : 128 + constants.signals[signal];
  });
} else {
  console.error(`titans: Node.js ${MAJOR_MIN} or newer is needed, this is ${process.versions.node}.`);
  process.exitCode = 1;
}
