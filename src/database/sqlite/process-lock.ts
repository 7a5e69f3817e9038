import { DatabaseSync } from 'node:sqlite';

/** SQLITE_BUSY, https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/**
 * A lock that one process holds and that its end, however sudden, lets go of: the write lock of an
 * otherwise empty database file.
 * @returns undefined if another process holds it
 */
export function takeProcessLock(file: string): Disposable | undefined {
  const database = new DatabaseSync(file);
  try {
    database.exec('begin immediate');
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY)
      return undefined;
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}
