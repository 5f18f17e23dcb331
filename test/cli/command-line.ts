import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { after } from 'node:test';
import { currencyDigits, toMajor } from '../../src/bank/money.ts';
import type { Transaction } from '../../src/bank/transaction.ts';
import type { Io } from '../../src/cli/io.ts';
import { runCli } from '../../src/cli/program.ts';
import { synthesise } from '../../src/training/synthetic.ts';
import { NOW } from '../harness.ts';
import { keepLog, keepSecrets, watchFetch } from '../log-watch.ts';
import { dataDirOf, setStoreVariables, storeVariables } from '../servers/stores.ts';

watchFetch();

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** A folder of its own for one test file, gone when its tests are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'titans-cli-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What a run said and how it ended. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly isTerminal?: boolean;
  readonly signal?: AbortSignal;
  readonly clock?: Io['clock'];
}

/** Runs a command line in this process. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  setStoreVariables(dataDirOf(args));
  const [stdout, stderr] = [capture(), capture()];
  const status = await runCli(args, {
    stdout: stdout.stream,
    stderr: Object.assign(stderr.stream, { isTTY: options.isTerminal ?? false }),
    clock: options.clock ?? (() => NOW),
    signal: options.signal ?? new AbortController().signal,
  });
  return { status, stdout: stdout.text(), stderr: stderr.text() };
}

function capture(): { stream: PassThrough; text: () => string } {
  const stream = new PassThrough({ highWaterMark: 64 * 1024 * 1024 });
  const pieces: string[] = [];
  stream.on('data', (piece) => pieces.push(String(piece)));
  return {
    stream,
    text() {
      for (let piece = stream.read(); piece !== null; piece = stream.read()) pieces.push(String(piece));
      return pieces.join('');
    },
  };
}

/** A started process and what it has said so far. */
export interface Started {
  readonly child: ChildProcess;
  readonly said: () => { stdout: string; stderr: string };
  /** Resolves once standard output or error matches, rejects when the process ends before. */
  readonly until: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly ended: Promise<Ran>;
}

const SECRET_NAMES = /KEYS|SECRET|PASSWORD|DATABASE_URL/;

/** Starts the executable in a process of its own, with no setting but those given. */
export function start(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  cwd = tmpdir(),
): Started {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('TITANS_'));
  const dataDir = dataDirOf(args);
  const given = { ...(dataDir === null ? {} : storeVariables(resolve(cwd, dataDir))), ...variables };
  const env = { ...Object.fromEntries(clean), ...given };
  keepSecrets(Object.entries(given).flatMap(([name, value]) => (SECRET_NAMES.test(name) ? [value] : [])));
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (piece) => {
    stdout += piece;
    child.emit('said');
  });
  child.stderr.on('data', (piece) => {
    stderr += piece;
    child.emit('said');
  });
  const ended = once(child, 'close').then(([status]) => {
    keepLog(`${stdout}\n${stderr}\n`);
    return { status: status as number | null, stdout, stderr };
  });
  async function until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(stdout) ?? pattern.exec(stderr);
      if (match !== null) return match;
      const result = await Promise.race([once(child, 'said'), ended]);
      if ('status' in result && pattern.exec(stdout) === null && pattern.exec(stderr) === null) {
        throw new Error(`ended with ${result.status} before ${pattern}:\n${stdout}\n${stderr}`);
      }
    }
  }
  return { child, said: () => ({ stdout, stderr }), until, ended };
}

/** Believable transactions, the same at every call: two accounts, six months up to the end of 2024. */
export function madeUp(): readonly Transaction[] {
  return synthesise({ seed: 3, accounts: 2, days: 180, lastDay: 20_088 }).transactions;
}

export const HEADER = 'Date,Account,Reference No,Description,Amount,Category';

/** A transaction as a line of a bank export under {@link HEADER}. */
export function lineOf(row: Transaction): string {
  const digits = currencyDigits(row.currency);
  const cells = [
    new Date(row.at).toISOString().slice(0, 10),
    row.accountId ?? '',
    row.id ?? '',
    row.description || row.merchantName,
    row.amountMinor === null ? '' : toMajor(row.amountMinor, digits).toFixed(digits),
    row.category,
  ];
  return cells.map((cell) => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
}

/** Writes a bank export and returns its path. */
export function writeTable(folder: string, name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}
