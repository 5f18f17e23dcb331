import type { Io } from './io.ts';

/** Values of the options of one run, by their long name in camelCase. */
export type OptionValues = Readonly<Record<string, unknown>>;

/** The work of a command; resolves to its exit status. Failures are thrown. */
export type RunCommand = (io: Io, args: readonly string[], options: OptionValues) => Promise<number>;

export interface ArgumentRow {
  /** As in the help: `<file>` is required, `[file]` is not. */
  readonly flags: string;
  readonly meaning: string;
}

export interface OptionRow {
  /** As in the help: `--seed <n>`, `--force`, `--data <file...>`. */
  readonly flags: string;
  readonly meaning: string;
  /** Turns the text into a value; throws commander's InvalidArgumentError. Called once per occurrence. */
  readonly parse?: (text: string, previous: unknown) => unknown;
  readonly default?: unknown;
}

export interface Example {
  readonly command: string;
  readonly meaning: string;
}

/** One command of the executable. */
export interface CommandRow {
  /** `train`, or `models list` for a command of a group. */
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly args: readonly ArgumentRow[];
  readonly options: readonly OptionRow[];
  readonly examples: readonly Example[];
  /** Imports the command's code, which may be heavy, only when it runs. */
  readonly load: () => Promise<RunCommand>;
}
