import { AppError } from '../../errors.ts';

/** What SQLite's primary result codes (sqlite.org/rescode.html) mean to whoever runs the program. */
const MEANINGS = new Map<number, string>([
  [5, 'another process has kept the database locked for too long'],
  [8, 'the database file may not be written'],
  [10, 'the disk reported an error'],
  [11, 'the database file is damaged; restore it from a backup or move it away'],
  [13, 'the disk is full'],
  [14, 'the database file cannot be opened'],
  [26, 'the file is not a database, or its beginning is damaged; restore it from a backup or move it away'],
]);

const SYSTEM_MEANINGS = new Map<string, string>([
  ['EACCES', 'the database file may not be opened by this user'],
  ['EPERM', 'the database file may not be opened by this user'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EISDIR', 'the path of the database is a directory'],
  ['ENOTDIR', 'a part of the path of the database is not a directory'],
]);

/** The AppError `store_unavailable` that stands for a failure of the database; an AppError stays what it is. */
export function translateFailure(error: unknown, place: string): AppError {
  if (error instanceof AppError) return error;
  const { code, errcode } = error as { code?: string; errcode?: number };
  const meaning =
    MEANINGS.get((errcode ?? 0) & 0xff) ??
    SYSTEM_MEANINGS.get(code ?? '') ??
    'the database did not answer as it should';
  return new AppError('store_unavailable', `The history cannot be used: ${meaning}.`, {
    internal: `${place}: ${error instanceof Error ? error.message : String(error)}`,
    cause: error,
  });
}
