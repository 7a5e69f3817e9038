import { closeSync, ftruncateSync, openSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { GiB } from '../../src/base/size.ts';
import { downloads, uploads } from '../support/big-file.ts';
import type { Claim } from '../support/claim.ts';
import { startAll } from '../support/start-all.ts';

const GIBIBYTES = { usual: 10, quick: 3 } as const;

export const huge: Claim = {
  name: 'huge',
  about: `Moves ${GIBIBYTES.usual} GiB (with --quick, ${GIBIBYTES.quick}) with curl, one stream, from a file without blocks and to a disk.`,
  run: async (bench) => {
    const size = bench.quick ? GIBIBYTES.quick : GIBIBYTES.usual;
    const file = sparseFile(join(bench.folder, 'sparse'), size * GiB);
    const { bavail, bsize } = statfsSync(bench.folder);
    if (bavail * bsize < 2 * size * GiB) {
      bench.note(`There is no room here for a file of ${size} GiB.`);
      return;
    }
    const servers = await startAll(bench, ['carryon', 'vsftpd', 'pure-ftpd']);
    await bench.compare({
      ...downloads(servers, file),
      title: `RETR ${size} GiB`,
      goals: [
        { versus: 'vsftpd', atLeast: 1.1 },
        { versus: 'pure-ftpd', atLeast: 1.05 },
      ],
    });
    await bench.compare({
      ...uploads(servers, file),
      title: `STOR ${size} GiB, disk`,
      goals: [
        { versus: 'vsftpd', atLeast: 1 },
        { versus: 'pure-ftpd', atLeast: 1 },
      ],
    });
  },
};

/** @returns the path */
function sparseFile(path: string, bytes: number): string {
  const file = openSync(path, 'wx', 0o644);
  try {
    ftruncateSync(file, bytes);
  } finally {
    closeSync(file);
  }
  return path;
}
