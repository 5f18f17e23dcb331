import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { checkArchitecture, formatViolation } from './architecture.ts';

// npm run check [-- --without-tests]
// Every check of the project, all of them even when one fails; what failed is repeated at the end.

interface Step {
  readonly name: string;
  /** Returns what is wrong, empty when nothing is. */
  readonly run: () => string;
}

const root = join(import.meta.dirname, '..');
const path = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`;

function runCommand(command: string, ...args: string[]): string {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  if (result.status === 0) return '';
  const said = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim();
  return (
    result.error?.message ?? (said === '' ? `ended with status ${result.status ?? result.signal}` : said)
  );
}

/** Like {@link runCommand}, but shown while it runs. */
function watchCommand(command: string, ...args: string[]): string {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  return result.status === 0 ? '' : (result.error?.message ?? 'see its output above');
}

const STEPS: readonly Step[] = [
  {
    name: 'format and lint',
    run: () => runCommand('biome', 'check', '--error-on-warnings', '--max-diagnostics=100', '.'),
  },
  { name: 'types', run: () => runCommand('tsc', '-p', '.') },
  { name: 'architecture', run: () => checkArchitecture(root).map(formatViolation).join('\n') },
  { name: 'docs in step', run: () => runCommand(process.execPath, 'scripts/docs.ts', '--check') },
  { name: 'tests', run: () => watchCommand(process.execPath, 'scripts/test.ts') },
];

function checkAll(args: readonly string[]): number {
  const steps = args.includes('--without-tests') ? STEPS.filter((step) => step.name !== 'tests') : STEPS;
  const results = steps.map((step) => {
    const start = performance.now();
    const fault = step.run();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${fault === '' ? 'ok    ' : 'FAILED'} ${step.name} (${seconds} s)`);
    return { name: step.name, fault };
  });
  const failed = results.filter((result) => result.fault !== '');
  for (const { name, fault } of failed) console.error(`\n--- ${name}\n${fault}`);
  console.log(
    failed.length === 0 ? '\nall checks passed' : `\n${failed.length} of ${results.length} checks failed`,
  );
  return failed.length === 0 ? 0 : 1;
}

process.exitCode = checkAll(process.argv.slice(2));
