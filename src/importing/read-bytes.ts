import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import { AppError } from '../errors.ts';

/** Largest table after decompression; every row is held in memory, so a larger file must be split. */
export const TABLE_BYTES_MAX = 1024 ** 3;
const READ_BYTES = 1 << 20;
// Small slices, so that little decompressed text is lost in the slice where a damaged file breaks.
const GUNZIP_SLICE_BYTES = 1 << 14;
// As long as the trailer of a gzip member, so that a wrong checksum takes no text with it.
const CAREFUL_SLICE_BYTES = 8;

/** The content of a file, decompressed. `damage` says what is wrong with the compressed stream, if anything. */
export interface TableBytes {
  readonly chunks: readonly Buffer[];
  readonly isCompressed: boolean;
  readonly damage: string | null;
}

/**
 * Reads a file whole, decompressing it when it starts with the gzip magic bytes (whatever its name). From a damaged
 * gzip file everything before the damage is returned. Throws `table_unreadable` when nothing can be read, or more than
 * `bytesMax`.
 */
export async function readBytes(
  path: string,
  onProgress: (bytesRead: number, bytesTotal: number) => void,
  signal?: AbortSignal,
  bytesMax = TABLE_BYTES_MAX,
): Promise<TableBytes> {
  const raw: Buffer[] = [];
  let bytesRead = 0;
  try {
    const status = await stat(path);
    if (status.isDirectory()) throw new AppError('table_unreadable', `"${path}" is a folder, not a file`);
    const stream = createReadStream(path, { highWaterMark: READ_BYTES, signal });
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      raw.push(chunk);
      bytesRead += chunk.length;
      if (bytesRead > bytesMax) throw tooLarge(path, bytesMax);
      onProgress(bytesRead, Math.max(status.size, bytesRead));
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (signal?.aborted) throw signal.reason;
    throw new AppError('table_unreadable', `"${path}" ${describeSystemError(error)}`, { cause: error });
  }
  if (raw.length === 0 || raw[0][0] !== 0x1f || raw[0][1] !== 0x8b) {
    return { chunks: raw, isCompressed: false, damage: null };
  }
  let result = await gunzip(raw, constants.Z_FINISH, Number.POSITIVE_INFINITY, bytesMax);
  if (result.error !== null && result.error.code !== 'TITANS_TOO_LARGE') {
    // A second pass that flushes early and goes in tiny steps near the damage gives back all that can be had.
    const careful = await gunzip(
      raw,
      constants.Z_SYNC_FLUSH,
      result.bytesDone - GUNZIP_SLICE_BYTES,
      bytesMax,
    );
    result = { ...careful, error: result.error };
  }
  if (result.error?.code === 'TITANS_TOO_LARGE') throw tooLarge(path, bytesMax);
  const damage =
    result.error === null
      ? null
      : result.error.code === 'Z_BUF_ERROR'
        ? 'the gzip file ends too early (truncated)'
        : `the gzip file is damaged (${result.error.message})`;
  if (damage !== null && result.chunks.length === 0) {
    throw new AppError('table_unreadable', `"${path}": ${damage} and nothing could be read from it`);
  }
  return { chunks: result.chunks, isCompressed: true, damage };
}

function tooLarge(path: string, bytesMax: number): AppError {
  return new AppError(
    'table_unreadable',
    `"${path}" holds more than ${bytesMax / 1024 ** 3} GiB; split it into smaller files`,
  );
}

function describeSystemError(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read (permission denied)';
  return `cannot be read (${code ?? 'unknown reason'})`;
}

interface Gunzipped {
  readonly chunks: Buffer[];
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Compressed bytes worked through. */
  readonly bytesDone: number;
}

function gunzip(
  raw: readonly Buffer[],
  finishFlush: number,
  carefulFrom: number,
  bytesMax: number,
): Promise<Gunzipped> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let byteLength = 0;
    const source = Readable.from(slices(raw, carefulFrom));
    const stream = createGunzip({ finishFlush, chunkSize: READ_BYTES });
    function finish(error: Gunzipped['error']): void {
      source.destroy();
      stream.destroy();
      resolve({ chunks, error, bytesDone: stream.bytesWritten });
    }
    // Events rather than iteration: iteration drops what was decompressed just before an error.
    stream.on('data', (chunk: Buffer) => {
      byteLength += chunk.length;
      if (byteLength > bytesMax) finish({ code: 'TITANS_TOO_LARGE', message: '' });
      else chunks.push(chunk);
    });
    stream.on('end', () => finish(null));
    stream.on('error', (error: NodeJS.ErrnoException) =>
      finish({ code: error.code ?? '', message: error.message }),
    );
    source.pipe(stream);
  });
}

/** Pieces of the compressed file: small ones, and tiny ones for a stretch from `carefulFrom` on. */
function* slices(raw: readonly Buffer[], carefulFrom: number): Generator<Buffer> {
  let position = 0;
  for (const chunk of raw) {
    let at = 0;
    while (at < chunk.length) {
      const isCareful = position >= carefulFrom && position < carefulFrom + 2 * GUNZIP_SLICE_BYTES;
      const piece = chunk.subarray(at, at + (isCareful ? CAREFUL_SLICE_BYTES : GUNZIP_SLICE_BYTES));
      yield piece;
      at += piece.length;
      position += piece.length;
    }
  }
}
