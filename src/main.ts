import { Interruption, type TextStream } from './cli/io.ts';
import { runCli } from './cli/program.ts';

// The one executable: argv to a row of cli/commands.ts, signals to one AbortSignal, the result to an exit status.

const FORCED_STATUS = { SIGINT: 130, SIGTERM: 143 };
/** One Ctrl-C may arrive twice: from the terminal and from npm, which passes on what it got itself. */
const ECHO_MS = 500;

const controller = new AbortController();
let firstAt = 0;
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // The first asks to stop cleanly, the second insists.
    if (!controller.signal.aborted) {
      firstAt = Date.now();
      controller.abort(new Interruption(name));
    } else if (Date.now() - firstAt >= ECHO_MS) process.exit(FORCED_STATUS[name]);
  });
}
// A reader that leaves early (`| head`) must not crash us; whoever waits for the pipe gets the error as well.
for (const stream of [process.stdout, process.stderr] as TextStream[]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  clock: Date.now,
  signal: controller.signal,
});
// Where another process started this one, the line to it would keep this one alive.
process.channel?.unref();
