import { once } from 'node:events';
import { open, rename, rm } from 'node:fs/promises';
import { AppError } from '../errors.ts';

/** Text in pieces, ready or still to come. */
export type Pieces = Iterable<string> | AsyncIterable<string>;

const BUFFER_CHARS = 1 << 16;

/**
 * Writes text to a file that appears whole or not at all (temporary file beside it, synced, renamed). Throws
 * `usage` when the place cannot be written; what the pieces themselves throw is passed on.
 */
export async function writeFileAtomic(path: string, pieces: Pieces): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  const write = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
      throw new AppError('usage', `"${path}" cannot be written (${code})`, { cause: error });
    }
  };
  const handle = await write(() => open(temporary, 'w'));
  try {
    for await (const text of gather(pieces)) await write(() => handle.appendFile(text));
    await write(() => handle.sync());
    await handle.close();
    await write(() => rename(temporary, path));
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/**
 * Writes pieces to an open stream such as standard output, at the pace of its reader; does not end the stream. Rejects
 * when the stream fails, for example because its reader has gone (EPIPE).
 */
export async function writePieces(stream: NodeJS.WritableStream, pieces: Pieces): Promise<void> {
  let failure: Error | null = null;
  const onError = (error: Error) => {
    failure = error;
  };
  stream.on('error', onError);
  try {
    for await (const text of gather(pieces)) {
      const isFree = stream.write(text);
      if (!isFree && failure === null) await once(stream, 'drain');
      if (failure !== null) throw failure;
    }
  } finally {
    stream.off('error', onError);
  }
}

async function* gather(pieces: Pieces): AsyncGenerator<string> {
  let buffer = '';
  for await (const piece of pieces) {
    buffer += piece;
    if (buffer.length < BUFFER_CHARS) continue;
    yield buffer;
    buffer = '';
  }
  if (buffer !== '') yield buffer;
}
