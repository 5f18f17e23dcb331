import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { blankText, findImports, lineOf } from './scan-source.ts';

/** One breach of docs/architecture.md: where, which rule, and what is wrong in words. */
export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: 'ladder' | 'adapter' | 'purity' | 'environment' | 'name' | 'export' | 'readme';
  readonly detail: string;
}

/**
 * The ladder, top down. A unit (a folder or a root file of src/) imports only from lower rungs; units of one rung do
 * not know each other. errors.ts and config.ts lie just below the stores, so that every part of the shell may use them.
 */
const LADDER: readonly (readonly string[])[] = [
  ['main.ts'],
  ['cli'],
  ['services.ts'],
  ['http', 'adapters'],
  ['predict', 'training'],
  ['registry', 'access', 'importing', 'workers'],
  ['stores', 'monitoring'],
  ['config.ts'],
  ['setting-values.ts'],
  ['errors.ts'],
  ['models'],
  ['features'],
  ['bank', 'kernels'],
  ['lib'],
];
const CORE = new Set(['models', 'features', 'bank', 'kernels', 'lib']);
/** Packages that the core may import. */
const CORE_PACKAGES: ReadonlySet<string> = new Set();
/** The few Node.js modules of the core: file to modules. */
const CORE_NODE_MODULES: Readonly<Record<string, readonly string[]>> = { 'src/lib/hash.ts': ['node:crypto'] };
/** Downward imports that are refused all the same: a route knows a use case, never how it works. */
const REFUSED: Readonly<Record<string, ReadonlySet<string>>> = {
  http: new Set(['kernels', 'models', 'features']),
};

