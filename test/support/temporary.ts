import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own for a test. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * A new, empty folder that is removed with everything in it: `await using folder = …`.
 * @param below the folder in which it is made
 */
export async function temporaryFolder(below = tmpdir()): Promise<TemporaryFolder> {
  // Some systems have a link for a temporary folder; tests compare paths with resolved ones.
  const path = await mkdtemp(join(await realpath(below), 'carryon-'));
  return {
    path,
    // A child process that was just ended may still be writing its last file.
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
