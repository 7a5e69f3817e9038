import { constants, existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** How the names of sockets end. */
export const SOCKET_ENDING = '.sock';

/** A folder while names in it are used. */
export interface FolderOfSockets extends AsyncDisposable {
  /** How the system is told of a socket with this name. */
  path(name: string): string;
}

/**
 * The path of a socket has at most some hundred bytes, however deep the data folder lies: where the
 * system has a short one for an open folder, that is taken.
 */
export async function within(folder: string): Promise<FolderOfSockets> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  const short = `/proc/self/fd/${handle.fd}`;
  const base = existsSync(short) ? short : folder;
  return {
    path: (name) => join(base, name),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}
