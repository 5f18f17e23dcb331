import { constants, createWriteStream, type Stats } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { AppError } from '../errors.ts';
import { type Pieces, writeFileAtomic, writePieces } from '../importing/write-file.ts';

/** A file to be written, under the name of the option that asked for it. */
export interface OutputFile {
  readonly option: string;
  readonly path: string | undefined;
}

/**
 * Refuses, before any work is done, outputs that would harm a file or could not be written.
 * @throws AppError `usage` that names the option.
 */
export async function checkOutputs(inputs: readonly string[], outputs: readonly OutputFile[]): Promise<void> {
  await refuseOverwriting(inputs, outputs);
  await requireWritable(outputs);
}

/**
 * Refuses, before any work is done, to write over an input or to write two outputs to one place.
 * @throws AppError `usage` that names the option.
 */
async function refuseOverwriting(inputs: readonly string[], outputs: readonly OutputFile[]): Promise<void> {
  const taken = [...inputs];
  for (const { option, path } of outputs) {
    if (path === undefined) continue;
    for (const [index, other] of taken.entries()) {
      if (!(await isSameFile(path, other))) continue;
      const what = index < inputs.length ? 'is an input itself' : 'is already written to by another option';
      throw new AppError('usage', `${option} "${path}" ${what}; name another file`);
    }
    taken.push(path);
  }
}

/** Whether two paths lead to one file, be it under two names; devices may be named twice. */
export async function isSameFile(one: string, two: string): Promise<boolean> {
  const [first, second] = await Promise.all([one, two].map(statOrNull));
  if (first === null && second === null) return (await placeOf(one)) === (await placeOf(two));
  if (first === null || second === null) return false;
  return first.isFile() && first.dev === second.dev && first.ino === second.ino;
}

/** The absolute path of a file that is still to be made, its folder without symbolic links. */
async function placeOf(path: string): Promise<string> {
  const folder = dirname(resolve(path));
  return join(await realpath(folder).catch(() => folder), basename(path));
}

const PACKED = /\.(?:gz|zip|bz2|xz|zst|parquet)$/i;

/**
 * Refuses, before any work is done, an output that could not be written, or that its name would call something other
 * than text.
 * @throws AppError `usage` that names the option.
 */
async function requireWritable(outputs: readonly OutputFile[]): Promise<void> {
  for (const { option, path } of outputs) {
    if (path === undefined) continue;
    const found = await statOrNull(path);
    const ending = PACKED.exec(path)?.[0];
    if (ending !== undefined && (found === null || found.isFile())) {
      throw new AppError(
        'usage',
        `${option} "${path}": the file is written as plain text; name it without ${ending} and compress it afterwards`,
      );
    }
    try {
      if (found?.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
      // A plain file is replaced, so that its folder must be writable; a pipe or a device is written to itself.
      await access(found === null || found.isFile() ? dirname(resolve(path)) : path, constants.W_OK);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new AppError('usage', `${option} "${path}" cannot be written (${code})`, { cause: error });
    }
  }
}

/** Whether a path is, or can become, a plain file: a pipe or a device cannot be replaced by a finished file. */
export async function isPlainFile(path: string): Promise<boolean> {
  return (await statOrNull(path))?.isFile() ?? true;
}

function statOrNull(path: string): Promise<Stats | null> {
  return stat(path).catch(() => null);
}

/** Writes text to a plain file, which appears whole or not at all, or through a pipe or a device. */
export async function writeOutputFile(path: string, pieces: Pieces): Promise<void> {
  if (await isPlainFile(path)) return writeFileAtomic(path, pieces);
  const stream = createWriteStream(path);
  const done = finished(stream);
  try {
    await Promise.race([writePieces(stream, pieces), done]);
    stream.end();
    await done;
  } catch (error) {
    stream.destroy();
    done.catch(() => {});
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof AppError) throw error;
    throw new AppError('usage', `"${path}" cannot be written (${code})`, { cause: error });
  }
}
