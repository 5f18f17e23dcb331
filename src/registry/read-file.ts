import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';

/** Bytes read and hashed at a time, so that the event loop is free in between. */
const CHUNK_BYTES = 1 << 20;
const TEXT_BYTES_MAX = 16 << 20;

export type ReadResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: string };

async function sizeOf(path: string): Promise<ReadResult<number>> {
  // Asking first keeps a pipe or a device from being opened, which could wait for ever.
  const found = await stat(path);
  return found.isFile() ? { ok: true, value: found.size } : { ok: false, fault: 'is not a file' };
}

/** A whole small text file; rejects with the file system's error when it cannot be read. */
export async function readText(path: string): Promise<ReadResult<string>> {
  const size = await sizeOf(path);
  if (!size.ok) return size;
  if (size.value > TEXT_BYTES_MAX) return { ok: false, fault: `is larger than ${TEXT_BYTES_MAX} bytes` };
  return { ok: true, value: await readFile(path, 'utf8') };
}

/**
 * A file of known length and SHA-256, in memory of its own that worker threads can share, so that a model is held once a
 * process; rejects with the file system's error.
 */
export async function readVerified(
  path: string,
  bytes: number,
  sha256: string,
): Promise<ReadResult<Uint8Array>> {
  const size = await sizeOf(path);
  if (!size.ok) return size;
  if (size.value !== bytes) return { ok: false, fault: `has ${size.value} bytes instead of ${bytes}` };
  const content = new Uint8Array(new SharedArrayBuffer(bytes));
  const hash = createHash('sha256');
  const file = await open(path, 'r');
  try {
    for (let at = 0; at < bytes; ) {
      const { bytesRead } = await file.read(content, at, Math.min(CHUNK_BYTES, bytes - at), at);
      if (bytesRead === 0) return { ok: false, fault: `ends after ${at} of ${bytes} bytes` };
      hash.update(content.subarray(at, at + bytesRead));
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
  if (hash.digest('hex') !== sha256)
    return { ok: false, fault: 'does not match its SHA-256: it was damaged' };
  return { ok: true, value: content };
}
