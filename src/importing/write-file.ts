import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { AppError } from '../errors.ts';

const BUFFER_CHARS = 1 << 16;

/**
 * Writes text to a file that appears whole or not at all (temporary file beside it, synced, renamed). Throws
 * `usage` when the place cannot be written.
 */
export async function writeFileAtomic(
  path: string,
  pieces: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const stream = createWriteStream(temporary, { flags: 'w' });
    await writePieces(stream, pieces);
    stream.end();
    await finished(stream);
    const handle = await open(temporary, 'r');
    await handle.sync();
    await handle.close();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined || error instanceof AppError) throw error;
    throw new AppError('usage', `"${path}" cannot be written (${code})`, { cause: error });
  }
}

/** Writes pieces to an open stream such as standard output, at the pace of its reader. Does not end the stream. */
export async function writePieces(
  stream: NodeJS.WritableStream,
  pieces: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  let buffer = '';
  for await (const piece of pieces) {
    buffer += piece;
    if (buffer.length < BUFFER_CHARS) continue;
    const isFree = stream.write(buffer);
    buffer = '';
    if (!isFree) await once(stream, 'drain');
  }
  if (buffer !== '' && !stream.write(buffer)) await once(stream, 'drain');
}
