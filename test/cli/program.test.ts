import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COMMANDS } from '../../src/cli/commands.ts';
import { readVersion } from '../../src/cli/version.ts';
import { run, start } from './command-line.ts';

describe('help', () => {
  it('names every command', async () => {
    const { status, stdout, stderr } = await run(['--help']);
    assert.equal(status, 0);
    assert.equal(stderr, '');
    for (const { name } of COMMANDS) assert.match(stdout, new RegExp(`^ {2}${name.split(' ')[0]}`, 'm'));
  });

  for (const row of COMMANDS) {
    it(`of ${row.name} shows every argument, every option and an example`, async () => {
      const { status, stdout } = await run([...row.name.split(' '), '--help']);
      assert.equal(status, 0);
      for (const { flags } of row.args) assert.ok(stdout.includes(flags.replace(/[<>[\]]/g, '')), flags);
      for (const { flags } of row.options) assert.ok(stdout.includes(flags), flags);
      assert.ok(row.examples.length > 0);
      for (const { command } of row.examples) {
        assert.ok(stdout.includes(`$ ${command}`), command);
        assert.match(command, new RegExp(`\\btitans ${row.name}\\b`), 'an example is of its own command');
      }
    });
  }

  it('of every group names its commands', async () => {
    const { status, stdout } = await run(['models', '--help']);
    assert.equal(status, 0);
    assert.match(stdout, /list.*\n.*info.*\n.*activate.*\n.*rollback/);
  });

  it('works where the configuration is broken', async () => {
    const { status, stdout } = await start(['train', '--help'], { TITANS_PORT: 'none' }).ended;
    assert.equal(status, 0);
    assert.match(stdout, /--data <file...>/);
  });
});

it('--version prints the version of the package', async () => {
  assert.deepEqual(await run(['--version']), { status: 0, stdout: `${readVersion()}\n`, stderr: '' });
});

describe('wrong use exits with 2, says what is wrong and suggests', () => {
  const cases: readonly [string, readonly string[], RegExp][] = [
    [
      'an unknown command',
      ['trian'],
      /unknown command 'trian'\n\(Did you mean train\?\)\n+See `titans --help`/,
    ],
    ['a word like no command', ['nonsense'], /unknown command 'nonsense'\n+See `titans --help`/],
    [
      'an unknown command of a group',
      ['models', 'lst'],
      /unknown command 'lst'\n\(Did you mean list\?\)\n+See `titans models --help`/,
    ],
    ['an unknown option', ['train', '--sed', '1'], /unknown option '--sed'\n\(Did you mean --seed\?\)/],
    ['no command', [], /Usage: titans/],
    ['a missing argument', ['predict'], /missing required argument 'file'/],
    ['an argument too many', ['predict', 'a', 'b'], /too many arguments/],
    ['an option without its value', ['train', '--seed'], /argument missing/],
    ['a seed that is no number', ['train', '--seed', 'x'], /whole number from 0 to 4294967295/],
    ['no workers', ['train', '--workers', '0'], /whole number from 1 to 1024/],
    ['a search below zero', ['train', '--search=-1'], /whole number from 0 to 10000/],
    ['a port out of range', ['serve', '--port', '65536'], /whole number from 0 to 65535/],
    ['an unknown model type', ['train', '--model-type', 'amount'], /one of all, category_prediction/],
    ['a mapping without column', ['predict', 'a', '--map', 'amount'], /field=column/],
    ['a model without rows', ['predict', 'a', '--model-type', 'cashflow_forecasting'], /no answer a row/],
    ['an unknown model name', ['models', 'info', 'category'], /the models are category_prediction/],
    ['an unknown time zone', ['config', '--timezone', 'Mars'], /TITANS_TIMEZONE must be an IANA/],
  ];
  for (const [what, args, pattern] of cases) {
    it(what, async () => {
      const { status, stdout, stderr } = await run(args);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, pattern);
      assert.doesNotMatch(stderr, /^ {4}at /m);
    });
  }
});

describe('titans config', () => {
  it('shows every setting with its origin, hides secrets and warns of misspelt variables', async () => {
    const { status, stdout, stderr } = await start(['config', '--port', '9000'], {
      TITANS_API_KEYS: 'a-secret-key-1,a-secret-key-2',
      TITANS_LOG_LEVL: 'debug',
    }).ended;
    assert.equal(status, 0);
    assert.match(stdout, /^TITANS_PORT +9000 +command line$/m);
    assert.match(stdout, /^TITANS_API_KEYS +\(2 hidden\) +environment$/m);
    assert.match(stdout, /^TITANS_HOST +127\.0\.0\.1 +default$/m);
    assert.doesNotMatch(stdout, /a-secret/);
    assert.match(stderr, /TITANS_LOG_LEVL is not a setting.*TITANS_LOG_LEVEL/);
  });

  it('reports every fault at once', async () => {
    const { status, stderr } = await start(['config'], { TITANS_PORT: 'x', TITANS_CURRENCY: 'euro' }).ended;
    assert.equal(status, 2);
    assert.match(stderr, /TITANS_PORT must be/);
    assert.match(stderr, /TITANS_CURRENCY must be/);
  });
});

it('every command warns of a misspelt variable, once and not among its results', async () => {
  for (const args of [
    ['config'],
    ['models', 'list', '--data-dir', '/nonexistent/none'],
    ['predict', 'none'],
  ]) {
    const { stdout, stderr } = await start(args, { TITANS_PROT: '1' }).ended;
    assert.equal(stderr.split('warning: TITANS_PROT is not a setting').length, 2, stderr);
    assert.doesNotMatch(stdout, /TITANS_PROT/);
  }
});

it('a reader that leaves early ends the program quietly', async () => {
  const running = start(['config']);
  running.child.stdout?.destroy();
  const { status, stderr } = await running.ended;
  assert.equal(status, 0);
  assert.equal(stderr, '');
});
