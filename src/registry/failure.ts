import { AppError } from '../errors.ts';

const MEANINGS = new Map<string, string>([
  ['ENOENT', 'is missing'],
  ['EACCES', 'may not be read or written by this user'],
  ['EPERM', 'may not be read or written by this user'],
  ['EISDIR', 'is a directory'],
  ['ENOTDIR', 'lies under something that is not a directory'],
  ['ELOOP', 'is a circle of links'],
  ['EIO', 'cannot be read from the disk'],
  ['ENOSPC', 'does not fit: the disk is full'],
  ['EDQUOT', 'does not fit: the quota is used up'],
  ['EFBIG', 'does not fit: files may not be so large'],
  ['EROFS', 'lies on a read-only file system'],
  ['EMFILE', 'cannot be opened: too many files are open'],
]);

/** What a failure of the file system means, as the end of a sentence about the file. */
export function describeFailure(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return MEANINGS.get(code ?? '') ?? `failed (${code ?? 'unknown cause'})`;
}

/** What to throw for a change that failed: AppError `store_unavailable` when the file system is to blame. */
export function refuseChange(error: unknown, what: string): unknown {
  if (typeof (error as NodeJS.ErrnoException).code !== 'string') return error;
  return new AppError('store_unavailable', `${what} ${describeFailure(error)}. Nothing was changed.`, {
    internal: (error as Error).message,
    cause: error,
  });
}
