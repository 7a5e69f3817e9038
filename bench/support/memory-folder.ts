import { chmodSync } from 'node:fs';
import { temporaryFolder } from '../../test/support/temporary.ts';
import type { Bench } from './claim.ts';

/** Where Linux has a file system in memory. */
const TMPFS = '/dev/shm';

/** A folder in memory, which some servers look into as another user. */
export async function memoryFolder(bench: Bench): Promise<string> {
  const { path } = bench.use(await temporaryFolder(TMPFS));
  chmodSync(path, 0o755);
  return path;
}
