import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkArchitecture, formatViolation, type Violation } from '../scripts/architecture.ts';
import { blankText, findImports } from '../scripts/scan-source.ts';

/** Checks a tree of the given files, with the README every folder needs. */
function checkTree(files: Readonly<Record<string, string>>): Violation[] {
  const root = mkdtempSync(join(tmpdir(), 'architecture-'));
  try {
    for (const [path, source] of Object.entries(files)) {
      const full = join(root, path);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, source);
      const [, folder, ...rest] = path.split('/');
      if (rest.length > 0) writeFileSync(join(root, 'src', folder, 'README.md'), 'What lives here.\n');
    }
    return checkArchitecture(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

function rulesOf(files: Readonly<Record<string, string>>): string[] {
  return checkTree(files).map((violation) => violation.rule);
}

test('the source keeps the ladder, the purity of the core and the names of docs/architecture.md', () => {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  assert.deepEqual(checkArchitecture(root).map(formatViolation), []);
});

test('a clean tree has no violation', () => {
  assert.deepEqual(
    checkTree({
      'src/main.ts': "import { run } from './cli/commands.ts';\nrun();\n",
      'src/cli/commands.ts': "import { build } from '../services.ts';\nexport const run = build;\n",
      'src/services.ts': "import { open } from './stores/sql/open.ts';\nexport const build = open;\n",
      'src/stores/sql/open.ts':
        "import type { Store } from '../ports.ts';\nexport const open = (): Store => 1;\n",
      'src/stores/ports.ts': 'export type Store = number;\n',
      'src/lib/hash.ts': "import { createHash } from 'node:crypto';\nexport const hash = createHash;\n",
    }),
    [],
  );
});

test('a planted upward import is found, however it is written', () => {
  const forms = [
    "import { a } from '../predict/a.ts';",
    "import type { a } from '../predict/a.ts';",
    "import { type a } from '../predict/a.ts';",
    "import\n  a,\n  { b }\nfrom '../predict/a.ts';",
    "import '../predict/a.ts';",
    "export { a } from '../predict/a.ts'; export const b = 1;",
    "export * from '../predict/a.ts'; export const b = 1;",
    "export const a = import('../predict/a.ts');",
    'export const a = import(`../predict/a.ts`);',
    "export type A = typeof import('../predict/a.ts');",
    "import /* why */ { a } from /* not */ '../predict/a.ts';",
    'import { a } from "../predict/a.ts";',
  ];
  for (const form of forms) {
    const violations = checkTree({ 'src/registry/b.ts': form, 'src/predict/a.ts': 'export const a = 1;' });
    assert.deepEqual(
      violations.map((violation) => violation.detail),
      ['registry must not import predict, which is above it'],
      form,
    );
  }
});

test('sideways imports between folders of one rung are found, within a folder they are fine', () => {
  const leaf = 'export const a = 1;';
  const importing = (path: string) => `import { a } from '${path}';\nexport const b = a;`;
  assert.deepEqual(
    rulesOf({ 'src/bank/a.ts': leaf, 'src/kernels/forest/b.ts': importing('../../bank/a.ts') }),
    ['ladder'],
  );
  assert.deepEqual(
    rulesOf({ 'src/training/a.ts': leaf, 'src/predict/b.ts': importing('../training/a.ts') }),
    ['ladder'],
  );
  assert.deepEqual(
    rulesOf({ 'src/kernels/tree/a.ts': leaf, 'src/kernels/forest/b.ts': importing('../tree/a.ts') }),
    [],
  );
  assert.deepEqual(rulesOf({ 'src/errors.ts': leaf, 'src/stores/b.ts': importing('../errors.ts') }), []);
});

test('http never imports the core that computes, and only services.ts imports a store adapter', () => {
  const leaf = 'export const a = 1;';
  const importing = (path: string) => `import { a } from '${path}';\nexport const b = a;`;
  for (const unit of ['kernels', 'models', 'features']) {
    assert.deepEqual(rulesOf({ [`src/${unit}/a.ts`]: leaf, 'src/http/b.ts': importing(`../${unit}/a.ts`) }), [
      'ladder',
    ]);
  }
  assert.deepEqual(
    rulesOf({ 'src/stores/sql/a.ts': leaf, 'src/training/b.ts': importing('../stores/sql/a.ts') }),
    ['adapter'],
  );
  assert.deepEqual(
    rulesOf({ 'src/stores/ports.ts': leaf, 'src/training/b.ts': importing('../stores/ports.ts') }),
    [],
  );
});

test('a planted impurity in the core is found, each kind of it', () => {
  const impurities = [
    'export async function f() {}',
    'export const f = () => process.pid;',
    'export const f = () => Date.now();',
    'export const f = () => new Date();',
    'export const f = () => new Date( );',
    'export const f = () => Math.random();',
    'export const f = () => console.log(1);',
    "export const f = () => fetch('http://localhost');",
    'export const f = () => setTimeout(f, 1);',
    'export const f = (at: number) => new Date(at).getHours();',
    // Code inside a template is code.
    'export const f = () => `now ${Date.now()} then`;',
    'export const f = () => `a ${`b ${Math.random()}`} c`;',
    "import { readFileSync } from 'node:fs';\nexport const f = readFileSync;",
    "import leftPad from 'left-pad';\nexport const f = leftPad;",
    "import { createHash } from 'node:crypto';\nexport const f = createHash;",
  ];
  for (const source of impurities) {
    assert.deepEqual(rulesOf({ 'src/kernels/planted.ts': source }), ['purity'], source);
    if (!source.includes('env')) assert.deepEqual(rulesOf({ 'src/predict/planted.ts': source }), [], source);
  }
});

test('words in comments, strings and regular expressions are no impurity', () => {
  const source = [
    '// async, await, Date.now() and console.log are refused here',
    '/* import { a } from "../cli/a.ts"; */',
    "export const a = 'Math.random() and process.env';",
    'export const b = `setTimeout ${a} new Date()`;',
    'export const c = /process.env \\/ Date.now()[/"]/g;',
    'export const d = (x: number, y: number) => x / y / 2; // console.log(/',
    'export const e = new Date(0).getTime();',
    'export const rows = { async: 1, process: 2 };',
    'export const f = rows.async;',
  ].join('\n');
  assert.deepEqual(checkTree({ 'src/kernels/clean.ts': source }), []);
});

test('process.env is read by config.ts alone', () => {
  assert.deepEqual(rulesOf({ 'src/config.ts': 'export const a = process.env.A;' }), []);
  assert.deepEqual(rulesOf({ 'src/cli/a.ts': 'export const a = process.env.A;' }), ['environment']);
});

test('names: kebab-case, no empty words, no barrels, no default exports, extensions written', () => {
  assert.deepEqual(rulesOf({ 'src/lib/someThing.ts': 'export const a = 1;' }), ['name']);
  assert.deepEqual(rulesOf({ 'src/lib/Two_words/a.ts': 'export const a = 1;' }), ['name']);
  for (const word of ['utils', 'helpers', 'cache-manager', 'model-service', 'base-model']) {
    assert.deepEqual(rulesOf({ [`src/lib/${word}.ts`]: 'export const a = 1;' }), ['name'], word);
  }
  assert.deepEqual(rulesOf({ 'src/lib/index.ts': 'export const a = 1;' }), ['name']);
  assert.deepEqual(rulesOf({ 'src/lib/a.ts': 'export default 1;' }), ['export']);
  assert.deepEqual(rulesOf({ 'src/lib/a.ts': 'const a = 1; export { a as default };' }), ['export']);
  assert.deepEqual(
    rulesOf({
      'src/lib/a.ts': "export { b } from './b.ts';\nexport type { C } from './b.ts';",
      'src/lib/b.ts': 'export const b = 1;',
    }),
    ['export'],
  );
  assert.deepEqual(rulesOf({ 'src/lib/a.ts': "import { b } from './b';\nexport const a = b;" }), ['name']);
  assert.deepEqual(rulesOf({ 'src/lib/a.ts': "import { b } from './b.ts';\nexport const a = b;" }), [
    'ladder',
  ]);
  assert.deepEqual(rulesOf({ 'src/lib/a.ts': "import { b } from '../../test/b.ts';\nexport const a = b;" }), [
    'ladder',
  ]);
  assert.deepEqual(rulesOf({ 'src/attic/a.ts': 'export const a = 1;' }), ['ladder']);
});

test('each folder of src opens with a README of at most fifteen lines', () => {
  const root = mkdtempSync(join(tmpdir(), 'architecture-'));
  try {
    mkdirSync(join(root, 'src/lib'), { recursive: true });
    writeFileSync(join(root, 'src/lib/a.ts'), 'export const a = 1;\n');
    assert.deepEqual(
      checkArchitecture(root).map((violation) => violation.rule),
      ['readme'],
    );
    writeFileSync(join(root, 'src/lib/README.md'), 'line\n'.repeat(16));
    assert.deepEqual(
      checkArchitecture(root).map((violation) => violation.rule),
      ['readme'],
    );
    writeFileSync(join(root, 'src/lib/README.md'), 'line\n'.repeat(15));
    assert.deepEqual(checkArchitecture(root), []);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('blanking keeps every position and leaves code', () => {
  const source = 'const a = "x\\"y"; // c\nconst b = `t${a + `u`}v`; const r = /[/"]/; const q = 4 / 2;';
  const bare = blankText(source);
  assert.equal(bare.length, source.length);
  assert.ok(bare.includes('const q = 4 / 2;'));
  assert.ok(bare.includes('${a + `'));
  assert.ok(!bare.includes('x') && !bare.includes('// c'));
  assert.deepEqual(findImports("const x = Array.from('abc');"), []);
});