const IMPURITIES: readonly (readonly [RegExp, string])[] = [
  [/(?<![.\w$])async\b(?!\s*[:,}])/g, 'async'],
  [/(?<![.\w$])await\b/g, 'await'],
  [/(?<![.\w$])Promise\b/g, 'Promise'],
  [/(?<![.\w$])process\s*[.[?]/g, 'process'],
  [/(?<![.\w$])Date\s*\.\s*now\b/g, 'Date.now'],
  [/(?<![.\w$])new\s+Date\s*(?:\(\s*\)|(?!\s*\())/g, 'new Date() without arguments'],
  [/(?<!new\s+)(?<![.\w$])Date\s*\(/g, 'Date()'],
  [
    /\.(?:get|set)(?:Hours|Minutes|Seconds|Day|Date|Month|FullYear|TimezoneOffset)\s*\(/g,
    "the machine's time zone",
  ],
  [/(?<![.\w$])Math\s*\.\s*random\b/g, 'Math.random'],
  [/(?<![.\w$])crypto\s*\./g, 'crypto'],
  [/(?<![.\w$])performance\s*\./g, 'performance'],
  [/(?<![.\w$])console\s*[.[]/g, 'console'],
  [/(?<![.\w$])fetch\s*\(/g, 'fetch'],
  [/(?<![.\w$])(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/g, 'a timer'],
  [/(?<![.\w$])(?:globalThis|require)\b/g, 'globalThis or require'],
  [/(?<![.\w$])import\s*\(/g, 'dynamic import'],
];

const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)+$/;
const KEBAB_FOLDER = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const FORBIDDEN_WORDS = new Set([
  'util',
  'utils',
  'helper',
  'helpers',
  'manager',
  'managers',
  'service',
  'base',
]);
const README_LINES_MAX = 15;

/** Checks the tree under `root` (the folder that holds src/) against docs/architecture.md. */
export function checkArchitecture(root: string): Violation[] {
  const files = listFiles(join(root, 'src')).map((path) => relative(root, path).split(sep).join('/'));
  const known = new Set(files);
  const violations: Violation[] = [];
  for (const file of files) {
    violations.push(...checkName(file));
    if (!file.endsWith('.ts')) continue;
    const source = readFileSync(join(root, file), 'utf8');
    const bare = blankText(source);
    violations.push(...checkImports(file, source, bare, known));
    violations.push(...checkExports(file, source, bare));
    if (CORE.has(unitOf(file))) violations.push(...checkPurity(file, source, bare));
    else violations.push(...checkEnvironment(file, source, bare));
  }
  violations.push(...checkReadmes(root, files));
  return violations;
}

/** One line a person can act on. */
export function formatViolation(violation: Violation): string {
  return `${violation.file}:${violation.line} [${violation.rule}] ${violation.detail}`;
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? listFiles(join(folder, entry.name)) : join(folder, entry.name),
    );
}

/** The folder or root file of src/ that a file belongs to. */
function unitOf(file: string): string {
  return file.split('/')[1];
}

function rungOf(unit: string): number {
  const index = LADDER.findIndex((units) => units.includes(unit));
  return index < 0 ? -1 : LADDER.length - 1 - index;
}

function checkImports(file: string, source: string, bare: string, known: ReadonlySet<string>): Violation[] {
  const violations: Violation[] = [];
  const unit = unitOf(file);
  const rung = rungOf(unit);
  if (rung < 0) {
    violations.push({
      file,
      line: 1,
      rule: 'ladder',
      detail: `${unit} has no rung on the ladder; give it one`,
    });
  }
  for (const { name, line } of findImports(source, bare)) {
    const add = (rule: Violation['rule'], detail: string) => violations.push({ file, line, rule, detail });
    if (!name.startsWith('.')) {
      if (!CORE.has(unit)) continue;
      const isAllowed = name.startsWith('node:')
        ? CORE_NODE_MODULES[file]?.includes(name)
        : CORE_PACKAGES.has(name);
      if (!isAllowed) add('purity', `the core must not import ${name}`);
      continue;
    }
    const target = posix.join(dirname(file), name);
    if (!target.startsWith('src/')) {
      // package.json alone may be read from above, for the version.
      if (target !== 'package.json') add('ladder', `${name} lies outside src/`);
      continue;
    }
    if (!/\.(?:ts|json)$/.test(name)) add('name', `import ${name} with its .ts extension`);
    else if (!known.has(target)) add('ladder', `${name} does not exist`);
    const other = unitOf(target);
    if (other === unit) continue;
    const otherRung = rungOf(other);
    if (otherRung > rung) add('ladder', `${unit} must not import ${other}, which is above it`);
    else if (otherRung === rung) add('ladder', `${unit} must not import ${other}, which is beside it`);
    else if (REFUSED[unit]?.has(other))
      add('ladder', `${unit} must not import ${other}: call a use case of predict`);
    if (other === 'stores' && target.split('/').length > 3 && unit !== 'adapters' && unit !== 'services.ts') {
      add('adapter', `only services.ts and adapters/ an adapter such as ${target}; use stores/ports.ts`);
    }
  }
  return violations;
}

function checkPurity(file: string, source: string, bare: string): Violation[] {
  const violations: Violation[] = [];
  for (const [pattern, what] of IMPURITIES) {
    for (const match of bare.matchAll(pattern)) {
      violations.push({
        file,
        line: lineOf(source, match.index),
        rule: 'purity',
        detail: `the core is pure and synchronous: no ${what}`,
      });
    }
  }
  return violations;
}

function checkEnvironment(file: string, source: string, bare: string): Violation[] {
  if (file === 'src/config.ts') return [];
  return Array.from(bare.matchAll(/(?<![.\w$])process\s*\.\s*env\b/g), (match) => ({
    file,
    line: lineOf(source, match.index),
    rule: 'environment' as const,
    detail: 'only config.ts reads process.env',
  }));
}

function checkExports(file: string, source: string, bare: string): Violation[] {
  const violations: Violation[] = [];
  for (const match of bare.matchAll(/(?<![.\w$])export\s+default\b|\bas\s+default\b/g)) {
    violations.push({
      file,
      line: lineOf(source, match.index),
      rule: 'export',
      detail: 'exports are named, not default',
    });
  }
  const statements = bare.replaceAll(
    /(?<![.\w$])export\s+(?:type\s+)?(?:\*[^;]*?|\{[^}]*\})\s*from\s*(["'])\s*\1;?/g,
    '',
  );
  if (bare.trim() !== '' && statements.trim() === '') {
    violations.push({ file, line: 1, rule: 'export', detail: 'a file that only re-exports is a barrel' });
  }
  return violations;
}

function checkName(file: string): Violation[] {
  const violations: Violation[] = [];
  const parts = file.split('/').slice(1);
  const name = parts.pop() as string;
  const add = (detail: string) => violations.push({ file, line: 1, rule: 'name', detail });
  if (name !== 'README.md' && !KEBAB.test(name)) add(`${name} is not kebab-case`);
  for (const folder of parts) if (!KEBAB_FOLDER.test(folder)) add(`folder ${folder} is not kebab-case`);
  if (/^index\.[a-z]+$/.test(name)) add('no barrels: name the file for the one thing it exports');
  for (const word of [...parts, name.split('.')[0]].flatMap((part) => part.split('-'))) {
    if (FORBIDDEN_WORDS.has(word)) add(`"${word}" says nothing about what the file does`);
  }
  return violations;
}

function checkReadmes(root: string, files: readonly string[]): Violation[] {
  const violations: Violation[] = [];
  const folders = new Set(
    files.filter((file) => file.split('/').length > 2).map((file) => `src/${unitOf(file)}`),
  );
  for (const folder of folders) {
    if (!files.includes(`${folder}/README.md`)) {
      violations.push({
        file: folder,
        line: 1,
        rule: 'readme',
        detail: 'opens with a README.md: what lives here, what it may import, how to add one',
      });
    }
  }
  for (const file of files.filter((path) => posix.basename(path) === 'README.md')) {
    const lines = readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length;
    if (lines > README_LINES_MAX) {
      violations.push({
        file,
        line: lines,
        rule: 'readme',
        detail: `has ${lines} lines, at most ${README_LINES_MAX}`,
      });
    }
  }
  return violations;
}
