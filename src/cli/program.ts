import { Command, CommanderError, Option } from 'commander';
import type { CommandRow, OptionRow, OptionValues, RunCommand } from './command.ts';
import { COMMANDS, GROUPS } from './commands.ts';
import type { Io } from './io.ts';
import { readVersion } from './version.ts';

export const EXIT_USAGE = 2;
const HELP_WIDTH_MIN = 60;
const HELP_WIDTH_PIPE = 100;

/**
 * Runs one command line (without the names of node and of the script) and resolves to its exit status. Never rejects:
 * whatever fails is told on `io.stderr`.
 */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  let status = 0;
  const program = buildProgram(io, async (load, args, options) => {
    const runCommand = await load();
    // Imported only now, because it reads the configuration and help should not wait for that.
    const { warnOfSettings } = await import('./warnings.ts');
    warnOfSettings(io);
    status = await runCommand(io, args, options);
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    // Commander has already told what is wrong; its own status for wrong use is 1.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    const { reportFailure } = await import('./failure.ts');
    return reportFailure(error, io);
  }
}

type Start = (
  load: () => Promise<RunCommand>,
  args: readonly string[],
  options: OptionValues,
) => Promise<void>;

function buildProgram(io: Io, start: Start): Command {
  const program = configure(new Command('titans'), io)
    .description('Transaction intelligence on your own machine, learnt from your own data.')
    .version(readVersion(), '--version', 'show the version')
    .helpOption('--help', 'show help')
    .showHelpAfterError('See `titans --help`.')
    .addHelpText('after', '\n`titans COMMAND --help` shows options and examples of a command.');
  const groups = new Map<string, Command>();
  for (const row of COMMANDS) {
    const [first, second] = row.name.split(' ');
    if (second === undefined) {
      addCommand(program, first, row, io, start);
      continue;
    }
    let group = groups.get(first);
    if (group === undefined) {
      group = configure(program.command(first), io).summary(GROUPS[first]).description(GROUPS[first]);
      group.showHelpAfterError(`See \`titans ${first} --help\`.`);
      groups.set(first, group);
    }
    addCommand(group, second, row, io, start);
  }
  return program;
}

function configure(command: Command, io: Io): Command {
  return command
    .exitOverride()
    .helpOption('--help', 'show help')
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'titans: ')),
      getOutHelpWidth: () => Math.max(HELP_WIDTH_MIN, io.stdout.columns ?? HELP_WIDTH_PIPE),
      getErrHelpWidth: () => Math.max(HELP_WIDTH_MIN, io.stderr.columns ?? HELP_WIDTH_PIPE),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

function addCommand(parent: Command, name: string, row: CommandRow, io: Io, start: Start): void {
  const command = configure(parent.command(name), io)
    .summary(row.summary)
    .description(row.description)
    .allowExcessArguments(false)
    .showHelpAfterError(`See \`titans ${row.name} --help\`.`);
  for (const { flags, meaning } of row.args) command.argument(flags, meaning);
  for (const option of row.options) command.addOption(toOption(option));
  if (row.examples.length > 0) command.addHelpText('after', formatExamples(row));
  command.action(async () => {
    await start(row.load, command.args, command.opts());
  });
}

function toOption(row: OptionRow): Option {
  const option = new Option(row.flags, row.meaning);
  if (row.parse !== undefined) option.argParser(row.parse);
  if (row.default !== undefined) option.default(row.default);
  return option;
}

function formatExamples(row: CommandRow): string {
  const lines = row.examples.map(({ command, meaning }) => `  # ${meaning}\n  $ ${command}`);
  return `\nExamples:\n${lines.join('\n')}`;
}
