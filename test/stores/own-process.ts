import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Files limited by the shell (`ulimit -f`) raise a signal that would end the process; ignored, the write fails. */
const LIMITED = 'trap "" XFSZ; ulimit -f "$1"; shift; exec "$@"';

/**
 * Runs `program`, an ES module that finds `openHistory(location)` and `transaction(fields)`, in a process of its
 * own; no file it writes grows beyond `fileBlocks` (of 512 or 1,024 bytes, as the shell has it) when that is given.
 */
export function startProcess(program: string, fileBlocks?: number): ChildProcess {
  const prelude = [
    ['{ createSqlHistory }', '../../src/stores/sql/history.ts'],
    ['{ openDatabase }', '../../src/stores/sql/database.ts'],
    ['{ transaction }', './history-contract.ts'],
  ].map(([names, file]) => `import ${names} from ${JSON.stringify(new URL(file, import.meta.url).href)};`);
  prelude.push(
    'const openHistory = async (at) => createSqlHistory((await openDatabase(at)).db, "database");',
  );
  const command = [process.execPath, '--input-type=module', '-e', `${prelude.join('\n')}\n${program}`];
  if (fileBlocks !== undefined) command.unshift('/bin/sh', '-c', LIMITED, 'sh', String(fileBlocks));
  return spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** All that a process has said, once it has ended. */
export async function outputOf(child: ChildProcess): Promise<string> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (piece: string) => {
      output += piece;
    });
  }
  await once(child, 'close');
  return output;
}
