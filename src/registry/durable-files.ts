import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Creates a new file (mode 0600) and returns once its bytes are on the disk. */
export type WriteFile = (path: string, content: Uint8Array | string) => Promise<void>;

/** {@link WriteFile} on the real file system. */
export async function writeSynced(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the names in a directory durable: without it a rename may be undone by a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Renames within one directory and returns once that is on the disk. */
export async function renameSynced(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncDirectory(dirname(to));
}
