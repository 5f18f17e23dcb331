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

/** The content of a file, decompressed. `damage` says what is wrong with the compressed stream, if anything. */
export interface TableBytes {
  readonly chunks: readonly Buffer[];
  readonly isCompressed: boolean;
  readonly damage: string | null;
}

/**
 * Reads a file whole, decompressing it when it starts with the gzip magic bytes (whatever its name). From a damaged
 * gzip file everything before the damage is returned. Throws `table_unreadable` when nothing can be read.
 */
export async function readBytes(
  path: string,
  onProgress: (bytesRead: number, bytesTotal: number) => void,
  signal?: AbortSignal,
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
      if (bytesRead > TABLE_BYTES_MAX) throw tooLarge(path);
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
  let result = await gunzip(raw, constants.Z_FINISH);
  // A second pass that flushes early also gives back the bytes the decompressor held when the file ended.
  if (result.error?.code === 'Z_BUF_ERROR') {
    const rest = await gunzip(raw, constants.Z_SYNC_FLUSH);
    result = { chunks: rest.chunks, error: result.error };
  }
  if (result.error?.code === 'TITANS_TOO_LARGE') throw tooLarge(path);
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

function tooLarge(path: string): AppError {
  return new AppError(
    'table_unreadable',
    `"${path}" holds more than ${TABLE_BYTES_MAX / 1024 ** 3} GiB; split it into smaller files`,
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
}

function gunzip(raw: readonly Buffer[], finishFlush: number): Promise<Gunzipped> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let byteLength = 0;
    const source = Readable.from(slices(raw));
    const stream = createGunzip({ finishFlush, chunkSize: READ_BYTES });
    function finish(error: Gunzipped['error']): void {
      source.destroy();
      stream.destroy();
      resolve({ chunks, error });
    }
    // Events rather than iteration: iteration drops what was decompressed just before an error.
    stream.on('data', (chunk: Buffer) => {
      byteLength += chunk.length;
      if (byteLength > TABLE_BYTES_MAX) finish({ code: 'TITANS_TOO_LARGE', message: '' });
      else chunks.push(chunk);
    });
    stream.on('end', () => finish(null));
    stream.on('error', (error: NodeJS.ErrnoException) =>
      finish({ code: error.code ?? '', message: error.message }),
    );
    source.pipe(stream);
  });
}

function* slices(raw: readonly Buffer[]): Generator<Buffer> {
  for (const chunk of raw) {
    for (let at = 0; at < chunk.length; at += GUNZIP_SLICE_BYTES) {
      yield chunk.subarray(at, at + GUNZIP_SLICE_BYTES);
    }
  }
}
